"""Taking turns in a circular order: duty rotas, and things passed round with changes of direction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import gcd
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, asserted, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice, ordinal


@dataclass(frozen=True, slots=True)
class World:
    """People in a circular order, numbered from 0 as they are told."""

    is_rota: bool
    """A rota of days; else a thing passed round."""
    size: int
    out: int
    """Who is passed over all the time, or -1."""
    first: int
    """Who is on duty on day 1, or holds the thing at first."""
    direction: int
    """Of a rota: 1 in the order told, -1 against it."""
    step: int
    """Of a rota: places from one on duty to the next."""
    block: int
    """Of a rota: days that each one does in a row."""
    moves: tuple[int, ...]
    """Of a thing passed round: places on (positive) or back (negative)."""
    is_alternating: bool
    """Whether the moves' directions are told by a rule (on, back, on, …) instead of one by one."""
    reach: int
    """Greatest day asked about."""


class Cast(NamedTuple):
    """Names, and which of the settings is told."""

    names: tuple[str, ...]
    scene: int


Told = Telling[Cast]


def _ring(world: World) -> list[int]:
    return [who for who in range(world.size) if who != world.out]


def _on_duty(world: World, day: int) -> int:
    ring = _ring(world)
    turns = (day - 1) // world.block * world.step * world.direction
    return ring[(ring.index(world.first) + turns) % len(ring)]


def _holders(world: World) -> list[int]:
    """Who holds the thing: at first and after each move."""
    ring = _ring(world)
    at, holders = ring.index(world.first), [world.first]
    for move in world.moves:
        at = (at + move) % len(ring)
        holders.append(ring[at])
    return holders


def _walk(world: World, who: int, places: int) -> int:
    """Go from one to the next, one place at a time (independent of the arithmetic above)."""
    for _ in range(abs(places)):
        while True:
            who += 1 if places > 0 else -1
            who = 0 if who == world.size else world.size - 1 if who < 0 else who
            if who != world.out:
                break
    return who


def _days(world: World, last: int) -> list[int]:
    """Who is on duty on the days 1 to ``last``, day by day."""
    days: list[int] = []
    who = world.first
    while len(days) < last:
        days += [who] * world.block
        who = _walk(world, who, world.step * world.direction)
    return days[:last]


def _duties(world: World) -> list[int]:
    """Prover: who is on duty on each day, from number 1 on."""
    return [-1, *_days(world, max(40, world.reach))]


def _stops(world: World) -> list[int]:
    """Prover: who holds the thing, at first and after each move."""
    stops = [world.first]
    for move in world.moves:
        stops.append(_walk(world, stops[-1], move))
    return stops


def _others(world: World, right: int, rng: Random) -> tuple[int, ...]:
    """List the other people: neighbours first."""
    ring = _ring(world)
    at = ring.index(right)
    near = [ring[at - 1], ring[(at + 1) % len(ring)]]
    rng.shuffle(near)
    rest = rng.sample(range(world.size), world.size)
    return tuple(who for who in dict.fromkeys([*near, *rest]) if who != right)[:4]


def _place(world: World, rng: Random, who: int) -> Ask[int]:
    ring = _ring(world)
    # Once round is back where it began.
    places = rng.choice([*range(2, len(ring)), len(ring) + 1]) * rng.choice((1, -1))
    right = ring[(ring.index(who) + places) % len(ring)]
    return Ask("place", (who, places), right, _others(world, right, rng))


def _duty(world: World, rng: Random, who: int) -> Ask[int]:
    day = rng.randrange(2, world.reach + 1)
    right = _on_duty(world, day)
    return Ask("duty", (day,), right, _others(world, right, rng))


def _holder(world: World, rng: Random, who: int) -> Ask[int]:
    last = len(world.moves)
    count = last if rng.random() < 0.6 else rng.randrange(1, last + 1)
    right = _holders(world)[count]
    return Ask("holder", (count,), right, _others(world, right, rng))


def _which_day(world: World, rng: Random, who: int) -> Ask[int]:
    day = rng.randrange(1, world.reach + 1)
    who = _on_duty(world, day)
    others = [other for other in range(1, world.reach + 1) if _on_duty(world, other) != who]
    rng.shuffle(others)
    return Ask("which_day", (who,), day, tuple(others[:2]))


def _ever(world: World, rng: Random, who: int) -> Ask[bool]:
    stops = _holders(world)[1:]
    missed = [other for other in _ring(world) if other not in stops]
    who = rng.choice(missed if missed and rng.random() < 0.5 else stops)
    return claimed("ever", (who,), who in stops)


