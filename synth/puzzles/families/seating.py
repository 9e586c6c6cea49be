"""A row of numbered places: clues of position, distance and neighbourhood fix everyone's place one after the other.

Clues are made along a derivation, so that always some clue has one possible place left; often they are told nearly
in that order. The chain goes through them as told, again and again, and places whoever can be placed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around, nearest, swapped
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, in_all, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Clue = tuple[str, int, int, int]
"""(kind, a, b, number): ``at`` a seat; ``off`` a is ``number`` to the right of b; ``adj`` neighbours; ``end`` a is at
an end; ``not`` a is not in seat ``number``. Seats count from 1 at the left; unused fields are 0."""


@dataclass(frozen=True, slots=True)
class World:
    """Who sits where, known to the reader only through clues."""

    row: tuple[int, ...]
    """The hidden arrangement from left to right."""
    clues: tuple[Clue, ...]
    """The clues in the order they are told."""


class Cast(NamedTuple):
    """Names and the setting: 0 chairs, 1 cages, 2 boxes, 3 houses."""

    names: tuple[str, ...]
    scene: int


def _options(clue: Clue, seats: dict[int, int], size: int) -> tuple[int, list[int]]:
    """The entity that a clue can place now and the free seats it allows (none where it does not apply)."""
    kind, a, b, number = clue
    taken = set(seats.values())
    free = [seat for seat in range(1, size + 1) if seat not in taken]
    if kind in ("off", "adj"):
        if (a in seats) == (b in seats):
            return a, []
        one, known = (b, a) if a in seats else (a, b)
        at = seats[known]
        ends = (at - 1, at + 1) if kind == "adj" else (at + number if one == a else at - number,)
        return one, [seat for seat in ends if seat in free]
    if a in seats:
        return a, []
    if kind == "at":
        return a, [number]
    return a, [seat for seat in free if (seat != number if kind == "not" else seat in (1, size))]


@lru_cache(maxsize=64)
def _rows(size: int, clues: tuple[Clue, ...]) -> tuple[tuple[int, ...], ...]:
    """All arrangements that satisfy the clues, as the seat of each entity, by backtracking over all of them."""
    order: list[int] = [a for kind, a, _, _ in clues if kind == "at"]
    while len(order) < size:
        linked = [
            one for kind, a, b, _ in clues if kind in ("off", "adj") for one, two in ((a, b), (b, a)) if two in order
        ]
        order.append(next((one for one in (*linked, *range(size)) if one not in order), 0))
    found: list[tuple[int, ...]] = []
    seat = [0] * size

    def is_fine(entity: int) -> bool:
        for kind, a, b, number in clues:
            if entity not in (a, b) or not seat[a]:
                continue
            if kind == "at" and seat[a] != number or kind == "not" and seat[a] == number:
                return False
            if kind == "end" and seat[a] not in (1, size):
                return False
            if kind in ("off", "adj") and seat[b]:
                gap = seat[a] - seat[b]
                if (gap != number) if kind == "off" else abs(gap) != 1:
                    return False
        return True

    def place(depth: int) -> None:
        if depth == size:
            found.append(tuple(seat))
            return
        entity = order[depth]
        for number in range(1, size + 1):
            if number not in seat:
                seat[entity] = number
                if is_fine(entity):
                    place(depth + 1)
                seat[entity] = 0

    place(0)
    return tuple(found)


def _clue(row: list[int], seats: dict[int, int], rest: list[int], rng: Random) -> Clue:
    """Make a clue that leaves exactly one seat for some entity of ``rest``."""
    size = len(row)
    pool: list[Clue] = []
    for one in rest:
        seat = row.index(one) + 1
        for known, at in seats.items():
            gap = seat - at
            if abs(gap) <= 2:
                pool += [("off", one, known, gap), ("off", known, one, -gap)]
            if abs(gap) == 1:
                pool += [("adj", one, known, 0), ("adj", known, one, 0)]
        if seats and seat in (1, size):
            pool.append(("end", one, one, 0))
        if len(rest) == 2:
            other = rest[0] if one == rest[1] else rest[1]
            pool += [("not", one, one, row.index(other) + 1)] * 2
    fits = [clue for clue in pool if len(_options(clue, seats, size)[1]) == 1]
    if not fits or rng.random() < 0.1:
        return ("at", rest[0], rest[0], row.index(rest[0]) + 1)
    return rng.choice(fits)


def _who_at(world: World, rng: Random, place: int, near: list[int]) -> Ask[int]:
    return Ask("who_at", (place + 1,), world.row[place], tuple(world.row[one] for one in near))


def _where(world: World, rng: Random, place: int, near: list[int]) -> Ask[int]:
    return Ask("where", (world.row[place],), place + 1, tuple(one + 1 for one in near))


def _right_of(world: World, rng: Random, place: int, near: list[int]) -> Ask[int]:
    row = world.row
    side = 1 if place == 0 or (place < len(row) - 1 and rng.random() < 0.5) else -1
    return Ask(
        "right_of", (row[place], side), row[place + side], tuple(row[one] for one in near if one != place + side)
    )


def _adjacent(world: World, rng: Random, place: int, near: list[int]) -> Ask[bool]:
    other = rng.choice(near[: 2 if rng.random() < 0.5 else 9])
    return claimed("adjacent", (world.row[place], world.row[other]), abs(place - other) == 1)


def _left_of(world: World, rng: Random, place: int, near: list[int]) -> Ask[bool]:
    other = rng.choice(near[: 2 if rng.random() < 0.5 else 9])
    return claimed("left_of", (world.row[place], world.row[other]), place < other)


def _between(world: World, rng: Random, place: int, near: list[int]) -> Ask[int]:
    # Any number is as likely as the next; of any two people most are near each other.
    count = rng.randrange(len(near))
    start = rng.randrange(len(near) - count)
    one, other = rng.sample((start, start + count + 1), 2)
    return Ask("between", (world.row[one], world.row[other]), count, around(count, 0, len(near) - 1))


def _row(world: World, rng: Random, place: int, near: list[int]) -> Ask[tuple[int, ...]]:
    return Ask("row", (), world.row, (*swapped(world.row, rng), world.row[::-1]))


def _said(clue: Clue, told: Telling[Cast]) -> str:
    """Tell a clue."""
    kind, a, b, number = clue
    slots = {"x": told.cast.names[a], "y": told.cast.names[b], "number": abs(number)}
    size = len(told.cast.names)
    if kind == "at" and number in (1, size) and told.voice.rng.random() < 0.5:
        return told.pick("clue.leftmost" if number == 1 else "clue.rightmost", **slots)
    if kind != "off":
        return told.pick(f"clue.{kind}", **slots)
    if abs(number) == 1:
        return told.pick("clue.next_right" if number > 0 else "clue.next_left", **slots)
    return told.pick("clue.right" if number > 0 else "clue.left", **slots)


def _put(name: str, seat: int, told: Telling[Cast]) -> str:
    """Both directions of a placing, so that either can be looked up forwards."""
    return told.say("chain.put", name=name, seat=seat)


def _seat(seat: int, seats: dict[int, int], told: Telling[Cast]) -> str:
    """Who has a seat, or that it is free or does not exist."""
    names = told.cast.names
    held = {at: names[entity] for entity, at in seats.items()}
    who = held.get(seat, told.say("chain.free")) if 1 <= seat <= len(names) else told.say("none")
    return f"{seat}{told.say('space')}{who}"


def _free(seats: dict[int, int], count: int, told: Telling[Cast]) -> str:
    """Go through the seats up to the given number of free ones."""
    cells: list[str] = []
    for seat in range(1, len(told.cast.names) + 1):
        cells.append(_seat(seat, seats, told))
        count -= seat not in seats.values()
        if not count:
            break
    return told.say("chain.apart").join(cells)


def _why(clue: Clue, one: int, seat: int, seats: dict[int, int], told: Telling[Cast]) -> str:
    """Apply a clue that places somebody."""
    (kind, a, b, number), names = clue, told.cast.names
    x, put, comma, space = names[one], _put(names[one], seat, told), told.say("comma"), told.say("space")
    if kind == "at":
        return put[len(comma) :]
    if kind == "not":  # two seats are left
        return told.say("chain.not", x=x, number=number) + _free(seats, 2, told) + put
    if kind == "end":
        ends = comma.join(_seat(end, seats, told) for end in (1, len(names)))
        return told.say("chain.end", x=x) + ends + put
    known = b if one == a else a
    at, other = seats[known], names[known]
    if kind == "adj":
        beside = comma.join(_seat(side, seats, told) for side in (at - 1, at + 1))
        return told.say("chain.beside", x=x, other=other, at=at) + beside + put
    step = f"{'+' if seat > at else '-'}{abs(number)}"
    return f"{other}{space}{at}{step}={x}{space}{seat}{comma}{seat}{space}{x}"


def _placed(
    world: World, told: Telling[Cast], is_known: Callable[[dict[int, int]], bool]
) -> tuple[list[str], dict[int, int]]:
    """Go through the clues until the answer is known: the lines and the seat of each who is placed."""
    names, size = told.cast.names, len(told.cast.names)
    seats: dict[int, int] = {}
    lines: list[str] = []
    waiting, turn = list(world.clues), 0
    while len(seats) < size and not is_known(seats):
        # A clue that is used up or says nothing yet is passed over; after a full round somebody is left over.
        fitting = [clue for clue in waiting if len(_options(clue, seats, size)[1]) == 1]
        if not fitting:
            one = next(entity for entity in range(size) if entity not in seats)
            seat = next(seat for seat in range(1, size + 1) if seat not in seats.values())
            head = told.say("chain.left_over", name=names[one])
            lines.append(head + _free(seats, 1, told) + _put(names[one], seat, told))
            seats[one] = seat
            continue
        while True:
            clue = waiting[turn % len(waiting)]
            one, fits = _options(clue, seats, size)
            if len(fits) == 1:
                break
            turn += 1
        turn %= len(waiting)
        waiting.pop(turn)
        lines.append(_why(clue, one, fits[0], seats, told))
        seats[one] = fits[0]
    return lines, seats


Seats = dict[int, int]


def _row_read(args: Args, seats: Seats, told: Telling[Cast]) -> str:
    ordered = sorted(seats, key=lambda entity: seats[entity])
    return told.say("comma").join(f"{seats[one]}{told.say('space')}{told.cast.names[one]}" for one in ordered)


def _seat_read(args: Args, seats: Seats, told: Telling[Cast]) -> str:
    held = next(entity for entity, seat in seats.items() if seat == args[0])
    return told.say("chain.who_at", seat=args[0], name=told.cast.names[held])


def _where_read(args: Args, seats: Seats, told: Telling[Cast]) -> str:
    return told.say("chain.where", seat=seats[args[0]], name=told.cast.names[args[0]])


def _beside_read(args: Args, seats: Seats, told: Telling[Cast]) -> str:
    names, space, (one, side) = told.cast.names, told.say("space"), args
    seat = seats[one] + side
    held = next(names[entity] for entity, at in seats.items() if at == seat)
    step = f"{names[one]}{space}{seats[one]}{'+' if side > 0 else '-'}1={seat}"
    return f"{step}{told.say('comma')}{seat}{space}{held}"


def _both(args: Args, seats: Seats, told: Telling[Cast]) -> str:
    return "".join(f"{told.cast.names[one]}{told.say('space')}{seats[one]}{told.say('comma')}" for one in args)


def _left_read(args: Args, seats: Seats, told: Telling[Cast]) -> str:
    one, two = (seats[entity] for entity in args)
    sign, verdict = ("<", "chain.right") if one < two else (">", "chain.wrong")
    return f"{_both(args, seats, told)}{one}{sign}{two}{told.say(verdict)}"


def _apart(args: Args, seats: Seats, told: Telling[Cast]) -> tuple[str, int]:
    low, high = sorted(seats[entity] for entity in args)
    return f"{_both(args, seats, told)}{high}-{low}={high - low}", high - low


def _between_read(args: Args, seats: Seats, told: Telling[Cast]) -> str:
    text, gap = _apart(args, seats, told)
    return f"{text}{told.say('comma')}{gap}-1={gap - 1}"


def _adjacent_read(args: Args, seats: Seats, told: Telling[Cast]) -> str:
    text, gap = _apart(args, seats, told)
    return text + told.say("chain.adjacent" if gap == 1 else "chain.not_adjacent")


def _all_placed(args: Args, seats: Seats) -> bool:
    return all(entity in seats for entity in args)


def _name(value: int, told: Telling[Cast]) -> str:
    return told.cast.names[value]


def _named(args: Args, told: Telling[Cast]) -> dict[str, object]:
    return {"x": told.cast.names[args[0]], "y": told.cast.names[args[-1]]}


def _all_rows(world: World) -> Sequence[tuple[int, ...]]:
    return _rows(len(world.row), world.clues)


def _kind(
    name: str,
    made: Callable[..., Ask[Any]],
    read: Callable[[tuple[int, ...], Args], Any],
    ended: Callable[[Args, Seats, Telling[Cast]], str],
    option: Callable[[Any, Telling[Cast]], str],
    is_known: Callable[[Args, Seats], bool] = _all_placed,
    **more: Any,
) -> Kind[World, Cast]:
    """Return a kind whose answer is read off an arrangement.

    Args:
        read: reads the value off the seat of each entity.
        ended: the end of a chain, which reads it off the seats found.
        is_known: whether it can be read already.
    """

    holds = in_all(_all_rows, read)

    def chain(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
        lines, seats = _placed(world, told, lambda seats: is_known(ask.args, seats))
        return "\n".join([*lines, ended(ask.args, seats, told)])

    return Kind(name, made, holds, option, chain, **more)


KINDS: tuple[Kind[World, Cast], ...] = (
    _kind(
        "who_at",
        _who_at,
        read=lambda seat, args: seat.index(args[0]),
        ended=_seat_read,
        option=_name,
        is_known=lambda args, seats: args[0] in seats.values(),
        slots=lambda args, told: {"seat": args[0]},
    ),
    _kind(
        "where",
        _where,
        read=lambda seat, args: seat[args[0]],
        ended=_where_read,
        option=lambda value, told: told.say("option.seat", seat=value),
        slots=_named,
    ),
    _kind(
        "right_of",
        _right_of,
        read=lambda seat, args: seat.index(seat[args[0]] + args[1]),
        ended=_beside_read,
        option=_name,
        is_known=lambda args, seats: args[0] in seats and seats[args[0]] + args[1] in seats.values(),
        variant=lambda args, told: "right" if args[1] > 0 else "left",
        slots=lambda args, told: {"x": told.cast.names[args[0]]},
    ),
    _kind(
        "adjacent",
        _adjacent,
        read=lambda seat, args: abs(seat[args[1]] - seat[args[0]]) == 1,
        ended=_adjacent_read,
        option=yes_or_no,
        is_two_valued=True,
        slots=_named,
    ),
    _kind(
        "left_of",
        _left_of,
        read=lambda seat, args: seat[args[1]] > seat[args[0]],
        ended=_left_read,
        option=yes_or_no,
        is_two_valued=True,
        slots=_named,
    ),
    _kind(
        "between",
        _between,
        read=lambda seat, args: abs(seat[args[1]] - seat[args[0]]) - 1,
        ended=_between_read,
        option=lambda value, told: str(value),
        slots=_named,
    ),
    _kind(
        "row",
        _row,
        read=lambda seat, args: tuple(sorted(range(len(seat)), key=lambda entity: seat[entity])),
        ended=_row_read,
        option=lambda value, told: told.voice.join([told.cast.names[entity] for entity in value]),
        is_known=lambda args, seats: False,
    ),
)


class Seating(Family[World, Cast]):
    """Values: an entity, a seat or count, a truth value, or the whole row."""

    name = "seating"
    title = "arrangement in a row"
    order_free = ("clues",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = min(8, 3 + (level + rng.randrange(2)) // 2)
        row = rng.sample(range(size), size)
        seats: dict[int, int] = {}
        clues: list[Clue] = []
        rest = rng.sample(range(size), size)
        while len(rest) > 1:
            clue = _clue(row, seats, rest, rng)
            clues.append(clue)
            one = _options(clue, seats, size)[0]
            seats[one] = row.index(one) + 1
            rest.remove(one)
        if rng.random() < 0.4:
            rng.shuffle(clues)
        else:
            for _ in range(rng.randrange(3)):
                clues.insert(rng.randrange(len(clues)), clues.pop(rng.randrange(len(clues))))
        return World(tuple(row), tuple(clues))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        size, asks = len(world.row), []
        for name in self.drawn([kind.name for kind in KINDS], rng, may_be_two):
            place = rng.randrange(size)
            asks += self.made(name, world, rng, place, nearest(place, size))
        return asks

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = voice.rng.randrange(4) if voice.zh else 3 * voice.rng.randrange(2)
        return Cast(draw(voice, ("person", "animal", "thing", "person")[scene], len(world.row)), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head, lead = told.pick("tell.head", who=voice.join(cast.names), size=len(cast.names)), told.pick("tell.lead")
        said = [told.capital(_said(clue, told)) for clue in world.clues]
        return f"{head}{told.say('space')}{lead}\n{voice.listing(said)}"
