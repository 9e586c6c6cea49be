# ruff: noqa: E501 - Chinese sentences stay whole (ruff counts wide characters twice)
"""Sequences made by a stated rule: an element, the first one past a bound, membership, sums of the first ones."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from synth.family import Ask, Family
from synth.near import near_misses
from synth.voice import Voice

Value = bool | int | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A rule and the first elements."""

    rule: str
    """``step``, ``times``, ``swing``, ``growing``, ``two``, ``parity`` or ``digits``."""
    start: tuple[int, ...]
    a: int
    b: int
    length: int
    """How many elements questions reach."""


def _next(world: World, items: list[int]) -> int:
    """Return the element after ``items``."""
    last, number = items[-1], len(items)
    if world.rule == "two":
        return last + items[-2]
    if world.rule == "parity":
        return last // 2 if last % 2 == 0 else last + world.a
    return {
        "step": last + world.a,
        "times": 2 * last - world.b,
        "swing": last + world.a if number % 2 else last - world.b,
        "growing": last + world.a * number,
        "digits": last + last % 10 + world.a,
    }[world.rule]


def _items(world: World, length: int) -> list[int]:
    items = list(world.start)
    while len(items) < length:
        items.append(_next(world, items))
    return items[:length]


def _closed(world: World, number: int) -> int:
    """Work element ``number`` (from 1) out without the running list, for the prover."""
    first, a, b, steps = world.start[0], world.a, world.b, number - 1
    if world.rule == "step":
        return first + a * steps
    if world.rule == "times":
        return int((first - b) * 2**steps) + b
    if world.rule == "swing":
        return first + a * ((steps + 1) // 2) - b * (steps // 2)
    if world.rule == "growing":
        return first + a * steps * number // 2
    if world.rule == "two":
        return world.start[steps] if steps < 2 else _closed(world, number - 1) + _closed(world, number - 2)
    if number == 1:
        return first
    old = _closed(world, number - 1)
    if world.rule == "digits":
        return old + a + int(str(old)[-1])
    return old + a if old & 1 else old >> 1


class Sequences(Family[World, Value, int]):
    """Values: an element, a position, a sum, the sequence's start, or True/False. The cast is the setting's number."""

    name = "sequences"
    title = "sequences by a stated rule"

    def world(self, rng: Random, level: int) -> World:
        rule = rng.choice(("step", "times", "swing", "growing", "two", "parity", "digits"))
        length = 4 + level // 2 + rng.randrange(2)
        start: tuple[int, ...] = (rng.randrange(1, 20),)
        a, b = rng.randrange(2, 13), rng.randrange(1, 8)
        if rule == "times":
            b = rng.randrange(4)
            start, length = (b + rng.randrange(1, 5),), min(length, 8)
        elif rule == "swing":
            a = b + rng.randrange(1, 8)
        elif rule == "growing":
            a = rng.randrange(1, 4)
        elif rule == "two":
            start = (rng.randrange(1, 5), rng.randrange(2, 7))
        elif rule == "parity":
            a = rng.choice((1, 3, 5, 7))
            start = (rng.randrange(20, 100),)
        elif rule == "digits":
            a = rng.randrange(1, 4)
        return World(rule, start, a, b, length)

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        items = _items(world, world.length + 1)
        asks: list[Ask[Value]] = []
        for kind in rng.sample(["nth", "nth_is", "past", "member", "sum", "first", "evens"], 3):
            number = rng.randrange(len(world.start) + 2, world.length + 1)
            right = items[number - 1]
            wrong = near_misses(rng, right, rng.sample([items[number - 2], items[number]], 1))
            if kind == "nth":
                asks.append(Ask(kind, (number,), right, wrong))
            elif kind == "nth_is":
                claim = right if rng.random() < 0.5 else rng.choice(wrong)
                asks.append(Ask(kind, (number, claim), claim == right, (claim != right,), is_fixed_order=True))
            elif kind == "past":
                high = max(items[: number - 1])
                if right > high:
                    bound = rng.randrange(high, right)
                    asks.append(Ask(kind, (bound,), number, near_misses(rng, number, [number - 1, number + 1], low=1)))
            elif kind == "member":
                shown = items[: world.length]
                others = [x for x in range(min(shown), max(shown)) if x not in shown] or [max(shown) + 1]
                goal = rng.choice(shown[2:] if rng.random() < 0.5 else others)
                asks.append(Ask(kind, (goal,), goal in shown, (goal not in shown,), is_fixed_order=True))
            elif kind == "sum":
                count = min(number, 3 + world.length // 3)
                total = sum(items[:count])
                if total < 1000:
                    asks.append(
                        Ask(
                            kind,
                            (count,),
                            total,
                            near_misses(rng, total, [total - items[count - 1], total + items[count]]),
                        )
                    )
            elif kind == "first":
                start = tuple(items[:number])
                at = rng.randrange(1, number)
                slips = [
                    (*start[:at], start[at] + 1, *start[at + 1 :]),
                    (*start[:-1], start[-1] + 2),
                    (*start[:-1], start[-1] - 1),
                    tuple(items[1 : number + 1]),
                ]
                rng.shuffle(slips)
                asks.append(Ask(kind, (number,), start, tuple(slip for slip in dict.fromkeys(slips) if slip != start)))
            else:
                evens = sum(item % 2 == 0 for item in items[:number])
                asks.append(Ask(kind, (number,), evens, near_misses(rng, evens, [number - evens], high=number)))
        return asks or [Ask("nth", (world.length,), items[-2], near_misses(rng, items[-2], [items[-1]]))]

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        size = ask.args[0]
        if ask.kind == "nth":
            return value == _closed(world, size)
        if ask.kind == "nth_is":
            return value == (_closed(world, size) == ask.args[1])
        if ask.kind == "past":
            number = 1
            while _closed(world, number) <= size:
                number += 1
            return value == number
        if ask.kind == "member":
            return value == any(_closed(world, number) == size for number in range(1, world.length + 1))
        elements = [_closed(world, number) for number in range(1, size + 1)]
        if ask.kind == "first":
            return value == tuple(elements)
        return value == (sum(elements) if ask.kind == "sum" else len([item for item in elements if not item & 1]))

    def cast(self, world: World, voice: Voice) -> int:
        return int(voice.rng.random() * 3)

    def tell(self, world: World, cast: int, voice: Voice) -> str:
        a, b = world.a, world.b
        what = ("项", "天的数量", "个数")[cast]
        first_zh = {"two": f"第1{what}是{world.start[0]}，第2{what}是{world.start[-1]}"}.get(
            world.rule, f"第1{what}是{world.start[0]}"
        )
        first_en = {"two": f"The first two terms are {world.start[0]} and {world.start[-1]}"}.get(
            world.rule, f"The first term is {world.start[0]}"
        )
        minus_zh, minus_en = (f"再减{b}", f" minus {b}") if b else ("", "")
        rules: dict[str, tuple[list[str], list[str]]] = {
            "step": (
                [f"以后每{what}都比前一{what}多{a}", f"从第2{what}起，每{what}等于前一{what}加{a}"],
                [f"each next term is {a} more than the term before"],
            ),
            "times": (
                [
                    f"以后每{what}等于前一{what}的2倍{minus_zh}",
                    f"从第2{what}起，把前一{what}乘以2{minus_zh}就得到这一{what}",
                ],
                [f"each next term is twice the term before{minus_en}"],
            ),
            "swing": (
                [
                    f"以后轮流加{a}、减{b}：第2{what}加{a}得到，第3{what}减{b}得到，第4{what}又加{a}，如此交替",
                    f"从第1{what}到第2{what}加{a}，从第2{what}到第3{what}减{b}，之后一直这样一加一减",
                ],
                [f"then add {a} and subtract {b} in turn, beginning with adding {a}"],
            ),
            "growing": (
                [
                    f"第2{what}比前一{what}多{a}，第3{what}比前一{what}多{2 * a}，第4{what}比前一{what}多{3 * a}，增加的量每次多{a}",
                    f"相邻两{what}的增加量依次是{a}、{2 * a}、{3 * a}……（每次多{a}）",
                ],
                [f"the increases are {a}, {2 * a}, {3 * a} and so on, growing by {a} each time"],
            ),
            "two": (
                [f"从第3{what}起，每{what}等于前两{what}之和", f"以后每{what}都是它前面两{what}相加的结果"],
                ["each later term is the sum of the two terms before it"],
            ),
            "parity": (
                [
                    f"以后看前一{what}：是偶数就除以2，是奇数就加{a}，得到下一{what}",
                    f"若某{what}是偶数，下一{what}是它的一半；若是奇数，下一{what}是它加{a}",
                ],
                [f"if a term is even, the next one is half of it; if it is odd, the next one is {a} more"],
            ),
            "digits": (
                [
                    f"以后每{what}等于前一{what}加上前一{what}的个位数字，再加{a}",
                    f"把前一{what}加上它自己的个位数字，再加{a}，就得到下一{what}",
                ],
                [f"each next term is the term before plus its last digit plus {a}"],
            ),
        }
        rule = voice.pick(*rules[world.rule])
        zh_heads = (
            ["一个数列按如下规则产生：", "已知一列数：", "**数列规则**："],
            ["某仓库每天记录货物数量：", "小店每天记下卖出的数量：", "池塘里每天数一次浮萍："],
            ["机器依次打印一串数：", "老师在黑板上依次写数：", "按下面的规则写出一串数："],
        )[cast]
        head = voice.pick(
            zh_heads, ["A sequence is made by this rule.", "Numbers are written down one after the other."]
        )
        if voice.rng.random() < 0.4:
            return f"{head}\n{voice.listing([first_zh, rule] if voice.zh else [first_en, rule])}"
        return voice.say(f"{head}{first_zh}，{rule}。", f"{head} {first_en}; {rule}.")

    def question(self, world: World, ask: Ask[Value], cast: int, voice: Voice) -> str:
        size = ask.args[0]
        what = ("项", "天的数量", "个数")[cast]
        if ask.kind == "nth":
            return voice.pick(
                [f"第{size}{what}是多少？", f"求第{size}{what}。", f"按规则，第{size}{what}等于几？"],
                [f"What is term number {size}?", f"Find term {size}."],
            )
        if ask.kind == "nth_is":
            return voice.pick(
                [
                    f"第{size}{what}是{ask.args[1]}吗？",
                    f"第{size}{what}等于{ask.args[1]}，对吗？",
                    f"第{size}{what}是不是{ask.args[1]}？",
                ],
                [f"Is term number {size} equal to {ask.args[1]}?"],
            )
        if ask.kind == "past":
            unit = ("项", "天", "个")[cast]
            return voice.pick(
                [
                    f"从第几{unit}起第一次超过{size}？",
                    f"第一个大于{size}的是第几{unit}？",
                    f"最早超过{size}的是第几{unit}？",
                ],
                [f"Which is the number of the first term greater than {size}?"],
            )
        if ask.kind == "member":
            return voice.pick(
                [
                    f"{size}在前{world.length}个数里出现吗？",
                    f"前{world.length}个数中有没有{size}？",
                    f"{size}是不是前{world.length}个数之一？",
                ],
                [f"Is {size} among the first {world.length} terms?"],
            )
        if ask.kind == "sum":
            return voice.pick(
                [f"前{size}个数之和是多少？", f"把前{size}个数加起来得多少？"],
                [f"What is the sum of the first {size} terms?"],
            )
        if ask.kind == "first":
            return voice.pick(
                [f"前{size}个数依次是哪些？", f"写出前{size}个数，应是哪一组？"], [f"Which are the first {size} terms?"]
            )
        return voice.pick(
            [f"前{size}个数里有几个偶数？", f"前{size}个数中偶数的个数是多少？"],
            [f"How many of the first {size} terms are even?"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: int, voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if isinstance(value, tuple):
            return ", ".join(map(str, value))
        if ask.kind == "past":
            return voice.say(f"第{value}" + ("项", "天", "个")[cast], f"term {value}")
        return str(value)

    def _line(self, world: World, items: list[int], voice: Voice) -> str:
        """Spell out how the last of ``items`` is made."""
        new, number = items[-1], len(items)
        if number <= len(world.start):
            return f"{number}: {new}"
        old = items[-2]
        note = ""
        if world.rule == "parity":
            note = voice.say(f"{old}是{'奇' if old % 2 else '偶'}数，", f"{old} is {'odd' if old % 2 else 'even'}, ")
        work = {
            "step": f"{old}+{world.a}",
            "times": f"{old}×2" + (f"={2 * old}, {2 * old}-{world.b}" if world.b else ""),
            "swing": f"{old}-{world.b}" if number % 2 else f"{old}+{world.a}",
            "growing": f"{old}+{world.a * (number - 1)}",
            "two": f"{items[-3] if number > 2 else 0}+{old}",
            "parity": f"{old}+{world.a}" if old % 2 else f"{old}÷2",
            "digits": f"{old}+{old % 10}={old + old % 10}, {old + old % 10}+{world.a}",
        }[world.rule]
        return f"{number}: {note}{work}={new}"

    def chain(self, world: World, ask: Ask[Value], cast: int, voice: Voice) -> str:
        size, kind = ask.args[0], ask.kind
        count = size
        if kind == "past":
            assert isinstance(ask.right, int)
            count = ask.right
        elif kind == "member":
            count = world.length
        items = _items(world, count)
        lines = []
        for number in range(1, count + 1):
            line = self._line(world, items[:number], voice)
            new = items[number - 1]
            if kind == "past":
                line += voice.say(
                    "，" + ("超过" if new > size else "不超过") + str(size),
                    f", {'above' if new > size else 'not above'} {size}",
                )
            elif kind == "evens":
                line += voice.say("，奇" if new % 2 else "，偶", ", odd" if new % 2 else ", even")
            lines.append(line)
        listed = ", ".join(map(str, items))
        if kind == "nth":
            lines.append(voice.say(f"第{size}个是{items[-1]}。", f"Term {size} is {items[-1]}."))
        elif kind == "nth_is":
            same, claim = items[-1] == ask.args[1], ask.args[1]
            lines.append(
                voice.say(
                    f"{items[-1]}与{claim}{'相等，是' if same else '不等，否'}。",
                    f"{items[-1]} and {claim} are {'equal: yes' if same else 'different: no'}.",
                )
            )
        elif kind == "past":
            lines.append(voice.say(f"第一次超过{size}的是第{count}个。", f"Term {count} is the first above {size}."))
        elif kind == "member":
            lines.append(
                voice.say(
                    f"前{count}个：{listed}，其中{'有' if ask.right else '没有'}{size}。",
                    f"First {count}: {listed}; {size} is {'there' if ask.right else 'not there'}.",
                )
            )
        elif kind == "first":
            lines.append(voice.say(f"依次是 {listed}。", f"In order: {listed}."))
        elif kind == "sum":
            total, parts = items[0], []
            for item in items[1:]:
                parts.append(f"{total}+{item}={total + item}")
                total += item
            lines.append(voice.say("求和：", "Sum: ") + ", ".join(parts))
        else:
            evens = [item for item in items if item % 2 == 0]
            shown = voice.join([f"{at}:{item}" for at, item in enumerate(evens, 1)]) or voice.say("无", "none")
            lines.append(voice.say(f"偶数：{shown}，共{len(evens)}个。", f"Even: {shown}; {len(evens)} in all."))
        return "\n".join(lines)