def _held(world: World, rng: Random, who: int) -> Ask[int]:
    number = _holders(world)[1:].count(who)
    return Ask("held", (who,), number, near_misses(rng, number, high=len(world.moves)))


def _offset(world: World, who: int) -> int:
    """Days from the first until someone's turn, of a rota of one day each."""
    ring = _ring(world)
    return (ring.index(who) - ring.index(world.first)) * world.direction % len(ring)


def _when(world: World, rng: Random, who: int) -> Ask[int]:
    size, number = len(_ring(world)), rng.randrange(1, 4)
    day = _offset(world, who) + 1 + (number - 1) * size
    return Ask("when", (who, number), day, near_misses(rng, day, [day - 1, day + 1, day + size], low=1))


def _times(world: World, rng: Random, who: int) -> Ask[int]:
    size = len(_ring(world))
    last = rng.randrange(size, world.reach + 1)
    number = (last - _offset(world, who) - 1) // size + 1
    return Ask("times", (who, last), number, near_misses(rng, number, [number + 1, number - 1]))


def _is_when(world: World, args: Args, value: int) -> bool:
    days = _duties(world)
    return value < len(days) and days[value] == args[0] and days[: value + 1].count(args[0]) == args[1]


def _shift(world: World, who: int, places: int, told: Told) -> tuple[str, int]:
    """Count on from someone by numbers; return the work, ending in the number and the name, and who it is."""
    ring = _ring(world)
    at, size = ring.index(who) + 1, len(ring)
    total = at + places
    parts = [f"{at}{'+' if places >= 0 else '-'}{abs(places)}={total}"]
    while not 1 <= total <= size:
        step = -size if total > size else size
        parts.append(f"{total}{'+' if step > 0 else '-'}{size}={total + step}")
        total += step
    end = ring[total - 1]
    return f"{told.say('comma').join(parts)}{told.say('space')}{told.cast.names[end]}", end


def _day(world: World, day: int, told: Told) -> tuple[str, int]:
    """Find who is on duty on a day, from the number of changes since day 1."""
    size, parts, changes = len(_ring(world)), [f"{day}-1={day - 1}"], (day - 1) // world.block

    def divided(number: int, by: int) -> str:
        return told.say("chain.divided", sum=f"{number}÷{by}={number // by}", rest=number % by)

    if world.block > 1:
        parts.append(divided(day - 1, world.block))
    places = changes * world.step
    if world.step > 1:
        parts.append(f"{changes}×{world.step}={places}")
    if places > size:
        parts.append(divided(places, size))
        places %= size
    work, who = _shift(world, world.first, places * world.direction, told)
    return told.say("comma").join([*parts, work]), who


def _numbered(world: World, told: Told) -> str:
    """Number, name, number: so that both can be found from the other by looking on."""
    space, names = told.say("space"), told.cast.names
    cells = (f"{number}{space}{names[who]}{space}{number}" for number, who in enumerate(_ring(world), 1))
    return told.say("comma").join(cells) + told.say("stop")


def _passed(
    world: World,
    told: Told,
    count: int | None = None,
    note: Callable[[int], str] = lambda who: "",
    is_found: Callable[[int], bool] = lambda who: False,
) -> tuple[list[str], int]:
    """Pass the thing on ``count`` times, or until ``is_found``, and say who has it then; ``note`` adds to a line."""
    lines, who = [_numbered(world, told)], world.first
    for at, move in enumerate(world.moves[:count], 1):
        work, who = _shift(world, who, move, told)
        lines.append(f"{at}{told.say('colon')}{work}{note(who)}{told.say('stop')}")
        if is_found(who):
            break
    return lines, who


def _verdict(who: int, claim: int, told: Told) -> str:
    one, other = told.cast.names[who], told.cast.names[claim]
    return told.say("chain.is" if who == claim else "chain.is_not", one=one, other=other)


