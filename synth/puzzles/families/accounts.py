"""Several people's balances through incomes, transfers with fees, doubling, halving and conditional steps.

Who has how many at the end or after a step, who has most, who ever fell below a bound, what is the total?
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

GAIN, SPEND, GIVE, DOUBLE, HALVE, EACH, ATLEAST, BELOW = range(8)
Value = tuple[int, ...]


class Step(NamedTuple):
    """One event."""

    kind: int
    who: int
    other: int
    """The receiver with GIVE."""
    amount: int
    bound: int
    """ATLEAST: with so many or more pay ``amount``, else gain the consolation. BELOW: with fewer double, else pay."""


@dataclass(frozen=True, slots=True)
class World:
    """Starting balances, the fee for a transfer (0 without) and the steps."""

    start: tuple[int, ...]
    fee: int
    consolation: int
    """What ATLEAST gives to those below the bound."""
    steps: tuple[Step, ...]


class Cast(NamedTuple):
    """Names and the thing counted."""

    names: tuple[str, ...]
    unit: str


def _change(world: World, step: Step, who: int, had: int) -> tuple[str, int]:
    """What a step does to one person's balance: the sum as text (empty when nothing) and the new balance."""
    if step.kind == EACH:
        return f"{had}+{step.amount}", had + step.amount
    if step.kind == GIVE and who == step.other:
        return f"{had}+{step.amount}", had + step.amount
    if who != step.who:
        return "", had
    if step.kind == GAIN:
        return f"{had}+{step.amount}", had + step.amount
    if step.kind == GIVE and world.fee:
        return f"{had}-{step.amount}-{world.fee}", had - step.amount - world.fee
    if step.kind in (SPEND, GIVE):
        return f"{had}-{step.amount}", had - step.amount
    if step.kind == DOUBLE:
        return f"{had}×2", had * 2
    if step.kind == HALVE:
        return f"{had}÷2", had // 2
    if step.kind == ATLEAST:
        if had >= step.bound:
            return f"{had}≥{step.bound} {had}-{step.amount}", had - step.amount
        return f"{had}<{step.bound} {had}+{world.consolation}", had + world.consolation
    if had < step.bound:
        return f"{had}<{step.bound} {had}×2", had * 2
    return f"{had}≥{step.bound} {had}-{step.amount}", had - step.amount


def _states(world: World) -> list[list[int]]:
    """Balances of all at the start and after each step."""
    states = [list(world.start)]
    for step in world.steps:
        states.append([_change(world, step, who, had)[1] for who, had in enumerate(states[-1])])
    return states


