"""Days: weekdays after some days, weekdays and dates of a month, dates across two months, duty rosters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, asserted, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

_MONDAY = date(2001, 1, 1)
"""A Monday, for the prover."""
Cast = tuple[str, ...]
"""The roster's people."""


@dataclass(frozen=True, slots=True)
class World:
    """A theme and its numbers."""

    theme: str
    """``weekday``, ``month``, ``date`` or ``roster``."""
    first: int
    """Weekday of today or of the 1st (0 Monday), number of the month, or who is on duty on day 1."""
    length: int
    """Days of the month, or people on the roster."""
    reach: int
    """Greatest number of days asked about."""


def _days(world: World, rng: Random, days: int) -> Args:
    return (days,)


def _any_day(world: World, rng: Random, days: int) -> Args:
    return (rng.randrange(3, world.length + 1) if world.reach > 20 else days,)


def _span(world: World, rng: Random, days: int) -> Args:
    start = rng.randrange(max(1, world.length - world.reach), world.length)
    return (start, rng.randrange(max(1, world.length - start - 3), world.reach + 1))


def _in_cycle(length: int, right: int, rng: Random) -> tuple[int, ...]:
    """Wrong ones of a cycle: those beside the right one come first."""
    slips = [(right + 1) % length, (right - 1) % length]
    rng.shuffle(slips)
    return tuple(value for value in dict.fromkeys([*slips, *rng.sample(range(length), length)]) if value != right)[:4]


def _in_week(world: World, args: Args, right: int, rng: Random) -> tuple[int, ...]:
    return _in_cycle(7, right, rng)


def _in_roster(world: World, args: Args, right: int, rng: Random) -> tuple[int, ...]:
    return _in_cycle(world.length, right, rng)


def _off_by_one(world: World, args: Args, right: int, rng: Random) -> tuple[int, ...]:
    return near_misses(rng, right, [right + 1, right - 1])


def _near_dates(world: World, args: Args, right: int, rng: Random) -> tuple[int, ...]:
    return near_misses(rng, right, [right + 1, right - 1], low=args[0] + 1, high=2 * world.length - 1)


def _count(world: World, args: Args) -> int:
    return (world.length - 1 - (args[0] - world.first) % 7) // 7 + 1


def _counted_weekday(world: World, rng: Random, days: int) -> Args | None:
    """Draw first whether it comes four or five times, the only counts there are; None where none comes five times."""
    fifths = world.length - 28
    if not fifths:
        return None
    at = rng.randrange(fifths) if rng.random() < 0.5 else rng.randrange(fifths, 7)
    return ((world.first + at) % 7,)


def _turns(world: World, args: Args) -> int:
    offset = (args[0] - world.first) % world.length
    return (args[1] - 1 - offset) // world.length + 1 if args[1] > offset else 0


def _weekday(days: int) -> int:
    """Prover: by the calendar."""
    return (_MONDAY + timedelta(days=days)).weekday()


def _dates(world: World, weekday: int) -> list[int]:
    """Prover: the days of the month that are a weekday."""
    return [day for day in range(1, world.length + 1) if _weekday(world.first + day - 1) == weekday]


def _people(world: World, days: int) -> list[int]:
    """Prover: who is on duty on each of some days."""
    return [who for _ in range(40) for who in range(world.length)][world.first :][:days]


def weekday(day: int, told: Telling[Cast]) -> str:
    """Name a weekday."""
    return told.all("week.names")[day % 7]


def _short(day: int, told: Telling[Cast]) -> str:
    return told.all("week.short")[day % 7]


def day_and_month(day: int, told: Telling[Cast]) -> str:
    """Write a date; days of the next month are numbered on from the first."""
    later = day > told.world.length
    return told.say("date", month=told.world.first + later, day=day - told.world.length * later)


def _person(who: int, told: Telling[Cast]) -> str:
    return told.cast[who]


def _number(value: int, told: Telling[Cast]) -> str:
    return str(value)


Steps = Callable[[World, Args, Telling[Cast]], list[str]]
"""The lines of a chain up to the value."""


def _later_steps(world: World, args: Args, told: Telling[Cast]) -> list[str]:
    total = args[0] + args[1]
    line, comma = f"{args[0]}+{args[1]}={total}", told.say("comma")
    if total > world.length:
        line += f">{world.length}{comma}{total}-{world.length}={total - world.length}"
    else:
        line += f"≤{world.length}"
    return [f"{line}{comma}{day_and_month(total, told)}{told.say('stop')}"]


def _gap_steps(world: World, args: Args, told: Telling[Cast]) -> list[str]:
    rest = world.length - args[0]
    return [f"{world.length}-{args[0]}={rest}{told.say('comma')}{rest}+{args[1]}={rest + args[1]}{told.say('stop')}"]


def _week_walk(world: World, args: Args, told: Telling[Cast]) -> tuple[str, int]:
    """Go from the 1st to the first day that is the weekday asked for."""
    day = (args[0] - world.first) % 7 + 1
    walk = [f"{1 + step}{told.say('space')}{_short(world.first + step, told)}" for step in range(day)]
    return told.voice.join(walk) + told.say("stop"), day


