"""A walk on a grid: plain compass moves, turtle commands with turns, or single steps among walls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice

Cell = tuple[int, int]
WAYS = ("north", "east", "south", "west")
COMPASS: tuple[Cell, ...] = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Unit steps north, east, south, west: y grows to the north."""


@dataclass(frozen=True, slots=True)
class World:
    """A start and commands."""

    mode: int
    """0 compass moves, 1 turtle with turns, 2 single steps in a walled square grid."""
    start: Cell
    facing: int
    """First direction (index into COMPASS); only the turtle has one."""
    commands: tuple[tuple[int, int], ...]
    """(direction, steps); for the turtle (-1, steps) is forward, (1, 0) a right turn and (3, 0) a left turn."""
    is_south_up: bool
    """Whether y grows to the south, as the rows of a screen do, and not to the north."""
    side: int
    """Cells run from 0 to side-1 in mode 2."""
    walls: tuple[Cell, ...]


class Cast(NamedTuple):
    """Who walks, and how commands are told."""

    hero: str
    form: int
    """0 sentences, 1 letters or function names."""


Told = Telling[Cast]


class Stop(NamedTuple):
    """The state after a command."""

    cell: Cell
    facing: int
    is_blocked: bool


def _unit(world: World, way: int) -> Cell:
    """The step of one cell in a direction."""
    dx, dy = COMPASS[way]
    return dx, -dy if world.is_south_up else dy


def _trace(world: World) -> list[Stop]:
    (x, y), facing = world.start, world.facing
    stops = []
    for way, steps in world.commands:
        is_blocked = False
        if world.mode == 1 and way >= 0:
            facing = (facing + way) % 4
        else:
            dx, dy = _unit(world, facing if world.mode == 1 else way)
            goal = (x + dx * steps, y + dy * steps)
            if world.mode == 2 and (
                goal in world.walls or not (0 <= goal[0] < world.side and 0 <= goal[1] < world.side)
            ):
                is_blocked = True
            else:
                x, y = goal
        stops.append(Stop((x, y), facing, is_blocked))
    return stops


def _fly(world: World) -> tuple[complex, complex, list[complex], int]:
    """The walk with complex numbers: (place, heading, places after each command, number of blocked commands)."""
    place, heading = complex(*world.start), 1j * (-1j) ** world.facing
    free = {complex(x, y) for x in range(world.side) for y in range(world.side)} - {
        complex(*wall) for wall in world.walls
    }
    places, blocked = [], 0

    def step(way: complex) -> complex:
        return way.conjugate() if world.is_south_up else way

    for way, steps in world.commands:
        if world.mode == 1:
            heading *= (-1j) ** way if way >= 0 else 1
            place += step(heading) * steps
        elif world.mode == 0:
            place += step(1j * (-1j) ** way) * steps
        elif place + step(1j * (-1j) ** way) in free:
            place += step(1j * (-1j) ** way)
        else:
            blocked += 1
        places.append(place)
    return place, heading, places, blocked


def _cell(name: str, world: World, rng: Random, stops: list[Stop], last: int) -> Ask[Cell]:
    (x, y), before = stops[last].cell, stops[last - 1].cell if last else world.start
    wrong = [(y, x), before, (2 * world.start[0] - x, y), *((x + dx, y + dy) for dx, dy in rng.sample(COMPASS, 4))]
    good = [one for one in dict.fromkeys(wrong) if one != (x, y) and min(one) >= 0]
    return Ask(name, (last + 1,) if name == "after" else (), (x, y), tuple(good))


def _end(world: World, rng: Random, stops: list[Stop]) -> Ask[Cell]:
    return _cell("end", world, rng, stops, len(stops) - 1)


def _after(world: World, rng: Random, stops: list[Stop]) -> Ask[Cell]:
    return _cell("after", world, rng, stops, rng.randrange(1, len(stops)) - 1)


def _facing(world: World, rng: Random, stops: list[Stop]) -> Ask[int]:
    facing = stops[-1].facing
    return Ask("facing", (), facing, tuple((facing + turn) % 4 for turn in (2, 1, 3)))