def _balance(world: World, who: int, count: int) -> int:
    """Prover: one balance after ``count`` steps, by going back from the last step."""
    if count == 0:
        return world.start[who]
    kind, one, other, amount, bound = world.steps[count - 1]
    before = _balance(world, who, count - 1)
    if kind == EACH:
        return before + amount
    delta = {GAIN: amount, SPEND: -amount, GIVE: -amount - world.fee, DOUBLE: before, HALVE: -(before // 2)}
    delta[ATLEAST] = -amount if before >= bound else world.consolation
    delta[BELOW] = before if before < bound else -amount
    return before + (who == one) * delta[kind] + (kind == GIVE and who == other) * amount


class Accounts(Family[World, Value, Cast]):
    """Values: (number,), (person,), (1,)/(0,) or a statement (person, balance)."""

    name = "accounts"
    title = "balances through transfers, fees and conditions"
    facts = ("steps",)
    changes = {"consolation": "more"}

    def world(self, rng: Random, level: int) -> World:
        people = min(4, 2 + (level + 1) // 3)
        start = tuple(rng.randrange(6, 31) for _ in range(people))
        blank = World(start, rng.choice([0, 0, 1, 2]), rng.choice([2, 3, 5]), ())
        held, steps = list(start), list[Step]()
        while len(steps) < 3 + level // 2:
            kind = rng.choice([GAIN, SPEND, GIVE, GIVE, GIVE, DOUBLE, HALVE, EACH, ATLEAST, BELOW])
            who, other = rng.sample(range(people), 2)
            had = held[who]
            if kind == EACH and any(step.kind == EACH for step in steps):
                continue
            bound = max(2, had + rng.choice([-6, -3, -1, 0, 1, 2, 5]))
            top = max(2, min(15, had - 2))
            step = Step(kind, who, other if kind == GIVE else who, rng.randrange(2, top + 1), bound)
            after = [_change(blank, step, one, balance)[1] for one, balance in enumerate(held)]
            if min(after) < 0 or max(after) > 120 or (kind == HALVE and had % 2):
                continue
            steps.append(step)
            held = after
        return World(start, blank.fee, blank.consolation, tuple(steps))

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        states, last = _states(world), len(world.steps)
        final, people = states[-1], range(len(world.start))
        order = rng.sample(people, len(people))
        asks: list[Ask[Value]] = []

        def number(kind: str, args: Value, right: int, slips: list[int]) -> None:
            wrong = near_misses(rng, right, slips)
            asks.append(Ask(kind, args, (right,), tuple((value,) for value in wrong)))

        who, other = order[0], order[1]
        fee = world.fee or 1
        number("final", (last, who), final[who], [final[who] + fee, final[who] - fee, final[other], world.start[who]])
        count = rng.randrange(2, last)
        number("final", (count, other), states[count][other], [states[count - 1][other], final[other]])
        for kind, best in (("most", max(final)), ("least", min(final))):
            if final.count(best) == 1 and rng.random() < 0.6:
                winner = final.index(best)
                asks.append(Ask(kind, (), (winner,), tuple((one,) for one in order if one != winner)))
        if rng.random() < 0.5:
            number("total", (), sum(final), [sum(world.start), sum(final) + fee, sum(final) - fee])
        high, low = sorted(order[:2], key=lambda one: -final[one])
        if final[high] > final[low]:
            gap = final[high] - final[low]
            number("gap", (high, low), gap, [gap + fee, final[high], abs(world.start[high] - world.start[low])])
        who = rng.choice(order)
        lowest = min(state[who] for state in states)
        bound = lowest + rng.choice([1, 2, 3, 0, -1])
        if bound > 0:
            ever = int(lowest < bound)
            asks.append(Ask("ever", (who, bound), (ever,), ((1 - ever,),)))
        bound = final[who] + rng.choice([0, 0, -1, -2, 1, 1, 2, 3])
        if bound > 0:
            enough = int(final[who] >= bound)
            asks.append(Ask("enough", (who, bound), (enough,), ((1 - enough,),)))
        so: list[Value] = [(one, final[one]) for one in order]
        slips = [(one, value) for one in order for value in (final[one] + fee, states[-2][one], world.start[one])]
        not_so: list[Value] = [pair for pair in dict.fromkeys(slips) if final[pair[0]] != pair[1]]
        sign = int(rng.random() < 0.6)
        right, rest = (so, rng.sample(not_so, len(not_so))) if sign else (not_so, so)
        asks.append(Ask("true", (sign,), right[0], tuple(rest[:3])))
        return rng.sample(asks, 3)

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        last, args = len(world.steps), ask.args
        final = [_balance(world, who, last) for who in range(len(world.start))]
        if ask.kind == "final":
            return _balance(world, args[1], args[0]) == value[0]
        if ask.kind in ("most", "least"):
            others = final[: value[0]] + final[value[0] + 1 :]
            return all(
                (other < final[value[0]]) == (ask.kind == "most") and other != final[value[0]] for other in others
            )
        if ask.kind == "total":
            return sum(final) == value[0]
        if ask.kind == "gap":
            return final[args[0]] - value[0] == final[args[1]]
        if ask.kind == "ever":
            return any(_balance(world, args[0], count) < args[1] for count in range(last + 1)) == bool(value[0])
        if ask.kind == "enough":
            return (final[args[0]] >= args[1]) == bool(value[0])
        return (final[value[0]] == value[1]) == bool(ask.args[0])

    def cast(self, world: World, voice: Voice) -> Cast:
        unit = voice.pick(
            ["枚金币", "个苹果", "张代币", "个积分", "颗糖", "张卡片", "元"],
            ["coins", "apples", "tokens", "points", "cards"],
        )
        return Cast(draw(voice, "person", len(world.start)), unit)

    def _told(self, world: World, step: Step, form: int, cast: Cast, voice: Voice) -> str:
        name, other, unit = cast.names[step.who], cast.names[step.other], cast.unit
        amount, bound = f"{step.amount}{voice.say('', ' ')}{unit}", step.bound
        extra = world.consolation
        if voice.zh:
            return (
                (f"{name}得到{amount}", f"{name}收入{amount}", f"{name}又获得{amount}"),
                (f"{name}花掉{amount}", f"{name}用去{amount}", f"{name}失去{amount}"),
                (f"{name}给{other}{amount}", f"{name}转给{other}{amount}", f"{other}从{name}那里得到{amount}"),
                (f"{name}的数量翻倍", f"{name}手里的数目变为两倍", f"{name}的余额加倍"),
                (f"{name}的数量减半", f"{name}手里的数目变为一半", f"{name}失去自己的一半"),
                (f"每个人都得到{amount}", f"所有人各得{amount}", f"每人增加{amount}"),
                (
                    f"{name}若不少于{bound}，就交出{amount}，否则得到{extra}{unit}",
                    f"如果{name}有至少{bound}{unit}，扣除{amount}；不然补{extra}{unit}",
                    f"{name}手里达到{bound}{unit}就减去{amount}，没达到就增加{extra}{unit}",
                ),
                (
                    f"{name}若少于{bound}就翻倍，否则交出{amount}",
                    f"如果{name}不到{bound}{unit}，数量加倍；不然扣除{amount}",
                    f"{name}手里不到{bound}{unit}就翻倍，达到了就减去{amount}",
                ),
            )[step.kind][form]
        return (
            (f"{name} receives {amount}", f"{name} earns {amount}"),
            (f"{name} spends {amount}", f"{name} loses {amount}"),
            (f"{name} gives {other} {amount}", f"{other} gets {amount} from {name}"),
            (f"{name}'s number doubles", f"{name} now has twice as many"),
            (f"{name}'s number is halved", f"{name} loses half of what {name} has"),
            (f"everyone receives {amount}", f"each person gets {amount}"),
            (
                f"if {name} has at least {bound}, {name} pays {amount}, otherwise {name} gets {extra}",
                f"{name} pays {amount} when having {bound} or more, else receives {extra}",
            ),
            (
                f"if {name} has fewer than {bound}, the number doubles, otherwise {name} pays {amount}",
                f"{name}'s number doubles when below {bound}, else {name} pays {amount}",
            ),
        )[step.kind][form % 2]

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        zh, unit = voice.zh, cast.unit
        starts = [
            f"{n}有{c}{unit}" if zh else f"{n} has {c} {unit}" for n, c in zip(cast.names, world.start, strict=True)
        ]
        lines = [
            voice.pick(["一开始，{}。", "起初{}。", "初始情况：{}。"], ["At first, {}.", "To begin with, {}."]).format(
                voice.say("，", ", ").join(starts)
            )
        ]
        if world.fee and any(step.kind == GIVE for step in world.steps):
            lines.append(
                voice.pick(
                    [
                        f"每次把东西给别人，给出的一方另外扣{world.fee}{unit}手续费。",
                        f"规则：一人转给另一人时，转出者还要另付{world.fee}{unit}作手续费。",
                    ],
                    [f"Whoever gives something to another person also pays a fee of {world.fee} {unit}."],
                )
            )
        lines.append(
            voice.pick(
                ["随后依次发生：", "接着按顺序进行：", "**过程**", "之后的事情如下："],
                ["Then, in this order:", "These things happen one after the other:"],
            )
        )
        mark = voice.pick(["{}. ", "({}) ", "第{}步：", "{}. "], ["{}. ", "({}) ", "Step {}: "])
        for at, step in enumerate(world.steps, 1):
            told = self._told(world, step, int(voice.rng.random() * 3), cast, voice)
            lines.append(mark.format(at) + (f"{told}。" if zh else f"{told[0].upper()}{told[1:]}."))
        return "\n".join(lines)

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        args, unit, names = ask.args, cast.unit, cast.names
        counter, end = unit[0], voice.pick(["最后", "全部结束后", "最终"], ["in the end", "after all steps"])
        if unit == "元":
            counter = "元"
        if ask.kind == "final":
            if args[0] < len(world.steps):
                end = voice.say(f"第{args[0]}步之后", f"after step {args[0]}")
            name = names[args[1]]
            return voice.pick(
                [f"{end}，{name}有多少{unit}？", f"{end}，{name}手里有多少{unit}？"],
                [f"How many {unit} does {name} have {end}?"],
            )
        if ask.kind in ("most", "least"):
            word = voice.say("最多", "most") if ask.kind == "most" else voice.say("最少", "fewest")
            return voice.pick([f"{end}谁{word}？", f"{end}，拥有{word}的是谁？"], [f"Who has the {word} {unit} {end}?"])
        if ask.kind == "total":
            return voice.pick(
                [f"{end}，所有人一共有多少{unit}？", f"{end}，大家合计多少{unit}？"],
                [f"How many {unit} do all of them have together {end}?"],
            )
        if ask.kind == "gap":
            high, low = names[args[0]], names[args[1]]
            return voice.pick(
                [f"{end}，{high}比{low}多多少{unit}？", f"{end}，{high}比{low}多几{counter}？"],
                [f"How many more {unit} than {low} does {high} have {end}?"],
            )
        if ask.kind == "ever":
            return voice.pick(
                [
                    f"从一开始到最后，{names[args[0]]}有没有哪一刻少于{args[1]}{unit}？",
                    f"包括开始时在内，{names[args[0]]}是否曾经少于{args[1]}{unit}？",
                ],
                [f"At the start or after any step, did {names[args[0]]} ever have fewer than {args[1]} {unit}?"],
            )
        if ask.kind == "enough":
            return voice.pick(
                [
                    f"{end}，{names[args[0]]}是否至少有{args[1]}{unit}？",
                    f"{end}，{names[args[0]]}达到{args[1]}{unit}了吗？",
                ],
                [f"Does {names[args[0]]} have at least {args[1]} {unit} {end}?"],
            )
        if args[0]:
            return voice.pick(
                [f"{end}，下面哪项说法正确？", f"{end}，以下哪一条属实？"], [f"Which statement is true {end}?"]
            )
        return voice.pick(
            [f"{end}，下面哪项说法错误？", f"{end}，以下哪一条不属实？"], [f"Which statement is false {end}?"]
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if ask.kind in ("ever", "enough"):
            return voice.say("是" if value[0] else "否", "Yes" if value[0] else "No")
        if ask.kind in ("most", "least"):
            return cast.names[value[0]]
        if ask.kind == "true":
            name = cast.names[value[0]]
            return voice.say(f"{name}有{value[1]}{cast.unit}", f"{name} has {value[1]} {cast.unit}")
        return str(value[0])

    def _track(self, world: World, who: int, count: int, bound: int, cast: Cast, voice: Voice) -> str:
        """One balance through the steps that change it; with a bound, compared each time until it is below."""
        had = world.start[who]
        cells: list[str] = []

        def compared() -> str:
            return (f" {had}<{bound}" if had < bound else f" {had}≥{bound}") if bound else ""

        cells.append(f"{had}{compared()[len(str(had)) + 1 :]}")
        for number, step in enumerate(world.steps[:count], 1):
            if bound and had < bound:
                break
            done, had = _change(world, step, who, had)
            if done:
                cells.append(f"{number} {done}={had}{compared()}")
        return f"{cast.names[who]}{voice.say('：', ': ')}{voice.say('，', ', ').join(cells)}"

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        args, last, names = ask.args, len(world.steps), cast.names
        people, comma, gap = range(len(names)), voice.say("，", ", "), voice.say("", " ")
        final = _states(world)[-1]
        if ask.kind == "final":
            return self._track(world, args[1], args[0], 0, cast, voice)
        if ask.kind == "ever":
            said = voice.say("曾少于", "was below ") if ask.right[0] else voice.say("从未少于", "never below ")
            return f"{self._track(world, args[0], last, args[1], cast, voice)}\n{said}{args[1]}"
        if ask.kind == "enough":
            sign = "≥" if ask.right[0] else "<"
            return f"{self._track(world, args[0], last, 0, cast, voice)}\n{final[args[0]]}{sign}{args[1]}"
        if ask.kind == "true":
            lines: list[str] = []
            for place, value in enumerate(shown):
                is_new = all(value[0] != before[0] for before in shown[:place])
                told = self._track(world, value[0], last, 0, cast, voice) if is_new else names[value[0]]
                is_so = final[value[0]] == value[1]
                lines.append(f"{letter_of(place)} {told}{comma}{final[value[0]]}{'=' if is_so else '≠'}{value[1]}")
                if is_so == bool(args[0]):
                    break
            return "\n".join(lines)
        if ask.kind == "gap":
            lines = [self._track(world, who, last, 0, cast, voice) for who in args]
            return "\n".join([*lines, f"{final[args[0]]}-{final[args[1]]}={final[args[0]] - final[args[1]]}"])
        lines, so_far, best = [], 0, 0
        for who in people:
            line = self._track(world, who, last, 0, cast, voice)
            if ask.kind == "total":
                line += (
                    comma
                    + voice.say("合", "sum ")
                    + (f"{so_far}+{final[who]}={so_far + final[who]}" if who else str(final[who]))
                )
                so_far += final[who]
            elif who:
                sign = ">" if final[who] > final[best] else "<" if final[who] < final[best] else "="
                line += f"{comma}{final[who]}{sign}{final[best]}"
                if sign == (">" if ask.kind == "most" else "<"):
                    best = who
                word = voice.say("最多", "most ") if ask.kind == "most" else voice.say("最少", "fewest ")
                line += f"{comma}{word}{names[best]}{gap}{final[best]}"
            lines.append(line)
        return "\n".join(lines)