def _counted_on(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    return f"{_numbered(world, told)}\n{_shift(world, ask.args[0], ask.args[1], told)[0]}{told.say('stop')}"


def _duty_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    work, who = _day(world, ask.args[0], told)
    lines = [_numbered(world, told), work + told.say("stop")]
    return "\n".join([*lines, *(_verdict(who, claim, told) for claim in ask.args[1:])])


def _holder_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    lines, who = _passed(world, told, ask.args[0])
    return "\n".join([*lines, *(_verdict(who, claim, told) for claim in ask.args[1:])])


def _which_day_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[int]) -> str:
    def line(day: int) -> str:
        work, who = _day(world, day, told)
        fits = told.say("chain.fits") if who == ask.args[0] else f"≠{told.cast.names[ask.args[0]]}"
        return f"{work}{fits}{told.say('stop')}"

    lines = tried(shown, lambda day: _on_duty(world, day) == ask.args[0], line, told, mark=" ")
    return "\n".join([_numbered(world, told), *lines])


def _ever_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    goal = ask.args[0]

    def note(who: int) -> str:
        return told.say("chain.has") if who == goal else f"≠{told.cast.names[goal]}"

    lines, who = _passed(world, told, note=note, is_found=lambda who: who == goal)
    return "\n".join(lines if who == goal else [*lines, told.say("chain.never")])


def _held_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    goal, count = ask.args[0], 0

    def note(who: int) -> str:
        nonlocal count
        count += who == goal
        return told.say("chain.time", count=count) if who == goal else f"≠{told.cast.names[goal]}"

    lines, _ = _passed(world, told, note=note)
    return "\n".join([*lines, told.say("chain.count", count=count)])


def _first_day(world: World, who: int, told: Told) -> tuple[list[str], int]:
    """Someone's first day by the distance from who has day 1."""
    ring, comma = _ring(world), told.say("comma")
    size, start, goal = len(ring), ring.index(world.first) + 1, ring.index(who) + 1
    one, two = (goal, start) if world.direction > 0 else (start, goal)
    day = (one - two) % size
    wrapped = f"{comma}{one - two}+{size}={day}" if one < two else ""
    first = f"{one}-{two}={one - two}{wrapped}{comma}{day}+1={day + 1}{told.say('stop')}"
    return [_numbered(world, told), first], day + 1


def _turns(day: int, size: int, count: int, told: Told) -> list[str]:
    """Someone's days, by adding the size of the circle."""
    colon = told.say("colon")
    later = (f"{n}{colon}{day + (n - 2) * size}+{size}={day + (n - 1) * size}" for n in range(2, count + 1))
    return [f"1{colon}{day}", *later]


def _when_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    lines, day = _first_day(world, ask.args[0], told)
    turns = _turns(day, len(_ring(world)), ask.args[1], told)
    return "\n".join([*lines, told.say("comma").join(turns) + told.say("stop")])


def _times_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (who, limit), size = ask.args, len(_ring(world))
    lines, day = _first_day(world, who, told)
    count = max(1, (limit - day) // size + 1)
    last = day + (count - 1) * size
    parts = [*_turns(day, size, count, told), f"{last}+{size}={last + size}>{limit}"]
    return "\n".join([*lines, told.say("chain.times", turns=told.say("comma").join(parts), count=count)])


def _who(args: Args, told: Told) -> dict[str, object]:
    return {"who": told.cast.names[args[0]], "n": args[-1], "nth": ordinal(args[-1])}


def _asked_day(args: Args, told: Told) -> dict[str, object]:
    return {"day": args[0], "who": told.cast.names[args[-1] % len(told.cast.names)]}


def _asked_move(args: Args, told: Told) -> dict[str, object]:
    is_last = args[0] == len(told.world.moves)
    when = told.say("when.last" if is_last else "when.move", count=args[0])
    return {"when": when, "who": told.cast.names[args[-1] % len(told.cast.names)]}


def _asked_place(args: Args, told: Told) -> dict[str, object]:
    skip = told.say("skip") if told.world.out >= 0 else ""
    return {"who": told.cast.names[args[0]], "places": abs(args[1]), "skip": skip}


DUTY: Kind[World, Cast] = worked_out(
    "duty",
    _duty,
    answer=lambda world, args: _duties(world)[args[0]],
    option=lambda value, told: told.cast.names[value],
    chain=_duty_chain,
    slots=_asked_day,
)
HOLDER: Kind[World, Cast] = worked_out(
    "holder",
    _holder,
    answer=lambda world, args: _stops(world)[args[0]],
    option=lambda value, told: told.cast.names[value],
    chain=_holder_chain,
    slots=_asked_move,
)
KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "place",
        _place,
        answer=lambda world, args: _walk(world, *args),
        option=lambda value, told: told.cast.names[value],
        chain=_counted_on,
        slots=_asked_place,
        variant=lambda args, told: (
            f"{'list' if told.world.is_rota else 'circle'}_{'after' if args[1] > 0 else 'before'}"
        ),
    ),
    DUTY,
    asserted("duty_is", DUTY, _duty_chain, slots=_asked_day),
    Kind(
        "which_day",
        _which_day,
        holds=lambda world, args, value: _duties(world)[value] == args[0],
        option=lambda value, told: told.say("option.day", day=value),
        chain=_which_day_chain,
        slots=_who,
    ),
    worked_out(
        "times",
        _times,
        answer=lambda world, args: _duties(world)[: args[1] + 1].count(args[0]),
        chain=_times_chain,
        slots=_who,
    ),
    Kind(
        "when",
        _when,
        holds=_is_when,
        option=lambda value, told: told.say("option.day", day=value),
        chain=_when_chain,
        slots=_who,
    ),
    HOLDER,
    asserted("holder_is", HOLDER, _holder_chain, slots=_asked_move),
    whether("ever", _ever, is_so=lambda world, args: args[0] in _stops(world)[1:], chain=_ever_chain, slots=_who),
    worked_out(
        "held", _held, answer=lambda world, args: _stops(world)[1:].count(args[0]), chain=_held_chain, slots=_who
    ),
)


