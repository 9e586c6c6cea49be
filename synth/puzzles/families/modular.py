"""Divisors and remainders: greatest common divisors, leap-year rules, dials that turn, groups and what is left."""

# ruff: noqa: E501 - Chinese sentences stay whole (ruff counts wide characters twice)
from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from random import Random

from solver.problems.letters import letter_of
from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """A theme and its numbers."""

    theme: str
    """``subtract`` or ``euclid`` (gcd), ``leap``, ``dial`` or ``groups``."""
    numbers: tuple[int, ...]
    """Pairs flattened (gcd); years (leap); start and moves (dial, negative: backwards); items (groups)."""
    rule: tuple[int, ...]
    """Divisors a, b, c (leap), size and least mark of a dial, or group sizes."""


def _subtractions(x: int, y: int) -> list[tuple[int, int]]:
    """List the pairs of the subtraction method."""
    pairs = [(x, y)]
    while x != y:
        x, y = (x - y, y) if x > y else (x, y - x)
        pairs.append((x, y))
    return pairs


def _divisions(x: int, y: int) -> list[tuple[int, int]]:
    """List the pairs of the division method; the last one ends in 0."""
    pairs = [(max(x, y), min(x, y))]
    while pairs[-1][1]:
        pairs.append((pairs[-1][1], pairs[-1][0] % pairs[-1][1]))
    return pairs


def _moves(world: World) -> list[int]:
    """Positions of the dial: at the start and after each move."""
    places = [world.numbers[0]]
    for move in world.numbers[1:]:
        places.append((places[-1] + move - world.rule[1]) % world.rule[0] + world.rule[1])
    return places


def _is_leap(world: World, year: int) -> bool:
    a, b, c = world.rule
    return year % c == 0 or year % a == 0 and year % b != 0


