"""Counting what people have: gains, losses and transfers, then totals, differences and comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """Stocks and what happens to them."""

    start: tuple[int, ...]
    """How much each person has at first."""
    events: tuple[tuple[str, int, int, int], ...]
    """(``gain``, ``lose``, ``give`` or ``times``; who; to whom; how many, or which factor)."""


class Cast(NamedTuple):
    """Names of people and the thing that is counted."""

    people: tuple[str, ...]
    zh: str
    """Measure word and noun, for example 颗糖."""
    en: str
    """Plural noun."""


_BOUNDS = (
    ("不少于{}", "at least {}"),
    ("超过{}", "more than {}"),
    ("不超过{}", "at most {}"),
    ("少于{}", "fewer than {}"),
)

_GOODS = (
    ("颗糖", "sweets"),
    ("本书", "books"),
    ("个苹果", "apples"),
    ("枚硬币", "coins"),
    ("张卡片", "cards"),
    ("块积木", "blocks"),
    ("箱货", "boxes"),
    ("元钱", "yuan"),
)


def _ledger(world: World) -> list[list[int]]:
    """Return all stocks at first and after each event."""
    stock = list(world.start)
    states = [list(stock)]
    for kind, who, other, many in world.events:
        if kind == "times":
            stock[who] *= many
        else:
            stock[who] += many if kind == "gain" else -many
            if kind == "give":
                stock[other] += many
        states.append(list(stock))
    return states


def _final(world: World, person: int) -> int:
    """Follow one person's stock only (independent of ``_ledger``)."""
    total = world.start[person]
    for kind, who, other, many in world.events:
        if kind == "give" and other == person:
            total += many
        if who == person:
            total = {"gain": total + many, "lose": total - many, "give": total - many, "times": total * many}[kind]
    return total


