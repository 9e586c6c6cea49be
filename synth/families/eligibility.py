"""Decision rules over attributes: final marks, discounts, grades and ticket prices with thresholds and conditions."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from synth.family import Ask, Family
from synth.names import draw
from synth.voice import Voice

EXAM, SHOP, AWARD, TICKET = range(4)


@dataclass(frozen=True, slots=True)
class World:
    """The rules' numbers and a row of attributes for each person."""

    kind: int
    """Which rules: EXAM, SHOP, AWARD or TICKET."""
    rules: tuple[int, ...]
    """EXAM: cap, pass mark. SHOP: (threshold, off) pairs from the highest down, then the member's extra. AWARD: sum
    thresholds from the highest down, then the least single mark. TICKET: child's age, senior's age, full price,
    extra at the weekend."""
    rows: tuple[tuple[int, ...], ...]
    """EXAM: mid-term, resit. SHOP: price, is member. AWARD: two marks. TICKET: age, is student, is weekend."""


class Cast(NamedTuple):
    """Names of the people."""

    names: tuple[str, ...]


def _result(world: World, row: tuple[int, ...]) -> int:
    """The final mark, the price to pay, the tier (0 best) or the ticket price."""
    rules = world.rules
    if world.kind == EXAM:
        return min(max(row), rules[0])
    if world.kind == SHOP:
        off = next((rules[at + 1] for at in range(0, len(rules) - 1, 2) if row[0] >= rules[at]), 0)
        return row[0] - off - (rules[-1] if row[1] else 0)
    if world.kind == AWARD:
        if min(row) < rules[-1]:
            return len(rules) - 1
        return next((tier for tier, least in enumerate(rules[:-1]) if sum(row) >= least), len(rules) - 1)
    child, senior, price, extra = rules
    age, student, weekend = row
    base = 0 if age < child else price // 2 if age >= senior or student else price
    return base + (extra if weekend and base else 0)