class Modular(Family[World, int, int]):
    """Values: a number, the index of a year or an item, or True/False. The cast is the setting's number."""

    name = "modular"
    title = "divisors and remainders"

    def world(self, rng: Random, level: int) -> World:
        theme = rng.choice(("subtract", "euclid", "leap", "dial", "groups"))
        if theme in ("subtract", "euclid"):
            goal = 2 + (level + 1) // 2
            numbers: list[int] = []
            while len(numbers) < 6:
                factor = rng.choice((1, 1, 2, 3, 4, 5, 6, 7))
                x, y = (factor * rng.randrange(1, 9 + 3 * level) for _ in range(2))
                path = _subtractions(x, y) if theme == "subtract" else _divisions(x, y)
                if len(numbers) == 2 and rng.random() < 0.4 and gcd(x, y) > 1:
                    continue
                if x != y and x < 100 and y < 100 and abs(len(path) - 1 - goal) <= 1:
                    numbers += [x, y]
            return World(theme, tuple(numbers), ())
        if theme == "leap":
            a = rng.randrange(3, 8)
            b = a * rng.randrange(2, 5)
            c = b * rng.randrange(2, 4)
            years = [rng.choice((a, b, c, a, 1)) * rng.randrange(1, 12) + rng.choice((0, 0, 1)) for _ in range(20)]
            chosen = list(dict.fromkeys(year for year in years if a < year < 40 + 40 * level))
            for year in range(a + 1, 40 + a):
                if len(chosen) < 4 and year not in chosen:
                    chosen.append(year)
            return World(theme, tuple(chosen[:4]), (a, b, c))
        if theme == "dial":
            size = rng.choice((5, 6, 7, 8, 9, 10, 12, 12, 24))
            count = 1 + (level + 1) // 2
            moves = [rng.randrange(2, 2 * size - 1) * rng.choice((1, 1, -1)) for _ in range(count)]
            base = rng.choice((0, 0, 1))
            return World(theme, (base + rng.randrange(size), *moves), (size, base))
        sizes = tuple(sorted(rng.sample(range(3, 10), 2)))
        items = rng.sample(range(10, 30 + 8 * level), 4)
        return World(theme, tuple(items), sizes)

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        if world.theme in ("subtract", "euclid"):
            return self._gcd_asks(world, rng)
        if world.theme == "leap":
            return self._leap_asks(world, rng)
        if world.theme == "dial":
            return self._dial_asks(world, rng)
        asks = []
        for kind in rng.sample(["left", "left_is", "same", "which_left"], 3):
            which, size = rng.randrange(4), rng.choice(world.rule)
            item = world.numbers[which]
            right = item % size
            wrong = near_misses(rng, right, [item // size], high=size - 1)
            if kind == "left":
                asks.append(Ask(kind, (which, size), right, wrong))
            elif kind == "left_is":
                claim = right if rng.random() < 0.5 else wrong[0]
                asks.append(self._yes(kind, (which, size, claim), claim == right))
            elif kind == "same":
                pairs = [(x, y) for x in range(4) for y in range(x)]
                alike = [(x, y) for x, y in pairs if (world.numbers[x] - world.numbers[y]) % size == 0]
                pair = rng.choice(alike if alike and rng.random() < 0.6 else pairs)
                asks.append(self._yes(kind, (*pair, size), pair in alike))
            else:
                others = [other for other in range(4) if world.numbers[other] % size != right]
                if others:
                    asks.append(Ask(kind, (size, right), which, tuple(others)))
        return asks

    def _yes(self, kind: str, args: tuple[int, ...], right: bool) -> Ask[int]:
        return Ask(kind, args, right, (not right,))

    def _gcd_asks(self, world: World, rng: Random) -> list[Ask[int]]:
        asks = []
        kinds = ["gcd", *rng.sample(["gcd", "gcd_is", "gcd_is", "coprime", "steps"], 2)]
        for place, kind in enumerate(kinds):
            x, y = world.numbers[2 * place : 2 * place + 2]
            right = gcd(x, y)
            path = _subtractions(x, y) if world.theme == "subtract" else _divisions(x, y)
            slips = [min(x, y), abs(x - y), *[value for value in path[-2] if value]]
            rng.shuffle(slips)
            wrong = near_misses(rng, right, slips[:2], low=1)
            if kind == "gcd":
                asks.append(Ask(kind, (x, y), right, wrong))
            elif kind == "gcd_is":
                claim = right if rng.random() < 0.5 else wrong[0]
                asks.append(self._yes(kind, (x, y, claim), claim == right))
            elif kind == "coprime":
                asks.append(self._yes(kind, (x, y), right == 1))
            else:
                count = len(path) - 1
                asks.append(Ask(kind, (x, y), count, near_misses(rng, count, [count + 1, count - 1], low=1)))
        return asks

    def _leap_asks(self, world: World, rng: Random) -> list[Ask[int]]:
        order = rng.sample(range(4), 4)
        fits = [which for which in order if _is_leap(world, world.numbers[which])]
        rest = [which for which in order if which not in fits]
        asks = []
        for which in order[:2] if not (fits and rest) else rng.sample([fits[0], rest[0]], 2):
            asks.append(self._yes("leap", (which,), which in fits))
        if rng.random() < 0.5:
            asks.append(Ask("leaps", (), len(fits), near_misses(rng, len(fits), high=4)))
        elif fits and rest:
            asks.append(Ask("which_leap", (), fits[-1], tuple(rest)))
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def _dial_asks(self, world: World, rng: Random) -> list[Ask[int]]:
        places, (size, base) = _moves(world), world.rule
        asks = []
        last = len(places) - 1
        for kind in rng.sample(["place", "place_is", "place", "crossed"], 3):
            after = last if rng.random() < 0.6 else rng.randrange(1, last + 1)
            right = places[after]
            slips = [right + 1, right - 1, places[after - 1] - world.numbers[after]]
            slips = [base + (slip - base) % size for slip in slips]
            rng.shuffle(slips)
            wrong = near_misses(rng, right, slips, low=base, high=base + size - 1)
            if kind == "place":
                asks.append(Ask(kind, (after,), right, wrong))
            elif kind == "place_is":
                claim = right if rng.random() < 0.5 else wrong[0]
                asks.append(self._yes(kind, (after, claim), claim == right))
            else:
                stops = places[1:]
                others = [place for place in range(base, base + size) if place not in stops]
                goal = rng.choice(stops if rng.random() < 0.5 or not others else others)
                asks.append(self._yes(kind, (goal,), goal in stops))
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        args = ask.args
        if world.theme in ("subtract", "euclid"):
            x, y = args[:2]
            common = max(d for d in range(1, x + 1) if x % d == 0 and y % d == 0)
            if ask.kind == "gcd":
                return value == common
            if ask.kind == "gcd_is":
                return bool(value) == (common == args[2])
            if ask.kind == "coprime":
                return bool(value) == (common == 1)
            steps, x, y = 0, max(x, y), min(x, y)
            while y:  # quotients of the division method count the subtractions
                steps += x // y if world.theme == "subtract" else 1
                x, y = y, x % y
            return value == steps - (world.theme == "subtract")
        if world.theme == "leap":
            a, b, c = (set(range(0, max(world.numbers) + 1, divisor)) for divisor in world.rule)
            leaps = (a - b) | c
            if ask.kind == "leap":
                return bool(value) == (world.numbers[args[0]] in leaps)
            if ask.kind == "leaps":
                return value == sum(year in leaps for year in world.numbers)
            return world.numbers[value] in leaps
        if world.theme == "dial":
            size, base = world.rule
            sums = [sum(world.numbers[: count + 1]) for count in range(len(world.numbers))]
            if ask.kind == "crossed":
                return bool(value) == any((total - args[0]) % size == 0 for total in sums[1:])
            if ask.kind == "place":
                return (sums[args[0]] - value) % size == 0 and base <= value < base + size
            return bool(value) == ((sums[args[0]] - args[1]) % size == 0)
        return self._groups_hold(world, ask, value)

    def _groups_hold(self, world: World, ask: Ask[int], value: int) -> bool:
        def left(which: int, size: int) -> int:
            rest = world.numbers[which]
            while rest >= size:
                rest -= size
            return rest

        args = ask.args
        if ask.kind == "left":
            return value == left(*args)
        if ask.kind == "left_is":
            return bool(value) == (left(*args[:2]) == args[2])
        if ask.kind == "same":
            return bool(value) == (left(args[0], args[2]) == left(args[1], args[2]))
        return left(value, args[0]) == args[1]

    def cast(self, world: World, voice: Voice) -> int:
        return int(voice.rng.random() * 3)

    def _item(self, world: World, which: int, cast: int, voice: Voice) -> str:
        number = world.numbers[which]
        if world.theme == "leap":
            return voice.say(f"{number}年", f"year {number}")
        return voice.say(f"{number}" + ("", "个", "人")[cast], f"{number}" + ("", " balls", " people")[cast])

    def tell(self, world: World, cast: int, voice: Voice) -> str:
        if world.theme == "subtract":
            return voice.pick(
                [
                    "求两个正整数的最大公约数：只要两数不相等，就用较大的数减去较小的数，用差代替较大的数（算一步）；两数相等时，这个数就是最大公约数。最大公约数为1的两个数叫互质。",
                    "更相减损法：\n1. 若两数相等，它就是最大公约数。\n2. 否则把较大的数换成两数之差，这算一步，然后重复。\n3. 最大公约数是1时，称两数互质。",
                ],
                [
                    "To find the greatest common divisor (gcd) of two numbers: while they differ, replace the larger one "
                    "by their difference (one step); when they are equal, that number is the gcd. Two numbers are "
                    "coprime if their gcd is 1.",
                ],
            )
        if world.theme == "euclid":
            return voice.pick(
                [
                    "用辗转相除法求最大公约数：用大数除以小数（算一步），再用小数和余数代替原来的两个数，直到余数为0，此时的除数就是最大公约数。最大公约数为1的两个数叫互质。",
                    "求两数最大公约数的规则：\n1. 较大的数除以较小的数，得到余数，算一步。\n2. 余数是0时，除数就是最大公约数。\n3. 余数不是0时，换成除数和余数，再做一次。\n4. 最大公约数是1的两个数互质。",
                ],
                [
                    "Euclid's method for the greatest common divisor (gcd): divide the larger number by the smaller (one "
                    "step), then go on with the divisor and the remainder until the remainder is 0; the last divisor is "
                    "the gcd. Two numbers are coprime if their gcd is 1.",
                ],
            )
        listed = voice.join([self._item(world, which, cast, voice) for which in range(len(world.numbers))])
        if world.theme == "leap":
            a, b, c = world.rule
            return voice.pick(
                [
                    f"某星球规定：年份能被{a}整除但不能被{b}整除的是闰年，能被{c}整除的也是闰年，其余都是平年。考虑{listed}。",
                    f"一种历法这样判断闰年：\n1. 能被{c}整除的年份是闰年。\n2. 不能被{c}整除但能被{b}整除的是平年。\n3. 不能被{b}整除但能被{a}整除的是闰年。\n4. 其他年份是平年。\n看下面几年：{listed}。",
                    f"设年份能被{c}整除，或者能被{a}整除而不能被{b}整除，就叫闰年；否则叫平年。现有{listed}。",
                ],
                [
                    f"On a planet, a year is a leap year if it is divisible by {a} but not by {b}, or if it is divisible "
                    f"by {c}; all other years are common. Consider {listed}.",
                    f"A calendar calls a year leap if {c} divides it, or if {a} divides it and {b} does not. "
                    f"Take {listed}.",
                ],
            )
        if world.theme == "dial":
            size, base = world.rule
            last = base + size - 1
            head = voice.pick(
                [
                    f"一个圆盘上按顺时针方向标着{base}到{last}共{size}个刻度，{last}的下一格是{base}。指针开始指向{world.numbers[0]}，然后依次这样转动：",
                    f"钟面有{size}格，编号{base}到{last}，顺时针走到{last}再走一格回到{base}。指针从{world.numbers[0]}出发，动作如下：",
                    f"{size}个座位围成一圈，顺时针编号{base}到{last}。棋子放在{world.numbers[0]}号，按下列步骤移动：",
                ],
                [
                    f"A dial has the marks {base} to {last} clockwise; after {last} comes {base} again. The hand starts at "
                    f"{world.numbers[0]} and turns as follows:",
                    f"A circle of {size} seats is numbered {base} to {last} clockwise. A token starts at seat "
                    f"{world.numbers[0]} and moves:",
                ],
            )
            moves = []
            for number, move in enumerate(world.numbers[1:], 1):
                way = voice.say("顺时针" if move > 0 else "逆时针", "clockwise" if move > 0 else "anticlockwise")
                moves.append(voice.say(f"第{number}次，{way}走{abs(move)}格", f"move {number}: {abs(move)} {way}"))
            return f"{head}\n{voice.listing(moves)}"
        x, y = world.rule
        return voice.say(
            (
                f"有几个数：{listed}。分别用它们除以{x}或{y}，看余数是几。",
                f"几只袋子里的球数各是：{listed}。把一袋球每{x}个或每{y}个装一盒，装不满一盒的就剩下。",
                f"几个班的人数各是：{listed}。各班按每{x}人或每{y}人一组分组，不够一组的人剩下。",
            )[cast],
            (
                f"Some numbers: {listed}. Divide them by {x} or {y} and look at the remainder.",
                f"Bags hold {listed}. Balls go into boxes of {x} or of {y}; what does not fill a box is left over.",
                f"Classes have {listed}. They form groups of {x} or of {y}; those who fill no group are left over.",
            )[cast],
        )

    def question(self, world: World, ask: Ask[int], cast: int, voice: Voice) -> str:
        args = ask.args
        if world.theme in ("subtract", "euclid"):
            x, y = args[:2]
            return {
                "gcd": lambda: voice.pick(
                    [f"{x} 和 {y} 的最大公约数是多少？", f"用上述方法求 {x} 与 {y} 的最大公约数，结果是？"],
                    [f"What is the gcd of {x} and {y}?"],
                ),
                "gcd_is": lambda: voice.pick(
                    [f"{x} 和 {y} 的最大公约数是 {args[2]} 吗？", f"{x} 与 {y} 的最大公约数等于 {args[2]}，对吗？"],
                    [f"Is the gcd of {x} and {y} equal to {args[2]}?"],
                ),
                "coprime": lambda: voice.pick(
                    [f"{x} 和 {y} 互质吗？", f"{x} 与 {y} 是不是互质的？"], [f"Are {x} and {y} coprime?"]
                ),
                "steps": lambda: voice.pick(
                    [f"对 {x} 和 {y} 使用上述方法，要做几步？", f"求 {x} 与 {y} 的最大公约数一共需要多少步？"],
                    [f"How many steps does the method take for {x} and {y}?"],
                ),
            }[ask.kind]()
        if world.theme == "leap":
            if ask.kind == "leap":
                year = self._item(world, args[0], cast, voice)
                return voice.pick([f"{year}是闰年吗？", f"按规定，{year}是不是闰年？"], [f"Is {year} a leap year?"])
            if ask.kind == "leaps":
                return voice.pick(
                    ["题中列出的年份里有几个闰年？", "这几年中闰年共有几个？"],
                    ["How many of the listed years are leap years?"],
                )
            return voice.pick(["下面哪一年是闰年？", "以下年份中属于闰年的是？"], ["Which of these is a leap year?"])
        if world.theme == "dial":
            if ask.kind == "crossed":
                return voice.pick(
                    [f"有没有哪一次移动结束时停在{args[0]}？", f"各次移动结束时的位置里，是否有{args[0]}？"],
                    [f"Does any of the moves end at {args[0]}?"],
                )
            is_last = args[0] == len(world.numbers) - 1
            when = voice.say(
                "全部完成后" if is_last else f"第{args[0]}次移动后",
                "after all moves" if is_last else f"after move {args[0]}",
            )
            if ask.kind == "place":
                return voice.pick([f"{when}停在几？", f"{when}的位置是多少？"], [f"Where is it {when}?"])
            return voice.pick(
                [f"{when}是否停在{args[1]}？", f"{when}的位置是{args[1]}，对吗？"], [f"Is it at {args[1]} {when}?"]
            )
        if ask.kind == "same":
            one, two = (self._item(world, which, cast, voice) for which in args[:2])
            size = args[2]
            same_zh = (
                f"{one}和{two}除以{size}的余数相同吗？",
                f"{one}和{two}都按每盒{size}个装，剩下的个数一样吗？",
                f"{one}和{two}的两个班都按每组{size}人分，剩下的人数一样吗？",
            )
            same_en = (
                f"Do {one} and {two} leave the same remainder when divided by {size}?",
                f"With boxes or groups of {size}, do {one} and {two} leave the same number over?",
            )
            return voice.say(same_zh[cast], same_en[min(cast, 1)])
        if ask.kind == "which_left":
            size, rest = args
            which_zh = (
                f"哪个数除以{size}余{rest}？",
                f"哪一袋按每盒{size}个装会剩下{rest}个？",
                f"哪个班按每组{size}人分会剩下{rest}人？",
            )
            which_en = (
                f"Which of these leaves remainder {rest} when divided by {size}?",
                f"In boxes or groups of {size}, which of these leaves {rest} over?",
            )
            return voice.say(which_zh[cast], which_en[min(cast, 1)])
        item, size = self._item(world, args[0], cast, voice), args[1]
        zh = (f"{item}除以{size}", f"{item}球每{size}个装一盒", f"{item}每{size}人一组")
        en = (f"{item} is divided by {size}", f"{item} go into boxes of {size}", f"{item} form groups of {size}")
        rest_zh, rest_en = ("余", "剩", "剩")[cast], ("remainder", "rest", "rest")[cast]
        if ask.kind == "left":
            return voice.say(f"{zh[cast]}，{rest_zh}几？", f"If {en[cast]}, what is the {rest_en}?")
        return voice.say(f"{zh[cast]}，是不是{rest_zh}{args[2]}？", f"If {en[cast]}, is the {rest_en} {args[2]}?")

    def option(self, world: World, ask: Ask[int], value: int, cast: int, voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        return self._item(world, value, cast, voice) if ask.kind in ("which_leap", "which_left") else str(value)

    def chain(self, world: World, ask: Ask[int], cast: int, voice: Voice, shown: tuple[int, ...]) -> str:
        if world.theme in ("subtract", "euclid"):
            return self._gcd_chain(world, ask, voice)
        if world.theme == "dial":
            return self._dial_chain(world, ask, voice)
        args, stop = ask.args, voice.say("。", ".")
        tried = shown[: shown.index(ask.right) + 1] if ask.kind.startswith("which") else ()
        if world.theme == "leap":
            if tried:
                return "\n".join(
                    f"{letter_of(place)} {self._leap_line(world, world.numbers[which], voice)}{stop}"
                    for place, which in enumerate(tried)
                )
            if ask.kind == "leap":
                return self._leap_line(world, world.numbers[args[0]], voice) + stop
            count, lines = 0, []
            for year in world.numbers:
                count += _is_leap(world, year)
                line = self._leap_line(world, year, voice)
                lines.append(line + (str(count) if _is_leap(world, year) else "") + stop)
            return "\n".join([*lines, voice.say(f"共{count}个。", f"{count} in all.")])
        if tried:
            lines = []
            for place, which in enumerate(tried):
                fits = world.numbers[which] % args[0] == args[1]
                verdict = voice.say("，符合" if fits else "，不符", ": it fits" if fits else ": no")
                lines.append(
                    f"{letter_of(place)} {self._division(world.numbers[which], args[0], voice)}{verdict}{stop}"
                )
            return "\n".join(lines)
        whiches, size = (args[:2], args[2]) if ask.kind == "same" else (args[:1], args[1])
        lines = [self._division(world.numbers[which], size, voice) + stop for which in whiches]
        rests = [world.numbers[which] % size for which in whiches]
        if ask.kind == "same":
            lines.append(self._compare(rests[0], rests[1], voice))
        elif ask.kind == "left_is":
            lines.append(self._compare(rests[0], args[2], voice))
        return "\n".join(lines)

    def _division(self, number: int, size: int, voice: Voice) -> str:
        quotient, rest = divmod(number, size)
        return voice.say(f"{number}÷{size}={quotient}余{rest}", f"{number}÷{size}={quotient} rest {rest}")

    def _compare(self, value: int, claim: int, voice: Voice) -> str:
        same = value == claim
        return voice.say(
            f"{value}{'=' if same else '≠'}{claim}，{'是' if same else '否'}。",
            f"{value}{'=' if same else '≠'}{claim}: {'yes' if same else 'no'}.",
        )

    def _leap_line(self, world: World, year: int, voice: Voice) -> str:
        """Test c, then a, then b, stopping as soon as the rule decides."""
        a, b, c = world.rule
        parts = []
        for divisor in (c, a, b):
            parts.append(self._division(year, divisor, voice))
            if (year % divisor == 0) == (divisor in (c, b)) or divisor == a and year % a:
                break
        leap = voice.say("闰" if _is_leap(world, year) else "平", "leap" if _is_leap(world, year) else "common")
        return voice.say("，", ", ").join([*parts, leap])

    def _gcd_chain(self, world: World, ask: Ask[int], voice: Voice) -> str:
        x, y = ask.args[:2]
        steps = []
        if world.theme == "subtract":
            pairs = _subtractions(x, y)
            for x, y in pairs[:-1]:
                high, low = max(x, y), min(x, y)
                steps.append(f"{high}-{low}={high - low}")
            common = pairs[-1][0]
            end = f"{common}={common}"
        else:
            for high, low in _divisions(x, y)[:-1]:
                steps.append(self._division(high, low, voice))
                common = low
            end = voice.say("余0", "rest 0")
        stop, gap, colon = voice.say("。", "."), voice.say("，", ", "), voice.say("：", ": ")
        if ask.kind == "steps":
            numbered = [f"{number}{colon}{step}" for number, step in enumerate(steps, 1)]
            return "\n".join([*numbered, f"{end}{gap}" + voice.say(f"共{len(steps)}步。", f"{len(steps)} steps.")])
        lines = [*steps, f"{end}{gap}" + voice.say(f"公约数{common}", f"gcd {common}") + stop]
        if ask.kind == "gcd_is":
            lines.append(self._compare(common, ask.args[2], voice))
        elif ask.kind == "coprime":
            lines.append(self._compare(common, 1, voice))
        return "\n".join(lines)

    def _dial_chain(self, world: World, ask: Ask[int], voice: Voice) -> str:
        (size, base), places = world.rule, _moves(world)
        last = len(places) - 1 if ask.kind == "crossed" else ask.args[0]
        lines = []
        gap, stop = voice.say("，", ", "), voice.say("。", ".")
        for number in range(1, last + 1):
            move, at = world.numbers[number], places[number - 1]
            total = at + move
            parts = [f"{number}{voice.say('：', ': ')}{at}{'+' if move > 0 else '-'}{abs(move)}={total}"]
            while not base <= total < base + size:
                step = -size if total >= base else size
                parts.append(f"{total}{'+' if step > 0 else '-'}{size}={total + step}")
                total += step
            line = gap.join(parts)
            if ask.kind == "crossed":
                line += f"{gap}{total}{'=' if total == ask.args[0] else '≠'}{ask.args[0]}"
            lines.append(line + stop)
            if ask.kind == "crossed" and total == ask.args[0]:
                return "\n".join([*lines, voice.say("有。", "Yes.")])
        if ask.kind == "crossed":
            lines.append(voice.say("没有。", "No."))
        elif ask.kind == "place_is":
            lines.append(self._compare(places[last], ask.args[1], voice))
        return "\n".join(lines)