class Counting(Family[World, int, Cast]):
    """Values: a number, a person, or True/False."""

    name = "counting"
    title = "inventories with gains and transfers"
    facts = ("events",)
    changes = {"start": "more"}

    def world(self, rng: Random, level: int) -> World:
        people = 3 + level // 8
        start = [rng.randrange(3, 15 + 3 * level) for _ in range(people)]
        events: list[tuple[str, int, int, int]] = []
        stock = list(start)
        while len(events) < 2 + level // 2:
            kind = rng.choice(("gain", "lose", "give", "give", "give", "times"))
            who, other = rng.sample(range(people), 2)
            if kind == "times" and (stock[who] > 30 or any(event[0] == "times" for event in events)):
                continue
            if kind in ("lose", "give") and stock[who] < 3:
                continue
            many = rng.randrange(2, min(stock[who], 20)) if kind in ("lose", "give") else rng.randrange(2, 15)
            if kind == "times":
                many = 3 if stock[who] < 16 and rng.random() < 0.35 else 2
            events.append((kind, who, other, many))
            stock = _ledger(World(tuple(start), tuple(events)))[-1]
        return World(tuple(start), tuple(events))

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        final = _ledger(world)[-1]
        people = range(len(final))
        asks: list[Ask[int]] = []
        for kind in rng.sample(["final", "final_is", "total", "most", "least", "gap", "more", "reach"], 3):
            one, two = rng.sample(people, 2)
            right = final[one]
            if kind in ("final", "final_is"):
                touched = [event for event in world.events if one in event[1:3] and event[0] != "times"]
                slips = [right + event[3] * sign for event in touched for sign in (1, -1)]
                rng.shuffle(slips)
                wrong = near_misses(rng, right, [*slips[:1], world.start[one]])
                if kind == "final":
                    asks.append(Ask(kind, (one,), right, wrong))
                else:
                    claim = right if rng.random() < 0.5 else rng.choice(wrong)
                    asks.append(Ask(kind, (one, claim), claim == right, (claim != right,)))
            elif kind == "total":
                total = sum(final)
                asks.append(Ask(kind, (), total, near_misses(rng, total, [sum(world.start)])))
            elif kind in ("most", "least"):
                best = max(final) if kind == "most" else min(final)
                if final.count(best) == 1:
                    rest = [person for person in people if final[person] != best]
                    rng.shuffle(rest)
                    asks.append(Ask(kind, (), final.index(best), tuple(rest[:4])))
            elif kind == "gap" and final[one] != final[two]:
                if final[one] < final[two]:
                    one, two = two, one
                gap = final[one] - final[two]
                slips = [final[one], abs(world.start[one] - world.start[two]), final[one] + final[two]]
                rng.shuffle(slips)
                asks.append(Ask(kind, (one, two), gap, near_misses(rng, gap, slips[:2], low=1)))
            elif kind == "reach":
                claim = max(1, right + rng.choice((-4, -2, -1, -1, 0, 0, 0, 0, 1, 1, 2, 4)))
                bound = rng.randrange(len(_BOUNDS))
                holds = (right >= claim, right > claim, right <= claim, right < claim)[bound]
                asks.append(Ask(kind, (one, claim, bound), holds, (not holds,)))
            elif kind == "more":
                asks.append(Ask(kind, (one, two), final[one] > final[two], (final[one] <= final[two],)))
        return asks

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        amounts = [_final(world, person) for person in range(len(world.start))]
        args = ask.args
        if ask.kind == "final":
            return value == amounts[args[0]]
        if ask.kind == "reach":
            least, most = ((args[1], 10**9), (args[1] + 1, 10**9), (0, args[1]), (0, args[1] - 1))[args[2]]
            return bool(value) == (amounts[args[0]] in range(least, most + 1))
        if ask.kind == "final_is":
            return bool(value) == (amounts[args[0]] == args[1])
        if ask.kind == "total":  # gifts do not change the total
            total = sum(world.start) + sum({"gain": e[3], "lose": -e[3]}.get(e[0], 0) for e in world.events)
            for at, (kind, who, _, many) in enumerate(world.events):
                if kind == "times":
                    total += _final(World(world.start, world.events[:at]), who) * (many - 1)
            return value == total
        if ask.kind == "gap":
            return value == amounts[args[0]] - amounts[args[1]]
        if ask.kind == "more":
            return bool(value) == (amounts[args[0]] > amounts[args[1]])
        others = [amount for person, amount in enumerate(amounts) if person != value]
        return all(amounts[value] > other if ask.kind == "most" else amounts[value] < other for other in others)

    def cast(self, world: World, voice: Voice) -> Cast:
        zh, en = _GOODS[int(voice.rng.random() * len(_GOODS))]
        return Cast(draw(voice, "person", len(world.start)), zh, en)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        people, zh, en = cast
        form = voice.pick(["{}有{}{}", "{}原来有{}{}", "{}手上有{}{}"], ["{} has {} {}", "{} owns {} {}"])
        start = [
            form.format(name, amount, zh if voice.zh else en) for name, amount in zip(people, world.start, strict=True)
        ]
        forms = {
            "gain": voice.pick(
                ["{a}又得到{n}{g}", "{a}从外面拿来{n}{g}", "{a}增加了{n}{g}"],
                ["{a} gets {n} more {g}", "{a} finds {n} {g}"],
            ),
            "lose": voice.pick(
                ["{a}用掉{n}{g}", "{a}丢了{n}{g}", "{a}减少了{n}{g}"], ["{a} loses {n} {g}", "{a} uses up {n} {g}"]
            ),
            "give": voice.pick(
                ["{a}给{b}{n}{g}", "{a}把{n}{g}送给{b}", "{b}从{a}那里拿走{n}{g}"],
                ["{a} gives {n} {g} to {b}", "{b} takes {n} {g} from {a}"],
            ),
            "double": voice.pick(["{a}的数量变成原来的2倍", "{a}拥有的翻了一倍"], ["{a}'s number of {g} doubles"]),
            "triple": voice.pick(["{a}的数量变成原来的3倍", "{a}拥有的变为3倍"], ["{a}'s number of {g} triples"]),
        }
        events = [
            forms[{2: "double", 3: "triple"}[many] if kind == "times" else kind].format(
                a=people[who], b=people[other], n=many, g=zh if voice.zh else en
            )
            for kind, who, other, many in world.events
        ]
        head = voice.pick(["开始时：", "最初，", "**账本**记着："], ["At first, ", "In the beginning, "])
        between = voice.pick(
            ["后来依次发生了这些事：", "接下来按顺序：", "之后的变化（按先后）："],
            ["Then, in this order:", "After that, one by one:"],
        )
        return (
            f"{head}{('，' if voice.zh else ', ').join(start)}{voice.say('。', '. ')}{between}\n{voice.listing(events)}"
        )

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        people, zh, en = cast
        names = [people[person] for person in (ask.args if ask.kind in ("gap", "more") else ask.args[:1])]
        if ask.kind == "final":
            return voice.pick(
                [
                    f"最后{names[0]}有多少{zh}？",
                    f"现在{names[0]}手上有几{zh}？",
                    f"所有变化之后，{names[0]}还有多少{zh}？",
                ],
                [f"How many {en} does {names[0]} have in the end?"],
            )
        if ask.kind == "final_is":
            claim = ask.args[1]
            return voice.pick(
                [
                    f"最后{names[0]}有{claim}{zh}吗？",
                    f"最后{names[0]}的数量是不是{claim}？",
                    f"“{names[0]}最后有{claim}{zh}”，对吗？",
                ],
                [f"Does {names[0]} have {claim} {en} in the end?"],
            )
        if ask.kind == "reach":
            bound = _BOUNDS[ask.args[2]]
            zh_bound, en_bound = bound[0].format(ask.args[1]), bound[1].format(ask.args[1])
            return voice.pick(
                [f"最后{names[0]}的数量{zh_bound}吗？", f"最后{names[0]}手上的{zh_bound}，对吗？"],
                [f"In the end, does {names[0]} have {en_bound} {en}?"],
            )
        if ask.kind == "total":
            return voice.pick(
                [f"最后所有人一共有多少{zh}？", f"全部加起来，最后共有几{zh}？", "最后大家的总数是多少？"],
                [f"How many {en} do they all have together in the end?"],
            )
        if ask.kind in ("most", "least"):
            much, word = ("多", "most") if ask.kind == "most" else ("少", "fewest")
            return voice.pick(
                [f"最后谁的最{much}？", f"最后拥有数量最{much}的是谁？", f"全部变化后，哪一位手上的最{much}？"],
                [f"Who has the {word} {en} in the end?"],
            )
        if ask.kind == "gap":
            return voice.pick(
                [
                    f"最后{names[0]}比{names[1]}多几{zh}？",
                    f"最后{names[0]}比{names[1]}多多少{zh}？",
                    f"最后{names[0]}与{names[1]}相差多少？",
                ],
                [f"How many more {en} than {names[1]} does {names[0]} have in the end?"],
            )
        return voice.pick(
            [
                f"最后{names[0]}比{names[1]}多吗？",
                f"最后{names[0]}拥有的是否超过{names[1]}？",
                f"最后是不是{names[0]}的比{names[1]}的多？",
            ],
            [f"Does {names[0]} have more {en} than {names[1]} in the end?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        return cast.people[value] if ask.kind in ("most", "least") else str(value)

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        people, args = cast.people, ask.args
        if ask.kind == "total":
            return self._total_chain(world, cast, voice)
        stop = voice.say("；", "; ")
        if ask.kind in ("most", "least"):
            sign, far = ("<", ">") if ask.kind == "most" else (">", "<")
            word = voice.say("最多" if ask.kind == "most" else "最少", "most" if ask.kind == "most" else "least")
            lines, best = [], 0
            for person in range(len(people)):
                line, amount = self._follow(world, person, len(world.events), cast, voice)
                held = _final(world, best)
                if person and (amount < held if sign == "<" else amount > held):
                    line += f"{stop}{amount}{sign}{held}"
                elif person and amount == held:
                    line += f"{stop}{amount}={held}"
                elif person:
                    line += f"{stop}{amount}{far}{held}"
                    best = person
                if voice.zh:
                    line += f"{stop}{word}{people[best]}{_final(world, best)}"
                else:
                    line += f"{stop}{word} {people[best]} {_final(world, best)}"
                lines.append(line)
            return "\n".join(lines)
        line, one = self._follow(world, args[0], len(world.events), cast, voice)
        if ask.kind == "final":
            return line
        if ask.kind == "final_is":
            sign = "=" if one == args[1] else "≠"
            return line + f"{stop}{one}{sign}{args[1]}" + self._so(one == args[1], voice)
        if ask.kind == "reach":
            sign = ">" if one > args[1] else "<" if one < args[1] else "="
            return line + f"{stop}{one}{sign}{args[1]}" + self._so(bool(ask.right), voice)
        other, two = self._follow(world, args[1], len(world.events), cast, voice)
        if ask.kind == "gap":
            return f"{line}\n{other}\n{one}-{two}={one - two}"
        sign = ">" if one > two else "<" if one < two else "="
        return f"{line}\n{other}\n{one}{sign}{two}" + self._so(one > two, voice)

    @staticmethod
    def _so(holds: bool, voice: Voice) -> str:
        return voice.say(f"，{'是' if holds else '否'}。", f": {'yes' if holds else 'no'}.")

    @staticmethod
    def _follow(world: World, person: int, until: int, cast: Cast, voice: Voice) -> tuple[str, int]:
        """Follow one person's amount through the first ``until`` events: the line that says it, and the amount."""
        comma, colon, space = voice.say("，", ", "), voice.say("：", ": "), voice.say("", " ")
        name, amount = cast.people[person], world.start[person]
        cells = []
        for number, (kind, who, other, many) in enumerate(world.events[:until], 1):
            if person not in (who, other) or (kind != "give" and who != person):
                cells.append(voice.say(f"{number}无", f"{number} no"))
                continue
            old = amount
            if kind == "times":
                amount *= many
                cells.append(f"{number}{colon}{old}×{many}={amount}")
            else:
                is_more = kind == "gain" or who != person
                amount += many if is_more else -many
                cells.append(f"{number}{colon}{old}{'+' if is_more else '-'}{many}={amount}")
        head = f"{name}{space}{world.start[person]}"
        if not cells:
            return head, amount
        return f"{head}{colon}{comma.join(cells)}{voice.say('；', '; ')}{name}{space}{amount}", amount

    def _total_chain(self, world: World, cast: Cast, voice: Voice) -> str:
        """Add up the start, then go through the events: gifts change nothing."""
        comma, colon = voice.say("，", ", "), voice.say("：", ": ")
        total, parts = world.start[0], []
        for amount in world.start[1:]:
            parts.append(f"{total}+{amount}={total + amount}")
            total += amount
        lines = [voice.say("开始", "Start ") + comma.join(parts)]
        for number, (kind, who, _, many) in enumerate(world.events, 1):
            if kind == "give":
                lines.append(f"{number}{colon}" + voice.say(f"送，仍{total}", f"gift, still {total}"))
                continue
            if kind == "times":  # first what the person has by now, then what that adds
                line, had = self._follow(world, who, number - 1, cast, voice)
                added = had * (many - 1)
                grown = f"{had}×{many - 1}={added}" if many > 2 else ""
                steps = [line, grown, f"{total}+{added}={total + added}"]
                lines.append(f"{number}{colon}" + voice.say("；", "; ").join(step for step in steps if step))
                total += added
                continue
            sign = "-" if kind == "lose" else "+"
            new = total - many if kind == "lose" else total + many
            lines.append(f"{number}{colon}{total}{sign}{many}={new}")
            total = new
        return "\n".join(lines)
