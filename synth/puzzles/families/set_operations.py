"""Set operations: union, intersection, difference, symmetric difference and complement of small sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around, coset
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice

UNION, MEET, MINUS, EITHER = range(4)


@dataclass(frozen=True, slots=True)
class World:
    """Sets over elements 0 to ``size - 1``; each set as the order in which its elements are told."""

    size: int
    """Number of elements of the universe."""
    sets: tuple[tuple[int, ...], ...]
    """The named sets."""
    steps: int
    """How many operations the longest expression has: 1 or 2."""


class Cast(NamedTuple):
    """How sets and elements are written."""

    names: tuple[str, ...]
    elements: tuple[str, ...]
    brackets: tuple[str, str]
    signs: tuple[str, str, str, str]


def _apply(op: int, one: list[int], two: list[int]) -> list[int]:
    """The operation on lists, element by element, in the order of the lists."""
    first = [item for item in one if op == UNION or (item in two) == (op == MEET)]
    return first + [item for item in two if op in (UNION, EITHER) and item not in one]


def _mask(items: Sequence[int]) -> int:
    return sum(1 << item for item in items)


def _bits(op: int, one: int, two: int) -> int:
    return (one | two, one & two, one & ~two, one ^ two)[op]


def _drawn(world: World, rng: Random) -> tuple[int, ...]:
    places = rng.sample(range(len(world.sets)), len(world.sets))
    op = rng.choice([UNION, UNION, MEET, MEET, MINUS, MINUS, EITHER])
    if world.steps == 1 or rng.random() < 0.4:
        return (op, *places[:2]) if rng.random() < 0.85 else (-1, places[0])
    return (op, *places[:2], rng.choice([UNION, MEET, MINUS]), places[2])


def _elements(world: World, args: Args) -> list[int]:
    """The expression's elements, by lists."""
    if args[0] < 0:
        return [item for item in range(world.size) if item not in world.sets[args[1]]]
    found = _apply(args[0], list(world.sets[args[1]]), list(world.sets[args[2]]))
    return found if len(args) == 3 else _apply(args[3], found, list(world.sets[args[4]]))


def _masked(world: World, args: Args) -> int:
    """Prover: the expression by bit masks."""
    masks = [_mask(items) for items in world.sets]
    if args[0] < 0:
        return (1 << world.size) - 1 & ~masks[args[1]]
    found = _bits(args[0], masks[args[1]], masks[args[2]])
    return found if len(args) == 3 else _bits(args[3], found, masks[args[4]])


def _value(world: World, rng: Random) -> Ask[int]:
    args = _drawn(world, rng)
    right = _mask(_elements(world, args))
    return Ask("value", args, right, _near(world, args, right, rng))


def _count(world: World, rng: Random) -> Ask[int]:
    args = _drawn(world, rng)
    count = len(_elements(world, args))
    return Ask("count", args, count, around(count))


def _member(world: World, rng: Random) -> Ask[bool]:
    args = _drawn(world, rng)
    found = _elements(world, args)
    item, want = rng.randrange(world.size), rng.random() < 0.5
    pool = [item for item in range(world.size) if (item in found) == want]
    item = rng.choice(pool) if pool else item
    return claimed("member", (*args, item), item in found)


def _which(world: World, rng: Random) -> Ask[int] | None:
    args = _drawn(world, rng)
    found = _elements(world, args)
    outside = [item for item in range(world.size) if item not in found]
    # Elements of one of the sets are the better distractors.
    used = {item for items in world.sets for item in items}
    rng.shuffle(outside)
    outside.sort(key=lambda item: item not in used)
    return Ask("which", args, rng.choice(found), tuple(outside[:4])) if found and outside else None


def _subset(world: World, rng: Random) -> Ask[bool]:
    _drawn(world, rng)  # every kind draws one
    place = rng.randrange(len(world.sets))
    inside = list(world.sets[place])
    part = rng.sample(inside, min(len(inside), 2 + rng.randrange(2)))
    if rng.random() < 0.5:
        outside = [item for item in range(world.size) if item not in inside]
        part[rng.randrange(len(part))] = rng.choice(outside)
    return claimed("subset", (place, *part), set(part) <= set(inside))


def _near(world: World, args: Args, right: int, rng: Random) -> tuple[int, ...]:
    """Wrong sets: another operation, operands swapped, one element more or less."""
    wrong = []
    if args[0] < 0:
        wrong.append(_mask(world.sets[args[1]]))
    else:
        wrong += [_masked(world, (op, *args[1:])) for op in rng.sample(range(4), 4)]
        wrong.append(_masked(world, (args[0], args[2], args[1], *args[3:])))
        if len(args) == 5:
            wrong.append(_masked(world, args[:3]))
    rng.shuffle(wrong)
    slips = [mask ^ right for mask in wrong if mask != right][:2]
    return coset(right, [*slips, 1 << rng.randrange(world.size)])


