"""Sequences made by a stated rule: an element, the first one past a bound, membership, sums of the first ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, asserted, claimed, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice


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


class Cast(NamedTuple):
    """The setting."""

    scene: int


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


def _nth(world: World, rng: Random, number: int, items: list[int], wrong: tuple[int, ...]) -> Ask[int]:
    return Ask("nth", (number,), items[number - 1], wrong)


def _past(world: World, rng: Random, number: int, items: list[int], wrong: tuple[int, ...]) -> Ask[int] | None:
    high, right = max(items[: number - 1]), items[number - 1]
    if right <= high:
        return None
    bound, strict = rng.randrange(high, right), rng.randrange(2)
    near = near_misses(rng, number, [number - 1, number + 1], low=1)
    return Ask("past", (bound + 1 - strict, strict), number, near)


def _member(world: World, rng: Random, number: int, items: list[int], wrong: tuple[int, ...]) -> Ask[bool]:
    shown = items[: world.length]
    others = [x for x in range(min(shown), max(shown)) if x not in shown] or [max(shown) + 1]
    goal = rng.choice(shown[2:] if rng.random() < 0.5 else others)
    return claimed("member", (goal,), goal in shown)


def _sum(world: World, rng: Random, number: int, items: list[int], wrong: tuple[int, ...]) -> Ask[int] | None:
    count = min(number, 3 + world.length // 3)
    total = sum(items[:count])
    if total >= 1000:
        return None
    return Ask("sum", (count,), total, near_misses(rng, total, [total - items[count - 1], total + items[count]]))


def _first(world: World, rng: Random, number: int, items: list[int], wrong: tuple[int, ...]) -> Ask[tuple[int, ...]]:
    start, at = tuple(items[:number]), rng.randrange(1, number)
    slips = [
        (*start[:at], start[at] + 1, *start[at + 1 :]),
        (*start[:-1], start[-1] + 2),
        (*start[:-1], start[-1] - 1),
        tuple(items[1 : number + 1]),
    ]
    rng.shuffle(slips)
    return Ask("first", (number,), start, tuple(slip for slip in dict.fromkeys(slips) if slip != start))


def _evens(world: World, rng: Random, number: int, items: list[int], wrong: tuple[int, ...]) -> Ask[int]:
    odd = rng.randrange(2)
    evens = sum(item % 2 == odd for item in items[:number])
    return Ask("evens", (number, odd), evens, near_misses(rng, evens, [number - evens], high=number))


def _proven(world: World, count: int) -> list[int]:
    """Prover: the first elements, each by itself."""
    return [_closed(world, number) for number in range(1, count + 1)]


def _first_past(world: World, args: Args) -> int:
    number = 1
    while _closed(world, number) < args[0] + args[1]:
        number += 1
    return number


def _line(world: World, items: list[int], told: Telling[Cast]) -> str:
    """Spell out how the last of ``items`` is made."""
    new, number, a, b = items[-1], len(items), world.a, world.b
    head = f"{number}{told.say('colon')}"
    if number <= len(world.start):
        return f"{head}{new}"
    old, comma = items[-2], told.say("comma")
    if world.rule == "parity":
        return f"{head}{old}{told.say('chain.is_odd', a=a) if old % 2 else told.say('chain.is_even')}={new}"
    if world.rule == "limit":
        step = f"{old}-{b}" if old > world.limit else f"{old}+{a}"
        return f"{head}{old}{'>' if old > world.limit else '≤'}{world.limit}{comma}{step}={new}"
    work = {
        "step": f"{old}+{a}",
        "times": f"{old}×2" + (f"={2 * old}{comma}{2 * old}-{b}" if b else ""),
        "swing": f"{old}-{b}" if number % 2 else f"{old}+{a}",
        "growing": f"{old}+{a * (number - 1)}",
        "two": f"{items[-3] if number > 2 else 0}+{old}",
        "digits": f"{old}+{old % 10}={old + old % 10}{comma}{old + old % 10}+{a}",
    }[world.rule]
    return f"{head}{work}={new}"


def _lines(world: World, count: int, told: Telling[Cast], tail: Callable[[int], str] = lambda new: "") -> list[str]:
    """Make element after element; ``tail`` says what an element means to the question."""
    items = _items(world, count)
    return [_line(world, items[:number], told) + tail(new) for number, new in enumerate(items, 1)]


def _made(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    return "\n".join(_lines(world, ask.args[0], told))


def _compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    number, claim = ask.args
    last = _items(world, number)[-1]
    end = f"{last}={claim}{told.say('chain.yes')}" if last == claim else f"{last}≠{claim}{told.say('chain.no')}"
    return "\n".join([*_lines(world, number, told), end])


def _passed(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    bound, strict = ask.args

    def tail(new: int) -> str:
        is_past = new >= bound + strict
        return f"{(('<', '≤'), ('≥', '>'))[is_past][strict]}{bound}"

    return "\n".join(_lines(world, ask.right, told, tail))


def _searched(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    items, goal = _items(world, world.length), ask.args[0]
    count = items.index(goal) + 1 if goal in items else world.length
    lines = _lines(world, count, told, lambda new: f"{'=' if new == goal else '≠'}{goal}")
    return "\n".join([*lines, told.say("chain.found" if ask.right else "chain.missing")])


def _summed(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    total = 0

    def tail(new: int) -> str:
        nonlocal total
        before, total = total, total + new
        return told.say("chain.sum") + (f"{before}+{new}={total}" if before else str(new))

    return "\n".join(_lines(world, ask.args[0], told, tail))


def _counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    found = 0

    def tail(new: int) -> str:
        nonlocal found
        found += new % 2 == ask.args[1]
        numbered = told.say("chain.numbered", found=found) if new % 2 == ask.args[1] else ""
        return told.say("comma") + told.say("odd" if new % 2 else "even") + numbered

    lines = _lines(world, ask.args[0], told, tail)
    return "\n".join([*lines, told.say("chain.count", found=found)])


def _size(world: World, args: Args) -> int:
    return args[0]


def _length(world: World, args: Args) -> int:
    return world.length


NTH: Kind[World, Cast] = worked_out(
    "nth",
    _nth,
    answer=lambda world, args: _closed(world, args[0]),
    chain=_made,
    slots=lambda args, told: {"number": args[0]},
    operations=_size,
)
KINDS: tuple[Kind[World, Cast], ...] = (
    NTH,
    asserted(
        "nth_is",
        NTH,
        among=None,
        chain=_compared,
        slots=lambda args, told: {"number": args[0], "claim": args[1]},
        operations=_size,
    ),
    worked_out(
        "past",
        _past,
        answer=_first_past,
        option=lambda value, told: told.say("option.past", number=value),
        chain=_passed,
        variant=lambda args, told: "over" if args[1] else "reached",
        slots=lambda args, told: {"bound": args[0]},
        operations=_length,
    ),
    whether(
        "member",
        _member,
        is_so=lambda world, args: args[0] in _proven(world, world.length),
        chain=_searched,
        slots=lambda args, told: {"number": args[0], "length": told.world.length},
        operations=_length,
    ),
    worked_out(
        "sum",
        _sum,
        answer=lambda world, args: sum(_proven(world, args[0])),
        chain=_summed,
        slots=lambda args, told: {"count": args[0]},
        operations=_size,
    ),
    worked_out(
        "first",
        _first,
        answer=lambda world, args: tuple(_proven(world, args[0])),
        option=lambda value, told: ", ".join(map(str, value)),
        chain=_made,
        slots=lambda args, told: {"count": args[0]},
        operations=_size,
    ),
    worked_out(
        "evens",
        _evens,
        answer=lambda world, args: sum(item & 1 == args[1] for item in _proven(world, args[0])),
        chain=_counted,
        slots=lambda args, told: {"count": args[0], "kind": told.say("odd" if args[1] else "even")},
        operations=_size,
    ),
)


class Sequences(Family[World, Cast]):
    """Values: an element, a position, a sum, the sequence's start, or True/False."""

    name = "sequences"
    title = "sequences by a stated rule"
    changes = {"start": "more"}
    kinds = KINDS

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

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        items = _items(world, world.length + 1)
        asks: list[Ask[Any]] = []
        for name in self.drawn([kind.name for kind in KINDS], rng, may_be_two):
            number = rng.randrange(len(world.start) + 2, world.length + 1)
            wrong = near_misses(rng, items[number - 1], rng.sample([items[number - 2], items[number]], 1))
            asks += self.made(name, world, rng, number, items, wrong)
        return asks or [Ask("nth", (world.length,), items[-2], near_misses(rng, items[-2], [items[-1]]))]

    def cast(self, world: World, voice: Voice) -> Cast:
        return Cast(int(voice.rng.random() * 3))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, a, b = self.told(cast, voice), world.a, world.b
        first = told.say("tell.two" if world.rule == "two" else "tell.one", one=world.start[0], two=world.start[-1])
        # The prover's ``times`` may take nothing away.
        name = "double" if world.rule == "times" and not b else world.rule
        rule = told.pick(f"tell.rule.{name}", a=a, b=b, limit=world.limit, twice=2 * a, thrice=3 * a)
        head = told.pick("tell.head")
        if voice.rng.random() < 0.4:
            return f"{head}\n{voice.listing([first, told.capital(rule)])}"
        return told.say("tell.all", head=head, first=first, rule=rule)
