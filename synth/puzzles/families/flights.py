"""Flights of one day: which connections work, the cheapest journey, the earliest arrival, the number of journeys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, Plan, claimed, sign_of, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


class Flight(NamedTuple):
    """One flight."""

    start: int
    end: int
    departs: int
    """Minutes after midnight."""
    arrives: int
    """Minutes after midnight."""
    price: int


@dataclass(frozen=True, slots=True)
class World:
    """A day's flights; journeys have one or two of them."""

    size: int
    """Number of cities."""
    flights: tuple[Flight, ...]
    gap: int
    """Least minutes between arrival and the next departure."""
    is_strict: bool
    """Whether the time between must be more than ``gap``, not just as much."""
    is_hourly: bool
    """Whether all times are full hours."""


class Cast(NamedTuple):
    """Names of cities and flights."""

    cities: tuple[str, ...]
    codes: tuple[str, ...]


Told = Telling[Cast]


class Journey(NamedTuple):
    """One or two flights in a row."""

    legs: tuple[int, ...]
    price: int
    arrives: int
    departs: int


def _connects(world: World, one: Flight, two: Flight) -> bool:
    return one.end == two.start and one.arrives + world.gap + world.is_strict <= two.departs


def _is_wait_enough(world: World, minutes: int) -> bool:
    """The rule of changing, for the prover."""
    return minutes > world.gap if world.is_strict else minutes >= world.gap


@lru_cache(maxsize=64)
def _journeys(world: World, start: int, goal: int) -> list[Journey]:
    """All journeys with at most one change, in the order of their first flights."""
    found = []
    for place, flight in enumerate(world.flights):
        if flight.start != start:
            continue
        if flight.end == goal:
            found.append(Journey((place,), flight.price, flight.arrives, flight.departs))
        for other, second in enumerate(world.flights):
            if second.end == goal and flight.end != goal and _connects(world, flight, second):
                found.append(Journey((place, other), flight.price + second.price, second.arrives, flight.departs))
    return found


def _all_journeys(world: World, start: int, goal: int) -> list[tuple[Flight, ...]]:
    """The same by trying every pair of flights on the clock (independent of ``_journeys``)."""
    one = [(flight,) for flight in world.flights if (flight.start, flight.end) == (start, goal)]
    firsts = [flight for flight in world.flights if flight.start == start]
    seconds = [flight for flight in world.flights if flight.end == goal]
    two = [
        pair
        for pair in product(firsts, seconds)
        if pair[0].end == pair[1].start and _is_wait_enough(world, pair[1].departs - pair[0].arrives)
    ]
    return [*one, *two]


def _connection(world: World, rng: Random) -> Ask[bool] | None:
    everyone = list(enumerate(world.flights))
    pairs = [(one, two) for one, a in everyone for two, b in everyone if a.end == b.start]
    want = rng.random() < 0.5
    fit = [(one, two) for one, two in pairs if _connects(world, world.flights[one], world.flights[two]) == want]
    if not pairs:
        return None
    one, two = rng.choice(fit or pairs)
    return claimed("connects", (one, two), _connects(world, world.flights[one], world.flights[two]))


def _count(world: World, rng: Random, journeys: list[Journey]) -> Ask[int] | None:
    # More are hardly ever there: nobody would take them for right.
    count, most = len(journeys), 4
    return Ask("count", (0, 1), count, around(count, 0, most)) if count <= most else None


def _cheapest(world: World, rng: Random, journeys: list[Journey]) -> Ask[int]:
    right, others = min(journey.price for journey in journeys), [journey.price for journey in journeys]
    # Pairs that do not connect are tempting, and so is half of a journey.
    others += [one.price + two.price for one, two in product(world.flights, repeat=2) if (one.start, two.end) == (0, 1)]
    others += [flight.price for flight in world.flights]
    return _among("cheapest", right, [*others, *(right + step for step in (-20, -10, 10, 20))])