def _leaps(day: int, step: int, count: int, told: Telling[Cast]) -> list[str]:
    """Go on from a day by weeks or rounds, numbered."""
    leaps = [
        f"{number + 1}{told.say('colon')}{day + step * (number - 1)}+{step}={day + step * number}"
        for number in range(1, count)
    ]
    return [f"1{told.say('colon')}{day}", *leaps]


def _nth_steps(world: World, args: Args, told: Telling[Cast]) -> list[str]:
    walk, day = _week_walk(world, args, told)
    return [walk, told.say("comma").join(_leaps(day, 7, args[1], told)) + told.say("stop")]


def _count_steps(world: World, args: Args, told: Telling[Cast]) -> list[str]:
    (walk, day), count = _week_walk(world, args, told), _count(world, args)
    last = day + 7 * (count - 1)
    parts = [*_leaps(day, 7, count, told), f"{last}+7={last + 7}>{world.length}"]
    return [walk, told.say("comma").join(parts) + told.say("chain.weekdays", count=count)]


def _turn_steps(world: World, args: Args, told: Telling[Cast]) -> list[str]:
    first, length, comma, stop = world.first, world.length, told.say("comma"), told.say("stop")
    day, count = (args[0] - first) % length + 1, _turns(world, args)
    order = [f"{number}{told.say('colon')}{told.cast[(first + number - 1) % length]}" for number in range(1, day + 1)]
    walk = comma.join(order) + stop
    if not count:
        return [walk, f"{day}>{args[1]}{comma}0{stop}"]
    last = day + length * (count - 1)
    parts = [*_leaps(day, length, count, told), f"{last}+{length}={last + length}>{args[1]}"]
    return [walk, comma.join(parts) + told.say("chain.turns", count=count)]


def _cycle_steps(
    world: World,
    args: Args,
    told: Telling[Cast],
    *,
    named: Callable[[int, Telling[Cast]], str] = _short,
    is_from_first: bool = False,
    way: int = 1,
) -> list[str]:
    """Leave out whole rounds, and walk the rest."""
    comma, space, stop = told.say("comma"), told.say("space"), told.say("stop")
    cycle = 7 if named is _short else world.length
    days = args[0] - is_from_first
    rounds, rest = divmod(days, cycle)
    parts = [f"{args[0]}-1={days}"] if is_from_first else []
    parts.append(told.say("chain.rest", days=days, cycle=cycle, rounds=rounds, rest=rest))
    stops = [named((world.first + way * step) % cycle, told) for step in range(rest + 1)]
    numbered = [stops[0], *(f"{number}{space}{who}" for number, who in enumerate(stops[1:], 1))]
    head = told.say("chain.on" if way > 0 else "chain.back", rest=rest)
    return [comma.join(parts) + stop, head + "→".join(numbered) + stop]


