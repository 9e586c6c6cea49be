"""Scheduling: one task or person a day, fixed by before/after, not-on and on clues.

The chain looks for a clue that says the answer; otherwise it fills the days in order: on each day every waiting task
but one is ruled out by a clue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import nearest, swapped
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, in_all, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Clue = tuple[str, int, int]
"""(kind, a, b): ``on`` a is on day b; ``not`` a is not on day b; ``before`` a is on an earlier day than b."""


@dataclass(frozen=True, slots=True)
class World:
    """Which task is on which day, known to the reader only through clues."""

    plan: tuple[int, ...]
    """The hidden task of each day."""
    clues: tuple[Clue, ...]
    """The clues in the order they are told."""


class Cast(NamedTuple):
    """Names of tasks and days; scene 0 people on duty, 1 subjects, 2 jobs to do, 3 talks."""

    names: tuple[str, ...]
    days: tuple[str, ...]
    scene: int


Told = Telling[Cast]


def _bars(clues: tuple[Clue, ...], task: int, day: int, waiting: list[int]) -> Clue | None:
    """The first clue (given day, then the rest as told) that keeps a waiting task off a day."""
    for clue in clues:
        # Either this task has another day, or this day has another task.
        if clue[0] == "on" and (clue[1] == task) != (clue[2] == day):
            return clue
    for clue in clues:
        kind, a, b = clue
        if (kind == "not" and (a, b) == (task, day)) or (kind == "before" and b == task and a in waiting):
            return clue
    return None


@lru_cache(maxsize=64)
def _plans(size: int, clues: tuple[Clue, ...]) -> tuple[tuple[int, ...], ...]:
    """The day of each task in every plan that satisfies the clues, by backtracking over tasks."""
    domains = [set(range(size)) for _ in range(size)]
    for kind, a, b in clues:
        if kind == "on":
            domains[a] &= {b}
        elif kind == "not":
            domains[a].discard(b)
    found: list[tuple[int, ...]] = []
    order = sorted(range(size), key=lambda task: len(domains[task]))
    day_of = [-1] * size
    pairs = [(a, b) for kind, a, b in clues if kind == "before"]

    def place(depth: int) -> None:
        if depth == size:
            found.append(tuple(day_of))
            return
        task = order[depth]
        for day in domains[task]:
            if day in day_of:
                continue
            day_of[task] = day
            if all(day_of[a] < 0 or day_of[b] < 0 or day_of[a] < day_of[b] for a, b in pairs):
                place(depth + 1)
            day_of[task] = -1

    place(0)
    return tuple(found)


def _thin(clues: list[Clue], plan: list[int], rng: Random) -> list[Clue]:
    """Drop clues that the day-by-day derivation does not need."""
    size = len(plan)
    for clue in rng.sample(clues, len(clues)):
        less = tuple(one for one in clues if one != clue)
        if all(_bars(less, task, day, plan[day:]) for day in range(size) for task in plan[day + 1 :]):
            clues = list(less)
    return clues


def _holds(read: Callable[[Args, Args], Any]) -> Callable[[World, Args, Any], bool]:
    """Prove an answer, which ``read(day_of, args)`` reads off each task's day, in every plan."""
    return in_all(lambda world: _plans(len(world.plan), world.clues), read)


def _who_on(world: World, rng: Random, day: int, near: list[int]) -> Ask[int]:
    return Ask("who_on", (day,), world.plan[day], tuple(world.plan[d] for d in near))


def _when(world: World, rng: Random, day: int, near: list[int]) -> Ask[int]:
    return Ask("when", (world.plan[day],), day, tuple(near))


def _earlier(world: World, rng: Random, day: int, near: list[int]) -> Ask[int]:
    return Ask("earlier", (world.plan[day],), day, tuple(near))


def _is_on(world: World, rng: Random, day: int, near: list[int]) -> Ask[bool]:
    right = rng.random() < 0.5
    return claimed("is_on", (world.plan[day], day if right else near[0]), right)


def _is_before(world: World, rng: Random, day: int, near: list[int]) -> Ask[bool]:
    other = rng.choice(near)
    return claimed("is_before", (world.plan[day], world.plan[other]), day < other)


def _next(world: World, rng: Random, day: int, near: list[int]) -> Ask[int]:
    plan, day = world.plan, min(day, len(world.plan) - 2)
    wrong = [plan[d] for d in near if d != day + 1 and plan[d] != plan[day]]
    return Ask("next", (plan[day],), plan[day + 1], tuple(wrong))


def _plan(world: World, rng: Random, day: int, near: list[int]) -> Ask[Args]:
    return Ask("plan", (), world.plan, (*swapped(world.plan, rng), world.plan[::-1]))