def _distance(world: World, rng: Random, stops: list[Stop]) -> Ask[int]:
    (x, y), (a, b) = stops[-1].cell, world.start
    far = abs(x - a) + abs(y - b)
    return Ask("distance", (), far, around(far))


def _axis(world: World, rng: Random, stops: list[Stop]) -> Ask[int]:
    axis, end = rng.randrange(2), stops[-1].cell
    at = end[axis]
    others = [end[1 - axis], world.start[axis], *around(at, 0, world.side - 1)]
    return Ask("axis", (axis,), at, tuple(one for one in others if one >= 0 and one != at))


def _blocked(world: World, rng: Random, stops: list[Stop]) -> Ask[int]:
    number = sum(stop.is_blocked for stop in stops)
    return Ask("blocked", (), number, around(number, 0, len(stops)))


def _valid(world: World, rng: Random, stops: list[Stop]) -> Ask[bool]:
    want = rng.random() < 0.5
    cells = [(x, y) for x in range(world.side + 1) for y in range(world.side + 1)]
    return claimed("valid", rng.choice([one for one in cells if _is_free(world, one) == want]), want)


def _visit(world: World, rng: Random, stops: list[Stop]) -> Ask[bool]:
    was = [stop.cell for stop in stops]
    x, y = rng.choice(was)
    beside = [(x + dx, y + dy) for dx, dy in COMPASS if x + dx >= 0 and y + dy >= 0]
    goal = (x, y) if rng.random() < 0.5 else rng.choice(beside)
    return claimed("visit", goal, goal in was)


def _is_free(world: World, cell: Args) -> bool:
    return max(cell) < world.side and cell not in world.walls


def _is_valid(world: World, args: Args) -> bool:
    """Prover: whether a cell may be entered."""
    return all(one in range(world.side) for one in args) and args not in world.walls


def _far(world: World) -> float:
    moved = _fly(world)[0] - complex(*world.start)
    return abs(moved.real) + abs(moved.imag)


def _on(cell: Args) -> str:
    return f"({cell[0]},{cell[1]})"


def way_of(way: int, told: Told) -> str:
    """Word a direction."""
    return told.say(f"way.{WAYS[way]}")


def command(world: World, way: int, steps: int, told: Told) -> str:
    """One command in the problem's fixed wording (the chain repeats it)."""
    form = told.cast.form
    if world.mode == 1 and way < 0:
        return f"forward({steps})" if form else told.say("command.forward", n=steps)
    if world.mode == 1:
        turn = ("right", "back", "left")[way - 1]
        return f"{turn}()" if form else told.say(f"command.{turn}")
    if form:
        return f"{'NESW'[way]}{steps if world.mode == 0 else ''}"
    return told.say("command.go", way=way_of(way, told), n=steps)


def _rules(world: World, told: Told) -> str:
    text = ""
    if told.cast.form:
        text = told.say(("rule.letters_steps", "rule.functions", "rule.letters")[world.mode])
    if world.mode == 2:
        walls = told.voice.join([f"({x}, {y})" for x, y in world.walls])
        text += told.pick("rule.walls", walls=walls, top=world.side - 1)
    return text


def _brief(world: World, way: int, steps: int, told: Told) -> str:
    """Name a command as shortly as can be."""
    if world.mode == 1:
        return (
            told.say("brief.forward", n=steps) if way < 0 else told.say(f"brief.{('right', 'back', 'left')[way - 1]}")
        )
    return told.say("brief.step" if world.mode == 2 else "brief.steps", way=way_of(way, told), n=steps)


def _move(world: World, way: int, steps: int, old: Cell, facing: int, stop: Stop, told: Told) -> str:
    """What a command does, with its sum and the new state."""
    if world.mode == 1 and way >= 0:
        return way_of(stop.facing, told)
    dx, dy = _unit(world, facing if world.mode == 1 else way)
    goal = (old[0] + dx * steps, old[1] + dy * steps)
    mark = f"{'x' if dx else 'y'}{'+' if dx + dy > 0 else '-'}{steps}{told.say('comma')}{_on(goal)}"
    if world.mode == 1:
        mark = f"{way_of(facing, told)}{told.say('space')}{mark}"
    if stop.is_blocked:
        return told.say("chain.wall" if goal in world.walls else "chain.edge", mark=mark, old=_on(old))
    return mark