def _kinds(
    name: str,
    args_of: Callable[[World, Random, int], Args | None],
    answer: Callable[[World, Args], int],
    wrong: Callable[[World, Args, int, Random], tuple[int, ...]],
    proven: Callable[[World, Args], int],
    option: Callable[[int, Telling[Cast]], str],
    steps: Steps,
    slots: Callable[[Args, Telling[Cast]], dict[str, object]],
    is_also_claimed: bool = False,
    is_two_valued: bool = False,
) -> list[Kind[World, Cast]]:
    """Return a kind that asks for a value, and where it makes sense one that claims a value.

    Args:
        args_of: draws what is asked about, None where there is nothing; it is given a number of days.
        answer: works the value out; ``proven`` does so in another way.
    """

    def made(world: World, rng: Random) -> Ask[int] | None:
        args = args_of(world, rng, rng.randrange(3, world.reach + 1))
        if args is None:
            return None
        right = answer(world, args)
        return Ask(name, args, right, wrong(world, args, right, rng))

    def chain(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
        return "\n".join(steps(world, ask.args, told))

    def chain_of_claim(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
        *args, claim = ask.args
        right = answer(world, tuple(args))
        verdict = told.say(
            "chain.is" if claim == right else "chain.not", value=option(right, told), claim=option(claim, told)
        )
        return "\n".join([*steps(world, tuple(args), told), verdict])

    kinds: list[Kind[World, Cast]] = [
        worked_out(name, made, proven, chain, option, slots=slots, is_two_valued=is_two_valued)
    ]
    if is_also_claimed:
        kinds.append(
            asserted(
                f"{name}_is",
                kinds[0],
                chain_of_claim,
                among=2,
                slots=lambda args, told: {**slots(args, told), "claim": option(args[-1], told)},
            )
        )
    return kinds


KINDS: tuple[Kind[World, Cast], ...] = (
    *_kinds(
        "after",
        _days,
        answer=lambda world, args: (world.first + args[0]) % 7,
        wrong=_in_week,
        proven=lambda world, args: _weekday(world.first + args[0]),
        option=weekday,
        steps=_cycle_steps,
        slots=lambda args, told: {"days": args[0]},
        is_also_claimed=True,
    ),
    *_kinds(
        "before",
        _days,
        answer=lambda world, args: (world.first - args[0]) % 7,
        wrong=_in_week,
        proven=lambda world, args: _weekday(world.first - args[0]),
        option=weekday,
        steps=partial(_cycle_steps, way=-1),
        slots=lambda args, told: {"days": args[0]},
    ),
    *_kinds(
        "weekday",
        _any_day,
        answer=lambda world, args: (world.first + args[0] - 1) % 7,
        wrong=_in_week,
        proven=lambda world, args: _weekday(world.first + args[0] - 1),
        option=weekday,
        steps=partial(_cycle_steps, is_from_first=True),
        slots=lambda args, told: {"day": args[0]},
        is_also_claimed=True,
    ),
    *_kinds(
        "nth",
        lambda world, rng, days: (rng.randrange(7), rng.randrange(2, 5)),
        answer=lambda world, args: 1 + (args[0] - world.first) % 7 + 7 * (args[1] - 1),
        wrong=lambda world, args, right, rng: near_misses(rng, right, [right + 7, right - 7], low=1, high=28),
        proven=lambda world, args: _dates(world, args[0])[args[1] - 1],
        option=lambda value, told: told.say("option.day", day=value),
        steps=_nth_steps,
        slots=lambda args, told: {"weekday": weekday(args[0], told), "number": args[1]},
    ),
    *_kinds(
        "count",
        _counted_weekday,
        answer=_count,
        wrong=lambda world, args, right, rng: (9 - right,),
        proven=lambda world, args: len(_dates(world, args[0])),
        option=_number,
        steps=_count_steps,
        slots=lambda args, told: {"weekday": weekday(args[0], told)},
        is_two_valued=True,
    ),
    *_kinds(
        "later",
        _span,
        answer=lambda world, args: args[0] + args[1],
        wrong=_near_dates,
        proven=lambda world, args: list(range(1, world.length + 32))[args[0] - 1 :][args[1]],
        option=day_and_month,
        steps=_later_steps,
        slots=lambda args, told: {"start": day_and_month(args[0], told), "days": args[1]},
        is_also_claimed=True,
    ),
    *_kinds(
        "gap",
        lambda world, rng, days: (rng.randrange(world.length - 20, world.length), rng.randrange(1, 28)),
        answer=lambda world, args: world.length - args[0] + args[1],
        wrong=_off_by_one,
        proven=lambda world, args: len(range(args[0], world.length)) + len(range(args[1])),
        option=lambda value, told: told.say("option.days", days=value),
        steps=_gap_steps,
        slots=lambda args, told: {
            "start": day_and_month(args[0], told),
            "end": day_and_month(told.world.length + args[1], told),
        },
    ),
    *_kinds(
        "duty",
        _days,
        answer=lambda world, args: (world.first + args[0] - 1) % world.length,
        wrong=_in_roster,
        proven=lambda world, args: _people(world, args[0])[-1],
        option=_person,
        steps=partial(_cycle_steps, named=_person, is_from_first=True),
        slots=lambda args, told: {"day": args[0]},
        is_also_claimed=True,
    ),
    *_kinds(
        "turns",
        lambda world, rng, days: (rng.randrange(world.length), days),
        answer=_turns,
        wrong=_off_by_one,
        proven=lambda world, args: _people(world, args[1]).count(args[0]),
        option=_number,
        steps=_turn_steps,
        slots=lambda args, told: {"name": told.cast[args[0]], "days": args[1]},
    ),
)
THEMES = {
    "weekday": ("after", "before", "after_is", "after"),
    "month": ("weekday", "weekday_is", "nth", "count", "weekday"),
    "date": ("later", "later_is", "gap"),
    "roster": ("duty", "duty_is", "turns", "duty"),
}
"""The kinds that each theme has; one that stands twice is likelier."""


class CalendarDays(Family[World, Cast]):
    """Values: a weekday, a day's number, a count, a person, or True/False."""

    name = "calendar_days"
    title = "weekdays, dates and rosters"
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        theme = rng.choice(("weekday", "month", "date", "roster"))
        reach = 8 + 6 * level
        if theme == "weekday":
            return World(theme, rng.randrange(7), 7, reach)
        if theme == "month":
            return World(theme, rng.randrange(7), rng.choice((28, 29, 30, 30, 31, 31)), min(reach, 28))
        if theme == "date":
            return World(theme, rng.randrange(1, 12), rng.choice((28, 29, 30, 30, 31, 31)), min(reach, 28))
        people = 3 + level // 3
        return World(theme, rng.randrange(people), people, reach)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        asks = self.some(THEMES[world.theme], world, rng, may_be_two=may_be_two)
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def cast(self, world: World, voice: Voice) -> Cast:
        return draw(voice, "person", world.length) if world.theme == "roster" else ()

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        week = told.maybe("tell.week")
        order = [*cast[world.first :], *cast[: world.first]] or [""]
        return told.pick(
            f"tell.{world.theme}",
            week=week,
            weekday=weekday(world.first, told),
            days=world.length,
            month=world.first,
            next_month=world.first + 1,
            people=len(cast),
            first=order[0],
            order=voice.join(order),
        )