def listed(items: Sequence[int], told: Telling[Cast]) -> str:
    """Write a set."""
    low, high = told.cast.brackets
    return f"{low}{', '.join(told.cast.elements[item] for item in items)}{high}"


def _element(item: int, told: Telling[Cast]) -> str:
    return told.cast.elements[item]


def expression(args: Args, told: Telling[Cast]) -> str:
    """Write an expression in symbols."""
    names, signs = told.cast.names, told.cast.signs
    if args[0] < 0:
        return told.say("complement", name=names[args[1]])
    first = f"{names[args[1]]} {signs[args[0]]} {names[args[2]]}"
    return first if len(args) == 3 else f"({first}) {signs[args[3]]} {names[args[4]]}"


def _row(name: str, items: Sequence[int], told: Telling[Cast]) -> str:
    """A named set, copied in short."""
    return f"{name}{told.say('colon')}{','.join(told.cast.elements[item] for item in items) or told.say('empty')}"


def _marks(items: Sequence[int], other: Sequence[int], told: Telling[Cast]) -> str:
    """Say of each of ``items`` whether ``other`` has it."""
    yes, no = told.say("in"), told.say("out")
    return told.say("comma").join(told.cast.elements[item] + (yes if item in other else no) for item in items)


def _step(op: int, one: list[int], two: list[int], named: tuple[str, str, str], told: Telling[Cast]) -> list[str]:
    """One operation, element by element: the cells up to the result. ``named[0]`` is empty where known already."""
    left, right, name = named
    if op in (MEET, MINUS):
        cells = [_row(right, two, told), _marks(one, two, told)]
    else:
        cells = [_row(left, one, told)] if left else []
        cells.append(_marks(two, one, told))
        if op == EITHER:
            cells.append(_marks(one, two, told))
    return [*(cell for cell in cells if cell), _row(name, _apply(op, one, two), told)]


def _steps(world: World, args: Args, told: Telling[Cast]) -> list[list[str]]:
    """The cells of each operation of an expression."""
    names, name = told.cast.names, expression(args, told)
    if args[0] < 0:
        whole = list(range(world.size))
        return [_step(MINUS, whole, list(world.sets[args[1]]), ("", names[args[1]], name), told)]
    one, two = (list(world.sets[place]) for place in args[1:3])
    steps = [_step(args[0], one, two, (names[args[1]], names[args[2]], expression(args[:3], told)), told)]
    if len(args) == 5:
        part, third = _apply(args[0], one, two), list(world.sets[args[4]])
        steps.append(_step(args[3], part, third, ("", names[args[4]], name), told))
    return steps