@dataclass(frozen=True, slots=True)
class Filling:
    """How the chain of a kind goes: days are filled in order until the answer is known, and then it is read off."""

    clue: Callable[[Clue, Args, Told], str | None]
    """``clue(clue, args, told)``: the answer where a clue says it."""
    is_known: Callable[[Args, int, int], bool]
    """``is_known(args, task, day)``: whether the answer is known when a day has got its task."""
    end: Callable[[Args, int, int, Told], str]
    """``end(args, task, day, told)``: the answer, ``task`` on ``day`` being the last filled in."""

    def chain(self, world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
        """Look for a clue that says the answer, else fill the days."""
        for clue in world.clues:
            if (said := self.clue(clue, ask.args, told)) is not None:
                return said
        names, days, comma, space = told.cast.names, told.cast.days, told.say("comma"), told.say("space")
        given = {b: a for kind, a, b in world.clues if kind == "on"}
        lines = [comma.join(f"{days[day]}{space}={space}{names[given[day]]}" for day in sorted(given))] if given else []
        for day, task in enumerate(world.plan):
            result = f"{days[day]}{space}={space}{names[task]}"
            if day not in given:
                waiting = [one for one in range(len(world.plan)) if one in world.plan[day:]]
                cells = [
                    _cell(_bars(world.clues, one, day, waiting), one, told)
                    for one in waiting
                    if one not in given.values()
                ]
                lines.append(f"{days[day]}{told.say('colon')}{comma.join(cells)}{comma}{result}")
            if self.is_known(ask.args, task, day):
                if day in given:
                    lines.append(result)
                break
        return "\n".join([*lines, self.end(ask.args, task, day, told)])


def _cell(clue: Clue | None, task: int, told: Told) -> str:
    """Why a waiting task cannot be on the day, or that it can."""
    names = told.cast.names
    if clue is None:
        return told.say("chain.can", name=names[task])
    return told.say("chain.not" if clue[0] == "not" else "chain.after", name=names[task], first=names[clue[1]])


def _said(entry: str, clue: Clue, told: Told) -> str:
    """Repeat a clue: a task that is on a day, is not, or comes before another."""
    kind, a, b = clue
    names = told.cast.names
    other = names[b] if kind == "before" else told.cast.days[b]
    return told.say(entry, name=names[a], other=other)


def _no_clue(clue: Clue, args: Args, told: Told) -> None:
    return None


def _clue_on(at: int) -> Callable[[Clue, Args, Told], str | None]:
    """Say the clue that puts a task on a day, where it has what is asked about: the task (1) or the day (2)."""
    return lambda clue, args, told: _said("clue.on", clue, told) if clue[0] == "on" and clue[at] == args[0] else None


def _clue_earlier(clue: Clue, args: Args, told: Told) -> str | None:
    said = _clue_on(1)(clue, args, told)
    return said and f"{said}\n{_days_before(clue[2], told)}"


def _clue_is_on(clue: Clue, args: Args, told: Told) -> str | None:
    kind, a, b = clue
    if kind == "on" and (a == args[0] or b == args[1]):
        return _said("clue.on_yes" if (a, b) == args else "clue.on_no", clue, told)
    return _said("clue.not", clue, told) if kind == "not" and (a, b) == args else None


def _clue_is_before(clue: Clue, args: Args, told: Told) -> str | None:
    if clue[0] != "before" or set(clue[1:]) != set(args):
        return None
    return _said("clue.before_yes" if clue[1] == args[0] else "clue.before_no", clue, told)


def _days_before(day: int, told: Told) -> str:
    """Count the days before a day."""
    days = told.cast.days
    if day == 0:
        return told.say("chain.first", day=days[0])
    cells = told.voice.join([f"{one}{told.say('space')}{number}" for number, one in enumerate(days[:day], 1)])
    return told.say("chain.before", cells=cells, count=day)


def _end(entry: str) -> Callable[[Args, int, int, Told], str]:
    def end(args: Args, task: int, day: int, told: Told) -> str:
        names = told.cast.names
        return told.say(entry, here=names[task], day=told.cast.days[day], name=names[args[0]])

    return end


def _end_plan(args: Args, task: int, day: int, told: Told) -> str:
    order = [told.cast.names[one] for one in told.world.plan]
    return told.say("end.plan", order=told.voice.join(order))


def _followed(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    day = world.plan.index(ask.args[0]) + 1
    return Filling(_no_clue, lambda args, task, at: at == day, _end("end.next")).chain(world, ask, told, shown)


def _end_is_before(args: Args, task: int, day: int, told: Told) -> str:
    x, y = (told.cast.names[one] for one in args)
    return told.say("end.before_yes" if task == args[0] else "end.before_no", x=x, y=y)


def _end_is_on(args: Args, task: int, day: int, told: Told) -> str:
    names, days = told.cast.names, told.cast.days
    entry = "end.other" if task != args[0] else "end.on" if day == args[1] else "end.not_on"
    return told.say(entry, here=names[task], day=days[day], x=names[args[0]], goal=days[args[1]])


def _one(args: Args, told: Told) -> dict[str, object]:
    return {"x": told.cast.names[args[0]]}


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "who_on",
        _who_on,
        holds=_holds(lambda day_of, args: day_of.index(args[0])),
        option=lambda value, told: told.cast.names[value],
        chain=Filling(_clue_on(2), lambda args, task, day: day == args[0], _end("end.who_on")).chain,
        slots=lambda args, told: {"day": told.cast.days[args[0]]},
    ),
    Kind(
        "when",
        _when,
        holds=_holds(lambda day_of, args: day_of[args[0]]),
        option=lambda value, told: told.cast.days[value],
        chain=Filling(_clue_on(1), lambda args, task, day: task == args[0], _end("end.when")).chain,
        slots=_one,
    ),
    Kind(
        "is_on",
        _is_on,
        holds=_holds(lambda day_of, args: day_of[args[0]] == args[1]),
        option=yes_or_no,
        is_two_valued=True,
        chain=Filling(_clue_is_on, lambda args, task, day: task == args[0] or day == args[1], _end_is_on).chain,
        slots=lambda args, told: {"x": told.cast.names[args[0]], "day": told.cast.days[args[1]]},
    ),
    Kind(
        "is_before",
        _is_before,
        holds=_holds(lambda day_of, args: day_of[args[0]] < day_of[args[1]]),
        option=yes_or_no,
        is_two_valued=True,
        chain=Filling(_clue_is_before, lambda args, task, day: task in args, _end_is_before).chain,
        slots=lambda args, told: {"x": told.cast.names[args[0]], "y": told.cast.names[args[1]]},
    ),
    Kind(
        "next",
        _next,
        holds=_holds(lambda day_of, args: day_of.index(day_of[args[0]] + 1)),
        option=lambda value, told: told.cast.names[value],
        chain=_followed,
        slots=_one,
    ),
    Kind(
        "earlier",
        _earlier,
        holds=_holds(lambda day_of, args: day_of[args[0]]),
        option=lambda value, told: str(value),
        chain=Filling(
            _clue_earlier,
            lambda args, task, day: task == args[0],
            lambda args, task, day, told: _days_before(day, told),
        ).chain,
        slots=_one,
    ),
    Kind(
        "plan",
        _plan,
        holds=_holds(lambda day_of, args: tuple(sorted(range(len(day_of)), key=lambda task: day_of[task]))),
        option=lambda value, told: told.voice.join([told.cast.names[task] for task in value]),
        chain=Filling(_no_clue, lambda args, task, day: False, _end_plan).chain,
        slots=lambda args, told: {"first": told.cast.days[0], "last": told.cast.days[-1]},
    ),
)


