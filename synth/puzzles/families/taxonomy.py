"""Kinds of invented creatures that inherit properties from the kinds above, with exceptions lower down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family, Kind, Plan, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

TRAITS = ("fly", "swim", "tail", "poison", "glow", "grass", "cold", "scales", "eggs", "winter")
"""Properties, as the table of sentences words them for a subject in the singular."""


@dataclass(frozen=True, slots=True)
class World:
    """A tree of kinds with default properties, and individuals."""

    parents: tuple[int, ...]
    """For each kind the kind above it; kind 0 is on top with -1."""
    told: tuple[tuple[int, int, bool], ...]
    """(kind, property, has it) as stated; at most one a kind and property."""
    members: tuple[int, ...]
    """For each individual its kind."""
    properties: tuple[int, ...]
    """The properties spoken about (indices of ``TRAITS``)."""
    is_highest_first: bool
    """True where what is stated higher up counts before what is stated lower down."""
    default: bool
    """Whether a property of which nothing is stated is had."""


class Cast(NamedTuple):
    """Names of kinds and individuals."""

    kinds: tuple[str, ...]
    members: tuple[str, ...]


Told = Telling[Cast]


def _above(parents: Sequence[int], kind: int) -> list[int]:
    """The kind itself and all kinds above it, upwards."""
    way = [kind]
    while parents[way[-1]] >= 0:
        way.append(parents[way[-1]])
    return way


def _stated(world: World, kind: int, trait: int) -> bool | None:
    return next((has for at, what, has in world.told if (at, what) == (kind, trait)), None)


def _has(world: World, kind: int, trait: int) -> bool:
    """Climb until something is stated, or from the top down where the highest word counts."""
    way = _above(world.parents, kind)
    for high in reversed(way) if world.is_highest_first else way:
        stated = _stated(world, high, trait)
        if stated is not None:
            return stated
    return world.default


def _bearers(world: World, trait: int) -> set[int]:
    """All kinds with a property, by handing it down from the top (independent of ``_has``)."""
    bearers: set[int] = set()
    told = {(at, what): value for at, what, value in world.told}
    children: dict[int, list[int]] = {}
    for kind, parent in enumerate(world.parents):
        children.setdefault(parent, []).append(kind)
    ready: list[tuple[int, bool | None]] = [(kind, None) for kind in children[-1]]
    while ready:
        kind, inherited = ready.pop()
        own = told.get((kind, trait))
        has = inherited if own is None or (world.is_highest_first and inherited is not None) else own
        if world.default if has is None else has:
            bearers.add(kind)
        ready += [(child, has) for child in children.get(kind, [])]
    return bearers


def _kind_has(world: World, who: int, trait: int) -> bool:
    """Whether an individual has a property, as it is handed down."""
    return world.members[who] in _bearers(world, trait)


def _bearers_among(world: World, trait: int) -> int:
    bearers = _bearers(world, trait)
    return sum(kind in bearers for kind in world.members)


def _is_below(world: World, who: int, kind: int) -> bool:
    inside = {kind}  # all kinds below, grown to a fixed point
    while len(grown := inside | {low for low, high in enumerate(world.parents) if high in inside}) > len(inside):
        inside = grown
    return world.members[who] in inside


Cells = dict[tuple[int, int], bool]
"""(individual, property) -> has it."""


def _one_has(world: World, rng: Random, cells: Cells) -> Ask[bool]:
    want = rng.random() < 0.5
    pool = [cell for cell, has in cells.items() if has == want] or list(cells)
    # Deep kinds first: there the climb is longer.
    pool.sort(key=lambda cell: (-len(_above(world.parents, world.members[cell[0]])), rng.random()))
    cell = pool[int(rng.random() ** 2 * len(pool))]
    return claimed("has", cell, cells[cell])


@lru_cache(maxsize=64)
def _cells(world: World) -> Cells:
    everyone = range(len(world.members))
    return {(one, trait): _has(world, world.members[one], trait) for one in everyone for trait in world.properties}


def _count(world: World, rng: Random, cells: Cells) -> Ask[int]:
    everyone = range(len(world.members))
    counts = {trait: sum(cells[one, trait] for one in everyone) for trait in world.properties}
    right = rng.choice(sorted(set(counts.values())))
    trait = rng.choice([trait for trait, count in counts.items() if count == right])
    return Ask("count", (trait,), right, around(right, 0, len(everyone)))


def _which(world: World, rng: Random, cells: Cells) -> Ask[int] | None:
    one = rng.choice(range(len(world.members)))
    good = [trait for trait in world.properties if cells[one, trait]]
    bad = [trait for trait in world.properties if not cells[one, trait]]
    return Ask("which", (one,), rng.choice(good), tuple(bad)) if good and bad else None


def _who(world: World, rng: Random, cells: Cells) -> Ask[int] | None:
    trait, everyone = rng.choice(world.properties), range(len(world.members))
    holders = [one for one in everyone if cells[one, trait]]
    others = [one for one in everyone if not cells[one, trait]]
    return Ask("who", (trait,), rng.choice(holders), tuple(others[:4])) if holders and others else None


def _is_a(world: World, rng: Random) -> Ask[bool] | None:
    one, kind = rng.choice(range(len(world.members))), rng.randrange(1, len(world.parents))
    is_one = kind in _above(world.parents, world.members[one])
    return claimed("is_a", (one, kind), is_one) if rng.random() < 0.5 else None


def trait_of(trait: int, has: bool, told: Told) -> str:
    """Say that someone has a property or lacks it, without who."""
    return told.say(f"{'has' if has else 'lacks'}.{TRAITS[trait]}")


def _climb(world: World, one: int, trait: int, told: Told) -> str:
    """``小明是甲：没说；甲是乙：会飞→小明会飞``: what each kind says of it, up to the first (or last) word."""
    cast, parts = told.cast, []
    low, way = cast.members[one], _above(world.parents, world.members[one])
    for kind in way:
        name, stated = cast.kinds[kind], _stated(world, kind, trait)
        said = told.say("chain.silent") if stated is None else trait_of(trait, stated, told)
        is_found = stated is not None and not world.is_highest_first
        entry = "chain.top" if kind == way[-1] and not is_found else "chain.step"
        parts.append(told.say(entry, low=low, name=name, said=said))
        low = name
        if is_found:
            break
    has = trait_of(trait, _has(world, world.members[one], trait), told)
    return f"{told.say('semicolon').join(parts)}→{cast.members[one]}{told.say('space')}{has}"


def _tried(cell: Callable[[int, int], tuple[int, int]]) -> Callable[[World, Ask[Any], Told, Sequence[int]], str]:
    """Try options; ``cell(arg, value)`` is the individual and the property that one speaks of."""

    def chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[int]) -> str:
        def is_right(value: int) -> bool:
            one, trait = cell(ask.args[0], value)
            return _has(world, world.members[one], trait)

        def line(value: int) -> str:
            return _climb(world, *cell(ask.args[0], value), told) + told.say("stop")

        return "\n".join(tried(shown, is_right, line, told, mark=" "))

    return chain


def _counted(world: World, ask: Ask[Any], told: Told, shown: Sequence[int]) -> str:
    lines, count = [], 0
    for one, kind in enumerate(world.members):
        count += _has(world, kind, ask.args[0])
        lines.append(told.say("chain.count", climb=_climb(world, one, ask.args[0], told), count=count))
    return "\n".join(lines)


def _went_up(world: World, ask: Ask[Any], told: Told, shown: Sequence[bool]) -> str:
    """Go up from an individual to the kind asked for, or to the top."""
    (one, goal), kinds = ask.args, told.cast.kinds
    name, way = told.cast.members[one], _above(world.parents, world.members[one])
    way = way[: way.index(goal) + 1] if goal in way else way
    cells = [told.say("chain.is", one=name, kind=kinds[way[0]])]
    cells += [told.say("chain.is", one=kinds[low], kind=kinds[high]) for low, high in pairwise(way)]
    if goal == way[0]:
        return cells[0] + told.say("stop")
    if goal not in way:
        cells.append(told.say("chain.is_top", kind=kinds[way[-1]]))
    end = told.say("chain.is" if goal in way else "chain.is_not", one=name, kind=kinds[goal])
    return f"{told.say('semicolon').join(cells)}{told.say('stop')}\n{end}{told.say('stop')}"


KINDS: tuple[Kind[World, Cast], ...] = (
    whether(
        "has",
        _one_has,
        is_so=lambda world, args: _kind_has(world, *args),
        chain=lambda world, ask, told, shown: _climb(world, ask.args[0], ask.args[1], told) + told.say("stop"),
        slots=lambda args, told: {"name": told.cast.members[args[0]], "trait": trait_of(args[1], True, told)},
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: _bearers_among(world, args[0]),
        chain=_counted,
        slots=lambda args, told: {"names": told.voice.join(told.cast.members), "trait": trait_of(args[0], True, told)},
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: _kind_has(world, args[0], value),
        option=lambda value, told: trait_of(value, True, told),
        chain=_tried(lambda one, trait: (one, trait)),
        slots=lambda args, told: {"name": told.cast.members[args[0]]},
    ),
    Kind(
        "who",
        _who,
        holds=lambda world, args, value: _kind_has(world, value, args[0]),
        option=lambda value, told: told.cast.members[value],
        chain=_tried(lambda trait, one: (one, trait)),
        slots=lambda args, told: {"trait": trait_of(args[0], True, told)},
    ),
    whether(
        "is_a",
        _is_a,
        is_so=lambda world, args: _is_below(world, *args),
        chain=_went_up,
        slots=lambda args, told: {"name": told.cast.members[args[0]], "kind": told.cast.kinds[args[1]]},
    ),
)


class Taxonomy(Family[World, Cast]):
    """Values: an individual, a property, a number, or True/False."""

    name = "taxonomy"
    title = "inherited properties with exceptions"
    order_free = ("told",)
    is_layered = True
    changes = {"default": "flip", "is_highest_first": "flip"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = 3 + level // 2
        parents = [-1] + [max(0, kind - 1 - int(rng.random() * 1.7)) for kind in range(1, size)]
        properties = rng.sample(range(len(TRAITS)), 3 + level // 4)
        told: list[tuple[int, int, bool]] = []
        for trait in properties:
            kind = rng.randrange(size) if rng.random() < 0.4 else 0
            told.append((kind, trait, True))
            if rng.random() < 0.75:  # an exception below, and sometimes an exception from the exception
                below = [low for low in range(size) if low != kind and kind in _above(parents, low)]
                if below:
                    low = rng.choice(below)
                    told.append((low, trait, False))
                    lower = [last for last in below if last != low and low in _above(parents, last)]
                    if lower and level > 2 and rng.random() < 0.4:
                        told.append((rng.choice(lower), trait, True))
        rng.shuffle(told)
        count = 2 + (level + 1) // 3
        members = [size - 1, *(rng.randrange(size) for _ in range(count - 1))]
        rng.shuffle(members)
        is_highest_first, default = rng.random() < 0.25, rng.random() < 0.25
        return World(tuple(parents), tuple(told), tuple(members), tuple(properties), is_highest_first, default)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        plans: list[Plan] = [(name, _cells(world)) for name in ("count", "which", "who", "has")]
        return self.first([*plans, ("is_a",)], world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        kinds = draw(voice, "coinage", len(world.parents))
        if voice.zh and kinds[0][0] > "z" and voice.rng.random() < 0.4:
            told = self.told(Cast((), ()), voice)
            kinds = tuple(told.say("beast", kind=kind) for kind in kinds)
        return Cast(kinds, draw(voice, "pet", len(world.members)))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head, sort, usual = told.pick("tell.head"), told.draw("tell.sort"), told.draw("tell.usual")
        facts = [
            told.fill(sort, cast.kinds[kind], cast.kinds[high]) for kind, high in enumerate(world.parents) if high >= 0
        ]
        facts += [told.fill(usual, cast.kinds[kind], trait_of(trait, has, told)) for kind, trait, has in world.told]
        member = told.draw("tell.member")
        people = [told.fill(member, cast.members[one], cast.kinds[kind]) for one, kind in enumerate(world.members)]
        if voice.rng.random() < 0.4:
            voice.rng.shuffle(facts)
        default = told.say("tell.default_had" if world.default else "tell.default_lacking")
        rule = told.pick("tell.highest_first" if world.is_highest_first else "tell.lowest_first", default=default)
        return f"{head}\n{voice.listing([*facts, *people])}\n{rule}"