def _earliest(world: World, rng: Random, journeys: list[Journey]) -> Ask[int]:
    return _timed("earliest", world, min(one.arrives for one in journeys))


def _latest(world: World, rng: Random, journeys: list[Journey]) -> Ask[int]:
    return _timed("latest", world, max(one.departs for one in journeys))


def _timed(name: str, world: World, right: int) -> Ask[int]:
    """Any time of the timetable is tempting, and those near the right one."""
    times = (time for flight in world.flights for time in (flight.arrives, flight.departs))
    step = 60 if world.is_hourly else 30
    return _among(name, right, [*times, *(right + step * far for far in around(0, -3, 3))])


def _among(name: str, right: int, wrong: list[int]) -> Ask[int]:
    return Ask(name, (0, 1), right, tuple(number for number in dict.fromkeys(wrong) if number != right and number > 0))


def _do_connect(world: World, args: Args) -> bool:
    one, two = (world.flights[place] for place in args)
    return one.end == two.start and _is_wait_enough(world, two.departs - one.arrives)


def clock(world: World, minutes: int, told: Told) -> str:
    """``9点`` where all times of the world are full hours, else ``09:30``."""
    if world.is_hourly:
        return told.say("clock", hour=minutes // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _ready(world: World, one: Flight, told: Told) -> str:
    """From when on the passengers of ``one`` can depart again."""
    arrives = clock(world, one.arrives, told)
    if not world.gap:
        return arrives
    gap = world.gap // 60 if world.is_hourly else world.gap
    return f"{arrives}+{gap}={clock(world, one.arrives + world.gap, told)}"


def _compare(world: World, one: Flight, two: Flight, told: Told) -> str:
    ready, leaves = one.arrives + world.gap, two.departs
    compared = f"{clock(world, leaves, told)}{sign_of(leaves, ready)}{clock(world, ready, told)}"
    return compared + told.say("chain.in_time" if _connects(world, one, two) else "chain.too_late")


def _changed(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    first, second = (told.cast.codes[place] for place in ask.args)
    one, two = (world.flights[place] for place in ask.args)
    ready, compared = _ready(world, one, told), _compare(world, one, two, told)
    return told.say("chain.connects", first=first, ready=ready, second=second, compared=compared)


def _listed(
    world: World,
    args: Args,
    told: Told,
    result: Callable[[Flight, Flight], str],
    against: Callable[[Flight], tuple[str, bool] | None] = lambda flight: None,
    is_first_enough: bool = False,
) -> list[str]:
    """One line a first flight, in the order of the text.

    Args:
        result: what a journey, of a first and a last flight, adds.
        against: how a first flight compares with the best journey so far, and whether it is better.
        is_first_enough: of the flights that go on from a first one, look no farther than the first that fits.
    """
    (start, goal), lines, cast = args, list[str](), told.cast
    for place, flight in enumerate(world.flights):
        if flight.start != start:
            continue
        lead = f"{cast.codes[place]}→{cast.cities[flight.end]}"
        if (found := against(flight)) is not None:
            # A first flight that is already no better than the best journey needs no second one.
            lead += told.say("comma") + found[0]
            if not found[1]:
                lines.append(told.say("chain.skipped", lead=lead))
                continue
        if flight.end == goal:
            lines.append(lead + result(flight, flight) + told.say("stop"))
            continue
        seconds = [other for other, two in enumerate(world.flights) if (two.start, two.end) == (flight.end, goal)]
        if not seconds:
            lines.append(told.say("chain.nothing", lead=lead))
            continue
        parts = [f"{lead}{told.say('comma')}{_ready(world, flight, told)}"]
        for other in seconds:
            two = world.flights[other]
            text = told.say("chain.second", code=cast.codes[other], compared=_compare(world, flight, two, told))
            fits = _connects(world, flight, two)
            parts.append(text + (result(flight, two) if fits else ""))
            if fits and is_first_enough:
                break
        lines.append(told.say("semicolon").join(parts) + told.say("stop"))
    return lines


def _counted(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    count = 0

    def result(one: Flight, last: Flight) -> str:
        nonlocal count
        count += 1
        return f"({count})"

    return "\n".join([*_listed(world, ask.args, told, result), told.say("chain.count", count=ask.right)])


@dataclass(frozen=True, slots=True)
class Aim:
    """What is best of journeys, and how a chain finds it."""

    name: str
    best: Callable[[Iterable[int]], int]
    """``min`` or ``max``."""
    value: Callable[[Flight, Flight], int]
    """What counts, of a journey's first and last flight."""
    show: Callable[[World, int, Told], str]
    sum: Callable[[Flight, Flight], str] = lambda one, last: ""
    """How it comes about; empty where it only has to be read."""
    first: Callable[[Flight], int] | None = None
    """What a first flight tells already of all journeys with it."""

    def chain(self, world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
        """Behind each journey stands the best so far."""
        best: int | None = None

        def result(one: Flight, last: Flight) -> str:
            nonlocal best
            value = self.value(one, last)
            best = value if best is None else self.best([value, best])
            said = self.sum(one, last) or self.show(world, value, told)
            return told.say(f"chain.{self.name}", value=said, best=self.show(world, best, told))

        def against(flight: Flight) -> tuple[str, bool] | None:
            if best is None or self.first is None:
                return None
            had = self.first(flight)
            text = f"{self.show(world, had, told)}{sign_of(had, best)}{self.show(world, best, told)}"
            return text, had != best and self.best([had, best]) == had

        return "\n".join(_listed(world, ask.args, told, result, against, is_first_enough=self.name == "latest"))


CHEAPEST = Aim(
    "cheapest",
    min,
    lambda one, last: one.price if one is last else one.price + last.price,
    lambda world, value, told: str(value),
    lambda one, last: "" if one is last else f"{one.price}+{last.price}={one.price + last.price}",
    lambda flight: flight.price,
)
EARLIEST = Aim("earliest", min, lambda one, last: last.arrives, clock)
LATEST = Aim("latest", max, lambda one, last: one.departs, clock, first=lambda flight: flight.departs)


def _cities(args: Args, told: Told) -> dict[str, object]:
    return {"start": told.cast.cities[args[0]], "goal": told.cast.cities[args[1]]}


KINDS: tuple[Kind[World, Cast], ...] = (
    whether(
        "connects",
        _connection,
        is_so=_do_connect,
        chain=_changed,
        slots=lambda args, told: {"one": told.cast.codes[args[0]], "two": told.cast.codes[args[1]]},
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: len(_all_journeys(world, *args)),
        chain=_counted,
        slots=_cities,
    ),
    worked_out(
        "cheapest",
        _cheapest,
        answer=lambda world, args: min(sum(leg.price for leg in legs) for legs in _all_journeys(world, *args)),
        option=lambda value, told: told.say("option.price", n=value),
        chain=CHEAPEST.chain,
        slots=_cities,
    ),
    worked_out(
        "earliest",
        _earliest,
        answer=lambda world, args: min(legs[-1].arrives for legs in _all_journeys(world, *args)),
        option=lambda value, told: clock(told.world, value, told),
        chain=EARLIEST.chain,
        slots=_cities,
    ),
    worked_out(
        "latest",
        _latest,
        answer=lambda world, args: max(legs[0].departs for legs in _all_journeys(world, *args)),
        option=lambda value, told: clock(told.world, value, told),
        chain=LATEST.chain,
        slots=_cities,
    ),
)


class Flights(Family[World, Cast]):
    """Values: a price, a time in minutes, a number, or True/False."""

    name = "flights"
    title = "connecting flights"
    facts = ("flights",)
    changes = {"is_strict": "flip"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        while True:
            world = self._draft(rng, level)
            pairs = product(world.flights, repeat=2)
            # Every pair is one comparison of the chain: keep them few.
            if sum(one.start == 0 and one.end == two.start and two.end == 1 for one, two in pairs) <= 2 + level // 5:
                return world

    def _draft(self, rng: Random, level: int) -> World:
        size = 4 + level // 4
        count = 4 + (level + 1) // 2
        is_hourly, is_strict = rng.random() < 0.8, rng.random() < 0.3
        grid = 60 if is_hourly else 30
        gap = rng.choice((0, 60, 60, 120) if is_hourly else (0, 30, 60, 60))
        flights: list[Flight] = []
        prices = rng.sample(range(10, 70), count)
        while len(flights) < count:
            form = (0, 1, 2, 0, 3, 1)[len(flights)] if len(flights) < 6 else rng.randrange(4)
            # Where a flight goes there straight, it is often all that a question needs.
            form = form if form != 2 or rng.random() < 0.4 else 1
            middle = rng.randrange(2, size)
            if form == 0:
                start, end, departs = 0, middle, 360 + grid * rng.randrange(270 // grid)
            elif form == 1:
                starts = [flight.end for flight in flights if flight.start == 0 and flight.end > 1]
                start, end, departs = rng.choice(starts), 1, 480 + grid * rng.randrange(420 // grid)
            elif form == 2:
                start, end, departs = 0, 1, 420 + grid * rng.randrange(600 // grid)
            else:
                start, end = rng.sample(range(size), 2)
                departs = 420 + grid * rng.randrange(600 // grid)
            arrives = departs + grid * rng.randrange(1, 240 // grid)
            flights.append(Flight(start, end, departs, arrives, prices[len(flights)]))
        rng.shuffle(flights)
        return World(size, tuple(flights), gap, is_strict, is_hourly)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        journeys = _journeys(world, 0, 1)
        # Of one change the text tells all there is in two sentences, and it has two options.
        plans: list[Plan] = [("connects",)] * (rng.random() < 0.5) + [("count", journeys)]
        if journeys:
            plans += [("cheapest", journeys), (rng.choice(("earliest", "latest")), journeys)]
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        rng, count = voice.rng, len(world.flights)
        form = int(rng.random() * 3)
        if form == 0:
            codes = tuple(f"F{number}" for number in range(1, count + 1))
        elif form == 1:
            prefix = rng.choice(("CA", "MU", "CZ", "HU", "KN"))
            codes = tuple(f"{prefix}{number}" for number in rng.sample(range(1, 100), count))
        else:
            told = self.told(Cast((), ()), voice)
            codes = tuple(told.say("code", number=number) for number in range(1, count + 1))
        return Cast(draw(voice, "city", world.size), codes)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, cities = self.told(cast, voice), cast.cities
        head, form = told.pick("tell.head"), told.draw("tell.flight")
        rows = [
            (code, cities[start], cities[end], clock(world, departs, told), clock(world, arrives, told), str(price))
            for code, (start, end, departs, arrives, price) in zip(cast.codes, world.flights, strict=True)
        ]
        if voice.rng.random() < 0.2:
            table = [told.say("tell.titles").split(), ["---"] * 6, *rows]
            body = "\n" + "\n".join("| " + " | ".join(row) + " |" for row in table)
        else:
            # Codes that count up are numbers of their own.
            lines = [told.capital(told.fill(form, *row)) for row in rows]
            body = voice.listing(lines, has_labels=cast.codes[0].endswith("1") and cast.codes[1].endswith("2"))
        gap = told.say("hours", n=world.gap // 60) if world.is_hourly else told.say("minutes", n=world.gap)
        rule = told.pick(f"rule.{'gap' if world.gap else 'no_gap'}.{'strict' if world.is_strict else 'loose'}", gap=gap)
        return f"{head}\n{body}\n\n{rule}{told.say('rule.changes')}"
