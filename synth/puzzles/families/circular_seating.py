"""A round table, given as a full order or by links: who sits opposite, beside, or some seats further on?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, in_all, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """People around a table; everyone faces the middle, so the left-hand neighbour is the next one clockwise."""

    ring: tuple[int, ...]
    """The hidden order, clockwise."""
    links: tuple[tuple[int, int, int], ...]
    """(a, b, steps): b sits ``steps`` seats clockwise from a (negative: anticlockwise); empty: the order is told."""
    is_reversed: bool
    """True where the told order runs anticlockwise."""


class Cast(NamedTuple):
    """Names, and whether sides are called left/right instead of clockwise."""

    names: tuple[str, ...]
    is_sided: bool

    @property
    def scene(self) -> int:
        """How directions are called."""
        return int(self.is_sided)


Told = Telling[Cast]
Chain = Callable[[World, Ask[Any], Told, Sequence[Any]], str]
Seats = Mapping[int, int]
"""person -> seat, numbered clockwise from 1."""


@lru_cache(maxsize=64)
def _rings(size: int, links: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, ...], ...]:
    """The clockwise seat of each person (person 0 at seat 0) in every arrangement that satisfies the links."""
    if size > 7:
        # Propagate first: too many permutations to try.
        seat = {0: 0}
        for _ in range(size):
            for a, b, steps in links:
                if a in seat:
                    seat[b] = (seat[a] + steps) % size
                elif b in seat:
                    seat[a] = (seat[b] - steps) % size
        rest = [one for one in range(size) if one not in seat]
        free = [one for one in range(size) if one not in seat.values()]
        rows = [
            tuple({**seat, **dict(zip(rest, row, strict=True))}[one] for one in range(size))
            for row in permutations(free)
        ]
    else:
        rows = [(0, *row) for row in permutations(range(1, size))]
    return tuple(row for row in rows if all((row[a] + steps - row[b]) % size == 0 for a, b, steps in links))


def _arrangements(world: World) -> Sequence[tuple[int, ...]]:
    """Prover: the clockwise seat of each person, in every arrangement that the text leaves."""
    size = len(world.ring)
    if world.links:
        return _rings(size, world.links)
    told, sign = _order(world), -1 if world.is_reversed else 1
    return [tuple(sign * told.index(one) % size for one in range(size))]


def _seat_gap(seat: tuple[int, ...], args: Args) -> int:
    return (seat[args[1]] - seat[args[0]]) % len(seat)


def _far(ring: tuple[int, ...], who: int, steps: int) -> int:
    return ring[(ring.index(who) + steps) % len(ring)]


def _gap(ring: tuple[int, ...], a: int, b: int) -> int:
    return (ring.index(b) - ring.index(a)) % len(ring)


def _step(world: World, rng: Random, who: int) -> Ask[int]:
    steps = rng.choice((1, -1, 2, -2))
    return Ask("step", (who, steps), *_reached(world, who, steps))


def _opposite(world: World, rng: Random, who: int) -> Ask[int]:
    return Ask("opposite", (who,), *_reached(world, who, len(world.ring) // 2))


def _reached(world: World, who: int, steps: int) -> tuple[int, tuple[int, ...]]:
    """Return who sits so many steps on, and who is found by a slip."""
    right = _far(world.ring, who, steps)
    near = [_far(world.ring, who, d) for d in (-steps, steps + 1, steps - 1, 1, -1, 2, -2)]
    return right, tuple(one for one in near if one not in (who, right))


def _other(world: World, rng: Random, who: int) -> int:
    return _far(world.ring, who, rng.choice((1, -1)) if rng.random() < 0.2 else rng.randrange(1, len(world.ring)))


def _apart(world: World, rng: Random, who: int) -> Ask[int]:
    other = _other(world, rng, who)
    gap = _gap(world.ring, who, other)
    return Ask("gap", (who, other), gap, around(gap, 1, len(world.ring) - 1))


def _beside(world: World, rng: Random, who: int) -> Ask[bool]:
    other = _other(world, rng, who)
    return claimed("beside", (who, other), _gap(world.ring, who, other) in (1, len(world.ring) - 1))


def _way(steps: int, told: Told) -> str:
    return told.say("way.on" if steps > 0 else "way.back")


def _turn(is_clockwise: bool, told: Told) -> str:
    return told.say("turn.clockwise" if is_clockwise else "turn.anticlockwise")


def _order(world: World) -> tuple[int, ...]:
    """The order as it is told."""
    return world.ring[::-1] if world.is_reversed else world.ring


def _asked_way(world: World, steps: int, told: Told) -> tuple[str, bool]:
    """Say which way the question goes, by left or right or not, and whether it goes against the told order."""
    is_against = (steps > 0) == world.is_reversed
    asked = _turn(steps > 0, told)
    way = f"{_way(steps, told)}{told.say('equal')}{asked}" if told.cast.is_sided else asked
    return (told.say("chain.reverse", way=way) if is_against else way), is_against


def _counted(world: World, first: int, last: int, told: Told) -> str:
    """Count along the told order from one person, who is number 0."""
    names, size, order = told.cast.names, len(world.ring), _order(world)
    start, space = order.index(first), told.say("space")
    cells = [f"{n}{space}{names[order[(start + n) % size]]}" for n in range(last + 1)]
    return f"{_turn(not world.is_reversed, told)}{told.say('colon')}{told.say('between').join(cells)}"


def _counted_to(world: World, first: int, last: int, told: Told) -> list[str]:
    order = _order(world)
    name = told.cast.names[order[(order.index(first) + last) % len(order)]]
    return [_counted(world, first, last, told), name]


def _sum(at: int, steps: int, size: int, told: Told) -> tuple[str, int]:
    """Go some steps clockwise from a seat, in words and as a seat: ``5+2=7，7-6=1``."""
    total = at + steps
    goal = (total - 1) % size + 1
    text = f"{at}{'+' if steps > 0 else '-'}{abs(steps)}={total}"
    if goal != total:
        text += f"{told.say('comma')}{total}{'-' if total > size else '+'}{size}={goal}"
    return text, goal


def _seated(world: World, told: Told, is_known: Callable[[Seats], bool]) -> tuple[list[str], Seats]:
    """Seat people by the links, numbering seats clockwise from the first one told of, until all asked are known."""
    names, size = told.cast.names, len(world.ring)
    space, comma = told.say("space"), told.say("comma")
    start = world.links[0][0]
    seats = {start: 1}
    lines = [told.say("chain.seats", cells=f"1-{size}{comma}{names[start]}{space}1{comma}1{space}{names[start]}")]
    while not is_known(seats):
        link = next(((a, b, steps) for a, b, steps in world.links if (a in seats) != (b in seats)), None)
        if link is None:
            one = next(one for one in range(size) if one not in seats)
            seats[one] = next(seat for seat in range(1, size + 1) if seat not in seats.values())
            held = {seat: names[who] for who, seat in seats.items() if who != one}
            cells = [f"{n}{space}{held.get(n, told.say('chain.free'))}" for n in range(1, seats[one] + 1)]
            head = told.say("chain.left", name=names[one], cells=comma.join(cells))
        else:
            a, b, steps = link
            known, one, far = (a, b, steps) if a in seats else (b, a, -steps)
            head, seats[one] = _sum(seats[known], far, size, told)
            head = f"{names[known]}→{names[one]}{told.say('colon')}{head}"
        lines.append(f"{head}{comma}{names[one]}{space}{seats[one]}{comma}{seats[one]}{space}{names[one]}")
    return lines, seats


def _seated_to(world: World, who: int, steps: int, told: Told, half: str = "") -> list[str]:
    """Seat people until it is known who sits so many steps on."""
    size, names, space, comma = len(world.ring), told.cast.names, told.say("space"), told.say("comma")
    lines, seats = _seated(
        world, told, lambda seats: who in seats and (seats[who] + steps - 1) % size + 1 in seats.values()
    )
    text, goal = _sum(seats[who], steps, size, told)
    found = next(names[one] for one, seat in seats.items() if seat == goal)
    return [*lines, f"{half}{names[who]}{space}{seats[who]}{comma}{text}{comma}{goal}{space}{found}"]


def _went(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (who, steps), size = ask.args, len(world.ring)
    if world.links:
        return "\n".join(_seated_to(world, who, steps, told))
    way, is_against = _asked_way(world, steps, told)
    last = size - abs(steps) if is_against else abs(steps)
    way += f"{told.say('comma')}{size}-{abs(steps)}={last}" if is_against else ""
    return "\n".join([way, *_counted_to(world, who, last, told)])


def _crossed(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (who,), size = ask.args, len(world.ring)
    half = f"{size}/2={size // 2}"
    if world.links:
        return "\n".join(_seated_to(world, who, size // 2, told, half + told.say("comma")))
    return "\n".join([half, *_counted_to(world, who, size // 2, told)])


def _both_seated(world: World, args: Args, told: Told) -> tuple[list[str], str, int, int]:
    """Seat people until two are seated: lines, both with their seats, and these."""
    one, two = args
    lines, seats = _seated(world, told, lambda seats: one in seats and two in seats)
    cells = [f"{told.cast.names[who]}{told.say('space')}{seats[who]}{told.say('comma')}" for who in args]
    return lines, "".join(cells), seats[one], seats[two]


def _measured(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    size = len(world.ring)
    if world.links:
        lines, both, at, other = _both_seated(world, ask.args, told)
        apart = f"{other}-{at}={other - at}"
        more = "" if other > at else f"{told.say('comma')}{other - at}+{size}={other - at + size}"
        return "\n".join([*lines, both + apart + more])
    way, is_against = _asked_way(world, 1, told)
    last = _gap(_order(world), *ask.args)
    end = f"{size}-{last}={size - last}" if is_against else str(last)
    return "\n".join([way, _counted(world, ask.args[0], last, told), end])


def _neighbours(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    size = len(world.ring)
    if world.links:
        lines, both, at, other = _both_seated(world, ask.args, told)
        low, high = sorted((at, other))
        verdict = told.say("chain.near" if high - low in (1, size - 1) else "chain.not_near")
        return "\n".join([*lines, f"{both}{high}-{low}={high - low}{told.say('comma')}{verdict}"])
    last = _gap(_order(world), *ask.args)
    verdict = told.say("chain.beside" if last in (1, size - 1) else "chain.not_beside", last=size - 1)
    return f"{_counted(world, ask.args[0], last, told)}\n{verdict}"


def _pair(args: Args, told: Told) -> dict[str, str]:
    return {"x": told.cast.names[args[0]], "y": told.cast.names[args[1]]}


def _steps(args: Args, told: Told) -> dict[str, object]:
    far = abs(args[1])
    seats = told.say("seat" if far == 1 else "seats", far=far)
    return {"x": told.cast.names[args[0]], "way": _way(args[1], told), "far": far, "seats": seats}


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "step",
        _step,
        holds=in_all(_arrangements, lambda seat, args: seat.index((seat[args[0]] + args[1]) % len(seat))),
        option=lambda value, told: told.cast.names[value],
        chain=_went,
        slots=_steps,
    ),
    Kind(
        "opposite",
        _opposite,
        holds=in_all(_arrangements, lambda seat, args: seat.index((seat[args[0]] + len(seat) // 2) % len(seat))),
        option=lambda value, told: told.cast.names[value],
        chain=_crossed,
        slots=lambda args, told: {"x": told.cast.names[args[0]]},
    ),
    Kind(
        "gap",
        _apart,
        holds=in_all(_arrangements, _seat_gap),
        option=lambda value, told: str(value),
        chain=_measured,
        slots=lambda args, told: {**_pair(args, told), "way": _way(1, told)},
    ),
    Kind(
        "beside",
        _beside,
        holds=in_all(_arrangements, lambda seat, args: _seat_gap(seat, args) in (1, len(seat) - 1)),
        option=yes_or_no,
        is_two_valued=True,
        chain=_neighbours,
        slots=_pair,
    ),
)


class CircularSeating(Family[World, Cast]):
    """Values: a person, a number of seats, or a truth value."""

    name = "circular_seating"
    title = "arrangement around a round table"
    facts = ("links",)
    is_trained = False
    order_free = ("links",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = min(8, 4 + level // 2)
        ring = tuple(rng.sample(range(size), size))
        links: list[tuple[int, int, int]] = []
        if rng.random() < 0.5:
            # Every link joins a new person to one who is already seated; the last person takes the seat left over.
            order = rng.sample(range(size), size)
            for step in range(1, size - 1):
                pairs = [(a, d) for a in order[:step] for d in (1, -1, 2, -2) if _far(ring, a, d) == order[step]]
                known, steps = rng.choice(pairs) if pairs else (order[0], _gap(ring, order[0], order[step]))
                links.append((known, order[step], steps) if rng.random() < 0.5 else (order[step], known, -steps))
            rng.shuffle(links)
        return World(ring, tuple(links), not links and rng.random() < 0.4)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        size = len(world.ring)
        names = ["step", "step", "gap", "beside", "opposite" if size % 2 == 0 else "step"]
        asks = [
            ask
            for name in self.drawn(names, rng, may_be_two)
            for ask in self.made(name, world, rng, world.ring[rng.randrange(size)])
        ]
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def cast(self, world: World, voice: Voice) -> Cast:
        kind = "animal" if voice.zh and voice.rng.random() < 0.2 else "person"
        return Cast(draw(voice, kind, len(world.ring)), voice.rng.random() < 0.4)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, names, size = self.told(cast, voice), cast.names, len(cast.names)
        rule = told.pick("tell.sides") if cast.is_sided else ""
        if not world.links:
            shift, ring = voice.rng.randrange(size), _order(world)
            order = voice.join([names[one] for one in (*ring[shift:], *ring[:shift])])
            return rule + told.pick("tell.order", size=size, turn=_turn(not world.is_reversed, told), order=order)
        head, said = told.pick("tell.head", size=size, who=voice.join(names)), []
        for a, b, steps in world.links:
            said.append(told.pick("tell.link", a=names[a], b=names[b], way=_way(steps, told), far=abs(steps)))
        return f"{head}{told.say('space')}{rule}{told.say('tell.known')}\n{voice.listing(said)}"