class Rotation(Family[World, Cast]):
    """Values: a person, a number, or True/False."""

    name = "rotation"
    title = "taking turns in a circle"
    facts = ("moves",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = 4 + level // 3
        out = rng.randrange(size) if rng.random() < 0.35 else -1
        first = rng.choice([who for who in range(size) if who != out])
        reach = 7 + 2 * level
        if rng.random() < 0.5:
            step, block = rng.choice(((1, 1), (1, 1), (2, 1), (1, 2), (1, 3), (3, 1)))
            direction = rng.choice((1, 1, -1))
            if gcd(step, size - (out >= 0)) > 1:  # else some would never be on duty
                step = 1
            return World(True, size, out, first, direction, step, block, (), False, reach + block * 2)
        is_alternating = rng.random() < 0.3
        moves, around = [], size - (out >= 0)
        for number in range(2 + level // 2):
            sign = (-1) ** number if is_alternating else rng.choice((1, -1))
            moves.append(sign * rng.choice([far for far in range(1, size + 2) if far != around]))
        return World(False, size, out, first, 1, 1, 1, tuple(moves), is_alternating, reach)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        if world.is_rota:
            names = ["duty", "duty", "duty_is", "which_day", "place"] + ["times", "when"] * (world.step == world.block)
        else:
            names = ["holder", "holder", "holder_is", "ever", "place", "held"]
        names = self.drawn(names, rng, may_be_two)
        asks = [ask for name in names for ask in self.made(name, world, rng, rng.choice(_ring(world)))]
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def cast(self, world: World, voice: Voice) -> Cast:
        return Cast(draw(voice, "person", world.size), int(voice.rng.random() * 3))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, names = self.told(cast, voice), cast.names
        slots = {"order": voice.join(names), "first": names[world.first], "top": names[0], "end": names[-1]}
        return self._tell_rota(world, told, slots) if world.is_rota else self._tell_pass(world, told, slots)

    @staticmethod
    def _tell_rota(world: World, told: Told, slots: dict[str, str]) -> str:
        parts = [told.pick("rota.head", **slots)]
        if world.out >= 0:
            parts.append(told.pick("rota.out", out=told.cast.names[world.out]))
        if world.direction < 0:
            parts.append(told.pick("rota.backwards"))
        if world.step > 1:
            parts.append(told.say("rota.step", step=world.step, over=world.step - 1))
        if world.block > 1:
            parts.append(told.pick("rota.block", block=world.block))
        return told.say("space").join([*parts, told.pick("rota.first", **slots)])

    @staticmethod
    def _tell_pass(world: World, told: Told, slots: dict[str, str]) -> str:
        head = told.pick("pass.head", **slots)
        if world.out >= 0:
            head += told.pick("pass.out", out=told.cast.names[world.out])
        if world.is_alternating:
            head += told.pick("pass.alternating")
        facts = []
        for number, move in enumerate(world.moves, 1):
            places = told.say("pass.place" if abs(move) == 1 else "pass.places", places=abs(move))
            way = "move" if world.is_alternating else "move_on" if move > 0 else "move_back"
            facts.append(told.say(f"pass.{way}", number=number, places=places))
        return f"{head}\n{told.voice.listing([told.capital(fact) for fact in facts], has_labels=True)}"
