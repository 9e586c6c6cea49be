"""Recursively defined functions on small integers: a base case and a step, worked out value by value."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice

Value = bool | int | tuple[int, ...]
"""Yes/no, a number, a list of printed numbers, or an equation (argument, value)."""


@dataclass(frozen=True, slots=True)
class World:
    """One recursive definition."""

    kind: str
    """``plus``, ``index``, ``double``, ``factorial``, ``fib``, ``parity``, ``power``, ``halve`` or ``count``."""
    first: int
    """Argument of the (first) base case; ``count`` stops at this number or below."""
    base: tuple[int, ...]
    """Values of the base cases."""
    a: int
    b: int
    """Second number of the rule; ``count``: 1 where a number is printed only after the inner call."""
    depth: int
    """Greatest argument worth asking about (or greatest number of steps)."""


class Cast(NamedTuple):
    """Name of the function."""

    f: str
    n: str


def _step(world: World, n: int, before: list[int]) -> int:
    """Return the value at ``n`` from the values before it."""
    old = before[-1]
    if world.kind == "fib":
        return old + before[-2]
    return {
        "plus": old + world.a,
        "index": old + n,
        "double": world.a * old + world.b,
        "factorial": n * old,
        "parity": old + (world.b if n % 2 else world.a),
        "power": world.a * old,
    }[world.kind]


def _table(world: World, top: int) -> dict[int, int]:
    """Work values out from the base case upwards."""
    values = list(world.base)
    while world.first + len(values) <= top:
        values.append(_step(world, world.first + len(values), values))
    return dict(enumerate(values, world.first))


def _call(world: World, n: int) -> int:
    """Work a value out from above, as the definition says (independent of ``_table``)."""
    if n < world.first + len(world.base):
        return world.base[n - world.first]
    if world.kind == "fib":
        return _call(world, n - 1) + _call(world, n - 2)
    inner = _call(world, n - 1)
    if world.kind in ("double", "power"):
        return inner * world.a + (world.b if world.kind == "double" else 0)
    if world.kind == "factorial":
        return sum([inner] * n)
    return inner + (n if world.kind == "index" else world.a if world.kind == "plus" or n % 2 == 0 else world.b)


def _path(world: World, start: int) -> list[int]:
    """List the numbers that a halving walk or a countdown goes through."""
    path = [start]
    if world.kind == "count":
        while path[-1] - world.a > world.first:
            path.append(path[-1] - world.a)
        if world.b:
            path.reverse()
    else:
        while path[-1] != 1:
            path.append(path[-1] // 2 if path[-1] % 2 == 0 else path[-1] + world.a)
    return path


def _walk(world: World, start: int) -> tuple[int, ...]:
    """Do the same by recursion, for the prover."""
    if world.kind == "count":
        if start <= world.first:
            return ()
        inner = _walk(world, start - world.a)
        return (*inner, start) if world.b else (start, *inner)
    if start == 1:
        return (1,)
    half, odd = divmod(start, 2)
    return (start, *_walk(world, start + world.a if odd else half))


class Recursion(Family[World, Value, Cast]):
    """Values: a number, True/False, an equation, or a list."""

    name = "recursion"
    title = "recursively defined functions"
    changes = {"base": "more"}

    def world(self, rng: Random, level: int) -> World:
        kinds = ("plus", "index", "double", "factorial", "fib", "parity", "power", "halve", "count")
        kind = rng.choice(kinds)
        first = rng.randrange(2)
        depth = first + 3 + level // 3 + rng.randrange(2)
        a, b = 2 + rng.randrange(8), rng.randrange(1, 10)
        base: tuple[int, ...] = (rng.randrange(10),)
        if kind == "double":
            a, b, base = (2 if depth > 5 or rng.random() < 0.6 else 3), rng.randrange(6), (rng.randrange(1, 4),)
        elif kind == "factorial":
            first, base, depth = 0, (1,), min(depth, 6)
        elif kind == "power":
            a = rng.randrange(2, 6)
            first, base, depth = 0, (1,), min(depth, (9, 6, 4, 4)[a - 2])
        elif kind == "fib":
            base = (rng.randrange(4), rng.randrange(1, 5))
        elif kind == "parity":
            b = b if b != a else b % 9 + 1
        elif kind == "halve":
            a, depth = rng.choice((1, 3)), 2 + (level + 1) // 2
            a = 1 if level < 3 else a
            if a == 3:  # a multiple of 3 would circle 3, 6, 3 for ever
                b = 0
        elif kind == "count":
            a, b, depth = rng.randrange(1, 5), rng.randrange(2), 2 + (level + 1) // 2
            first = rng.randrange(3)
        return World(kind, first, base, a, b, depth)

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        if world.kind in ("halve", "count"):
            return self._paths(world, rng)
        asks: list[Ask[Value]] = []
        table = _table(world, world.depth + 1)
        inner = range(world.first + len(world.base) + 1, world.depth + 1)
        for kind in rng.sample(["value", "is", "difference", "first", "equation", "calls"], 3):
            n = rng.choice(inner)
            near = [table[n - 1], table[n + 1]]
            wrong = near_misses(rng, table[n], rng.sample(near, 1))
            if kind == "value":
                asks.append(Ask("value", (n,), table[n], wrong))
            elif kind == "is":
                claim = table[n] if rng.random() < 0.5 else rng.choice(wrong[:3])
                right = claim == table[n]
                asks.append(Ask("is", (n, claim), right, (not right,)))
            elif kind == "difference":
                m = rng.randrange(world.first, n)
                gap = table[n] - table[m]
                if gap > 0:
                    asks.append(Ask("difference", (n, m), gap, near_misses(rng, gap, [table[n], table[n] + table[m]])))
            elif kind == "first":
                bound = table[n - 1] + 1 + rng.randrange(max(1, table[n] - table[n - 1]))
                if all(value < bound for m, value in table.items() if m < n) and table[n] >= bound:
                    strict = rng.randrange(2)
                    asks.append(
                        Ask("first", (bound - strict, strict), n, near_misses(rng, n, [n - 1, n + 1], low=world.first))
                    )
            elif kind == "equation":
                top = world.depth
                spread = range(world.first + 1, top + 1)
                at = rng.choice(spread)
                slips = [(m, rng.choice(near_misses(rng, table[m])[:3])) for m in spread for _ in range(2)]
                rng.shuffle(slips)
                asks.append(Ask("equation", (top,), (at, table[at]), tuple(dict.fromkeys(slips))[:4]))
            elif world.kind != "fib":
                count = n - world.first + 1
                asks.append(Ask("calls", (n,), count, near_misses(rng, count, [count - 1, count + 1], low=1)))
        n = world.depth
        return asks or [Ask("value", (n,), table[n], near_misses(rng, table[n], [table[n - 1]]))]

    def _paths(self, world: World, rng: Random) -> list[Ask[Value]]:
        asks: list[Ask[Value]] = []
        for kind in rng.sample(["length", "visits", "path", "at"], 3):
            if world.kind == "count":
                start = world.first + world.a * world.depth - rng.randrange(world.a)
            else:
                pool = [x for x in range(3, 40) if world.a == 1 or x % 3]
                start = rng.choice([x for x in pool if abs(len(_path(world, x)) - world.depth - 1) <= 1])
            path = _path(world, start)
            if kind == "length":
                count = len(path) - (world.kind == "halve")
                asks.append(Ask("length", (start,), count, near_misses(rng, count, [count + 1, count - 1], low=1)))
            elif kind == "visits":
                inside = rng.random() < 0.5
                others = [x for x in range(1, start) if x not in path] or [start + 1]
                goal = rng.choice([x for x in path if x != start] if inside else others)
                right = goal in path
                asks.append(Ask("visits", (start, goal), right, (not right,)))
            elif kind == "path":
                right_path = tuple(path)
                at = rng.randrange(1, len(path))
                slips = [(*path, 0) if world.kind == "count" else right_path[:-1], right_path[1:], right_path[::-1]]
                slips.append((*path[:at], path[at] + 1, *path[at + 1 :]))
                slips.append((*path[:at], *path[at + 1 :]))
                rng.shuffle(slips)
                wrong = tuple(slip for slip in dict.fromkeys(slips) if slip != right_path and len(slip) > 1)
                asks.append(Ask("path", (start,), right_path, wrong or ((*path, 9),)))
            else:
                at = rng.randrange(1, len(path))
                wrong_items = near_misses(rng, path[at], [path[at - 1], *path[at + 1 : at + 2]], low=1)
                asks.append(Ask("at", (start, at), path[at], wrong_items))
        return asks

    def operations(self, world: World, ask: Ask[Value]) -> int:
        return ask.args[0] - world.first if ask.kind in ("value", "is", "difference") else world.depth

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        args = ask.args
        if world.kind in ("halve", "count"):
            path = _walk(world, args[0])
            found: dict[str, Value] = {
                "length": len(path) - (world.kind == "halve"),
                "visits": len(args) > 1 and args[1] in path,
                "path": path,
                "at": path[args[1]] if ask.kind == "at" else 0,
            }
            return value == found[ask.kind]
        if ask.kind == "value":
            return value == _call(world, args[0])
        if ask.kind == "is":
            return value == (_call(world, args[0]) == args[1])
        if ask.kind == "difference":
            return value == _call(world, args[0]) - _call(world, args[1])
        if ask.kind == "first":
            n = world.first
            while _call(world, n) - args[1] < args[0]:
                n += 1
            return value == n
        if ask.kind == "calls":
            n, calls = args[0], 1
            while n > world.first:
                n, calls = n - 1, calls + 1
            return value == calls
        return isinstance(value, tuple) and _call(world, value[0]) == value[1]

    def cast(self, world: World, voice: Voice) -> Cast:
        return Cast(voice.pick(*[["f", "g", "F", "h", "calc", "T"]] * 2), voice.pick(*[["n", "n", "x", "N", "k"]] * 2))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        f, n = cast
        if world.kind == "count":
            return self._tell_count(world, cast, voice)
        if world.kind == "halve":
            return voice.pick(
                [
                    f"规则：从一个正整数开始，若它是偶数就除以2，若它是大于1的奇数就加{world.a}，得到1时停止。每变一次算一步。",
                    f"反复变换一个数，直到变成1为止：\n- 偶数：除以2。\n- 奇数：加上{world.a}。\n每次变换称为一步。",
                    f"有一个递归过程：数为1时结束；偶数变成它的一半；其他奇数变成它加{world.a}。变一次为一步，直到结束。",
                ],
                [
                    f"Start with a positive integer. If it is even, halve it; if it is odd and above 1, add {world.a}; "
                    "stop at 1. Each change is one step.",
                    f"A number is changed until it becomes 1:\n- even: divide by 2.\n- odd: add {world.a}.\n"
                    "Each change is one step.",
                ],
            )
        head = voice.pick(
            [
                f"函数 {f} 用递归方式定义：",
                f"下面是递归函数 {f}({n}) 的规则：",
                f"**递归函数** {f}({n}) 按以下规则计算：",
            ],
            [f"The function {f} is defined recursively:", f"Rules of the recursive function {f}({n}):"],
        )
        base_form = voice.pick(
            ["{f}({m}) = {v}", "当 {n} 为 {m} 时，{f}({n}) 的值是 {v}"],
            ["{f}({m}) = {v}", "if {n} is {m}, {f}({n}) is {v}"],
        )
        statements = [base_form.format(f=f, n=n, m=m, v=v) for m, v in enumerate(world.base, world.first)]
        above = world.first + len(world.base) - 1
        when = voice.pick(
            [f"当 {n} > {above} 时", f"{n} 大于 {above} 时"], [f"for {n} > {above}", f"if {n} is greater than {above}"]
        )
        old = f"{f}({n}-1)"
        plus_b = f" + {world.b}" if world.b else ""
        bodies = {
            "plus": (f"{old} + {world.a}",),
            "index": (f"{old} + {n}",),
            "double": (f"{world.a} × {old}{plus_b}",),
            "factorial": (f"{n} × {old}",),
            "power": (f"{world.a} × {old}",),
            "fib": (f"{old} + {f}({n}-2)",),
            "parity": (f"{old} + {world.a}", f"{old} + {world.b}"),
        }[world.kind]
        if world.kind == "parity":
            sides = [
                voice.say(f"当 {n} > {above} 且 {n} 是偶数时", f"for even {n} above {above}"),
                voice.say(f"当 {n} > {above} 且 {n} 是奇数时", f"for odd {n} above {above}"),
            ]
        else:
            sides = [when]
        comma = voice.say("，", ", ")
        statements += [f"{side}{comma}{f}({n}) = {body}" for side, body in zip(sides, bodies, strict=True)]
        return f"{head}\n{voice.listing(statements)}"

    @staticmethod
    def _tell_count(world: World, cast: Cast, voice: Voice) -> str:
        (f, n), end = cast, world.first
        call = f"{f}({n}-{world.a})"
        if world.b:
            zh, zh_short = f"先执行 {call}，等它结束后再打印 {n}", f"先调用 {call}，返回之后打印 {n}"
            en, en_short = f"it first runs {call} and after that prints {n}", f"it calls {call}, then prints {n}"
        else:
            zh, zh_short = f"先打印 {n}，再执行 {call}", f"打印 {n}，然后调用 {call}"
            en, en_short = f"it prints {n} and then runs {call}", f"it prints {n}, then calls {call}"
        return voice.pick(
            [
                f"过程 {f}({n}) 这样运行：若 {n} 大于{end}，{zh}；若 {n} 小于或等于{end}，就停止。",
                f"有一个倒数程序 {f}({n})：\n1. 当 {n} ≤ {end} 时结束，什么也不打印。\n"
                f"2. 当 {n} > {end} 时，{zh_short}。",
                f"递归程序 {f} 接收整数 {n}。{n} 不大于{end}时立即结束；否则{zh_short}。",
            ],
            [
                f"The procedure {f}({n}) works like this: if {n} > {end}, {en}; if {n} <= {end}, it stops.",
                f"A countdown {f}({n}):\n1. If {n} is {end} or less, it ends and prints nothing.\n"
                f"2. Otherwise {en_short}.",
            ],
        )

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        f, args = cast.f, ask.args
        if world.kind in ("halve", "count"):
            return self._path_question(world, ask, cast, voice)
        if ask.kind == "value":
            return voice.pick(
                [f"{f}({args[0]}) 等于多少？", f"求 {f}({args[0]}) 的值。", f"按上述规则，{f}({args[0]}) 是几？"],
                [f"What is {f}({args[0]})?", f"Find the value of {f}({args[0]})."],
            )
        if ask.kind == "is":
            return voice.pick(
                [
                    f"{f}({args[0]}) 等于 {args[1]} 吗？",
                    f"{f}({args[0]}) = {args[1]}，这个说法对吗？",
                    f"{f}({args[0]}) 的值是不是 {args[1]}？",
                ],
                [f"Is {f}({args[0]}) equal to {args[1]}?", f"Is it true that {f}({args[0]}) = {args[1]}?"],
            )
        if ask.kind == "difference":
            return voice.pick(
                [f"{f}({args[0]}) 比 {f}({args[1]}) 大多少？", f"{f}({args[0]}) - {f}({args[1]}) 等于多少？"],
                [
                    f"By how much is {f}({args[0]}) greater than {f}({args[1]})?",
                    f"What is {f}({args[0]}) - {f}({args[1]})?",
                ],
            )
        if ask.kind == "first":
            zh, en = ("大于", "greater than") if args[1] else ("不小于", "at least")
            return voice.pick(
                [
                    f"使 {f}({cast.n}) {zh} {args[0]} 的最小 {cast.n} 是多少？",
                    f"{cast.n} 从{world.first}开始逐个增大，{f}({cast.n}) 首次{zh} {args[0]} 时 {cast.n} 是几？",
                ],
                [f"What is the least {cast.n} with {f}({cast.n}) {en} {args[0]}?"],
            )
        if ask.kind == "calls":
            return voice.pick(
                [
                    f"按规则一直算到底来求 {f}({args[0]})，函数 {f} 一共被调用几次（{f}({args[0]}) 本身也算一次）？",
                    f"计算 {f}({args[0]}) 时，从 {f}({args[0]}) 到 {f}({world.first}) 共调用了多少次 {f}？",
                ],
                [f"How many calls of {f} does it take to work out {f}({args[0]}), this first call included?"],
            )
        return voice.pick(
            [
                f"把 {f} 从 {f}({world.first}) 算到 {f}({args[0]})，下面哪个等式成立？",
                f"算出 {f} 直到 {f}({args[0]}) 的各个值，哪一项正确？",
            ],
            [f"Work out {f} up to {f}({args[0]}). Which of these equations is right?"],
        )

    def _path_question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        start, is_count = ask.args[0], world.kind == "count"
        goal = ask.args[-1]
        run = f"{cast.f}({start})"
        if ask.kind == "length":
            if is_count:
                return voice.pick(
                    [f"执行 {run} 一共打印几个数？", f"运行 {run}，会打印出多少个数？"],
                    [f"How many numbers does {run} print?"],
                )
            return voice.pick(
                [f"从 {start} 到 1 要经过几步？", f"{start} 变成 1 需要多少步？"],
                [f"How many steps lead from {start} to 1?"],
            )
        if ask.kind == "visits":
            if is_count:
                return voice.pick(
                    [f"执行 {run} 时会打印 {goal} 吗？", f"{run} 打印的数里有没有 {goal}？"],
                    [f"Does {run} print {goal}?"],
                )
            return voice.pick(
                [f"从 {start} 开始，过程中会出现 {goal} 吗？", f"{start} 变到 1 的路上是否经过 {goal}？"],
                [f"Starting from {start}, does {goal} appear?"],
            )
        if ask.kind == "path":
            if is_count:
                return voice.pick(
                    [f"{run} 依次打印哪些数？", f"执行 {run}，按顺序打印的是什么？"],
                    [f"Which numbers does {run} print, in order?"],
                )
            return voice.pick(
                [
                    f"从 {start} 开始，依次得到的数（含 {start} 和 1）是哪一串？",
                    f"写出 {start} 变到 1 的全过程，应是哪一个？",
                ],
                [f"Which numbers appear in turn from {start} to 1, both included?"],
            )
        if is_count:
            return voice.pick(
                [f"{run} 打印的第{goal + 1}个数是多少？", f"执行 {run}，第{goal + 1}个打印出来的是几？"],
                [f"What is number {goal + 1} in the print-out of {run}?"],
            )
        return voice.pick(
            [f"从 {start} 开始，走{goal}步后得到几？", f"{start} 经过{goal}步变成多少？"],
            [f"Starting from {start}, which number is there after {goal} step{'s' * (goal > 1)}?"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if isinstance(value, tuple):
            if ask.kind == "equation":
                return f"{cast.f}({value[0]}) = {value[1]}"
            return ", ".join(map(str, value))
        return str(value)

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        if world.kind == "halve":
            return "\n".join(self._halve_chain(world, ask, voice))
        if world.kind == "count":
            return "\n".join(self._count_chain(world, ask, voice))
        f, args = cast.f, ask.args
        comma = voice.say("，", ", ")
        if ask.kind == "calls":
            many = f"{args[0]}-{world.first}+1={args[0] - world.first + 1}"
            return voice.say(
                f"从{f}({args[0]})到{f}({world.first})：{many}次。",
                f"From {f}({args[0]}) down to {f}({world.first}): {many} calls.",
            )
        top = ask.right if ask.kind == "first" and isinstance(ask.right, int) else args[0]
        table = _table(world, top)
        lines = []
        for n, value in table.items():
            line = self._value_line(world, n, table, f, voice)
            if ask.kind == "first":
                reached = value - args[1] >= args[0]
                sign = (">" if args[1] else "≥") if reached else ("≤" if args[1] else "<")
                line += f"{sign}{args[0]}"
            lines.append(line)
        if ask.kind == "is":
            same = table[top] == args[1]
            sign, word = ("=", voice.say("是", "yes")) if same else ("≠", voice.say("否", "no"))
            lines.append(f"{table[top]}{sign}{args[1]}{comma}{word}")
        elif ask.kind == "difference":
            high, low = table[args[0]], table[args[1]]
            lines.append(f"{f}({args[0]})-{f}({args[1]})={high}-{low}={high - low}")
        elif ask.kind == "first":
            lines.append(f"{cast.n}={top}")
        elif ask.kind == "equation":
            for place, option in enumerate(shown):
                assert isinstance(option, tuple)
                n, claim = option
                same = table[n] == claim
                sign, word = ("=", voice.say("符合", " fits")) if same else ("≠", voice.say("不符", " no"))
                lines.append(f"{letter_of(place)} {f}({n})={table[n]}{sign}{claim}{word}")
                if same:
                    break
        return "\n".join(lines)

    @staticmethod
    def _value_line(world: World, n: int, table: dict[int, int], f: str, voice: Voice) -> str:
        """Work one value out from the line or the two lines before."""
        value = table[n]
        if n < world.first + len(world.base):
            return f"{f}({n})={value}"
        old = table[n - 1]
        if world.kind == "parity":
            side = voice.say(f"{n}{'奇' if n % 2 else '偶'} ", f"{n} {'odd' if n % 2 else 'even'}, ")
            return f"{side}{f}({n})={old}+{world.b if n % 2 else world.a}={value}"
        if world.kind == "double" and world.b:
            double = world.a * old
            return f"{world.a}×{old}={double}{voice.say('，', ', ')}{f}({n})={double}+{world.b}={value}"
        work = {
            "plus": f"{old}+{world.a}",
            "index": f"{old}+{n}",
            "factorial": f"{n}×{old}",
            "fib": f"{old}+{table.get(n - 2, 0)}",
        }.get(world.kind, f"{world.a}×{old}")
        return f"{f}({n})={work}={value}"

    @staticmethod
    def _halve_chain(world: World, ask: Ask[Value], voice: Voice) -> list[str]:
        """Change the number step by step; steps are numbered where the number of steps matters."""
        path = _path(world, ask.args[0])
        goal = ask.args[-1]
        last = goal if ask.kind == "at" else len(path) - 1
        lines = []
        for number in range(1, last + 1):
            old, new = path[number - 1 : number + 1]
            step = voice.say("奇", " odd ") + f"+{world.a}" if old % 2 else voice.say("偶", " even ") + "÷2"
            head = f"{number}{voice.say('：', ': ')}" if ask.kind in ("at", "length") else ""
            line = f"{head}{old}{step}={new}"
            if ask.kind == "visits":
                line += f"{'=' if new == goal else '≠'}{goal}"
            lines.append(line)
            if ask.kind == "visits" and new == goal:
                break
        if ask.kind == "length":
            lines.append(voice.say(f"{last}步。", f"{last} steps."))
        elif ask.kind == "visits":
            lines.append(voice.say("出现。" if ask.right else "没有出现。", "It appears." if ask.right else "Never."))
        return lines

    @staticmethod
    def _count_chain(world: World, ask: Ask[Value], voice: Voice) -> list[str]:
        """Count down; where numbers are printed after the inner calls, count up again from the last one."""
        down, end, goal = sorted(_path(world, ask.args[0]), reverse=True), world.first, ask.args[-1]
        colon, stop = voice.say("：", ": "), voice.say("停", " stop")
        lines: list[str] = []
        is_turned = bool(world.b) and ask.kind in ("path", "at")
        for number, item in enumerate(down, 1):
            head = f"{number}{colon}" if ask.kind in ("at", "length") and not is_turned else ""
            if ask.kind == "at" and not is_turned and number == goal + 1:
                return [*lines, f"{head}{item}"]
            if ask.kind == "visits" and item <= goal:
                found = item == goal
                word = voice.say("打印" if found else "不打印", "printed" if found else "not printed")
                return [*lines, f"{item}{'=' if found else '<'}{goal}{voice.say('，', ', ')}{word}"]
            if ask.kind == "visits":
                head = f"{item}>{goal}{voice.say('，', ', ')}"
            new = item - world.a
            lines.append(f"{head}{item}-{world.a}={new}" + (f">{end}" if new > end else f"≤{end}{stop}"))
        if ask.kind == "length":
            lines.append(voice.say(f"{len(down)}个。", f"{len(down)} numbers."))
        elif ask.kind == "visits":
            lines.append(voice.say("不打印", "not printed"))
        elif is_turned:
            up = down[::-1][: goal + 1 if ask.kind == "at" else None]
            lines.append(voice.say("倒着打印：", "Printed on the way back: ").strip())
            for number, item in enumerate(up, 1):
                head = f"{number}{colon}" if ask.kind == "at" else ""
                lines.append(head + (f"{item - world.a}+{world.a}={item}" if number > 1 else str(item)))
        return lines
