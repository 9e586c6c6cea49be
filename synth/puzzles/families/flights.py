"""Flights of one day: which connections work, the cheapest journey, the earliest arrival, the number of journeys."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
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
    two = [
        pair
        for pair in product(world.flights, repeat=2)
        if (pair[0].start, pair[1].end) == (start, goal)
        and pair[0].end == pair[1].start
        and _is_wait_enough(world, pair[1].departs - pair[0].arrives)
    ]
    return [*one, *two]


class Flights(Family[World, int, Cast]):
    """Values: a price, a time in minutes, a number, or True/False."""

    name = "flights"
    title = "connecting flights"
    facts = ("flights",)
    changes = {"is_strict": "flip"}

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

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        asks: list[Ask[int]] = []
        pairs = [
            (one, two) for one, a in enumerate(world.flights) for two, b in enumerate(world.flights) if a.end == b.start
        ]
        want = rng.random() < 0.5
        fit = [pair for pair in pairs if _connects(world, world.flights[pair[0]], world.flights[pair[1]]) == want]
        if pairs:
            one, two = rng.choice(fit or pairs)
            right = _connects(world, world.flights[one], world.flights[two])
            asks.append(Ask("connects", (one, two), right, (not right,)))
        journeys = _journeys(world, 0, 1)
        wrong = around(len(journeys))
        asks.append(Ask("count", (0, 1), len(journeys), wrong))
        if journeys:
            asks.append(self._best(world, journeys, "cheapest", rng))
            asks.append(self._best(world, journeys, rng.choice(("earliest", "latest")), rng))
        while len(asks) > 3:
            asks.pop(rng.randrange(len(asks)))
        rng.shuffle(asks)
        return asks

    def _best(self, world: World, journeys: list[Journey], kind: str, rng: Random) -> Ask[int]:
        grid = 60 if world.is_hourly else 30
        if kind == "cheapest":
            right = min(journey.price for journey in journeys)
            others = [journey.price for journey in journeys]
            # Pairs that do not connect are tempting.
            for one, two in product(world.flights, repeat=2):
                if (one.start, two.end) == (0, 1) and one.end == two.start and not _connects(world, one, two):
                    others.append(one.price + two.price)
            wrong = [*others, right - 10, right - 20, right + 10, right + 20, *around(right, 1)]
        elif kind == "earliest":
            right = min(journey.arrives for journey in journeys)
            others = [flight.arrives for flight in world.flights if flight.end == 1]
            wrong = [*others, *(right + grid * step for step in around(0, -3, 3))]
        else:
            right = max(journey.departs for journey in journeys)
            others = [flight.departs for flight in world.flights if flight.start == 0]
            wrong = [*others, *(right + grid * step for step in around(0, -3, 3))]
        unique = [number for number in dict.fromkeys(wrong) if number != right]
        return Ask(kind, (0, 1), right, tuple(number for number in unique if number > 0))

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind == "connects":
            one, two = (world.flights[place] for place in ask.args)
            return (one.end == two.start and _is_wait_enough(world, two.departs - one.arrives)) == bool(value)
        journeys = _all_journeys(world, *ask.args)
        if ask.kind == "count":
            return len(journeys) == value
        if ask.kind == "cheapest":
            prices = sorted(sum(flight.price for flight in journey) for journey in journeys)
            return prices[0] == value
        if ask.kind == "earliest":
            return sorted(journey[-1].arrives for journey in journeys)[0] == value
        return sorted(journey[0].departs for journey in journeys)[-1] == value

    def cast(self, world: World, voice: Voice) -> Cast:
        rng, count = voice.rng, len(world.flights)
        form = int(rng.random() * 3)
        if form == 0:
            codes = tuple(f"F{number}" for number in range(1, count + 1))
        elif form == 1:
            prefix = rng.choice(("CA", "MU", "CZ", "HU", "KN"))
            codes = tuple(f"{prefix}{number}" for number in rng.sample(range(1, 100), count))
        else:
            codes = tuple(voice.say(f"航班{number}", f"flight {number}") for number in range(1, count + 1))
        return Cast(draw(voice, "city", world.size), codes)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        head = voice.pick(
            [
                "某日的航班时刻表如下（全部当天到达）：",
                "一家旅行社整理了当天的航班信息：",
                "当天只有以下航班：",
                "航班信息：",
            ],
            ["These are all the flights of one day:", "A travel agency lists the day's flights:"],
        )
        form = voice.pick(
            [
                "{0}：{1}到{2}，{3}起飞，{4}到达，票价{5}元",
                "{0}，从{1}飞往{2}，{3}-{4}，{5}元",
                "{0}：{1} -> {2}，起飞{3}，到达{4}，价格{5}元",
            ],
            ["{0}: {1} to {2}, departs {3}, arrives {4}, price {5}", "{0}, {1} -> {2}, {3}-{4}, costs {5}"],
        )
        if voice.rng.random() < 0.2:
            titles = voice.say("航班 起点 终点 起飞 到达 票价", "flight from to departs arrives price").split()
            rows = [titles, ["---"] * 6]
            rows += [
                [str(cell) for cell in self._cells(world, cast, place, voice)] for place in range(len(world.flights))
            ]
            body = "\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows)
        else:
            body = voice.listing(
                [form.format(*self._cells(world, cast, place, voice)) for place in range(len(world.flights))]
            )
        rule = self._rule(world, voice)
        rule += voice.say("一次行程最多转机一次。", " A journey has at most one change.")
        return f"{head}\n{body}\n\n{rule}"

    def _rule(self, world: World, voice: Voice) -> str:
        gap = voice.say(f"{world.gap}分钟", f"{world.gap} minutes")
        if world.is_hourly:
            gap = voice.say(f"{world.gap // 60}小时", f"{world.gap // 60} h")
        if world.gap == 0 and world.is_strict:
            return voice.pick(
                ["在同一城市，前一班到达的时刻早于后一班起飞的时刻才能转机，两者相同也来不及。"],
                ["You can change in a city only if the first flight arrives before the next one departs, not at once."],
            )
        if world.gap == 0:
            return voice.pick(
                [
                    "前一班的到达时刻不晚于后一班的起飞时刻，就可以在同一城市转机。",
                    "转机规则：在同一城市，前一班到达的时刻不晚于后一班起飞的时刻即可。",
                ],
                ["You can change in a city if the first flight arrives no later than the next one departs."],
            )
        if world.is_strict:
            return voice.pick(
                [
                    f"转机规则：在同一城市换乘，到达与下一班起飞之间必须超过{gap}，正好{gap}不行。",
                    f"同城转机时，两班之间的间隔要大于{gap}才行。",
                ],
                [f"To change in a city you need more than {gap} between arrival and the next departure."],
            )
        return voice.pick(
            [
                f"转机至少需要{gap}：前一班到达后再过{gap}，不晚于后一班起飞才来得及。",
                f"转机规则：在同一城市换乘，到达与下一班起飞之间至少要有{gap}。",
            ],
            [f"To change in a city you need at least {gap} between arrival and the next departure."],
        )

    def _cells(self, world: World, cast: Cast, place: int, voice: Voice) -> tuple[str, str, str, str, str, int]:
        flight = world.flights[place]
        cities = cast.cities
        return (
            cast.codes[place],
            cities[flight.start],
            cities[flight.end],
            self._clock(world, flight.departs, voice),
            self._clock(world, flight.arrives, voice),
            flight.price,
        )

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind == "connects":
            one, two = (cast.codes[place] for place in ask.args)
            return voice.pick(
                [
                    f"乘坐{one}之后，能否接着转乘{two}？",
                    f"先坐{one}再转{two}，来得及吗？",
                    f"{one}与{two}能否衔接成一次行程？",
                ],
                [f"Can a passenger of {one} change to {two}?", f"Does {one} connect to {two}?"],
            )
        start, goal = (cast.cities[city] for city in ask.args)
        if ask.kind == "count":
            return voice.pick(
                [
                    f"从{start}到{goal}有几种可行的行程（直飞或转机一次）？",
                    f"最多转机一次，从{start}去{goal}共有多少种走法？",
                    f"由{start}到{goal}的可行行程有几种？",
                ],
                [
                    f"How many journeys from {start} to {goal} are possible?",
                    f"In how many ways can you fly from {start} to {goal}?",
                ],
            )
        if ask.kind == "cheapest":
            return voice.pick(
                [
                    f"从{start}到{goal}最便宜的行程要多少钱？",
                    f"由{start}前往{goal}，总票价最低是：",
                    f"从{start}去{goal}最少花多少元？",
                ],
                [f"What does the cheapest journey from {start} to {goal} cost?"],
            )
        if ask.kind == "earliest":
            return voice.pick(
                [
                    f"从{start}出发，最早什么时候能到{goal}？",
                    f"由{start}到{goal}，最早的到达时刻是：",
                    f"从{start}去{goal}，最早几点到达？",
                ],
                [f"What is the earliest arrival in {goal} when flying from {start}?"],
            )
        return voice.pick(
            [
                f"要从{start}到{goal}，最晚可以几点从{start}起飞？",
                f"由{start}到{goal}，最晚的出发时刻是：",
                f"从{start}去{goal}，最晚什么时候出发还能到？",
            ],
            [f"What is the latest departure from {start} that still reaches {goal}?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "connects":
            return voice.say("能" if value else "不能", "Yes" if value else "No")
        if ask.kind == "count":
            return str(value)
        return voice.say(f"{value}元", str(value)) if ask.kind == "cheapest" else self._clock(world, value, voice)

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        if ask.kind == "connects":
            one, two = (world.flights[place] for place in ask.args)
            ready = self._ready(world, one, voice)
            first = f"{cast.codes[ask.args[0]]}{voice.say('到', ' arrives ')}{ready}"
            second = f"{cast.codes[ask.args[1]]}{voice.say('飞', ' leaves ')}{self._compare(world, one, two, voice)}"
            return f"{first}{voice.say('，', ', ')}{second}{voice.say('。', '.')}"
        return self._list_chain(world, ask, cast, voice)

    def _ready(self, world: World, one: Flight, voice: Voice) -> str:
        """From when on the passengers of ``one`` can depart again."""
        arrives = self._clock(world, one.arrives, voice)
        if not world.gap:
            return arrives
        gap = f"{world.gap // 60}" if world.is_hourly else f"{world.gap}"
        return f"{arrives}+{gap}={self._clock(world, one.arrives + world.gap, voice)}"

    def _compare(self, world: World, one: Flight, two: Flight, voice: Voice) -> str:
        ready, leaves = one.arrives + world.gap, two.departs
        relation = ">" if leaves > ready else "<" if leaves < ready else "="
        yes = voice.say("，可", ", yes") if _connects(world, one, two) else voice.say("，不可", ", no")
        return f"{self._clock(world, leaves, voice)}{relation}{self._clock(world, ready, voice)}{yes}"

    def _list_chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        """One line a first flight, in the order of the text; behind each journey stands the best so far."""
        start, goal = ask.args
        lines: list[str] = []
        comma, stop = voice.say("，", ", "), voice.say("。", ".")
        best: list[int] = []
        word = {
            "cheapest": ("最低", "least "),
            "earliest": ("最早", "earliest "),
            "latest": ("最晚", "latest "),
        }.get(ask.kind, ("", ""))

        def result(one: Flight, last: Flight) -> str:
            """What the journey adds: its number, or its value compared with the best so far, and then the best."""
            if ask.kind == "count":
                best.append(0)
                return f"({len(best)})"
            if ask.kind == "cheapest":
                value = one.price if one is last else one.price + last.price
                text = f"{comma}{one.price}" + ("" if one is last else f"+{last.price}={value}")
            else:
                value = last.arrives if ask.kind == "earliest" else one.departs
                text = f"{comma}{voice.say(*_MOVES[ask.kind])}{self._clock(world, value, voice)}"
            kept = (max if ask.kind == "latest" else min)([value, *best])
            best[:] = [kept]
            shown_best = str(kept) if ask.kind == "cheapest" else self._clock(world, kept, voice)
            return f"{text}{comma}{voice.say(*word)}{shown_best}"

        for place, flight in enumerate(world.flights):
            if flight.start != start:
                continue
            lead = f"{cast.codes[place]}→{cast.cities[flight.end]}"
            if best and ask.kind in ("cheapest", "latest"):
                # A first flight that is already no better than the best journey needs no second one.
                text, is_better = self._against(world, ask, flight, best[0], voice)
                lead += comma + text
                if not is_better:
                    lines.append(lead + voice.say("，略。", ", skip."))
                    continue
            if flight.end == goal:
                lines.append(lead + result(flight, flight) + stop)
                continue
            seconds = [other for other, two in enumerate(world.flights) if (two.start, two.end) == (flight.end, goal)]
            if not seconds:
                lines.append(lead + voice.say("，无。", ", nothing on."))
                continue
            parts = [f"{lead}{voice.say('，', ', ')}{self._ready(world, flight, voice)}"]
            for other in seconds:
                two = world.flights[other]
                text = f"{cast.codes[other]}{voice.say('飞', ' ')}{self._compare(world, flight, two, voice)}"
                fits = _connects(world, flight, two)
                parts.append(text + (result(flight, two) if fits else ""))
                if fits and ask.kind == "latest":
                    break
            lines.append(voice.say("；", "; ").join(parts) + stop)
        if ask.kind == "count":
            lines.append(voice.say(f"共{ask.right}种。", f"In all {ask.right}."))
        return "\n".join(lines)

    def _against(self, world: World, ask: Ask[int], flight: Flight, best: int, voice: Voice) -> tuple[str, bool]:
        """Compare what a first flight costs, or when it leaves, with the best journey so far."""
        if ask.kind == "cheapest":
            price = flight.price
            return f"{price}{'<' if price < best else '>' if price > best else '='}{best}", price < best
        leaves = flight.departs
        relation = ">" if leaves > best else "<" if leaves < best else "="
        return f"{self._clock(world, leaves, voice)}{relation}{self._clock(world, best, voice)}", leaves > best

    def _clock(self, world: World, minutes: int, voice: Voice) -> str:
        """``9点`` where all times of the world are full hours, else ``09:30``."""
        if world.is_hourly:
            return f"{minutes // 60}{voice.say('点', 'h')}"
        return f"{minutes // 60:02d}:{minutes % 60:02d}"


_MOVES = {"earliest": ("到达", "arrival "), "latest": ("出发", "departure ")}