def _proved(world: World, row: tuple[int, ...]) -> int:
    """Prover: the same rules the other way round, by counting thresholds or comparing cases."""
    rules = world.rules
    if world.kind == EXAM:
        low, high = sorted(row)
        return high if high < rules[0] else rules[0] if rules[0] > low or low >= rules[0] else low
    if world.kind == SHOP:
        steps = sorted((rules[at], rules[at + 1]) for at in range(0, len(rules) - 1, 2))
        off = 0
        for least, amount in steps:
            if not row[0] < least:
                off = amount
        return row[0] - (off + row[1] * rules[-1])
    if world.kind == AWARD:
        is_out = any(mark < rules[-1] for mark in row)
        return len(rules) - 1 if is_out else sum(least > row[0] + row[1] for least in rules[:-1])
    child, senior, price, extra = rules
    if row[0] < child:
        return 0
    is_half = (row[0] < senior, row[1]) != (True, 0)
    return (price // 2 if is_half else price) + row[2] * extra


class Eligibility(Family[World, int, Cast]):
    """Values: 1/0 for yes/no, a person, or a number (mark, price, tier, count)."""

    name = "eligibility"
    title = "decision rules with thresholds and conditions"

    def world(self, rng: Random, level: int) -> World:
        kind, size = rng.randrange(4), 2 + (level + 1) // 2
        rules: tuple[int, ...]
        rows: list[tuple[int, ...]]
        if kind == EXAM:
            cap = rng.choice([60, 65, 70, 75, 80, 85, 90])
            rules = (cap, cap - rng.choice([0, 5, 10, 15]))
            rows = [tuple(min(100, max(0, cap + rng.randrange(-40, 26))) for _ in range(2)) for _ in range(size)]
        elif kind == SHOP:
            count = 1 + (level + 1) // 3
            base, step = rng.choice([50, 80, 100, 120]), rng.choice([50, 80, 100])
            unit = rng.choice([5, 10])
            pairs = [(base + step * place, unit * (place + 1) + 5 * place) for place in range(count)][::-1]
            rules = (*(number for pair in pairs for number in pair), rng.choice([3, 5, 8, 10]))
            rows = [
                (rng.choice(pairs)[0] + rng.choice([-5, -20, -10, 0, 0, 5, 15, 30]), rng.randrange(2))
                for _ in range(size)
            ]
        elif kind == AWARD:
            top, step = rng.choice([160, 165, 170, 180]), rng.choice([10, 15, 20])
            tiers = 2 + level // 4
            rules = (*(top - step * place for place in range(tiers)), rng.choice([60, 65, 70, 75]))
            middle = (top - step * (tiers // 2)) // 2
            rows = [tuple(min(100, middle + rng.randrange(-16, 17)) for _ in range(2)) for _ in range(size)]
        else:
            rules = (
                rng.choice([3, 6, 7]),
                rng.choice([60, 65, 70]),
                2 * rng.randrange(10, 61),
                rng.choice([5, 8, 10, 20]),
            )
            ages = [
                rng.choice(
                    [
                        rules[0] - 1,
                        rules[0],
                        rng.randrange(8, 24),
                        rng.randrange(8, 26),
                        rng.randrange(26, 60),
                        rules[1] - 1,
                        rules[1],
                    ]
                )
                for _ in range(size)
            ]
            rows = [(age, int(8 <= age < 26 and rng.random() < 0.6), rng.randrange(2)) for age in ages]
        return World(kind, rules, tuple(rows))

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        results = [_result(world, row) for row in world.rows]
        size = len(results)
        people = rng.sample(range(size), size)
        asks = [self._value(world, people[0], results, rng)]
        who = people[1]
        if world.kind == EXAM:
            bound = world.rules[1]
        else:
            bound = results[who] if rng.random() < 0.8 else self._value(world, who, results, rng).wrong[0]
        if world.kind == EXAM:
            fits = [who for who in people if results[who] >= bound]
            fails = [who for who in people if results[who] < bound]
        else:
            fits = [who for who in people if results[who] == bound]
            fails = [who for who in people if results[who] != bound]
        pool = fits if fits and (rng.random() < 0.52 or not fails) else fails
        who = rng.choice(pool)
        asks.append(Ask("is", (who, bound), who in fits, (who not in fits,), is_fixed_order=True))
        if fits and fails:
            asks.append(Ask("who", (bound,), fits[0], tuple(fails[:4])))
        count = len(fits)
        near = [count + step for step in (1, -1, 2, -2, 3) if 0 <= count + step <= size]
        if rng.random() < 0.6:
            asks.append(Ask("count", (bound,), count, tuple(near)))
        best = max(results) if world.kind in (EXAM, TICKET) else min(results)
        if results.count(best) == 1 and world.kind != AWARD:
            asks.append(Ask("best", (), results.index(best), tuple(who for who in people if results[who] != best)[:4]))
        if len(people) > 2:
            asks.append(self._value(world, people[2], results, rng))
        rng.shuffle(asks)
        return asks[:3]

    def _value(self, world: World, who: int, results: list[int], rng: Random) -> Ask[int]:
        """Ask for one person's result; wrong values come from rules misapplied."""
        right, row, rules = results[who], world.rows[who], world.rules
        if world.kind == AWARD:
            tiers = [tier for tier in range(len(rules)) if tier != right]
            return Ask("value", (who,), right, tuple(tiers), is_fixed_order=True)
        if world.kind == EXAM:
            wrong = [*row, rules[0], rules[1], min(row), sum(row) // 2, right + 5]
        elif world.kind == SHOP:
            offs = [rules[at + 1] for at in range(0, len(rules) - 1, 2)]
            wrong = [
                right - rules[-1],
                right + rules[-1],
                *(row[0] - off for off in offs),
                row[0],
                right + 10,
                right - 10,
            ]
        else:
            wrong = [0, rules[2], rules[2] // 2, rules[2] + rules[3], rules[2] // 2 + rules[3]]
            rng.shuffle(wrong)
        wrong = [value for value in dict.fromkeys(wrong) if value != right and value >= 0]
        return Ask("value", (who,), right, tuple(wrong[:4]))

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        results = [_proved(world, row) for row in world.rows]
        if ask.kind == "value":
            return results[ask.args[0]] == value
        if ask.kind == "best":
            others = results[:value] + results[value + 1 :]
            is_high = world.kind in (EXAM, TICKET)
            return all(results[value] > other if is_high else results[value] < other for other in others)
        bound = ask.args[-1]
        fits = [result >= bound if world.kind == EXAM else result == bound for result in results]
        if ask.kind == "is":
            return fits[ask.args[0]] == bool(value)
        return fits[value] if ask.kind == "who" else sum(fits) == value

    def cast(self, world: World, voice: Voice) -> Cast:
        return Cast(draw(voice, "person", len(world.rows)))

    def _tier(self, world: World, tier: int, voice: Voice) -> str:
        if tier == len(world.rules) - 1:
            return voice.say("没有奖", "no prize")
        return voice.say(
            "一二三四五六"[tier] + "等奖", ("first", "second", "third", "fourth", "fifth", "sixth")[tier] + " prize"
        )

    def _shown(self, world: World, value: int, voice: Voice) -> str:
        if world.kind == AWARD:
            return self._tier(world, value, voice)
        if world.kind == EXAM:
            return voice.say(f"{value}分", str(value))
        return voice.say(f"{value}元", f"{value} yuan")

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        rules = world.rules
        if world.kind == EXAM:
            heads, lines = self._exam(rules)
        elif world.kind == SHOP:
            heads, lines = self._shop(rules)
        elif world.kind == AWARD:
            heads, lines = self._award(world, voice)
        else:
            heads, lines = self._ticket(rules)
        head = voice.pick(*heads)
        rule_texts = [voice.pick(zh, en) for zh, en in lines]
        told = voice.listing([text[0].upper() + text[1:] for text in rule_texts])
        rows = voice.listing([self._row(world, who, cast, voice) for who in range(len(world.rows))])
        data = voice.pick(["情况如下：", "各人的情况：", "已知："], ["The cases:", "Given:"])
        if voice.rng.random() < 0.25:
            return f"{data}\n{rows}\n{head}\n{told}"
        return f"{head}\n{told}\n{data}\n{rows}"

    def _exam(self, rules: tuple[int, ...]) -> tuple[tuple[list[str], list[str]], list[tuple[list[str], list[str]]]]:
        cap, line = rules
        return (
            (
                [
                    "某门课按下面的办法计算最终分数：",
                    "学校规定最终成绩这样得出：",
                    "最终分数由期中成绩和补考成绩决定：",
                ],
                ["Final marks are worked out like this:", "A course has these rules for the final mark:"],
            ),
            [
                (
                    ["先取期中分数和补考分数中较高的一个", "先看期中与补考，留下高的那个分数"],
                    ["take the higher of the mid-term mark and the resit mark"],
                ),
                (
                    [
                        f"再与{cap}比较，取两者中较小的作为最终分数",
                        f"如果得到的分数超过{cap}，最终分数就记为{cap}，否则保持不变",
                    ],
                    [
                        f"the final mark is the smaller of that and {cap}",
                        f"if that is above {cap}, the final mark is {cap}",
                    ],
                ),
                (
                    [f"最终分数达到{line}算及格", f"最终分数不低于{line}即为及格"],
                    [f"a final mark of at least {line} is a pass"],
                ),
            ],
        )

    def _shop(self, rules: tuple[int, ...]) -> tuple[tuple[list[str], list[str]], list[tuple[list[str], list[str]]]]:
        lines = []
        for at in range(0, len(rules) - 1, 2):
            least, off = rules[at : at + 2]
            lines.append(
                (
                    [f"原价满{least}元减{off}元", f"原价不少于{least}元时，减{off}元"],
                    [f"a total of at least {least} gets {off} off"],
                )
            )
        lines.append(
            (
                [f"会员在此基础上再减{rules[-1]}元", f"如果是会员，另外再减{rules[-1]}元"],
                [f"members get another {rules[-1]} off"],
            )
        )
        several = len(rules) > 3
        zh = "，满减只按能达到的最高一档计算" if several else ""
        en = " Of the totals only the highest reached counts." if several else ""
        return (
            [f"商店的优惠办法如下{zh}：", f"某网店促销{zh}：", f"结账规则{zh}："],
            [f"A shop gives discounts in yuan.{en}", f"Prices are cut by these rules.{en}"],
        ), lines

    def _award(
        self, world: World, voice: Voice
    ) -> tuple[tuple[list[str], list[str]], list[tuple[list[str], list[str]]]]:
        *tiers, single = world.rules
        lines = [
            (
                [f"任何一科低于{single}分的，没有奖", f"两科中只要有一科不到{single}分，就没有奖"],
                [f"anyone with a mark below {single} in either subject gets no prize"],
            )
        ]
        for tier, least in enumerate(tiers):
            name = self._tier(world, tier, voice)
            lines.append(
                (
                    [f"两科总分达到{least}分的，得{name}", f"总分不低于{least}分，获{name}"],
                    [f"a sum of at least {least} gets {name}"],
                )
            )
        return (
            (
                [
                    "比赛有两科，评奖规则如下（依次检查，符合哪条就按哪条）：",
                    "按以下顺序评奖，一旦符合某条就不再往下看：",
                ],
                [
                    "Prizes are given by the first rule that applies:",
                    "Check these rules in order and stop at the first that fits:",
                ],
            ),
            [*lines, (["其余的人没有奖", "都不符合的，没有奖"], ["everyone else gets no prize"])],
        )

    def _ticket(self, rules: tuple[int, ...]) -> tuple[tuple[list[str], list[str]], list[tuple[list[str], list[str]]]]:
        child, senior, price, extra = rules
        return (
            (
                ["某景点的票价规定：", "游乐园门票这样收费：", "博物馆的售票规则："],
                ["Ticket prices of a park:", "A museum charges as follows:"],
            ),
            [
                ([f"全票{price}元", f"普通票价为{price}元"], [f"the full price is {price} yuan"]),
                ([f"不满{child}岁的儿童免费", f"年龄小于{child}岁，免票"], [f"children under {child} go free"]),
                (
                    [f"年满{senior}岁的老人或者学生，半价", f"学生以及{senior}岁以上（含{senior}岁）的人付半价"],
                    [f"students and people of {senior} or older pay half"],
                ),
                (
                    [f"周末每张票另加{extra}元，免票的不加", f"周末去的，除免票者外再加{extra}元"],
                    [f"at weekends {extra} yuan more, except for those who go free"],
                ),
            ],
        )

    def _row(self, world: World, who: int, cast: Cast, voice: Voice) -> str:
        name, row = cast.names[who], world.rows[who]
        if world.kind == EXAM:
            return voice.say(f"{name}：期中{row[0]}分，补考{row[1]}分", f"{name}: mid-term {row[0]}, resit {row[1]}")
        if world.kind == SHOP:
            return voice.say(
                f"{name}：原价{row[0]}元，{'是' if row[1] else '不是'}会员",
                f"{name}: total {row[0]}, {'a' if row[1] else 'not a'} member",
            )
        if world.kind == AWARD:
            return voice.say(f"{name}：{row[0]}分和{row[1]}分", f"{name}: {row[0]} and {row[1]}")
        zh = f"{name}：{row[0]}岁，{'是' if row[1] else '不是'}学生，{'周末' if row[2] else '平日'}去"
        day = "weekend" if row[2] else "weekday"
        return voice.say(zh, f"{name}: aged {row[0]}, {'a' if row[1] else 'not a'} student, goes on a {day}")

    def _phrase(self, world: World, bound: int, voice: Voice) -> str:
        """The property that ``bound`` stands for, as a predicate."""
        shown = self._shown(world, bound, voice)
        if world.kind == EXAM:
            return voice.say("及格", "passes")
        if world.kind == AWARD:
            return voice.say(f"{'' if bound == len(world.rules) - 1 else '得'}{shown}", f"gets {shown}")
        return voice.say(f"要付{shown}", f"pays {shown}")

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind == "best":
            if world.kind == EXAM:
                return voice.pick(
                    ["谁的最终分数最高？", "最终分数最高的是哪一位？"], ["Who has the highest final mark?"]
                )
            if world.kind == SHOP:
                return voice.pick(["谁付的钱最少？", "最后付款最少的是谁？"], ["Who pays least?"])
            return voice.pick(["谁的票价最高？", "付钱最多的是谁？"], ["Who pays most?"])
        if ask.kind == "value":
            name = cast.names[ask.args[0]]
            if world.kind == EXAM:
                return voice.pick(
                    [f"{name}的最终分数是多少？", f"{name}最后得多少分？"], [f"What is the final mark of {name}?"]
                )
            if world.kind == AWARD:
                return voice.pick([f"{name}得什么奖？", f"{name}的获奖情况是？"], [f"Which prize does {name} get?"])
            return voice.pick([f"{name}要付多少元？", f"{name}最后应付多少钱？"], [f"How much does {name} pay?"])
        word = self._phrase(world, ask.args[-1], voice)
        if ask.kind == "is":
            name = cast.names[ask.args[0]]
            return voice.pick(
                [f"{name}{word}吗？", f"{name}{word}，对吗？", f"是否可以说{name}{word}？"],
                [f"Is it true that {name} {word}?"],
            )
        if ask.kind == "who":
            return voice.pick([f"下面谁{word}？", f"以下哪位{word}？"], [f"Who {word}?", f"Which of these {word}?"])
        plural = word.replace("passes", "pass").replace("gets", "get").replace("pays", "pay")
        return voice.pick([f"一共有几个人{word}？", f"{word}的有几人？"], [f"How many of them {plural}?"])

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "is":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind in ("who", "best"):
            return cast.names[value]
        return str(value) if ask.kind == "count" else self._shown(world, value, voice)

    def _work(self, world: World, who: int, cast: Cast, voice: Voice) -> str:
        """Apply the rules to one person, one comparison or sum at a time."""
        rules, row = world.rules, world.rows[who]
        result = self._shown(world, _result(world, row), voice)
        cells: list[str] = []
        if world.kind == EXAM:
            top = max(row)
            cells.append(voice.say(f"max({row[0]}, {row[1]})={top}", f"max({row[0]}, {row[1]})={top}"))
            cells.append(f"min({top}, {rules[0]})={min(top, rules[0])}")
        elif world.kind == SHOP:
            rest = row[0]
            for at in range(0, len(rules) - 1, 2):
                least, off = rules[at : at + 2]
                if row[0] >= least:
                    cells.append(f"{row[0]}≥{least}{voice.say('，', ', ')}{rest}-{off}={rest - off}")
                    rest -= off
                    break
                cells.append(f"{row[0]}<{least}")
            if row[1]:
                cells.append(
                    voice.say("会员", "member") + f"{voice.say('，', ', ')}{rest}-{rules[-1]}={rest - rules[-1]}"
                )
            else:
                cells.append(voice.say("不是会员", "not a member"))
        elif world.kind == AWARD:
            low = next((mark for mark in row if mark < rules[-1]), None)
            if low is not None:
                cells.append(f"{low}<{rules[-1]}")
            else:
                total = sum(row)
                cells += [f"{row[0]}≥{rules[-1]}", f"{row[1]}≥{rules[-1]}", f"{row[0]}+{row[1]}={total}"]
                for least in rules[:-1]:
                    cells.append(f"{total}{'≥' if total >= least else '<'}{least}")
                    if total >= least:
                        break
        else:
            cells += self._ticket_cells(world, row, voice)
        steps = voice.say("；", "; ").join(cells)
        return voice.say(f"{cast.names[who]}：{steps}，{result}。", f"{cast.names[who]}: {steps}: {result}.")

    def _ticket_cells(self, world: World, row: tuple[int, ...], voice: Voice) -> list[str]:
        child, senior, price, extra = world.rules
        age, student, weekend = row
        if age < child:
            return [voice.say(f"{age}<{child}，免票", f"{age}<{child}, free")]
        cells, half = [f"{age}≥{child}"], price // 2
        if age >= senior:
            cells.append(voice.say(f"{age}≥{senior}，半价{price}÷2={half}", f"{age}≥{senior}, half: {price}÷2={half}"))
        elif student:
            cells.append(
                voice.say(
                    f"{age}<{senior}；学生，半价{price}÷2={half}", f"{age}<{senior}; student, half: {price}÷2={half}"
                )
            )
        else:
            cells.append(
                voice.say(f"{age}<{senior}；不是学生，全票{price}", f"{age}<{senior}; no student, full: {price}")
            )
        base = half if age >= senior or student else price
        if weekend:
            cells.append(voice.say(f"周末，{base}+{extra}={base + extra}", f"weekend, {base}+{extra}={base + extra}"))
        else:
            cells.append(voice.say("平日不加", "weekday"))
        return cells

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        people = [ask.args[0]] if ask.kind in ("value", "is") else list(range(len(world.rows)))
        lines = []
        for who in people:
            if voice.full:
                lines.append(self._row(world, who, cast, voice) + voice.say("。", "."))
            line = self._work(world, who, cast, voice)
            if world.kind == EXAM and ask.kind not in ("value", "best"):
                result, bound = _result(world, world.rows[who]), world.rules[1]
                sign, word = ("≥", voice.say("及格", "pass")) if result >= bound else ("<", voice.say("不及格", "fail"))
                line = f"{line[:-1]}{voice.say('；', '; ')}{result}{sign}{bound}{voice.say('，', ', ')}{word}{line[-1]}"
            lines.append(line)
        results = [_result(world, row) for row in world.rows]
        if ask.kind == "value":
            shown = self._shown(world, ask.right, voice)
            name = cast.names[ask.args[0]]
            lines.append(voice.say(f"所以{name}的结果：{shown}。", f"So for {name}: {shown}."))
        elif ask.kind == "is":
            word = self._phrase(world, ask.args[1], voice)
            yes = voice.say("符合，回答是" if ask.right else "不符，回答否", "yes" if ask.right else "no")
            lines.append(voice.say(f"问是否{word}：{yes}。", f"Asked whether {cast.names[ask.args[0]]} {word}: {yes}."))
        elif ask.kind == "best":
            shown = self._shown(world, results[ask.right], voice)
            every = voice.join([str(result) for result in results])
            word = voice.say(
                "最大" if world.kind in (EXAM, TICKET) else "最小",
                "largest" if world.kind in (EXAM, TICKET) else "smallest",
            )
            name = cast.names[ask.right]
            lines.append(
                voice.say(f"{every}中{word}的是{shown}，即{name}。", f"Of {every} the {word} is {shown}: {name}.")
            )
        else:
            bound = ask.args[0]
            fits = [
                cast.names[who]
                for who, result in enumerate(results)
                if (result >= bound if world.kind == EXAM else result == bound)
            ]
            word, listed = self._phrase(world, bound, voice), voice.join(fits) or voice.say("无", "none")
            tail = voice.say(f"，共{len(fits)}人", f", {len(fits)} in all") if ask.kind == "count" else ""
            lines.append(voice.say(f"{word}的：{listed}{tail}。", f"Who {word}: {listed}{tail}."))
        return "\n".join(lines)