def _worked(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    return "\n".join(told.say("semicolon").join(step) for step in _steps(world, ask.args, told))


def _counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    steps, elements = _steps(world, ask.args, told), _elements(world, ask.args)
    counted = told.say("comma").join(f"{number}:{_element(item, told)}" for number, item in enumerate(elements, 1))
    steps[-1][-1] = f"{expression(ask.args, told)}{told.say('colon')}{counted or told.say('empty_counted')}"
    return "\n".join(told.say("semicolon").join(step) for step in steps)


def _copied(world: World, args: Args, told: Telling[Cast]) -> str:
    """The sets of an expression, copied in short."""
    places = [args[1]] if args[0] < 0 else [args[1], args[2], *args[4:]]
    return told.say("semicolon").join(_row(told.cast.names[place], world.sets[place], told) for place in places)


def _judge(world: World, args: Args, item: int, told: Telling[Cast]) -> tuple[str, bool]:
    """Is an element in the expression? Said operation by operation."""
    yes, no, arrow = told.say("in"), told.say("out"), told.say("so")
    names, holds = told.cast.names, item in world.sets[args[1]]
    said = f"{told.cast.elements[item]}{told.say('colon')}{names[args[1]]}{yes if holds else no}"
    if args[0] < 0:
        return f"{said}{arrow}{no if holds else yes}", not holds
    for op, place in ((args[0], args[2]), *([(args[3], args[4])] if len(args) == 5 else [])):
        other = item in world.sets[place]
        said += f" {told.cast.signs[op]} {names[place]}{yes if other else no}"
        holds = (holds or other, holds and other, holds and not other, holds != other)[op]
        said += f"{arrow}{yes if holds else no}"
    return said, holds


def _one_judged(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    said, holds = _judge(world, ask.args[:-1], ask.args[-1], told)
    return f"{_copied(world, ask.args[:-1], told)}\n{said}{told.say('chain.yes' if holds else 'chain.no')}"


def _all_judged(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    def holds(item: int) -> bool:
        return _judge(world, ask.args, item, told)[1]

    lines = tried(shown, holds, lambda item: _judge(world, ask.args, item, told)[0], told, " ")
    return "\n".join([_copied(world, ask.args, told), *lines])


def _part_marked(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    place, *part = ask.args
    items = world.sets[place]
    # Up to the first element that is missing.
    until = next((at for at, item in enumerate(part, 1) if item not in items), len(part))
    verdict = told.say("chain.yes" if ask.right else "chain.no")
    return f"{_row(told.cast.names[place], items, told)}\n{_marks(part[:until], items, told)}{verdict}"


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "value",
        _value,
        answer=_masked,
        option=lambda value, told: listed([item for item in range(told.world.size) if value >> item & 1], told),
        chain=_worked,
        slots=lambda args, told: {"name": expression(args, told)},
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: _masked(world, args).bit_count(),
        chain=_counted,
        slots=lambda args, told: {"name": expression(args, told)},
    ),
    whether(
        "member",
        _member,
        is_so=lambda world, args: bool(_masked(world, args[:-1]) >> args[-1] & 1),
        chain=_one_judged,
        slots=lambda args, told: {"name": expression(args[:-1], told), "item": _element(args[-1], told)},
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: bool(_masked(world, args) >> value & 1),
        option=_element,
        chain=_all_judged,
        slots=lambda args, told: {"name": expression(args, told)},
    ),
    whether(
        "subset",
        _subset,
        is_so=lambda world, args: not _mask(args[1:]) & ~_mask(world.sets[args[0]]),
        chain=_part_marked,
        slots=lambda args, told: {"part": listed(args[1:], told), "name": told.cast.names[args[0]]},
    ),
)


class SetOperations(Family[World, Cast]):
    """Values: True/False, an element, a count, or a set as a bit mask.

    Expressions are ``(op, left, right)`` or ``(op, left, right, op2, third)``, the first operation in brackets;
    a complement is asked as ``(-1, set)``.
    """

    name = "set_operations"
    title = "operations on small sets"
    figures = ("sets",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = 6 + level
        count = 2 if level < 3 else 3
        sets = []
        for _ in range(count):
            length = min(size - 2, 3 + rng.randrange(2) + level // 4)
            chosen = rng.sample(range(size), length)
            sets.append(tuple(chosen if rng.random() < 0.4 else sorted(chosen)))
        return World(size, tuple(sets), 1 if level < 3 else 2)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        names = ("value", "value", "count", "member", "which", "subset")
        return self.some(names, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        rng = voice.rng
        form, start = int(rng.random() * 5), int(rng.random() * 20)
        if form == 0:
            elements = list("abcdefghijklmnopqrstuvwxyz"[: world.size])
        elif form == 1:
            elements = [str(2 * (start + place)) for place in range(world.size)]
        elif form == 2:
            elements = [str(number) for number in sorted(rng.sample(range(1, 60), world.size))]
        else:
            elements = [str(place + 1) for place in range(world.size)]
        names = rng.choice([("A", "B", "C"), ("P", "Q", "R"), ("S", "T", "U"), ("X", "Y", "Z"), ("S1", "S2", "S3")])
        is_plain = form == 0 or rng.random() < 0.7
        signs = ("∪", "∩", "-", "△") if is_plain else ("|", "&", "-", "^")
        if rng.random() < 0.25:
            names = ("A", "B", "C")
            signs = ("∪", "∩", "\\", "△")
        elif rng.random() < 0.2:  # made-up signs: the rules must be read
            one, two, three, four = rng.sample(["#", "@", "*", "%", "&", "^", "+", "-", "|"], 4)
            signs = (one, two, three, four)
        brackets = ("[", "]") if rng.random() < 0.35 else ("{", "}")
        return Cast(names[: len(world.sets)], tuple(elements), brackets, signs)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head, form = told.pick("tell.head", all=listed(range(world.size), told)), told.draw("tell.set")
        lines = [told.fill(form, name, listed(items, told)) for name, items in zip(cast.names, world.sets, strict=True)]
        one, two = ("M", "N") if "X" in cast.names else ("X", "Y")
        rules = [
            told.pick(f"tell.rule.{rule}", one=one, two=two, sign=sign)
            for rule, sign in zip(("union", "meet", "minus", "either", "complement"), (*cast.signs, ""), strict=True)
        ]
        told_sets = voice.listing(lines)
        return f"{head}\n{told_sets}\n{told.say('semicolon').join(rules)}{told.say('tell.note')}"
