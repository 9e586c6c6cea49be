"""Decision rules over attributes: final marks, discounts, grades and ticket prices with thresholds and conditions."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

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
    flags: tuple[bool, bool, bool]
    """Turns of the rules. EXAM: the lower mark counts, the cap is a floor, only marks above the pass mark pass.
    SHOP: totals must be above the threshold, tiers are told from the lowest up. AWARD: sums must be above the
    threshold, a mark equal to the least one is out too. TICKET: the child's age itself is free, the senior's is not."""


class Cast(NamedTuple):
    """Names of the people."""

    names: tuple[str, ...]


def _base(world: World, row: tuple[int, ...]) -> int:
    """The mark of the two that counts."""
    return min(row) if world.flags[0] else max(row)


def _reached(world: World, total: int, least: int) -> bool:
    """Whether a total reaches a threshold of SHOP or AWARD."""
    return total > least if world.flags[0] else total >= least


def _is_out(world: World, mark: int) -> bool:
    """Whether a single mark of AWARD rules a prize out."""
    return mark <= world.rules[-1] if world.flags[1] else mark < world.rules[-1]


def _is_child(world: World, age: int) -> bool:
    return age <= world.rules[0] if world.flags[0] else age < world.rules[0]


def _is_senior(world: World, age: int) -> bool:
    return age > world.rules[1] if world.flags[1] else age >= world.rules[1]


def _passes(world: World, mark: int) -> bool:
    return mark > world.rules[1] if world.flags[2] else mark >= world.rules[1]


def _result(world: World, row: tuple[int, ...]) -> int:
    """The final mark, the price to pay, the tier (0 best) or the ticket price."""
    rules = world.rules
    if world.kind == EXAM:
        base = _base(world, row)
        return max(base, rules[0]) if world.flags[1] else min(base, rules[0])
    if world.kind == SHOP:
        off = next((rules[at + 1] for at in range(0, len(rules) - 1, 2) if _reached(world, row[0], rules[at])), 0)
        return row[0] - off - (rules[-1] if row[1] else 0)
    if world.kind == AWARD:
        if _is_out(world, row[0]) or _is_out(world, row[1]):
            return len(rules) - 1
        return next((tier for tier, least in enumerate(rules[:-1]) if _reached(world, sum(row), least)), len(rules) - 1)
    price, extra = rules[2:]
    age, student, weekend = row
    base = 0 if _is_child(world, age) else price // 2 if _is_senior(world, age) or student else price
    return base + (extra if weekend and base else 0)


def _proved(world: World, row: tuple[int, ...]) -> int:
    """Prover: the same rules the other way round; "above t" is "at least t + 1", as all numbers are whole."""
    rules, (one, two, _) = world.rules, map(int, world.flags)
    if world.kind == EXAM:
        marks = sorted(row)
        return sorted((marks[1 - one], rules[0]))[two]
    if world.kind == SHOP:
        steps = sorted((rules[at] + one, rules[at + 1]) for at in range(0, len(rules) - 1, 2))
        off = 0
        for least, amount in steps:
            if not row[0] < least:
                off = amount
        return row[0] - (off + row[1] * rules[-1])
    if world.kind == AWARD:
        is_out = any(mark < rules[-1] + two for mark in row)
        return len(rules) - 1 if is_out else sum(least + one > row[0] + row[1] for least in rules[:-1])
    child, senior, price, extra = rules
    if row[0] < child + one:
        return 0
    is_half = (row[0] < senior + two, row[1]) != (True, 0)
    return (price // 2 if is_half else price) + row[2] * extra


def _tiers_told(world: World) -> range:
    """Where the (threshold, off) pairs of SHOP lie, in the order told."""
    pairs = range(0, len(world.rules) - 1, 2)
    return pairs[::-1] if world.flags[1] else pairs


class Eligibility(Family[World, int, Cast]):
    """Values: 1/0 for yes/no, a person, or a number (mark, price, tier, count)."""

    name = "eligibility"
    title = "decision rules with thresholds and conditions"
    changes = {"flags": "flip"}

    def world(self, rng: Random, level: int) -> World:
        kind, size = rng.randrange(4), 3 + (level - 1) // 3
        flags = (rng.random() < 0.4, rng.random() < 0.4, rng.random() < 0.4)
        if kind == SHOP and size > 3:  # the longest chains a person
            size -= 1
        rules: tuple[int, ...]
        rows: list[tuple[int, ...]]
        if kind == EXAM:
            cap = rng.choice([60, 65, 70, 75, 80, 85, 90])
            slack = rng.choice([0, 5, 10, 15])
            rules = (cap, min(95, cap + slack) if flags[1] else cap - slack)
            rows = [tuple(min(100, max(0, cap + rng.randrange(-40, 26))) for _ in range(2)) for _ in range(size)]
        elif kind == SHOP:
            count = 1 + (level + 1) // 4
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
            tiers = 2 + level // 6
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
        return World(kind, rules, tuple(rows), flags)

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
            fits = [who for who in people if _passes(world, results[who])]
            fails = [who for who in people if who not in fits]
        else:
            fits = [who for who in people if results[who] == bound]
            fails = [who for who in people if results[who] != bound]
        pool = fits if fits and (rng.random() < 0.52 or not fails) else fails
        who = rng.choice(pool)
        asks.append(Ask("is", (who, bound), who in fits, (who not in fits,)))
        if fits and fails:
            asks.append(Ask("who", (bound,), fits[0], tuple(fails[:4])))
        count = len(fits)
        near = around(count, 0, size)
        if rng.random() < 0.6:
            asks.append(Ask("count", (bound,), count, near))
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
            return Ask("value", (who,), right, tuple(tiers))
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
        return Ask("value", (who,), right, tuple(wrong))

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        results = [_proved(world, row) for row in world.rows]
        if ask.kind == "value":
            return results[ask.args[0]] == value
        if ask.kind == "best":
            others = results[:value] + results[value + 1 :]
            is_high = world.kind in (EXAM, TICKET)
            return all(results[value] > other if is_high else results[value] < other for other in others)
        bound = ask.args[-1]
        least = bound + int(world.flags[2])
        fits = [result >= least if world.kind == EXAM else result == bound for result in results]
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
        if world.kind == EXAM:
            heads, lines = self._exam(world)
        elif world.kind == SHOP:
            heads, lines = self._shop(world)
        elif world.kind == AWARD:
            heads, lines = self._award(world, voice)
        else:
            heads, lines = self._ticket(world)
        head = voice.pick(*heads)
        rule_texts = [voice.pick(zh, en) for zh, en in lines]
        if world.kind == TICKET:
            voice.rng.shuffle(rule_texts)
        told = voice.listing([text[0].upper() + text[1:] for text in rule_texts])
        rows = voice.listing([self._row(world, who, cast, voice) for who in range(len(world.rows))])
        data = voice.pick(["情况如下：", "各人的情况：", "已知："], ["The cases:", "Given:"])
        if voice.rng.random() < 0.25:
            return f"{data}\n{rows}\n{head}\n{told}"
        return f"{head}\n{told}\n{data}\n{rows}"

    def _exam(self, world: World) -> tuple[tuple[list[str], list[str]], list[tuple[list[str], list[str]]]]:
        cap, line = world.rules
        lower, floor, strict = world.flags
        zh_word, en_word = ("低", "lower") if lower else ("高", "higher")
        zh_side, en_side = ("大", "larger") if floor else ("小", "smaller")
        zh_past, en_past = ("不到", "below") if floor else ("超过", "above")
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
                    [f"先取期中分数和补考分数中较{zh_word}的一个", f"先看期中与补考，留下{zh_word}的那个分数"],
                    [f"take the {en_word} of the mid-term mark and the resit mark"],
                ),
                (
                    [
                        f"再与{cap}比较，取两者中较{zh_side}的作为最终分数",
                        f"如果得到的分数{zh_past}{cap}，最终分数就记为{cap}，否则保持不变",
                    ],
                    [
                        f"the final mark is the {en_side} of that and {cap}",
                        f"if that is {en_past} {cap}, the final mark is {cap}",
                    ],
                ),
                (
                    [f"最终分数超过{line}才算及格", f"最终分数高于{line}即为及格，正好{line}不算"]
                    if strict
                    else [f"最终分数达到{line}算及格", f"最终分数不低于{line}即为及格"],
                    [
                        f"a final mark above {line} is a pass"
                        if strict
                        else f"a final mark of at least {line} is a pass"
                    ],
                ),
            ],
        )

    def _shop(self, world: World) -> tuple[tuple[list[str], list[str]], list[tuple[list[str], list[str]]]]:
        rules, lines = world.rules, []
        for at in _tiers_told(world):
            least, off = rules[at : at + 2]
            lines.append(
                (
                    [f"原价超过{least}元减{off}元", f"原价高于{least}元时，减{off}元"],
                    [f"a total above {least} gets {off} off"],
                )
                if world.flags[0]
                else (
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
                [f"任何一科不高于{single}分的，没有奖", f"两科中只要有一科不超过{single}分，就没有奖"]
                if world.flags[1]
                else [f"任何一科低于{single}分的，没有奖", f"两科中只要有一科不到{single}分，就没有奖"],
                [
                    f"anyone with a mark of {single} or less in either subject gets no prize"
                    if world.flags[1]
                    else f"anyone with a mark below {single} in either subject gets no prize"
                ],
            )
        ]
        for tier, least in enumerate(tiers):
            name = self._tier(world, tier, voice)
            lines.append(
                (
                    [f"两科总分超过{least}分的，得{name}", f"总分高于{least}分，获{name}"]
                    if world.flags[0]
                    else [f"两科总分达到{least}分的，得{name}", f"总分不低于{least}分，获{name}"],
                    [
                        f"a sum above {least} gets {name}"
                        if world.flags[0]
                        else f"a sum of at least {least} gets {name}"
                    ],
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

    def _ticket(self, world: World) -> tuple[tuple[list[str], list[str]], list[tuple[list[str], list[str]]]]:
        child, senior, price, extra = world.rules
        with_child, past_senior, _ = world.flags
        return (
            (
                ["某景点的票价规定：", "游乐园门票这样收费：", "博物馆的售票规则："],
                ["Ticket prices of a park:", "A museum charges as follows:"],
            ),
            [
                ([f"全票{price}元", f"普通票价为{price}元"], [f"the full price is {price} yuan"]),
                (
                    [f"不超过{child}岁的儿童免费", f"{child}岁及以下免票"]
                    if with_child
                    else [f"不满{child}岁的儿童免费", f"年龄小于{child}岁，免票"],
                    [f"children of {child} or younger go free" if with_child else f"children under {child} go free"],
                ),
                (
                    [f"超过{senior}岁的老人或者学生，半价", f"学生以及年龄大于{senior}岁的人付半价"]
                    if past_senior
                    else [f"年满{senior}岁的老人或者学生，半价", f"学生以及{senior}岁以上（含{senior}岁）的人付半价"],
                    [
                        f"students and people older than {senior} pay half"
                        if past_senior
                        else f"students and people of {senior} or older pay half"
                    ],
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

    def _work(self, world: World, who: int, voice: Voice) -> list[str]:
        """Apply the rules to one person, one comparison or sum at a time."""
        rules, row = world.rules, world.rows[who]
        if world.kind == EXAM:
            lower, floor, _ = world.flags
            base, result = _base(world, row), _result(world, row)
            one = voice.say("低" if lower else "高", " low " if lower else " high ")
            two = voice.say("大" if floor else "小", " larger " if floor else " smaller ")
            return [
                f"{row[0]}{_sign(*row)}{row[1]}{one}{base}",
                f"{base}{_sign(base, rules[0])}{rules[0]}{two}{result}",
            ]
        if world.kind == SHOP:
            return self._shop_cells(world, row, voice)
        if world.kind == AWARD:
            cells = []
            for mark in row:
                is_out = _is_out(world, mark)
                sign = ("≤" if is_out else ">") if world.flags[1] else ("<" if is_out else "≥")
                cells.append(f"{mark}{sign}{rules[-1]}")
                if is_out:
                    return [*cells, self._tier(world, len(rules) - 1, voice)]
            total = sum(row)
            cells.append(f"{row[0]}+{row[1]}={total}")
            cells += self._reaching(world, total, rules[:-1])
            return [*cells, self._tier(world, _result(world, row), voice)]
        return self._ticket_cells(world, row, voice)

    @staticmethod
    def _reaching(world: World, total: int, thresholds: tuple[int, ...]) -> list[str]:
        """Compare with thresholds from the highest down, up to the first that is reached."""
        cells = []
        for least in thresholds:
            reached = _reached(world, total, least)
            sign = (">" if reached else "≤") if world.flags[0] else ("≥" if reached else "<")
            cells.append(f"{total}{sign}{least}")
            if reached:
                break
        return cells

    def _shop_cells(self, world: World, row: tuple[int, ...], voice: Voice) -> list[str]:
        """Go through the tiers in the order told, then cut, then the member's extra."""
        rules, (rest, member), off, cells = world.rules, row, 0, []
        for at in _tiers_told(world):
            cells += self._reaching(world, row[0], (rules[at],))
            reached = _reached(world, row[0], rules[at])
            if reached:
                off = rules[at + 1]
                cells[-1] += voice.say(f"减{off}", f" off {off}")
            # From the lowest up the last tier reached counts, from the highest down the first.
            if reached != world.flags[1]:
                break
        if off:
            cells.append(f"{rest}-{off}={rest - off}")
        rest -= off
        if member:
            cells.append(voice.say("会员", "member ") + f"{rest}-{rules[-1]}={rest - rules[-1]}")
        else:
            cells.append(voice.say("非会员", "no member ") + str(rest))
        return cells

    @staticmethod
    def _ticket_cells(world: World, row: tuple[int, ...], voice: Voice) -> list[str]:
        child, senior, price, extra = world.rules
        with_child, past_senior, _ = world.flags
        age, student, weekend = row
        if _is_child(world, age):
            return [f"{age}{'≤' if with_child else '<'}{child}{voice.say('免票', ' free ')}0"]
        cells, base = [f"{age}{'>' if with_child else '≥'}{child}"], price // 2
        half = f"{price}÷2={base}"
        if _is_senior(world, age):
            cells.append(f"{age}{'>' if past_senior else '≥'}{senior}{voice.say('半价', ' half ')}{half}")
        else:
            cells.append(f"{age}{'≤' if past_senior else '<'}{senior}")
            base = base if student else price
            cells.append(
                voice.say("学生半价", "student half ") + half
                if student
                else voice.say("非学生", "no student ") + str(price)
            )
        if weekend:
            cells.append(voice.say("周末", "weekend ") + f"{base}+{extra}={base + extra}")
        else:
            cells.append(voice.say("平日", "weekday ") + str(base))
        return cells

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        comma, colon = voice.say("，", ", "), voice.say("：", ": ")

        def work(who: int) -> list[str]:
            return self._work(world, who, voice)

        if ask.kind == "value":
            who = ask.args[0]
            return cast.names[who] + colon + comma.join(work(who))
        if ask.kind == "best":
            return "\n".join(self._best(world, cast, voice))
        lines, count, bound = [], 0, ask.args[-1]
        people = {"is": (ask.args[0],), "who": shown}.get(ask.kind, tuple(range(len(world.rows))))
        for place, who in enumerate(people):
            fits, test = self._fits(world, who, bound, voice)
            cells = [*work(who), test]
            if ask.kind == "is":
                cells[-1] += comma + voice.say("是" if fits else "否", "yes" if fits else "no")
            elif ask.kind == "count" and fits:
                count += 1
                cells.append(voice.say(f"{count}人", f"number {count}"))
            letter = f"{letter_of(place)} " if ask.kind == "who" else ""
            lines.append(letter + cast.names[who] + colon + comma.join(cells))
            if ask.kind == "who" and fits:
                break
        if ask.kind == "count":
            lines.append(voice.say(f"共{count}人。", f"{count} in all."))
        return "\n".join(lines)

    def _fits(self, world: World, who: int, bound: int, voice: Voice) -> tuple[bool, str]:
        """Whether a person is among those asked for, and the comparison that shows it."""
        result = _result(world, world.rows[who])
        if world.kind == EXAM:
            fits, strict = _passes(world, result), world.flags[2]
            sign = (">" if strict else "≥") if fits else ("≤" if strict else "<")
            return fits, f"{result}{sign}{bound}" + voice.say(
                "及格" if fits else "不及格", " pass" if fits else " fail"
            )
        fits = result == bound
        word = voice.say("符合" if fits else "不符", " fits" if fits else " no")
        if world.kind == AWARD:
            return fits, word.strip()
        return fits, f"{result}{'=' if fits else '≠'}{bound}{word}"

    def _best(self, world: World, cast: Cast, voice: Voice) -> list[str]:
        """Work everyone out and carry the best so far along with the name."""
        is_high = world.kind in (EXAM, TICKET)
        word = voice.say("最高" if is_high else "最少", "most" if is_high else "least")
        lines: list[str] = []
        best, mark = 0, 0
        for who, row in enumerate(world.rows):
            cells, result = self._work(world, who, voice), _result(world, row)
            if who:
                cells.append(f"{result}{_sign(result, mark)}{mark}")
            if not who or (result > mark if is_high else result < mark):
                best, mark = who, result
            cells.append(f"{word} {cast.names[best]} {mark}" if not voice.zh else f"{word}{cast.names[best]}{mark}")
            lines.append(f"{cast.names[who]}{voice.say('：', ': ')}{voice.say('，', ', ').join(cells)}")
        return lines


def _sign(one: int, two: int) -> str:
    return "<" if one < two else ">" if one > two else "="
