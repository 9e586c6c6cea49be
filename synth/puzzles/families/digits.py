"""Digits of numbers: digit sums, digital roots, reversals, even digits, and divisibility rules."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice

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
    "over": (
        ("{0}(n)：n 中大于{1}的数字的个数", "{0}(n) 表示 n 的各位里有几个数字比{1}大（{1}不算）"),
        ("{0}(n) counts the digits of n that are greater than {1}",),
    ),
    "least_of": (
        ("{0}(n)：n 中不小于{1}的数字的个数", "{0}(n) 表示 n 的各位里有几个数字是{1}或者比{1}大"),
        ("{0}(n) counts the digits of n that are {1} or more",),
    ),
    "even_sum": (
        ("{0}(n)：n 中偶数数字之和（没有就是0）", "{0}(n) 表示只把 n 里的偶数数字加起来，奇数数字不加"),
        ("{0}(n) is the sum of the even digits of n (0 if there are none)",),
    ),
    "odd_sum": (
        ("{0}(n)：n 中奇数数字之和（没有就是0）", "{0}(n) 表示只把 n 里的奇数数字加起来，偶数数字不加"),
        ("{0}(n) is the sum of the odd digits of n (0 if there are none)",),
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
    limit: int
    """The digit that some rules compare with."""


class Cast(NamedTuple):
    """Names of the functions, and whether the numbers are told in advance."""

    names: tuple[str, ...]
    is_inline: bool


def _value(world: World, op: str, number: int) -> int:
    """Work on the decimal text of the number."""
    digits = [int(c) for c in str(number)]
    if op == "root":
        total = sum(digits)
        return total if total < 10 else _value(world, "root", total)
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
        "over": sum(digit > world.limit for digit in digits),
        "least_of": sum(digit >= world.limit for digit in digits),
        "even_sum": sum(digit for digit in digits if digit % 2 == 0),
        "odd_sum": sum(digit for digit in digits if digit % 2),
    }[op]


def _prove(world: World, op: str, number: int) -> int:
    """Work with divisions by ten only (independent of ``_value``)."""
    if op == "root":
        return 1 + (number - 1) % 9
    total = turned = evens = count = even_sum = over = equal = 0
    high, low, last, digit = 0, 9, number % 10, 0
    while number:
        number, digit = divmod(number, 10)
        total, turned, count = total + digit, turned * 10 + digit, count + 1
        evens += 1 - digit % 2
        even_sum += (1 - digit % 2) * digit
        over, equal = over + (digit > world.limit), equal + (digit == world.limit)
        high, low = (digit if digit > high else high), (digit if digit < low else low)
    results = {"sum": total, "reverse": turned, "evens": evens, "odds": count - evens, "largest": high}
    results |= {"smallest": low, "range": high - low, "ends": digit + last, "over": over, "least_of": over + equal}
    return (results | {"even_sum": even_sum, "odd_sum": total - even_sum})[op]


class Digits(Family[World, int, Cast]):
    """Values: a number, the index of a number, or True/False."""

    name = "digits"
    title = "digits of numbers"
    changes = {"numbers": "more"}

    def world(self, rng: Random, level: int) -> World:
        length = 3 + level // 3
        divisor = rng.choice(tuple(_DIVISORS))
        numbers: list[int] = []
        while len(numbers) < (4 if level > 2 else 3):
            size = max(2, length - rng.randrange(2))
            number = rng.randrange(10 ** (size - 1), 10**size)
            if rng.random() < 0.35:
                number -= number % divisor
            if number % 10 and number > 9 and number not in numbers:
                numbers.append(number)
        return World(tuple(numbers), tuple(rng.sample(_OPS, 3)), divisor, rng.randrange(2, 8))

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        asks: list[Ask[int]] = []
        order = rng.sample(range(len(world.numbers)), len(world.numbers))
        for kind in rng.sample(["value", "value", "is", "most", "which", "divides", "divisible"], 3):
            which, op = order[len(asks)], rng.randrange(len(world.ops))
            number = world.numbers[which]
            right = _value(world, world.ops[op], number)
            if kind in ("value", "is"):
                wrong = self._wrong(world, world.ops[op], number, right, rng)
                if kind == "value":
                    asks.append(Ask("value", (op, which), right, wrong))
                else:
                    claim = right if rng.random() < 0.5 else rng.choice(wrong)
                    asks.append(Ask("is", (op, which, claim), claim == right, (claim != right,)))
            elif kind == "most":
                sign = rng.choice((1, -1))
                ranked = sorted(order, key=lambda each: -sign * _value(world, world.ops[op], world.numbers[each]))
                best = [_value(world, world.ops[op], world.numbers[each]) for each in ranked[:2]]
                if best[0] != best[1]:
                    asks.append(Ask("most", (op, sign), ranked[0], tuple(ranked[1:])))
            elif kind == "which":
                others = [each for each in order if _value(world, world.ops[op], world.numbers[each]) != right]
                if others:
                    asks.append(Ask("which", (op, right), which, tuple(others)))
            else:
                fits = [each for each in order if world.numbers[each] % world.divisor == 0]
                rest = [each for each in order if each not in fits]
                if kind == "divides":
                    each = rng.choice(fits if fits and (rng.random() < 0.5 or not rest) else rest)
                    asks.append(Ask("divides", (each,), each in fits, (each not in fits,)))
                elif fits and rest:
                    asks.append(Ask("divisible", (), fits[0], tuple(rest)))
        right = _value(world, world.ops[0], world.numbers[0])
        return asks or [Ask("value", (0, 0), right, self._wrong(world, world.ops[0], world.numbers[0], right, rng))]

    def _wrong(self, world: World, op: str, number: int, right: int, rng: Random) -> tuple[int, ...]:
        if op == "reverse":
            text = str(right)
            slips = [number, int(text[1:] + text[0]), int(text[-1] + text[:-1]), int(text[1] + text[0] + text[2:])]
            at = rng.randrange(len(text) - 1)
            slips.append(int(text[:at] + text[at + 1] + text[at] + text[at + 2 :]))
            slips += [right + 1, right + 10]
            return tuple(slip for slip in dict.fromkeys(slips) if slip != right)[:4]
        kin = {"root": ["sum"], "evens": ["odds"], "odds": ["evens"], "largest": ["smallest"], "smallest": ["largest"]}
        slips = [_value(world, other, number) for other in kin.get(op, [])]
        if op in ("evens", "odds"):
            return near_misses(rng, right, slips, high=max(3, len(str(number))))
        top = 9 if op in ("root", "largest", "smallest", "range") else None
        return near_misses(rng, right, slips, high=top, low=1 if op in ("root", "sum") else 0)

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind == "value":
            return value == _prove(world, world.ops[ask.args[0]], world.numbers[ask.args[1]])
        if ask.kind == "is":
            return bool(value) == (_prove(world, world.ops[ask.args[0]], world.numbers[ask.args[1]]) == ask.args[2])
        if ask.kind == "most":
            op, sign = ask.args
            mine = sign * _prove(world, world.ops[op], world.numbers[value])
            return all(mine >= sign * _prove(world, world.ops[op], number) for number in world.numbers)
        if ask.kind == "which":
            return _prove(world, world.ops[ask.args[0]], world.numbers[value]) == ask.args[1]
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
            rules.append(voice.pick(zh, en).format(name, world.limit))
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
        if cast.is_inline and ask.kind == "most":
            listed = self._listed(world, voice)
            among = voice.say(f"有几个数：{listed}。", f"Take the numbers {listed}. ")
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
            zh, en = ("大", "greatest") if ask.args[1] > 0 else ("小", "least")
            return among + voice.pick(
                [f"哪个数的 {name} 值最{zh}？", f"{name}(n) 在哪个数上取得最{zh}值？", f"其中谁的 {name} 最{zh}？"],
                [f"Which number has the {en} value of {name}?", f"For which of them is {name}(n) {en}?"],
            )
        if ask.kind == "which":
            call, goal = cast.names[ask.args[0]] + "(n)", ask.args[1]
            return voice.pick(
                [f"下列哪个数满足 {call} = {goal}？", f"n 取下面哪个数时，{call} 等于 {goal}？"],
                [f"For which of these is {call} = {goal}?", f"Which n gives {call} = {goal}?"],
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
        return voice.pick(
            [f"下列哪个数能被{divisor}整除？", f"以下哪一个是{divisor}的倍数？", f"可以被{divisor}整除的是哪个数？"],
            [f"Which of these is divisible by {divisor}?", f"Which of these is a multiple of {divisor}?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        return str(world.numbers[value]) if ask.kind in ("most", "which", "divisible") else str(value)

    def _work(self, world: World, op: str, number: int, voice: Voice) -> str:
        """Derive one value digit by digit; the last number written is the value."""
        text = str(number)
        digits = [int(c) for c in text]
        gap = "，" if voice.zh else ", "
        if op in ("sum", "root"):
            sums, total = "", sum(digits)
            while True:
                so_far = 0
                steps: list[str] = []
                for digit in map(int, str(total) if sums else text):
                    steps.append(f"+{digit}→{so_far + digit}" if steps else str(digit))
                    so_far += digit
                sums += (gap if sums else "") + "".join(steps)
                if op == "sum" or so_far < 10:
                    return sums
                total = so_far
        if op == "reverse":
            return "→".join(text[at::-1] for at in range(len(text)))
        if op == "ends":
            return f"{text[0]}…{text[-1]}{gap}{text[0]}+{text[-1]}={digits[0] + digits[-1]}"
        if op in ("largest", "smallest", "range"):
            marks = []
            for at in range(1, len(digits) + 1):
                high, low = max(digits[:at]), min(digits[:at])
                best = {"largest": f"{high}", "smallest": f"{low}", "range": f"{low}~{high}"}[op]
                marks.append(f"{digits[at - 1]}→{best}")
            end = f"{gap}{high}-{low}={high - low}" if op == "range" else ""
            return gap.join(marks) + end
        return self._filtered(world, op, digits, voice)

    def _filtered(self, world: World, op: str, digits: list[int], voice: Voice) -> str:
        """Go through the digits: those that count carry the running count or sum, the others are passed over."""
        gap, total = "，" if voice.zh else ", ", 0
        steps = []
        for digit in digits:
            if op in ("over", "least_of"):
                is_in = digit > world.limit if op == "over" else digit >= world.limit
                sign = "<" if digit < world.limit else ">" if digit > world.limit else "="
                mark = f"{sign}{world.limit}"
            else:
                is_in = digit % 2 == (op in ("odds", "odd_sum"))
                mark = voice.say("奇" if digit % 2 else "偶", " odd" if digit % 2 else " even")
            total += is_in * (digit if op in ("even_sum", "odd_sum") else 1)
            steps.append(f"{digit}{mark}" + (f"→{total}" if is_in else ""))
        return gap.join(steps) + gap + voice.say(f"得{total}", f"so {total}")

    def _divided(self, world: World, number: int, voice: Voice) -> str:
        divisor = world.divisor
        fits = number % divisor == 0
        if divisor in (2, 5):
            last = voice.say(f"{number}末位{number % 10}", f"{number} ends in {number % 10}")
            if divisor == 2:
                last += voice.say("是偶数" if fits else "是奇数", ", even" if fits else ", odd")
        else:
            steps = self._work(world, "sum", number, voice)
            quotient, rest = divmod(sum(map(int, str(number))), divisor)
            total = divisor * quotient + rest
            last = f"{number}{voice.say('：', ': ')}{steps}{voice.say('，', ', ')}{total}÷{divisor}={quotient}"
            last += voice.say(f"余{rest}", f" rest {rest}")
        return last + voice.say("，能整除" if fits else "，不能整除", ": divisible" if fits else ": not divisible")

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        stop = voice.say("。", ".")
        colon = voice.say("：", ": ")
        if ask.kind == "divides":
            return self._divided(world, world.numbers[ask.args[0]], voice) + stop
        if ask.kind == "divisible":
            tried = shown[: shown.index(ask.right) + 1]
            return "\n".join(
                f"{letter_of(place)} {self._divided(world, world.numbers[which], voice)}{stop}"
                for place, which in enumerate(tried)
            )
        op, name = world.ops[ask.args[0]], cast.names[ask.args[0]]
        if ask.kind == "most":
            return self._most(world, op, ask.args[1], voice)
        if ask.kind == "which":
            lines = []
            for place, which in enumerate(shown[: shown.index(ask.right) + 1]):
                number = world.numbers[which]
                value = _value(world, op, number)
                verdict = voice.say("，符合", ": it fits") if value == ask.args[1] else f"≠{ask.args[1]}"
                lines.append(f"{letter_of(place)} {number}{colon}{self._work(world, op, number, voice)}{verdict}{stop}")
            return "\n".join(lines)
        number = world.numbers[ask.args[1]]
        value = _value(world, op, number)
        text = f"{name}({number}){colon}{self._work(world, op, number, voice)}{stop}"
        if ask.kind == "is":
            same = value == ask.args[2]
            text += "\n" + voice.say(
                f"{value}{'=' if same else '≠'}{ask.args[2]}，{'对' if same else '不对'}。",
                f"{value}{'=' if same else '≠'}{ask.args[2]}: {'yes' if same else 'no'}.",
            )
        return text

    def _most(self, world: World, op: str, sign: int, voice: Voice) -> str:
        """Go through the numbers with the best one so far."""
        best, lines = world.numbers[0], []
        word = voice.say("最大" if sign > 0 else "最小", "greatest" if sign > 0 else "least")
        for number in world.numbers:
            value, top = _value(world, op, number), _value(world, op, best)
            mark = ""
            if number != world.numbers[0]:
                mark = f"{'<' if value < top else '>' if value > top else '='}{top}"
            best = number if sign * value > sign * top else best
            top = _value(world, op, best)
            lines.append(
                voice.say(
                    f"{number}：{self._work(world, op, number, voice)}{mark}，{word}{best}={top}。",
                    f"{number}: {self._work(world, op, number, voice)}{mark}, {word} {best}={top}.",
                )
            )
        return "\n".join(lines)
