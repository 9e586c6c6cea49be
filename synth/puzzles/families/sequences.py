# ruff: noqa: E501 - Chinese sentences stay whole (ruff counts wide characters twice)
"""Sequences made by a stated rule: an element, the first one past a bound, membership, sums of the first ones."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice

Value = bool | int | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A rule and the first elements."""

    rule: str
    """``step``, ``times``, ``swing``, ``growing``, ``two``, ``parity``, ``digits`` or ``limit``."""
    start: tuple[int, ...]
    a: int
    b: int
    limit: int
    """``limit``: terms above it go down by b, others up by a."""
    length: int
    """How many elements questions reach."""


def _next(world: World, items: list[int]) -> int:
    """Return the element after ``items``."""
    last, number = items[-1], len(items)
    if world.rule == "two":
        return last + items[-2]
    if world.rule == "parity":
        return last // 2 if last % 2 == 0 else last + world.a
    if world.rule == "limit":
        return last - world.b if last > world.limit else last + world.a
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
    if world.rule == "limit":
        return old + (a, -b)[old >= world.limit + 1]
    return old + a if old & 1 else old >> 1


class Sequences(Family[World, Value, int]):
    """Values: an element, a position, a sum, the sequence's start, or True/False. The cast is the setting's number."""

    name = "sequences"
    title = "sequences by a stated rule"
    changes = {"start": "more"}

    def world(self, rng: Random, level: int) -> World:
        rule = rng.choice(("step", "times", "swing", "growing", "two", "parity", "digits", "limit"))
        length = 4 + level // 3 + rng.randrange(2)
        start: tuple[int, ...] = (rng.randrange(1, 20),)
        a, b, limit = rng.randrange(2, 13), rng.randrange(1, 8), rng.randrange(15, 40)
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
        elif rule == "limit":
            start, a, b = (limit + rng.randrange(-12, 13),), rng.randrange(3, 13), rng.randrange(3, 13)
        return World(rule, start, a, b, limit, length)

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
                asks.append(Ask(kind, (number, claim), claim == right, (claim != right,)))
            elif kind == "past":
                high = max(items[: number - 1])
                if right > high:
                    bound, strict = rng.randrange(high, right), rng.randrange(2)
                    asks.append(
                        Ask(
                            kind,
                            (bound + 1 - strict, strict),
                            number,
                            near_misses(rng, number, [number - 1, number + 1], low=1),
                        )
                    )
            elif kind == "member":
                shown = items[: world.length]
                others = [x for x in range(min(shown), max(shown)) if x not in shown] or [max(shown) + 1]
                goal = rng.choice(shown[2:] if rng.random() < 0.5 else others)
                asks.append(Ask(kind, (goal,), goal in shown, (goal not in shown,)))
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
                odd = rng.randrange(2)
                evens = sum(item % 2 == odd for item in items[:number])
                asks.append(Ask(kind, (number, odd), evens, near_misses(rng, evens, [number - evens], high=number)))
        return asks or [Ask("nth", (world.length,), items[-2], near_misses(rng, items[-2], [items[-1]]))]

    def operations(self, world: World, ask: Ask[Value]) -> int:
        return ask.args[0] if ask.kind in ("nth", "nth_is", "sum", "first", "evens") else world.length

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        size = ask.args[0]
        if ask.kind == "nth":
            return value == _closed(world, size)
        if ask.kind == "nth_is":
            return value == (_closed(world, size) == ask.args[1])
        if ask.kind == "past":
            number = 1
            while _closed(world, number) < size + ask.args[1]:
                number += 1
            return value == number
        if ask.kind == "member":
            return value == any(_closed(world, number) == size for number in range(1, world.length + 1))
        elements = [_closed(world, number) for number in range(1, size + 1)]
        if ask.kind == "first":
            return value == tuple(elements)
        return value == (
            sum(elements) if ask.kind == "sum" else len([item for item in elements if item & 1 == ask.args[1]])
        )

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
            "limit": (
                [
                    f"以后看前一{what}：大于{world.limit}就减{b}，否则加{a}，得到下一{what}",
                    f"若某{what}超过{world.limit}，下一{what}比它少{b}；若不超过，下一{what}比它多{a}",
                ],
                [f"if a term is above {world.limit}, the next one is {b} less; if not, the next one is {a} more"],
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
            zh, en = ("超过", "greater than") if ask.args[1] else ("达到", "of at least")
            return voice.pick(
                [
                    f"从第几{unit}起第一次{zh}{size}？",
                    f"第一个{'大于' if ask.args[1] else '不小于'}{size}的是第几{unit}？",
                    f"最早{zh}{size}的是第几{unit}？",
                ],
                [f"Which is the number of the first term {en} {size}?"],
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
            [f"前{size}个数里有几个{'偶奇'[ask.args[1]]}数？", f"前{size}个数中{'偶奇'[ask.args[1]]}数的个数是多少？"],
            [f"How many of the first {size} terms are {('even', 'odd')[ask.args[1]]}?"],
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
        head = f"{number}{voice.say('：', ': ')}"
        if number <= len(world.start):
            return f"{head}{new}"
        old, comma = items[-2], voice.say("，", ", ")
        if world.rule == "parity":
            step = voice.say("奇", " odd ") + f"+{world.a}" if old % 2 else voice.say("偶", " even ") + "÷2"
            return f"{head}{old}{step}={new}"
        if world.rule == "limit":
            is_above = old > world.limit
            step = f"{old}-{world.b}" if is_above else f"{old}+{world.a}"
            return f"{head}{old}{'>' if is_above else '≤'}{world.limit}{comma}{step}={new}"
        work = {
            "step": f"{old}+{world.a}",
            "times": f"{old}×2" + (f"={2 * old}{comma}{2 * old}-{world.b}" if world.b else ""),
            "swing": f"{old}-{world.b}" if number % 2 else f"{old}+{world.a}",
            "growing": f"{old}+{world.a * (number - 1)}",
            "two": f"{items[-3] if number > 2 else 0}+{old}",
            "digits": f"{old}+{old % 10}={old + old % 10}{comma}{old + old % 10}+{world.a}",
        }[world.rule]
        return f"{head}{work}={new}"

    def chain(self, world: World, ask: Ask[Value], cast: int, voice: Voice, shown: tuple[Value, ...]) -> str:
        size, kind, comma = ask.args[0], ask.kind, voice.say("，", ", ")
        count = world.length if kind == "member" else size
        if kind == "past":
            assert isinstance(ask.right, int)
            count = ask.right
        items = _items(world, count)
        lines: list[str] = []
        total = found = 0
        for number, new in enumerate(items, 1):
            line = self._line(world, items[:number], voice)
            if kind == "past":
                reached, strict = new >= size + ask.args[1], bool(ask.args[1])
                line += (">" if strict else "≥") if reached else ("≤" if strict else "<")
                line += str(size)
            elif kind == "member":
                line += f"{'=' if new == size else '≠'}{size}"
            elif kind == "sum":
                line += comma + voice.say("和", "sum ") + (f"{total}+{new}={total + new}" if total else str(new))
                total += new
            elif kind == "evens":
                line += comma + (voice.say("奇", "odd") if new % 2 else voice.say("偶", "even"))
                if new % 2 == ask.args[1]:
                    found += 1
                    line += voice.say(f"{found}个", f" {found}")
            lines.append(line)
            if kind == "member" and new == size:
                break
        if kind == "nth_is":
            claim = ask.args[1]
            sign, word = ("=", voice.say("是", "yes")) if items[-1] == claim else ("≠", voice.say("否", "no"))
            lines.append(f"{items[-1]}{sign}{claim}{comma}{word}")
        elif kind == "member":
            lines.append(voice.say("出现。" if ask.right else "没有。", "It is." if ask.right else "It is not."))
        elif kind == "evens":
            lines.append(voice.say(f"共{found}个。", f"{found} in all."))
        return "\n".join(lines)