class Scheduling(Family[World, Cast]):
    """Values: a task, a day, a count, a truth value, or the whole plan."""

    name = "scheduling"
    title = "tasks on days"
    order_free = ("clues",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = min(7, 3 + level // 2)
        plan = rng.sample(range(size), size)
        clues: list[Clue] = []
        if size > 3:
            for day in rng.sample(range(size), rng.choice((0, 1, 1) if size == 4 else (0, 1, 1, 2, 2))):
                clues.append(("on", plan[day], day))
        for _ in range(rng.randrange(1, size - 1)):
            a, b = sorted(rng.sample(range(size), 2))
            clues.append(("before", plan[a], plan[b]))
        rng.shuffle(clues)
        clues = list(dict.fromkeys(clues))
        for day in range(size - 1):
            waiting = plan[day:]
            for task in rng.sample(waiting[1:], len(waiting) - 1):
                if _bars(tuple(clues), task, day, waiting) is None:
                    lead = rng.choice(waiting[: waiting.index(task)])
                    clues.append(("not", task, day) if rng.random() < 0.5 else ("before", lead, task))
        clues = _thin(clues, plan, rng)
        rng.shuffle(clues)
        return World(tuple(plan), tuple(clues))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        asks, size = list[Ask[Any]](), len(world.plan)
        names = ("who_on", "when", "is_on", "is_before", "next", "earlier", "plan")
        for name in self.drawn(names, rng, may_be_two):
            day = rng.randrange(size)
            asks += self.made(name, world, rng, day, nearest(day, size))
        return asks

    def cast(self, world: World, voice: Voice) -> Cast:
        size, scene = len(world.plan), voice.rng.randrange(4)
        told = self.told(Cast((), (), scene), voice)
        if scene in (1, 2):
            names = tuple(voice.rng.sample(told.say("names").split(), size))
        else:
            names = draw(voice, "person", size)
        form, week = voice.rng.randrange(3), told.say("week").split()
        days = tuple(told.form("day", form, week=week[day], number=day + 1) for day in range(size))
        return Cast(names, days, scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, names, days = self.told(cast, voice), cast.names, cast.days
        head = told.pick("tell.head", who=voice.join(names), size=len(names), first=days[0], last=days[-1])
        said = []
        for kind, a, b in world.clues:
            other = {"y": names[b]} if kind == "before" else {"day": days[b]}
            said.append(told.capital(told.pick(f"tell.{kind}", x=names[a], **other)))
        return f"{head}{told.say('space')}{told.pick('tell.lead')}\n{voice.listing(said)}"
