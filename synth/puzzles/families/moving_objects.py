"""Objects moved between boxes, people between rooms, animals between pens: who or what is where, after which step?

Steps move one thing, move two together, take one out, empty a place into another, or carry a whole box to another
room; in some worlds places have a capacity and a move into a full place does not happen. No pairwise swaps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, Plan, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

MOVE, OUT, POUR, BOTH, CARRY = range(5)
BOXES, ROOMS, PENS = range(3)


class Step(NamedTuple):
    """One event."""

    kind: int
    what: int
    """The thing moved (MOVE, OUT, BOTH), the place emptied (POUR) or the box carried (CARRY)."""
    source: int
    """MOVE, OUT: where the thing is before. BOTH: the second thing."""
    to: int
    """The place or, with CARRY, the room; OUT: the number of places, which stands for outside."""


@dataclass(frozen=True, slots=True)
class World:
    """Places 0 to places - 1, and ``places`` for outside."""

    scene: int
    places: int
    rooms: int
    """Rooms that boxes stand in; 0 without."""
    start: tuple[int, ...]
    """Place of each thing."""
    standing: tuple[int, ...]
    """Room of each box; empty without rooms."""
    capacity: int
    """The most things a place takes (outside has no limit), or 0."""
    is_source_told: bool
    steps: tuple[Step, ...]


class Cast(NamedTuple):
    """Names."""

    things: tuple[str, ...]
    places: tuple[str, ...]
    """With the name of outside last."""
    rooms: tuple[str, ...]
    scene: int


Told = Telling[Cast]
Chain = Callable[[World, Ask[Any], Told, Sequence[Any]], str]


def _apply(world: World, held: list[list[int]], step: Step) -> list[int]:
    """Do one step on the lists of things; return the places that changed."""
    if step.kind == CARRY:
        return []
    if step.kind == POUR:
        if not held[step.what]:
            return []
        held[step.to] += held[step.what]
        held[step.what] = []
        return [step.what, step.to]
    changed: list[int] = []
    for thing in (step.what, step.source) if step.kind == BOTH else (step.what,):
        source = next(place for place, things in enumerate(held) if thing in things)
        if source == step.to or (world.capacity and step.to < world.places and len(held[step.to]) >= world.capacity):
            continue
        held[source].remove(thing)
        held[step.to].append(thing)
        changed += [source, step.to]
    return list(dict.fromkeys(changed))


def _history(world: World) -> list[list[list[int]]]:
    """The things in each place, at the start and after each step."""
    held = [[thing for thing, at in enumerate(world.start) if at == place] for place in range(world.places + 1)]
    states = [[list(things) for things in held]]
    for step in world.steps:
        _apply(world, held, step)
        states.append([list(things) for things in held])
    return states


def _places_after(world: World, count: int) -> tuple[int, ...]:
    """Prover: the place of each thing after ``count`` steps, kept as a vector."""
    at = world.start
    for step in world.steps[:count]:
        if step.kind == POUR:
            at = tuple(step.to if place == step.what else place for place in at)
        elif step.kind != CARRY:
            for thing in (step.what, step.source)[: 2 if step.kind == BOTH else 1]:
                is_full = world.capacity > 0 and step.to != world.places and at.count(step.to) >= world.capacity
                if not is_full:
                    at = (*at[:thing], step.to, *at[thing + 1 :])
    return at


def _room(world: World, box: int, count: int) -> int:
    """The room of a box after ``count`` steps."""
    carried = [step.to for step in world.steps[:count] if step.kind == CARRY and step.what == box]
    return (world.standing[box], *carried)[-1]


def _step(world: World, held: list[list[int]], rng: Random) -> Step:
    roll, outside = rng.random(), world.places
    if roll < 0.25 and world.rooms:
        return Step(CARRY, rng.randrange(world.places), 0, rng.randrange(world.rooms))
    full = [place for place in range(world.places) if held[place]]
    if full and not world.capacity and 0.25 <= roll < 0.45:
        source = rng.choice(full)
        return Step(POUR, source, 0, rng.choice([place for place in range(world.places) if place != source]))
    pairs = [(place, thing) for place, things in enumerate(held) for thing in things]
    source, thing = rng.choice(pairs)
    to = rng.choice([place for place in range(world.places) if place != source])
    if 0.45 <= roll < 0.55 and source < outside:
        return Step(OUT, thing, source, outside)
    if 0.55 <= roll < 0.7 and not world.capacity:
        others = [other for place, other in pairs if other != thing and place != to]
        if others:
            return Step(BOTH, thing, rng.choice(others), to)
    return Step(MOVE, thing, source, to)


def _moved(world: World, count: int) -> dict[int, int]:
    """Return the things that ``count`` steps move, and how often; of the others one sentence of the text says all."""
    tracks = zip(*(_places_after(world, number) for number in range(count + 1)), strict=True)
    moves = {thing: sum(one != next_one for one, next_one in pairwise(track)) for thing, track in enumerate(tracks)}
    return {thing: often for thing, often in moves.items() if often}


def _named(world: World) -> list[int]:
    """Return the places that something is in at some time: an answer is one of them."""
    return sorted({place for count in range(len(world.steps) + 1) for place in _places_after(world, count)})


def _near(world: World, rng: Random, thing: int, at: Args) -> list[int]:
    """Return wrong places of a thing, the one at first before the others."""
    places = _named(world)
    near = [world.start[thing], *rng.sample(places, len(places))]
    return [place for place in dict.fromkeys(near) if place != at[thing]]


def _where(world: World, rng: Random, count: int, at: Args, order: list[int]) -> Ask[int] | None:
    thing = order[0] if rng.random() < 0.7 else rng.choice(order)
    near = _near(world, rng, thing, at)
    # Where all things lie in one place all the time, no other one can be asked for.
    return Ask("where", (count, thing), at[thing], tuple(near[:4])) if near else None


def _is(world: World, rng: Random, count: int, at: Args, order: list[int]) -> Ask[bool] | None:
    thing, is_so = order[0] if rng.random() < 0.7 else rng.choice(order), rng.random() < 0.5
    places = [at[thing]] if is_so else _near(world, rng, thing, at)
    return claimed("is", (count, thing, places[0]), is_so) if places else None


def _inside(at: Args, place: int) -> Args:
    return tuple(thing for thing, other in enumerate(at) if other == place)


def _count(world: World, rng: Random, count: int, at: Args, order: list[int], place: int) -> Ask[int]:
    right = at.count(place)
    slips = [world.start.count(place), *around(right, 0, len(at))]
    return Ask("count", (count, place), right, tuple(slip for slip in dict.fromkeys(slips) if slip != right))


def _contents(world: World, rng: Random, count: int, at: Args, order: list[int], place: int) -> Ask[Args]:
    inside = _inside(at, place)
    sets = [_inside(world.start, place), *(tuple(sorted(set(inside) ^ {thing})) for thing in order)]
    return Ask("contents", (count, place), inside, tuple(one for one in dict.fromkeys(sets) if one != inside)[:4])


def _which(world: World, rng: Random, count: int, at: Args, order: list[int], place: int) -> Ask[int]:
    absent = tuple(thing for thing in order if at[thing] != place)
    return Ask("which", (count, place), rng.choice(_inside(at, place)), absent[:3])


def _in_room(world: World, rng: Random, count: int, at: Args, order: list[int]) -> Ask[int] | None:
    carried = {step.what for step in world.steps[:count] if step.kind == CARRY}
    moved = _moved(world, count)
    thing = next((one for one in order if at[one] < world.places and (one in moved or at[one] in carried)), None)
    if not world.rooms or thing is None:
        return None
    room = _room(world, at[thing], count)
    rooms = rng.sample(range(world.rooms), world.rooms)
    return Ask("room", (count, thing), room, tuple(one for one in rooms if one != room))


def _true(world: World, rng: Random, count: int, at: Args, order: list[int]) -> Ask[Args] | None:
    sign = int(rng.random() < 0.6)
    so = [(thing, at[thing]) for thing in order]
    not_so = [
        (thing, place)
        for thing in order
        for place in _near(world, rng, thing, at)
        if place == world.start[thing] or rng.random() < 0.4
    ]
    right, rest = (so, not_so) if sign else (not_so, so)
    return Ask("true", (count, sign), right[0], tuple(rest[:3])) if right and rest else None


def in_place(place: int, told: Told) -> str:
    """In a place: 红盒里, 桌上, on the table."""
    name = told.cast.places[place]
    return told.say("in.outside" if place == len(told.cast.places) - 1 else "in.inside", name=name)


def event_of(world: World, step: Step, forms: Sequence[str], told: Told) -> str:
    """Say what happens; ``forms`` are the wordings of a move with its source, of one without, and of OUT."""
    places, things = told.cast.places, told.cast.things
    if step.kind == CARRY:
        return told.say("step.carry", box=places[step.what], to=told.cast.rooms[step.to])
    to = places[step.to]
    if step.kind == POUR:
        return told.say("step.pour", source=places[step.what], to=to)
    if step.kind == BOTH:
        return told.say("step.both", one=things[step.what], two=things[step.source], to=to)
    form = forms[2] if step.kind == OUT else forms[0 if world.is_source_told else 1]
    return told.fill(form, things[step.what], places[step.source], to)


def _track(world: World, thing: int, count: int, told: Told) -> str:
    """Follow one thing: its place after each step."""
    cast, at = told.cast, [_places_after(world, number)[thing] for number in range(count + 1)]
    cells = [cast.places[at[0]], *(f"{number} {cast.places[place]}" for number, place in enumerate(at) if number)]
    return f"{cast.things[thing]}{told.say('colon')}{told.say('comma').join(cells)}"


def _all(world: World, count: int, told: Told) -> list[str]:
    """Follow all places: after each step the lists that changed."""
    cast = told.cast
    held = [[thing for thing, at in enumerate(world.start) if at == place] for place in range(world.places + 1)]

    def show(places: Sequence[int]) -> str:
        inside = ([cast.things[thing] for thing in held[place]] for place in places)
        return " ".join(
            f"{cast.places[place]}[{told.voice.join(names)}]" for place, names in zip(places, inside, strict=True)
        )

    lines = [f"0 {show(range(world.places))}"]
    for number, step in enumerate(world.steps[:count], 1):
        changed = _apply(world, held, step)
        if world.capacity and step.kind == MOVE and not changed:
            lines.append(f"{number} {show([step.to])} {told.say('chain.full')}")
        else:
            lines.append(f"{number} {show(changed) or told.say('chain.unchanged')}")
    return lines


def _found(world: World, args: Args, told: Told) -> list[str]:
    """Follow a thing; where places may be full, all of them."""
    count, thing = args[:2]
    if not world.capacity:
        return [_track(world, thing, count, told)]
    place = told.cast.places[_places_after(world, count)[thing]]
    return [*_all(world, count, told), told.say("chain.at", thing=told.cast.things[thing], place=place)]


def _judged(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    verdict = told.say("chain.is" if ask.right else "chain.is_not", place=told.cast.places[ask.args[2]])
    return "\n".join([*_found(world, ask.args, told), verdict])


def _counted(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (count, place), cast = ask.args, told.cast
    inside = _history(world)[count][place]
    cells = told.voice.join([f"{number} {cast.things[thing]}" for number, thing in enumerate(inside, 1)])
    slots = {"place": cast.places[place], "cells": cells or told.say("chain.nothing"), "count": len(inside)}
    return "\n".join([*_all(world, count, told), told.say("chain.count", **slots)])


def _listed(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (count, place), cast = ask.args, told.cast
    cells = told.voice.join([cast.things[thing] for thing in sorted(_history(world)[count][place])])
    end = f"{cast.places[place]}{told.say('colon')}{cells or told.say('chain.nothing')}"
    return "\n".join([*_all(world, count, told), end])


def _room_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (count, thing), cast = ask.args, told.cast
    box = _places_after(world, count)[thing]
    cells = [cast.rooms[world.standing[box]]]
    for number, step in enumerate(world.steps[:count], 1):
        if step.kind == CARRY and step.what == box:
            cells.append(f"{number} {cast.rooms[step.to]}")
    end = f"{cast.places[box]}{told.say('colon')}{told.say('comma').join(cells)}"
    return "\n".join([*_found(world, ask.args, told), end])


def _tried(claim: Callable[[Args, Any], Args], wants: Callable[[Args], bool]) -> Chain:
    """Try options: ``claim(args, value)`` is what one says, thing and place, ``wants`` whether it should be so."""

    def chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
        count, cast, seen = ask.args[0], told.cast, set[int]()
        at = _places_after(world, count)

        def is_so(value: Any) -> bool:
            thing, place = claim(ask.args, value)
            return at[thing] == place

        def line(value: Any) -> str:
            thing, goal = claim(ask.args, value)
            track = f"{cast.things[thing]}{told.say('colon')}{cast.places[at[thing]]}"
            if not world.capacity and thing not in seen:
                track = _track(world, thing, count, told)
            seen.add(thing)
            said = "chain.so" if is_so(value) else "chain.not_so"
            return told.say(said, track=track, place=cast.places[goal])

        lines = _all(world, count, told) if world.capacity else []
        return "\n".join([*lines, *tried(shown, lambda value: is_so(value) == wants(ask.args), line, told, mark=" ")])

    return chain


def _when(count: int, told: Told) -> str:
    return told.pick("when.last") if count == len(told.world.steps) else told.pick("when.step", count=count)


def _of_thing(args: Args, told: Told) -> dict[str, object]:
    return {"when": _when(args[0], told), "thing": told.cast.things[args[1]]}


def _of_place(args: Args, told: Told) -> dict[str, object]:
    return {"when": _when(args[0], told), "place": in_place(args[1], told)}


def _names(value: Args, told: Told) -> str:
    return told.voice.join([told.cast.things[thing] for thing in value]) or told.say("option.nothing")


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "where",
        _where,
        answer=lambda world, args: _places_after(world, args[0])[args[1]],
        option=in_place,
        chain=lambda world, ask, told, shown: "\n".join(_found(world, ask.args, told)),
        slots=_of_thing,
    ),
    whether(
        "is",
        _is,
        is_so=lambda world, args: _places_after(world, args[0])[args[1]] == args[2],
        chain=_judged,
        slots=lambda args, told: {**_of_thing(args, told), "place": in_place(args[2], told)},
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: _places_after(world, args[0]).count(args[1]),
        chain=_counted,
        slots=_of_place,
    ),
    worked_out(
        "contents",
        _contents,
        answer=lambda world, args: _inside(_places_after(world, args[0]), args[1]),
        option=_names,
        chain=_listed,
        slots=_of_place,
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: _places_after(world, args[0])[value] == args[1],
        option=lambda value, told: told.cast.things[value],
        chain=_tried(lambda args, value: (value, args[1]), lambda args: True),
        slots=_of_place,
    ),
    worked_out(
        "room",
        _in_room,
        answer=lambda world, args: _room(world, _places_after(world, args[0])[args[1]], args[0]),
        option=lambda value, told: told.cast.rooms[value],
        chain=_room_chain,
        slots=_of_thing,
    ),
    Kind(
        "true",
        _true,
        holds=lambda world, args, value: (_places_after(world, args[0])[value[0]] == value[1]) == bool(args[1]),
        option=lambda value, told: told.say(
            "tell.thing_at", name=told.cast.things[value[0]], place=in_place(value[1], told)
        ),
        chain=_tried(lambda args, value: value, lambda args: bool(args[1])),
        slots=lambda args, told: {"when": _when(args[0], told)},
        variant=lambda args, told: "right" if args[1] else "wrong",
    ),
)


class MovingObjects(Family[World, Cast]):
    """Values: a place, room, count or thing, sorted things, True/False, or a statement (thing, place)."""

    name = "moving_objects"
    title = "things moved between places"
    facts = ("steps",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        scene = rng.randrange(3)
        places = min(4, 2 + (level + 1) // 3)
        things = 3 + (level + 1) // 3
        capacity = rng.choice([2, 3]) if rng.random() < 0.2 else 0
        capacity = max(capacity, -(-things // places)) if capacity else 0
        rooms = 3 if scene == BOXES and not capacity and rng.random() < 0.6 else 0
        while True:
            start = [rng.randrange(places) for _ in range(things)]
            if not capacity or max(start.count(place) for place in range(places)) <= capacity:
                break
        held = [[thing for thing, at in enumerate(start) if at == place] for place in range(places + 1)]
        blank = World(scene, places, rooms, tuple(start), (), capacity, rng.random() < 0.75, ())
        first = tuple(rng.randrange(rooms) for _ in range(places)) if rooms else ()
        standing = list(first)
        steps: list[Step] = []
        while len(steps) < 3 + level // 2:
            step = _step(blank, held, rng)
            if steps and step.what == steps[-1].what and rng.random() < 0.7:
                continue
            if step.kind == CARRY:
                if standing[step.what] == step.to:
                    continue
                standing[step.what] = step.to
            steps.append(step)
            _apply(blank, held, step)
        return World(
            scene, places, rooms, tuple(start), first, capacity, blank.is_source_told or capacity > 0, tuple(steps)
        )

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        last, size, places = len(world.steps), len(world.start), range(world.places + 1)
        # Mostly the end; else after one of the later steps.
        count = last if rng.random() < 0.6 or last < 3 else rng.randrange(2, last)
        held = _history(world)[count]
        at = tuple(next(place for place in places if thing in held[place]) for thing in range(size))
        order = rng.sample(range(size), size)
        asked = (count, at, order)
        moved = _moved(world, count)
        # What is moved most comes first, since it takes most steps to follow.
        of_moved = (count, at, sorted((one for one in order if one in moved), key=lambda one: -moved[one]) or order)
        place = rng.choice([place for place in places if held[place]] if rng.random() < 0.8 else _named(world))
        roll, is_part = rng.random(), 0 < len(held[place]) < size
        name = "count" if roll < 0.4 else "contents" if roll < 0.75 or not is_part else "which"
        last_one = "room" if world.rooms else "true"
        last_asked = asked if world.rooms or len(of_moved[2]) < 2 else of_moved
        plans: list[Plan] = [("where", *of_moved), ("is", *of_moved), (name, *asked, place), (last_one, *last_asked)]
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        told, rng = self.told(Cast((), (), (), world.scene), voice), voice.rng
        kind = ("thing", "person", "animal")[world.scene]
        things = draw(voice, kind, len(world.start))
        while any(name in {"A", "B", "C", "D"} for name in things):
            things = draw(voice, kind, len(world.start))
        outside = told.pick("outside")
        places = rng.sample(told.draw("places").split("|"), world.places)
        rooms = rng.sample(told.say("rooms").split("|"), world.rooms)
        named = tuple(told.say("thing", name=name) for name in things)
        return Cast(named, (*places, outside), tuple(rooms), world.scene)

    @staticmethod
    def _start(world: World, told: Told) -> list[str]:
        """Where everything is at first: thing by thing, or place by place."""
        cast = told.cast
        if told.voice.rng.random() < 0.5:
            where = (in_place(place, told) for place in world.start)
            return [
                told.say("tell.thing_at", name=name, place=place)
                for name, place in zip(cast.things, where, strict=True)
            ]
        first = []
        for place in range(world.places):
            names = [cast.things[thing] for thing in _inside(world.start, place)]
            entry = "tell.empty" if not names else "tell.holds_one" if len(names) == 1 else "tell.holds"
            first.append(told.say(entry, place=in_place(place, told), names=told.voice.join(names)))
        return first

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        between, stop = told.say("tell.between"), told.say("stop")
        forms = [told.draw(entry) for entry in ("step.move", "step.move_to", "step.out")]
        first = self._start(world, told)
        lines = [told.pick("tell.begin", first=between.join(first))]
        if world.rooms:
            stand = [
                told.say("tell.stands", box=box, room=cast.rooms[room])
                for box, room in zip(cast.places, world.standing, strict=False)
            ]
            lines.append(told.capital(between.join(stand)) + stop)
        if world.capacity:
            lines.append(told.pick("tell.capacity", outside=cast.places[-1], n=world.capacity))
        lines.append(told.pick("tell.then"))
        mark = told.draw("tell.mark")
        for number, step in enumerate(world.steps, 1):
            lines.append(told.fill(mark, number) + told.capital(event_of(world, step, forms, told)) + stop)
        return "\n".join(lines)
