"""Who holds what after swaps: each person starts with one thing, then pairs exchange what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """Owners 0 … n-1 start with the things of the same number."""

    size: int
    swaps: tuple[tuple[int, int], ...]


class Cast(NamedTuple):
    """Names of owners and things, and the setting."""

    owners: tuple[str, ...]
    things: tuple[str, ...]
    scene: int

    @property
    def short(self) -> list[str]:
        """The owners as chains call them: cups by their numbers."""
        return [str(number + 1) if self.scene == 2 else owner for number, owner in enumerate(self.owners)]


def _states(world: World) -> list[list[int]]:
    """Return what each owner holds, at the start and after each swap."""
    held = list(range(world.size))
    states = [list(held)]
    for a, b in world.swaps:
        held[a], held[b] = held[b], held[a]
        states.append(list(held))
    return states


def _trace(world: World, thing: int) -> int:
    """Follow one thing from hand to hand (independent of ``_states``)."""
    place = thing
    for a, b in world.swaps:
        place = b if place == a else a if place == b else place
    return place


def _thing(world: World, rng: Random, owner: int) -> Ask[int]:
    thing = _states(world)[-1][owner]
    return Ask("thing", (owner,), thing, _others(owner, thing, world, rng))


def _owner(world: World, rng: Random, owner: int) -> Ask[int]:
    thing = _states(world)[-1][owner]
    return Ask("owner", (thing,), owner, _others(thing, owner, world, rng))


def _others(likely: int, right: int, world: World, rng: Random) -> tuple[int, ...]:
    """Return four wrong ones, the likeliest slip first."""
    return tuple(x for x in dict.fromkeys([likely, *rng.sample(range(world.size), world.size)]) if x != right)[:4]


def _has(world: World, rng: Random, owner: int) -> Ask[bool]:
    thing = _states(world)[-1][owner]
    claim = thing if rng.random() < 0.5 else rng.choice([x for x in range(world.size) if x != thing])
    return claimed("has", (owner, claim), claim == thing)


def _true(world: World, rng: Random, owner: int) -> Ask[tuple[int, int]]:
    final = _states(world)[-1]
    wrong = [(who, what) for who in range(world.size) for what in range(world.size) if final[who] != what]
    return Ask("true", (), (owner, final[owner]), tuple(rng.sample(wrong, 4)))


def _kept(world: World, rng: Random, owner: int) -> Ask[bool]:
    final = _states(world)[-1]
    want = rng.random() < 0.65  # often nobody kept their own, so ask for it more
    owner = rng.choice([who for who in range(world.size) if (final[who] == who) == want] or [owner])
    return claimed("kept", (owner,), final[owner] == owner)


def _followed(world: World, thing: int, seen: Iterable[int], told: Telling[Cast]) -> str:
    """Follow one thing from hand to hand, found among the owners ``seen``."""
    owners = told.cast.short
    cells = [f"{owners[owner]}:{told.cast.things[owner]}" for owner in seen]
    for (a, b), state in zip(world.swaps, _states(world)[1:], strict=True):
        cells.append(f"{owners[a]}/{owners[b]}→{owners[state.index(thing)]}")
    return told.say("comma").join(cells)


def _checked(world: World, args: Args, seen: Iterable[int], told: Telling[Cast]) -> str:
    """Follow a thing, and compare who has it with the owner that was named."""
    owner, thing, owners = args[0], args[-1], told.cast.short
    place = _states(world)[-1].index(thing)
    sign, verdict = ("=", "chain.yes") if place == owner else ("≠", "chain.no")
    return f"{_followed(world, thing, seen, told)}\n{owners[place]}{sign}{owners[owner]}{told.say(verdict)}"


def _cell(owner: int, state: Sequence[int], told: Telling[Cast]) -> str:
    return f"{told.cast.short[owner]}:{told.cast.things[state[owner]]}"


def _written(world: World, told: Telling[Cast]) -> list[str]:
    """Say who holds what at the start, and after each swap what the two hold."""
    start, *later = _states(world)
    comma, swaps = told.say("comma"), zip(world.swaps, later, strict=True)
    lines = [comma.join(_cell(owner, start, told) for owner in range(world.size))]
    return lines + [f"{_cell(a, state, told)}{comma}{_cell(b, state, told)}" for (a, b), state in swaps]


def _read_off(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    end = told.say("chain.last") + _cell(ask.args[0], _states(world)[-1], told)
    return "\n".join([*_written(world, told), end])


def _compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    final = _states(world)[-1]

    def line(value: tuple[int, int]) -> str:
        owner, thing = value
        return f"{_cell(owner, final, told)}{'=' if final[owner] == thing else '≠'}{told.cast.things[thing]}"

    return "\n".join([*_written(world, told), *tried(shown, lambda value: final[value[0]] == value[1], line, told)])


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "thing",
        _thing,
        holds=lambda world, args, value: _trace(world, value) == args[0],
        option=lambda value, told: told.cast.things[value],
        chain=_read_off,
        slots=lambda args, told: {"owner": told.cast.owners[args[0]]},
    ),
    worked_out(
        "owner",
        _owner,
        answer=lambda world, args: _trace(world, args[0]),
        option=lambda value, told: told.cast.owners[value],
        chain=lambda world, ask, told, shown: _followed(world, ask.args[0], range(ask.args[0] + 1), told),
        slots=lambda args, told: {"thing": told.cast.things[args[0]]},
    ),
    whether(
        "has",
        _has,
        is_so=lambda world, args: _trace(world, args[1]) == args[0],
        chain=lambda world, ask, told, shown: _checked(world, ask.args, range(ask.args[1] + 1), told),
        slots=lambda args, told: {"owner": told.cast.owners[args[0]], "thing": told.cast.things[args[1]]},
    ),
    Kind(
        "true",
        _true,
        holds=lambda world, args, value: _trace(world, value[1]) == value[0],
        option=lambda value, told: told.say(
            "option.true", owner=told.cast.owners[value[0]], thing=told.cast.things[value[1]]
        ),
        chain=_compared,
    ),
    whether(
        "kept",
        _kept,
        is_so=lambda world, args: _trace(world, args[0]) == args[0],
        chain=lambda world, ask, told, shown: _checked(world, ask.args, ask.args, told),  # whose thing it is was said
        slots=lambda args, told: {"owner": told.cast.owners[args[0]], "thing": told.cast.things[args[0]]},
    ),
)


class Cups(Family[World, Cast]):
    """Values: an owner, a thing, a statement (owner, thing), or True/False."""

    name = "cups"
    title = "who holds what after swaps"
    facts = ("swaps",)
    is_trained = False
    changes = {"swaps": "other"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = 3 + level // 4
        swaps: list[tuple[int, int]] = []
        while len(swaps) < 2 + (level + 1) // 2:
            a, b = rng.sample(range(size), 2)
            if not swaps or {a, b} != set(swaps[-1]):
                swaps.append((a, b))
        return World(size, tuple(swaps))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        names = self.drawn([kind.name for kind in KINDS], rng, may_be_two)
        owners = rng.sample(range(world.size), 3)
        return [ask for owner, name in zip(owners, names, strict=False) for ask in self.made(name, world, rng, owner)]

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 3)
        if scene != 2:
            return Cast(draw(voice, "person", world.size), draw(voice, "thing", world.size), scene)
        told = self.told(Cast((), (), scene), voice)
        numbers = tuple(told.say("cup", number=number) for number in range(1, world.size + 1))
        colors = draw(voice, "color", world.size)
        return Cast(numbers, tuple(told.say("ball", color=color) for color in colors), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        held = zip(cast.owners, cast.things, strict=True)
        start = told.say("comma").join(told.say("tell.start", owner=owner, thing=thing) for owner, thing in held)
        swap = told.draw("tell.swap")
        head, between = told.pick("tell.head"), told.pick("tell.between")
        swaps = [told.fill(swap, cast.owners[a], cast.owners[b]) for a, b in world.swaps]
        return f"{head}{start}{told.say('stop')}{between}\n{voice.listing(swaps)}"
