"""Recursively defined functions on small integers: a base case and a step, worked out value by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, alike, asserted, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice


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
    """Names of the function and of its argument, and what it is: ``FUNCTION``, ``HALVE`` or ``COUNT``."""

    f: str
    n: str
    scene: int

    def call(self, number: object) -> str:
        """Name the function's value at a number."""
        return f"{self.f}({number})"


FUNCTION, HALVE, COUNT = range(3)
Told = Telling[Cast]
Path = tuple[int, ...]


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


def _path(world: World, start: int) -> Path:
    """Return the numbers that a halving walk or a countdown goes through, in the order told."""
    path = [start]
    if world.kind == "count":
        while path[-1] - world.a > world.first:
            path.append(path[-1] - world.a)
        if world.b:
            path.reverse()
    else:
        while path[-1] != 1:
            path.append(path[-1] // 2 if path[-1] % 2 == 0 else path[-1] + world.a)
    return tuple(path)


def _start(world: World, rng: Random) -> int:
    """Draw a number whose path is about as long as the level wants it."""
    if world.kind == "count":
        return world.first + world.a * world.depth - rng.randrange(world.a)
    pool = [x for x in range(3, 40) if world.a == 1 or x % 3]
    return rng.choice([x for x in pool if abs(len(_path(world, x)) - world.depth - 1) <= 1])


def _walk(world: World, start: int) -> Path:
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


def _term(world: World, n: object, before: Sequence[object], *, is_odd: bool) -> str:
    """What the rule says of a number, from the values before it."""
    a, b, old = world.a, world.b, before[-1]
    return {
        "plus": f"{old} + {a}",
        "index": f"{old} + {n}",
        "double": f"{a} × {old} + {b}" if b else f"{a} × {old}",
        "factorial": f"{n} × {old}",
        "power": f"{a} × {old}",
        "fib": f"{old} + {before[0]}",
        "parity": f"{old} + {b if is_odd else a}",
    }[world.kind]


def _value(world: World, rng: Random, table: dict[int, int], n: int, wrong: Path) -> Ask[int]:
    return Ask("value", (n,), table[n], wrong)


def _difference(world: World, rng: Random, table: dict[int, int], n: int, wrong: Path) -> Ask[int] | None:
    m = rng.randrange(world.first, n)
    gap, slips = table[n] - table[m], [table[n], table[n] + table[m]]
    return Ask("difference", (n, m), gap, near_misses(rng, gap, slips)) if gap > 0 else None


def _first(world: World, rng: Random, table: dict[int, int], n: int, wrong: Path) -> Ask[int] | None:
    bound = table[n - 1] + 1 + rng.randrange(max(1, table[n] - table[n - 1]))
    if table[n] < bound or any(value >= bound for m, value in table.items() if m < n):
        return None
    strict = rng.randrange(2)
    return Ask("first", (bound - strict, strict), n, near_misses(rng, n, [n - 1, n + 1], low=world.first))


def _equation(world: World, rng: Random, table: dict[int, int], n: int, wrong: Path) -> Ask[Path]:
    spread = range(world.first + 1, world.depth + 1)
    at = rng.choice(spread)
    slips = [(m, rng.choice(near_misses(rng, table[m])[:3])) for m in spread for _ in range(2)]
    rng.shuffle(slips)
    return Ask("equation", (world.depth,), (at, table[at]), tuple(dict.fromkeys(slips))[:4])


def _calls(world: World, rng: Random, table: dict[int, int], n: int, wrong: Path) -> Ask[int] | None:
    if world.kind == "fib":
        return None
    count = n - world.first + 1
    return Ask("calls", (n,), count, near_misses(rng, count, [count - 1, count + 1], low=1))


def _length(world: World, rng: Random, start: int, path: Path) -> Ask[int]:
    count = len(path) - (world.kind == "halve")
    return Ask("length", (start,), count, near_misses(rng, count, [count + 1, count - 1], low=1))


def _visits(world: World, rng: Random, start: int, path: Path) -> Ask[bool]:
    is_inside = rng.random() < 0.5
    others = [x for x in range(1, start) if x not in path] or [start + 1]
    goal = rng.choice([x for x in path if x != start] if is_inside else others)
    return claimed("visits", (start, goal), goal in path)


def _path_ask(world: World, rng: Random, start: int, path: Path) -> Ask[Path]:
    at = rng.randrange(1, len(path))
    slips = [(*path, 0) if world.kind == "count" else path[:-1], path[1:], path[::-1]]
    slips += [(*path[:at], path[at] + 1, *path[at + 1 :]), (*path[:at], *path[at + 1 :])]
    rng.shuffle(slips)
    wrong = tuple(slip for slip in dict.fromkeys(slips) if slip != path and len(slip) > 1)
    return Ask("path", (start,), path, wrong or ((*path, 9),))


def _at(world: World, rng: Random, start: int, path: Path) -> Ask[int]:
    at = rng.randrange(1, len(path))
    return Ask("at", (start, at), path[at], near_misses(rng, path[at], [path[at - 1], *path[at + 1 : at + 2]], low=1))


def _first_proved(world: World, args: Args) -> int:
    n = world.first
    while _call(world, n) - args[1] < args[0]:
        n += 1
    return n


def _calls_proved(world: World, args: Args) -> int:
    n, calls = args[0], 1
    while n > world.first:
        n, calls = n - 1, calls + 1
    return calls


def _count_told(world: World, told: Told) -> str:
    f, n, _ = told.cast
    entry = "tell.after" if world.b else "tell.before"
    return told.pick(entry, f=f, n=n, end=world.first, inner=told.cast.call(f"{n}-{world.a}"))


def _function_told(world: World, told: Told) -> str:
    f, n, _ = told.cast
    call = told.cast.call
    head, base = told.pick("tell.head", f=f, n=n), told.draw("tell.base")
    statements = [told.fill(base, f=f, n=n, m=m, v=v) for m, v in enumerate(world.base, world.first)]
    above = world.first + len(world.base) - 1
    sides = [told.pick("tell.above", n=n, above=above)]
    if world.kind == "parity":
        sides = [told.say(entry, n=n, above=above) for entry in ("tell.even", "tell.odd")]
    before = call(f"{n}-2"), call(f"{n}-1")
    for is_odd, side in enumerate(sides):
        term = _term(world, n, before, is_odd=bool(is_odd))
        statements.append(f"{side}{told.say('comma')}{call(n)} = {term}")
    return f"{head}\n{told.voice.listing(statements)}"


def _worked(world: World, top: int, told: Told) -> list[str]:
    """Work values out up to one, each from the line or the two lines before."""
    table, call, lines = _table(world, top), told.cast.call, []
    for n, value in table.items():
        if n < world.first + len(world.base):
            lines.append(f"{call(n)}={value}")
            continue
        old, head = table[n - 1], ""
        work = _term(world, n, (table.get(n - 2), old), is_odd=n % 2 == 1).replace(" ", "")
        if world.kind == "parity":
            head = told.say("chain.odd_argument" if n % 2 else "chain.even_argument", n=n)
        elif world.kind == "double" and world.b:
            head, work = f"{world.a}×{old}={world.a * old}{told.say('comma')}", f"{world.a * old}+{world.b}"
        lines.append(f"{head}{call(n)}={work}={value}")
    return lines


def _value_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    return "\n".join(_worked(world, ask.args[0], told))


def _is_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    top, claim = ask.args
    sign, word = ("=", "chain.yes") if ask.right else ("≠", "chain.no")
    line = f"{_table(world, top)[top]}{sign}{claim}{told.say('comma')}{told.say(word)}"
    return "\n".join([*_worked(world, top, told), line])


def _difference_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    top, low = ask.args
    table, call = _table(world, top), told.cast.call
    line = f"{call(top)}-{call(low)}={table[top]}-{table[low]}={table[top] - table[low]}"
    return "\n".join([*_worked(world, top, told), line])


def _first_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    bound, is_strict = ask.args
    more, less = (">", "≤") if is_strict else ("≥", "<")
    values = _table(world, ask.right).values()
    lines = [
        f"{line}{more if value - is_strict >= bound else less}{bound}"
        for line, value in zip(_worked(world, ask.right, told), values, strict=True)
    ]
    return "\n".join([*lines, f"{told.cast.n}={ask.right}"])


def _equation_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    table = _table(world, ask.args[0])

    def line(value: Path) -> str:
        n, claim = value
        sign, word = ("=", "chain.fits") if table[n] == claim else ("≠", "chain.fails")
        return f"{told.cast.call(n)}={table[n]}{sign}{claim}{told.say(word)}"

    tries = tried(shown, lambda value: table[value[0]] == value[1], line, told, mark=" ")
    return "\n".join([*_worked(world, ask.args[0], told), *tries])


def _calls_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    top, first, cast = ask.args[0], world.first, told.cast
    count = f"{top}-{first}+1={top - first + 1}"
    return told.say("chain.calls", call=cast.call(top), f=cast.f, first=first, count=count)


def _down(world: World, start: int) -> Path:
    """The numbers gone through; of a countdown from the greatest, whenever they are printed."""
    path = _path(world, start)
    return tuple(sorted(path, reverse=True)) if world.kind == "count" else path


def _changes(world: World, start: int, told: Told) -> list[str]:
    """Each change of the number, or each number of a countdown and what comes after it."""
    down, lines = _down(world, start), []
    if world.kind == "halve":
        for old, new in pairwise(down):
            step = f"{told.say('chain.odd')}+{world.a}" if old % 2 else f"{told.say('chain.even')}÷2"
            lines.append(f"{old}{step}={new}")
        return lines
    for old in down:
        new = old - world.a
        after = f">{world.first}" if new > world.first else f"≤{world.first}{told.say('chain.stop')}"
        lines.append(f"{old}-{world.a}={new}{after}")
    return lines


def _numbered(lines: Sequence[str], told: Told) -> list[str]:
    return [f"{number}{told.say('colon')}{line}" for number, line in enumerate(lines, 1)]


def _back(world: World, start: int) -> list[str]:
    """Numbers that are printed after the inner calls, from the last one up."""
    up = _down(world, start)[::-1]
    return [f"{item - world.a}+{world.a}={item}" if at else str(item) for at, item in enumerate(up)]


def _length_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    lines = _changes(world, ask.args[0], told)
    return "\n".join([*_numbered(lines, told), told.say("chain.length", count=len(lines))])


def _visits_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (start, goal), lines = ask.args, []
    down, changes = _down(world, start), _changes(world, start, told)
    if world.kind == "halve":
        for new, change in zip(down[1:], changes, strict=True):
            lines.append(f"{change}{'=' if new == goal else '≠'}{goal}")
            if new == goal:
                break
        return "\n".join([*lines, told.say("chain.appears" if ask.right else "chain.never")])
    verdict = told.say("chain.printed" if ask.right else "chain.not_printed")
    for item, change in zip(down, changes, strict=True):
        if item <= goal:
            return "\n".join([*lines, f"{item}{'=' if item == goal else '<'}{goal}{told.say('comma')}{verdict}"])
        lines.append(f"{item}>{goal}{told.say('comma')}{change}")
    return "\n".join([*lines, verdict])


def _path_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    lines = _changes(world, ask.args[0], told)
    if world.kind == "count" and world.b:
        lines += [told.say("chain.back"), *_back(world, ask.args[0])]
    return "\n".join(lines)


def _at_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    start, at = ask.args
    lines = _changes(world, start, told)
    if world.kind == "halve":
        return "\n".join(_numbered(lines[:at], told))
    if not world.b:
        return "\n".join(_numbered([*lines[:at], str(ask.right)], told))
    return "\n".join([*lines, told.say("chain.back"), *_numbered(_back(world, start)[: at + 1], told)])


def _slots(args: Args, told: Told) -> dict[str, object]:
    (f, n, _), start, last = told.cast, args[0], args[-1]
    at = {"start": start, "last": last, "place": last + 1, "plural": "s" if last > 1 else ""}
    return {"f": f, "n": n, "call": told.cast.call(start), "first": told.world.first, **at}


def _reach(world: World, args: Args) -> int:
    return args[0] - world.first


def _depth(world: World, args: Args) -> int:
    return world.depth


VALUE: Kind[World, Cast] = worked_out(
    "value", _value, lambda world, args: _call(world, args[0]), _value_chain, operations=_reach
)
OF_FUNCTIONS: tuple[Kind[World, Cast], ...] = (
    VALUE,
    asserted("is", VALUE, _is_chain, among=3, operations=_reach),
    worked_out(
        "difference",
        _difference,
        lambda world, args: _call(world, args[0]) - _call(world, args[1]),
        _difference_chain,
        operations=_reach,
    ),
    worked_out(
        "first",
        _first,
        _first_proved,
        _first_chain,
        operations=_depth,
        variant=lambda args, told: "above" if args[1] else "from",
    ),
    Kind(
        "equation",
        _equation,
        holds=lambda world, args, value: _call(world, value[0]) == value[1],
        option=lambda value, told: f"{told.cast.call(value[0])} = {value[1]}",
        chain=_equation_chain,
        operations=_depth,
    ),
    worked_out("calls", _calls, _calls_proved, _calls_chain, operations=_depth),
)
OF_PATHS: tuple[Kind[World, Cast], ...] = alike(
    worked_out(
        "length",
        _length,
        lambda world, args: len(_walk(world, args[0])) - (world.kind == "halve"),
        _length_chain,
    ),
    whether("visits", _visits, lambda world, args: args[1] in _walk(world, args[0]), _visits_chain),
    worked_out(
        "path",
        _path_ask,
        lambda world, args: _walk(world, args[0]),
        _path_chain,
        option=lambda value, told: ", ".join(map(str, value)),
    ),
    worked_out("at", _at, lambda world, args: _walk(world, args[0])[args[1]], _at_chain),
    operations=_depth,
)


class Recursion(Family[World, Cast]):
    """Values: a number, True/False, an equation (argument, value), or a list."""

    name = "recursion"
    title = "recursively defined functions"
    changes = {"base": "more"}
    kinds = alike(*OF_FUNCTIONS, *OF_PATHS, slots=_slots)

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

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        asks: list[Ask[Any]] = []
        if world.kind in ("halve", "count"):
            for name in self.drawn([kind.name for kind in OF_PATHS], rng, may_be_two):
                start = _start(world, rng)
                asks += self.made(name, world, rng, start, _path(world, start))
            return asks
        table = _table(world, world.depth + 1)
        inner = range(world.first + len(world.base) + 1, world.depth + 1)
        for name in self.drawn([kind.name for kind in OF_FUNCTIONS], rng, may_be_two):
            n = rng.choice(inner)
            wrong = near_misses(rng, table[n], rng.sample([table[n - 1], table[n + 1]], 1))
            asks += self.made(name, world, rng, table, n, wrong)
        n = world.depth
        return asks or [Ask("value", (n,), table[n], near_misses(rng, table[n], [table[n - 1]]))]

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = {"halve": HALVE, "count": COUNT}.get(world.kind, FUNCTION)
        told = self.told(Cast("", "", scene), voice)
        return Cast(told.pick("function.mark"), told.pick("argument.mark"), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        if cast.scene == HALVE:
            return told.pick("tell.halve", a=world.a)
        return (_count_told if cast.scene == COUNT else _function_told)(world, told)
