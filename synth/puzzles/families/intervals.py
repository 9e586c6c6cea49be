"""Meetings with a beginning and an end on the hour: overlaps, durations, what is on at a time, the first free hour.

Whether the moment of the end still counts is a rule that changes from puzzle to puzzle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, is_greatest, sign_of, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

OPEN, CLOSE = 8, 20


@dataclass(frozen=True, slots=True)
class World:
    """Meetings of one day."""

    spans: tuple[tuple[int, int], ...]
    """(start, end) of each meeting, in full hours, in the order they are told."""
    is_closed: bool
    """True where the moment of the end belongs to a meeting, so that two that touch share it."""

    def has(self, span: tuple[int, int], hour: int) -> bool:
        """Whether a span takes an hour."""
        return span[0] <= hour < span[1] + self.is_closed

    def meet(self, one: tuple[int, int], two: tuple[int, int]) -> bool:
        """Whether two spans have a moment in common."""
        return max(one[0], two[0]) < min(one[1], two[1]) + self.is_closed


class Cast(NamedTuple):
    """Names of the meetings and how times are written."""

    names: tuple[str, ...]
    clock: int
    """0: 9点; 1: 9:00."""
    scene: int
    form: int
    """0 sentences, 1 a compact list."""


Told = Telling[Cast]
Span = tuple[int, int]
Chain = Callable[[World, Ask[Any], Told, Sequence[Any]], str]


def _first_free(world: World) -> int:
    """The first hour from OPEN on at which nothing is on."""
    hour = OPEN
    while any(world.has(span, hour) for span in world.spans):
        hour = next(span[1] for span in world.spans if world.has(span, hour)) + world.is_closed
    return hour


def _halves(world: World) -> list[set[int]]:
    """Prover: each meeting as the half hours it takes, from midnight, the end with or without its own moment."""
    return [set(range(2 * start, 2 * end + world.is_closed)) for start, end in world.spans]


def _hours(world: World) -> list[set[int]]:
    """Prover: the full hours that each meeting takes."""
    return [{half // 2 for half in one if half % 2 == 0} for one in _halves(world)]


def _overlap(world: World, rng: Random, who: int, others: list[int]) -> Ask[bool]:
    want, spans = rng.random() < 0.5, world.spans
    good = [one for one in others if world.meet(spans[one], spans[who]) == want] or others
    return claimed("overlap", (who, good[0]), world.meet(spans[who], spans[good[0]]))


def _which(world: World, rng: Random, who: int, others: list[int]) -> Ask[int] | None:
    good = [one for one in others if world.meet(world.spans[one], world.spans[who])]
    bad = tuple(one for one in others if one not in good)
    return Ask("which", (who,), good[0], bad) if len(good) == 1 and bad else None


def _long(world: World, rng: Random, who: int, others: list[int]) -> Ask[int]:
    hours = world.spans[who][1] - world.spans[who][0]
    return Ask("long", (who,), hours, around(hours, 1))


def _on_at(world: World, rng: Random, who: int, others: list[int]) -> Ask[int]:
    hour = rng.choice([hour for span in world.spans for hour in span if hour < CLOSE])
    number = sum(world.has(span, hour) for span in world.spans)
    return Ask("on_at", (hour,), number, around(number, 0, len(world.spans)))


def _is_on(world: World, rng: Random, who: int, others: list[int]) -> Ask[bool]:
    start, end = world.spans[who]
    hour = rng.choice((start, end, end - 1, start - 1, end, start))
    return claimed("is_on", (who, hour), world.has(world.spans[who], hour))


def _free(world: World, rng: Random, who: int, others: list[int]) -> Ask[int] | None:
    hour = _first_free(world)
    near = [one for one in (*sorted({end for _, end in world.spans}), hour - 1, hour + 1) if OPEN <= one != hour]
    return Ask("free", (), hour, tuple(dict.fromkeys(near))) if hour < CLOSE else None


def _whole(world: World, rng: Random, who: int, others: list[int]) -> Ask[int]:
    hours = max(end for _, end in world.spans) - min(start for start, _ in world.spans)
    return Ask("span", (), hours, around(hours, 1))


def _whole_hours(world: World) -> int:
    taken = set().union(*_hours(world))
    return max(taken) + (not world.is_closed) - min(taken)


def _rule(world: World, told: Told) -> str:
    """The rule, where an hour is just the end of a span."""
    return told.say("chain.closed" if world.is_closed else "chain.open")


def _met(is_shared: bool, told: Told) -> str:
    return told.say("chain.overlap" if is_shared else "chain.apart")


def _named(one: int, world: World, told: Told) -> str:
    start, end = world.spans[one]
    return f"{told.cast.names[one]} {start}-{end}"


def _pair(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    """Compare the later start with the earlier end."""
    one, two = ask.args
    (a, b), (c, d) = world.spans[one], world.spans[two]
    late, early = max(a, c), min(b, d)
    return told.say(
        "chain.pair" if told.voice.full else "chain.pair_brief",
        both=f"{_named(one, world, told)}{told.say('comma')}{_named(two, world, told)}",
        late=late,
        early=early,
        compared=f"{late}{sign_of(late, early)}{early}{_rule(world, told) if late == early else ''}",
        word=_met(world.meet(world.spans[one], world.spans[two]), told),
    )


def _against(one: int, two: int, world: World, told: Told) -> str:
    """Whether an option overlaps with the given one: two comparisons, the second only where the first holds."""
    (a, b), (c, d) = world.spans[one], world.spans[two]
    parts, is_shared = [], True
    for start, end in ((a, d), (c, b)):
        parts.append(f"{start}{sign_of(start, end)}{end}{_rule(world, told) if start == end else ''}")
        is_shared = start < end + world.is_closed
        if not is_shared:
            break
    return f"{_named(one, world, told)}{told.say('colon')}{told.say('comma').join([*parts, _met(is_shared, told)])}"


def _found(world: World, ask: Ask[Any], told: Told, shown: Sequence[int]) -> str:
    who = ask.args[0]
    lines = tried(
        shown,
        lambda one: world.meet(world.spans[one], world.spans[who]),
        lambda one: _against(one, who, world, told),
        told,
        mark=" ",
    )
    return "\n".join([_named(who, world, told), *lines])


def _measured(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    start, end = world.spans[ask.args[0]]
    return f"{_named(ask.args[0], world, told)}{told.say('colon')}{end}-{start}={end - start}"


def _at(one: int, hour: int, world: World, told: Told) -> tuple[str, bool]:
    """Whether an hour lies in a span, in words and as a truth value."""
    (start, end), comma = world.spans[one], told.say("comma")
    is_on = world.has(world.spans[one], hour)
    if hour < start or hour > end:
        text = f"{hour}<{start}" if hour < start else f"{hour}>{end}"
    elif hour == end:
        text = f"{hour}={end}{_rule(world, told)}"
    else:
        text = f"{hour}{'=' if hour == start else '>'}{start}{comma}{hour}<{end}"
    word = told.say("chain.on" if is_on else "chain.off")
    return f"{_named(one, world, told)}{told.say('colon')}{text}{comma}{word}", is_on


def _counted(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    lines, count = [], 0
    for one in range(len(world.spans)):
        text, is_on = _at(one, ask.args[0], world, told)
        count += is_on
        lines.append(f"{text} {count}" if is_on else text)
    return "\n".join([*lines, told.say("chain.count", count=count)])


def _jumped(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    """Go through the spans as told, again and again, and jump past the one that is running."""
    everyone, hour = range(len(world.spans)), OPEN
    lines = [told.say("comma").join(_named(one, world, told) for one in everyone) + _rule(world, told)]
    while (one := next((n for n in everyone if world.has(world.spans[n], hour)), None)) is not None:
        end = world.spans[one][1]
        after = f"{end}+1={end + 1}" if world.is_closed else str(end)
        lines.append(f"{hour}{told.say('colon')}{_named(one, world, told)}→{after}")
        hour = end + world.is_closed
    return "\n".join([*lines, told.say("chain.free", hour=hour)])


def _spanned(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    """Carry the first and the last hour through the list as told."""
    lines, (low, high) = [], world.spans[0]
    for one, (start, end) in enumerate(world.spans):
        low, high = min(low, start), max(high, end)
        lines.append(told.say("chain.span", cell=_named(one, world, told), low=low, high=high))
    return "\n".join([*lines, f"{high}-{low}={high - low}"])


def _extreme(
    name: str, key: Callable[[Span], int], hours: Callable[[set[int]], int], value: Callable[[Span], object]
) -> Kind[World, Cast]:
    """Return the kind that asks for the one whose ``key`` is greatest; ``hours`` says as much of the hours it takes."""

    def made(world: World, rng: Random, who: int, others: list[int]) -> Ask[int] | None:
        keys = [key(span) for span in world.spans]
        ranked = sorted(range(len(keys)), key=keys.__getitem__, reverse=True)
        return Ask(name, (), ranked[0], tuple(ranked[1:])) if keys.count(max(keys)) == 1 else None

    def holds(world: World, args: Args, value: int) -> bool:
        return is_greatest([hours(taken) for taken in _hours(world)], value)

    def chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
        """Carry the best one so far, by name, through the list as told."""
        lines, best, names = [], 0, told.cast.names
        for one, span in enumerate(world.spans):
            best = one if key(span) > key(world.spans[best]) else best
            lines.append(f"{names[one]} {value(span)}{told.say('colon')}{names[best]} {abs(key(world.spans[best]))}")
        return "\n".join([*lines, told.say(f"end.{name}", name=names[best])])

    return Kind(name, made, holds, lambda value, told: told.cast.names[value], chain)


def time_of(hour: int, told: Told) -> str:
    """Word an hour."""
    return told.say("time.clock" if told.cast.clock else "time.plain", hour=hour)


def _x(args: Args, told: Told) -> dict[str, object]:
    return {"x": told.cast.names[args[0]]}


KINDS: tuple[Kind[World, Cast], ...] = (
    whether(
        "overlap",
        _overlap,
        is_so=lambda world, args: bool(_halves(world)[args[0]] & _halves(world)[args[1]]),
        chain=_pair,
        slots=lambda args, told: {"x": told.cast.names[args[0]], "y": told.cast.names[args[1]]},
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: bool(_halves(world)[args[0]] & _halves(world)[value]),
        option=lambda value, told: told.cast.names[value],
        chain=_found,
        slots=_x,
    ),
    worked_out(
        "long",
        _long,
        answer=lambda world, args: len(_halves(world)[args[0]]) // 2,
        option=lambda value, told: told.say("option.hours", n=value),
        chain=_measured,
        slots=_x,
    ),
    _extreme("first", lambda span: -span[0], lambda hours: -min(hours), lambda span: span[0]),
    _extreme("last", lambda span: span[1], max, lambda span: span[1]),
    _extreme("longest", lambda span: span[1] - span[0], len, lambda span: f"{span[1]}-{span[0]}={span[1] - span[0]}"),
    worked_out(
        "on_at",
        _on_at,
        answer=lambda world, args: sum(args[0] in one for one in _hours(world)),
        chain=_counted,
        slots=lambda args, told: {"hour": time_of(args[0], told)},
    ),
    whether(
        "is_on",
        _is_on,
        is_so=lambda world, args: args[1] in _hours(world)[args[0]],
        chain=lambda world, ask, told, shown: _at(ask.args[0], ask.args[1], world, told)[0],
        slots=lambda args, told: {"x": told.cast.names[args[0]], "hour": time_of(args[1], told)},
    ),
    worked_out(
        "free",
        _free,
        answer=lambda world, args: min(set(range(OPEN, CLOSE + 8)).difference(*_hours(world))),
        option=time_of,
        chain=_jumped,
        slots=lambda args, told: {"open": time_of(OPEN, told)},
    ),
    worked_out(
        "span",
        _whole,
        answer=lambda world, args: _whole_hours(world),
        option=lambda value, told: told.say("option.hours", n=value),
        chain=_spanned,
    ),
)


class Intervals(Family[World, Cast]):
    """Values: a meeting, an hour, a number, or a truth value."""

    name = "intervals"
    title = "time intervals"
    figures = ("spans",)
    changes = {"is_closed": "flip"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = min(7, 3 + (level + rng.randrange(2)) // 2)
        spans: list[tuple[int, int]] = []
        while len(spans) < size:
            start = rng.choice((OPEN, rng.randrange(OPEN, CLOSE - 3), rng.randrange(OPEN, CLOSE - 3)))
            span = (start, start + rng.randrange(1, 5))
            if span not in spans and sum(one[0] == span[0] for one in spans) < 2:
                spans.append(span)
        return World(tuple(spans), rng.random() < 0.4)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        size, asks = len(world.spans), list[Ask[Any]]()
        for name in self.drawn([kind.name for kind in KINDS], rng, may_be_two, most=len(KINDS)):
            if len(asks) == 3:
                break
            who = rng.randrange(size)
            asks += self.made(name, world, rng, who, [one for one in rng.sample(range(size), size) if one != who])
        return asks

    def cast(self, world: World, voice: Voice) -> Cast:
        scene, size = voice.rng.randrange(3), len(world.spans)
        told = self.told(Cast((), 0, scene, 0), voice)
        names = tuple(told.say("name", letter=one) for one in voice.rng.sample("ABCDEFGHKLMNPQRST", size))
        names = draw(voice, "person", size) if scene == 1 else names
        return Cast(names, voice.rng.randrange(2), scene, voice.rng.randrange(2))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, said = self.told(cast, voice), []
        head = told.pick("tell.head")
        for name, (start, end) in zip(cast.names, world.spans, strict=True):
            slots = {"name": name, "start": time_of(start, told), "end": time_of(end, told)}
            said.append(told.capital(told.say("tell.cell", **slots) if cast.form else told.pick("tell.span", **slots)))
        rule = told.pick("tell.closed" if world.is_closed else "tell.open")
        return f"{head}\n{voice.listing(said)}\n{rule}"
