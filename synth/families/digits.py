"""Digits of numbers: digit sums, digital roots, reversals, even digits, and divisibility rules."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from synth.family import Ask, Family
from synth.near import near_misses
from synth.voice import Voice

_RULES = {
    "sum": (
        ("{0}(n)：n 的各位数字之和", "{0}(n) 表示把 n 的每一位数字加起来", "{0}(n) 等于 n 所有数位上的数字相加的结果"),
        ("{0}(n) is the sum of the digits of n", "{0}(n): add up all digits of n"),
    ),
    "root": (
        ("{0}(n)：反复把各位数字相加，直到只剩一位数", "{0}(n) 表示不断求各位数字之和，直到得到一位数为止"),
        ("{0}(n): add up the digits again and again until one digit is left",),
    ),
    "reverse": (
        ("{0}(n)：把 n 的数字倒过来写得到的数", "{0}(n) 表示把 n 的各位数字颠倒顺序后的数"),
        ("{0}(n) is n with its digits in the opposite order", "{0}(n): write the digits of n backwards"),
    ),
    "evens": (
        ("{0}(n)：n 中偶数数字（0、2、4、6、8）的个数", "{0}(n) 表示 n 的各位里有几个偶数（0也算偶数）"),
        ("{0}(n) counts the even digits of n (0 is even)", "{0}(n): how many digits of n are 0, 2, 4, 6 or 8"),
    ),
    "odds": (
        ("{0}(n)：n 中奇数数字（1、3、5、7、9）的个数", "{0}(n) 表示 n 的各位里有几个奇数"),
        ("{0}(n) counts the odd digits of n", "{0}(n): how many digits of n are 1, 3, 5, 7 or 9"),
    ),
    "largest": (
        ("{0}(n)：n 的各位中最大的数字", "{0}(n) 取 n 的数位里最大的那个数字"),
        ("{0}(n) is the largest digit of n",),
    ),
    "smallest": (
        ("{0}(n)：n 的各位中最小的数字", "{0}(n) 取 n 的数位里最小的那个数字"),
        ("{0}(n) is the smallest digit of n",),
    ),
    "range": (
        ("{0}(n)：n 的最大数字减去最小数字", "{0}(n) 等于 n 的各位里最大数字与最小数字的差"),
        ("{0}(n) is the largest digit of n minus its smallest digit",),
    ),
    "ends": (
        ("{0}(n)：n 的首位数字加上末位数字", "{0}(n) 等于 n 的第一位与最后一位数字之和"),
        ("{0}(n) is the first digit of n plus its last digit",),
    ),
}
_OPS = tuple(_RULES)
_DIVISORS = {
    2: (
        "末位数字是偶数的数能被2整除，否则不能",
        "a number is divisible by 2 exactly if its last digit is even",
    ),
    3: (
        "各位数字之和能被3整除的数能被3整除，否则不能",
        "a number is divisible by 3 exactly if its digit sum is divisible by 3",
    ),
    5: (
        "末位数字是0或5的数能被5整除，否则不能",
        "a number is divisible by 5 exactly if its last digit is 0 or 5",
    ),
    9: (
        "各位数字之和能被9整除的数能被9整除，否则不能",
        "a number is divisible by 9 exactly if its digit sum is divisible by 9",
    ),
}


@dataclass(frozen=True, slots=True)
class World:
    """Numbers and what is asked about their digits."""

    numbers: tuple[int, ...]
    ops: tuple[str, ...]
    divisor: int


class Cast(NamedTuple):
    """Names of the functions, and whether the numbers are told in advance."""

    names: tuple[str, ...]
    is_inline: bool


def _value(op: str, number: int) -> int:
    """Work on the decimal text of the number."""
    digits = [int(c) for c in str(number)]
    if op == "root":
        total = sum(digits)
        return total if total < 10 else _value("root", total)
    if op == "reverse":
        return int(str(number)[::-1])
    return {
        "sum": sum(digits),
        "evens": sum(digit % 2 == 0 for digit in digits),
        "odds": sum(digit % 2 for digit in digits),
        "largest": max(digits),
        "smallest": min(digits),
        "range": max(digits) - min(digits),
        "ends": digits[0] + digits[-1],
    }[op]


def _prove(op: str, number: int) -> int:
    """Work with divisions by ten only (independent of ``_value``)."""
    if op == "root":
        return 1 + (number - 1) % 9
    total = turned = evens = count = 0
    high, low, last, digit = 0, 9, number % 10, 0
    while number:
        number, digit = divmod(number, 10)
        total, turned, count = total + digit, turned * 10 + digit, count + 1
        evens += 1 - digit % 2
        high, low = (digit if digit > high else high), (digit if digit < low else low)
    results = {"sum": total, "reverse": turned, "evens": evens, "odds": count - evens, "largest": high}
    return (results | {"smallest": low, "range": high - low, "ends": digit + last})[op]


class Digits(Family[World, int, Cast]):
    """Values: a number, the index of a number, or True/False."""

    name = "digits"
    title = "digits of numbers"

    def world(self, rng: Random, level: int) -> World:
        length = 2 + (level + 1) // 2
        divisor = rng.choice(tuple(_DIVISORS))
        numbers: list[int] = []
        while len(numbers) < 4:
            size = max(2, length - rng.randrange(2))
            number = rng.randrange(10 ** (size - 1), 10**size)
            if rng.random() < 0.35:
                number -= number % divisor
            if number % 10 and number > 9 and number not in numbers:
                numbers.append(number)
        return World(tuple(numbers), tuple(rng.sample(_OPS, 3)), divisor)

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        asks: list[Ask[int]] = []
        order = rng.sample(range(len(world.numbers)), len(world.numbers))
        for kind in rng.sample(["value", "value", "is", "most", "divides", "divisible"], 3):
            which, op = order[len(asks)], rng.randrange(len(world.ops))
            number = world.numbers[which]
            if kind in ("value", "is"):
                right = _value(world.ops[op], number)
                wrong = self._wrong(world.ops[op], number, right, rng)
                if kind == "value":
                    asks.append(Ask("value", (op, which), right, wrong))
                else:
                    claim = right if rng.random() < 0.5 else rng.choice(wrong)
                    asks.append(Ask("is", (op, which, claim), claim == right, (claim != right,), is_fixed_order=True))
            elif kind == "most":
                ranked = sorted(order, key=lambda each: -_value(world.ops[op], world.numbers[each]))
                best = [_value(world.ops[op], world.numbers[each]) for each in ranked[:2]]
                if best[0] > best[1]:
                    asks.append(Ask("most", (op,), ranked[0], tuple(ranked[1:])))
            else:
                fits = [each for each in order if world.numbers[each] % world.divisor == 0]
                rest = [each for each in order if each not in fits]
                if kind == "divides":
                    each = rng.choice(fits if fits and (rng.random() < 0.5 or not rest) else rest)
                    asks.append(Ask("divides", (each,), each in fits, (each not in fits,), is_fixed_order=True))
                elif fits and rest:
                    asks.append(Ask("divisible", (), fits[0], tuple(rest)))
        right = _value(world.ops[0], world.numbers[0])
        return asks or [Ask("value", (0, 0), right, self._wrong(world.ops[0], world.numbers[0], right, rng))]

    def _wrong(self, op: str, number: int, right: int, rng: Random) -> tuple[int, ...]:
        if op == "reverse":
            text = str(right)
            slips = [number, int(text[1:] + text[0]), int(text[-1] + text[:-1]), int(text[1] + text[0] + text[2:])]
            at = rng.randrange(len(text) - 1)
            slips.append(int(text[:at] + text[at + 1] + text[at] + text[at + 2 :]))
            slips += [right + 1, right + 10]
            return tuple(slip for slip in dict.fromkeys(slips) if slip != right)[:4]
        kin = {"root": ["sum"], "evens": ["odds"], "odds": ["evens"], "largest": ["smallest"], "smallest": ["largest"]}
        slips = [_value(other, number) for other in kin.get(op, [])]
        if op in ("evens", "odds"):
            return near_misses(rng, right, slips, high=max(3, len(str(number))))
        top = 9 if op in ("root", "largest", "smallest", "range") else None
        return near_misses(rng, right, slips, high=top, low=1 if op in ("root", "sum") else 0)

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind == "value":
            return value == _prove(world.ops[ask.args[0]], world.numbers[ask.args[1]])
        if ask.kind == "is":
            return bool(value) == (_prove(world.ops[ask.args[0]], world.numbers[ask.args[1]]) == ask.args[2])
        if ask.kind == "most":
            mine = _prove(world.ops[ask.args[0]], world.numbers[value])
            return all(mine >= _prove(world.ops[ask.args[0]], number) for number in world.numbers)
        number = world.numbers[ask.args[0] if ask.kind == "divides" else value]
        fits = number - number // world.divisor * world.divisor == 0
        return bool(value) == fits if ask.kind == "divides" else fits

    def cast(self, world: World, voice: Voice) -> Cast:
        names = voice.pick(*[["fgh", "FGH", "STU", "ABC", "pqr"]] * 2)
        return Cast(tuple(names), voice.rng.random() < 0.4)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        head = voice.pick(
            [
                "关于自然数的各位数字，有以下规定：",
                "下面的规则都只看一个数的数位：",
                "**数字游戏** 规则如下：",
                "某密码系统对编号 n 作如下计算：",
            ],
            ["Rules about the digits of a number n:", "A code system works on the digits of a number n as follows:"],
        )
        rules = []
        for name, op in zip(cast.names, world.ops, strict=True):
            zh, en = _RULES[op]
            rules.append(voice.pick(zh, en).format(name))
        rules.append(voice.say(*_DIVISORS[world.divisor]))
        text = f"{head}\n{voice.listing(rules)}"
        if not cast.is_inline:
            listed = self._listed(world, voice)
            text += voice.pick(
                [f"\n现有编号：{listed}。", f"\n给出的数有 {listed}。"],
                [f"\nThe numbers are {listed}.", f"\nGiven numbers: {listed}."],
            )
        return text

    def _listed(self, world: World, voice: Voice) -> str:
        return voice.join([str(number) for number in world.numbers])

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        among = ""
        if cast.is_inline and ask.kind in ("most", "divisible"):
            listed = self._listed(world, voice)
            among = voice.say(f"有四个数：{listed}。", f"Take the numbers {listed}. ")
        if ask.kind in ("value", "is"):
            call = f"{cast.names[ask.args[0]]}({world.numbers[ask.args[1]]})"
            if ask.kind == "value":
                return voice.pick(
                    [f"{call} 等于多少？", f"按规则计算 {call}，结果是几？", f"求 {call}。"],
                    [f"What is {call}?", f"Work out {call}."],
                )
            claim = ask.args[2]
            return voice.pick(
                [f"{call} 等于 {claim} 吗？", f"{call} = {claim}，对不对？", f"{call} 的值是否为 {claim}？"],
                [f"Is {call} equal to {claim}?", f"Is it right that {call} = {claim}?"],
            )
        if ask.kind == "most":
            name = cast.names[ask.args[0]]
            return among + voice.pick(
                [f"哪个数的 {name} 值最大？", f"{name}(n) 在哪个数上取得最大值？", f"其中谁的 {name} 最大？"],
                [f"Which number has the greatest value of {name}?", f"For which of them is {name}(n) greatest?"],
            )
        divisor = world.divisor
        if ask.kind == "divides":
            number = world.numbers[ask.args[0]]
            return voice.pick(
                [
                    f"{number} 能被{divisor}整除吗？",
                    f"{number} 是不是{divisor}的倍数？",
                    f"判断 {number} 能否被{divisor}整除。",
                ],
                [f"Is {number} divisible by {divisor}?", f"Does {divisor} divide {number}?"],
            )
        return among + voice.pick(
            [f"下列哪个数能被{divisor}整除？", f"以下哪一个是{divisor}的倍数？", f"可以被{divisor}整除的是哪个数？"],
            [f"Which of these is divisible by {divisor}?", f"Which of these is a multiple of {divisor}?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        return str(world.numbers[value]) if ask.kind in ("most", "divisible") else str(value)

    def _sum(self, number: int) -> str:
        """Spell the digit sum out, one addition at a time."""
        digits = [int(c) for c in str(number)]
        total, parts = digits[0], []
        for digit in digits[1:]:
            parts.append(f"{total}+{digit}={total + digit}")
            total += digit
        return ", ".join(parts) or str(total)

    def _work(self, op: str, number: int, voice: Voice) -> str:
        """Derive one value from the digits."""
        value = _value(op, number)
        digits = str(number)
        listed = voice.join(digits)
        start = voice.say(f"{number}的各位是{listed}", f"digits of {number}: {listed}")
        if op in ("sum", "root"):
            text = f"{start}; {self._sum(number)}"
            total = sum(map(int, digits))
            while op == "root" and total > 9:
                text += voice.say(f"; 再看{total}：{self._sum(total)}", f"; then {total}: {self._sum(total)}")
                total = sum(map(int, str(total)))
            return text
        if op == "reverse":
            return f"{start}; " + voice.say(
                f"倒过来是{voice.join(digits[::-1])}，即{value}", f"backwards {voice.join(digits[::-1])}, so {value}"
            )
        if op in ("evens", "odds"):
            marks = voice.join(
                [c + voice.say("奇" if int(c) % 2 else "偶", " odd" if int(c) % 2 else " even") for c in digits]
            )
            kind = voice.say("偶" if op == "evens" else "奇", "even" if op == "evens" else "odd")
            return voice.say(
                f"{number}的各位：{marks}; {kind}数有{value}个", f"digits of {number}: {marks}; {kind}: {value}"
            )
        high, low = max(digits), min(digits)
        return (
            start
            + {
                "largest": voice.say(f"; 最大的是{high}", f"; the largest is {high}"),
                "smallest": voice.say(f"; 最小的是{low}", f"; the smallest is {low}"),
                "range": voice.say(f"; 最大{high}，最小{low}", f"; largest {high}, smallest {low}")
                + f", {high}-{low}={value}",
                "ends": voice.say(f"; 首位{digits[0]}，末位{digits[-1]}", f"; first {digits[0]}, last {digits[-1]}")
                + f", {digits[0]}+{digits[-1]}={value}",
            }[op]
        )

    def _divided(self, number: int, divisor: int, voice: Voice) -> str:
        fits = number % divisor == 0
        verdict = voice.say(
            f"{'能' if fits else '不能'}被{divisor}整除", f"{'divisible' if fits else 'not divisible'} by {divisor}"
        )
        if divisor in (2, 5):
            return voice.say(f"{number}的末位是{number % 10}，{verdict}", f"{number} ends in {number % 10}: {verdict}")
        total = sum(map(int, str(number)))
        quotient, rest = divmod(total, divisor)
        division = voice.say(f"{total}÷{divisor}={quotient}余{rest}", f"{total}÷{divisor}={quotient} rest {rest}")
        return f"{number}: {self._sum(number)}; {division}" + voice.say("，", ": ") + verdict

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        text = self._chain(world, ask, cast, voice)
        return text.replace("; ", "；").replace(", ", "，") if voice.zh else text

    def _chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        stop = voice.say("。", ".")
        if ask.kind == "divides":
            return self._divided(world.numbers[ask.args[0]], world.divisor, voice) + stop
        if ask.kind == "divisible":
            lines = [self._divided(number, world.divisor, voice) + stop for number in world.numbers]
            return "\n".join(lines)
        op = world.ops[ask.args[0]]
        name = cast.names[ask.args[0]]
        if ask.kind == "most":
            lines = []
            for number in world.numbers:
                lines.append(f"{self._work(op, number, voice)}; {name}={_value(op, number)}{stop}")
            values = voice.join([str(_value(op, number)) for number in world.numbers])
            best = world.numbers[ask.right]
            top = _value(op, best)
            lines.append(
                voice.say(f"{values} 中最大的是{top}，属于{best}。", f"The greatest of {values} is {top}: {best}.")
            )
            return "\n".join(lines)
        number = world.numbers[ask.args[1]]
        value = _value(op, number)
        rule = ""
        if voice.full:
            rule = voice.say(f"计算{name}：", f"Work out {name}: ")
        text = f"{rule}{self._work(op, number, voice)}{stop}\n{name}({number}) = {value}{stop}"
        if ask.kind == "is":
            same = value == ask.args[2]
            text += voice.say(
                f"{value} 与 {ask.args[2]} {'相等，对' if same else '不等，不对'}。",
                f" {value} and {ask.args[2]} are {'equal: yes' if same else 'different: no'}.",
            )
        return text