def _walked(
    world: World,
    told: Told,
    last: int | None = None,
    note: Callable[[str, Stop, int], str] = lambda line, stop, way: line,
    is_found: Callable[[Stop, int], bool] = lambda stop, way: False,
) -> list[str]:
    """Carry commands out, a line each, up to the ``last``, or to one after which ``is_found``.

    Args:
        note: ``note(line, stop, way)`` adds to a line.
    """
    look = f"{told.say('space')}{way_of(world.facing, told)}" if world.mode == 1 else ""
    lines, old, facing = [_on(world.start) + look], world.start, world.facing
    for (way, steps), stop in list(zip(world.commands, _trace(world), strict=True))[:last]:
        line = _brief(world, way, steps, told) + _move(world, way, steps, old, facing, stop, told)
        lines.append(note(line, stop, way))
        old, facing = stop.cell, stop.facing
        if is_found(stop, way):
            break
    return lines


def _went(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    return "\n".join(_walked(world, told, ask.args[0] if ask.args else None))


def _read_axis(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    return "\n".join([*_walked(world, told), f"{'xy'[ask.args[0]]}={_trace(world)[-1].cell[ask.args[0]]}"])


def _measured(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (x, y), (a, b) = _trace(world)[-1].cell, world.start
    across, up = abs(x - a), abs(y - b)
    sums = (f"x {max(x, a)}-{min(x, a)}={across}", f"y {max(y, b)}-{min(y, b)}={up}", f"{across}+{up}={across + up}")
    start = told.say("chain.start", cell=_on(world.start))
    return "\n".join([*_walked(world, told), told.say("comma").join([start, *sums])])


def _counted(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    blocked = 0

    def note(line: str, stop: Stop, way: int) -> str:
        nonlocal blocked
        blocked += stop.is_blocked
        return told.say("chain.number", line=line, count=blocked) if stop.is_blocked else line

    return "\n".join([*_walked(world, told, note=note), told.say("chain.count", count=blocked)])


def _visited(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    def is_move(way: int) -> bool:
        return world.mode != 1 or way < 0

    def note(line: str, stop: Stop, way: int) -> str:
        return f"{line}{'=' if stop.cell == ask.args else '≠'}{_on(ask.args)}" if is_move(way) else line

    lines = _walked(world, told, note=note, is_found=lambda stop, way: is_move(way) and stop.cell == ask.args)
    return "\n".join([*lines, told.say("chain.yes" if lines[-1].endswith(f"={_on(ask.args)}") else "chain.no")])


def _turned(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    """Follow the turns alone."""
    cells, facing = [way_of(world.facing, told)], world.facing
    for way, steps in world.commands:
        if way >= 0:
            facing = (facing + way) % 4
            cells.append(_brief(world, way, steps, told) + way_of(facing, told))
    return told.say("comma").join(cells) + told.say("stop")


def _looked(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    """Compare a cell with the edges, then with the walls."""
    cells, top, comma = list[str](), world.side - 1, told.say("comma")
    for axis, number in zip("xy", ask.args, strict=True):
        if number > top:
            return told.say("chain.outside", cells=comma.join([*cells, f"{axis}={number}>{top}"]))
        cells.append(f"{axis}={number}≤{top}")
    for wall in world.walls:
        if wall == ask.args:
            return told.say("chain.walled", cells=comma.join([*cells, f"{_on(wall)}={_on(wall)}"]))
        cells.append(f"{_on(wall)}≠")
    return told.say("chain.free", cells=comma.join(cells) + _on(ask.args))


def _cell_option(value: Cell, told: Told) -> str:
    return f"({value[0]}, {value[1]})"


def _hero(args: Args, told: Told) -> dict[str, object]:
    return {"hero": told.cast.hero}


def _at(args: Args, told: Told) -> dict[str, object]:
    return {"hero": told.cast.hero, "x": args[0], "y": args[1]}


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "end",
        _end,
        holds=lambda world, args, value: complex(*value) == _fly(world)[0],
        option=_cell_option,
        chain=_went,
        slots=_hero,
    ),
    Kind(
        "after",
        _after,
        holds=lambda world, args, value: complex(*value) == _fly(world)[2][args[0] - 1],
        option=_cell_option,
        chain=_went,
        slots=lambda args, told: {"hero": told.cast.hero, "count": args[0]},
    ),
    Kind(
        "facing",
        _facing,
        holds=lambda world, args, value: _fly(world)[1] == 1j * (-1j) ** value,
        option=way_of,
        chain=_turned,
        slots=_hero,
    ),
    worked_out("distance", _distance, answer=lambda world, args: _far(world), chain=_measured, slots=_hero),
    worked_out(
        "axis",
        _axis,
        answer=lambda world, args: _fly(world)[0].imag if args[0] else _fly(world)[0].real,
        chain=_read_axis,
        slots=lambda args, told: {"hero": told.cast.hero, "axis": "xy"[args[0]]},
    ),
    worked_out("blocked", _blocked, answer=lambda world, args: _fly(world)[3], chain=_counted),
    whether("valid", _valid, is_so=_is_valid, chain=_looked, slots=_at),
    whether(
        "visit",
        _visit,
        is_so=lambda world, args: complex(*args) in _fly(world)[2],
        chain=_visited,
        slots=_at,
    ),
)


class GridWalk(Family[World, Cast]):
    """Values: a cell, a direction (0 to 3), a number, or a truth value."""

    name = "grid_walk"
    title = "walk on a grid"
    facts = ("commands",)
    changes = {"is_south_up": "flip"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        mode = rng.randrange(3)
        count = 2 + (level + 1) // 2
        facing, side = rng.randrange(4), 4 + level // 4
        is_south_up = rng.random() < 0.35
        while True:
            start = (
                (rng.randrange(1, 5), rng.randrange(1, 5)) if mode < 2 else (rng.randrange(side), rng.randrange(side))
            )
            if mode == 0:
                commands = [(rng.randrange(4), rng.randrange(1, 5)) for _ in range(count)]
            elif mode == 1:
                commands = [
                    (-1, rng.randrange(1, 5)) if step % 2 else (rng.choice((1, 3, 1, 3, 2)), 0)
                    for step in range(count + 1)
                ]
                if rng.random() < 0.5:
                    commands = [(-1, rng.randrange(1, 5)), *commands[:-1]]
            else:
                commands = [(rng.randrange(4), 1) for _ in range(count + 1)]
            walls: tuple[Cell, ...] = ()
            if mode == 2:
                cells = [(x, y) for x in range(side) for y in range(side) if (x, y) != start]
                walls = tuple(rng.sample(cells, 3 + level // 3))
            world = World(mode, start, facing, tuple(commands), is_south_up, side, walls)
            if all(0 <= x <= 12 and 0 <= y <= 12 for (x, y), _, _ in _trace(world)):
                return world

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        names = ["end", "end", "distance", "visit", "axis"]
        names += [["after", "after"], ["facing", "facing", "after"], ["blocked", "valid", "valid"]][world.mode]
        stops = _trace(world)
        asks = [ask for name in self.drawn(names, rng, may_be_two) for ask in self.made(name, world, rng, stops)]
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def cast(self, world: World, voice: Voice) -> Cast:
        hero = self.told(Cast("", 0), voice).pick("hero")
        return Cast(hero, voice.rng.randrange(2))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, (x, y) = self.told(cast, voice), world.start
        axes = told.pick("tell.axes.south_up" if world.is_south_up else "tell.axes.north_up")
        hero = told.say("an" if cast.hero[0] in "aeiou" else "a", hero=cast.hero)
        at = told.pick("tell.start", hero=hero, x=x, y=y)
        if world.mode == 1:
            at = told.say("tell.facing", start=at, way=way_of(world.facing, told))
        head = f"{at}{told.say('tell.stop')}{axes}{_rules(world, told)}".strip()
        commands = [command(world, way, steps, told) for way, steps in world.commands]
        lead = told.pick("tell.lead")
        if not cast.form and voice.rng.random() >= 0.3:
            return f"{head}\n{lead}\n{voice.listing([told.capital(one) for one in commands])}"
        shown = f"[{', '.join(commands)}]" if cast.form else told.say("comma").join(commands) + told.say("stop")
        return f"{head}\n{lead}{told.say('space')}{shown}"
