"""A walk on a grid: plain compass moves, turtle commands with turns, or single steps among walls."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice

Cell = tuple[int, int]
Value = int | tuple[int, ...]
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


class GridWalk(Family[World, Value, Cast]):
    """Values: a cell, a direction (0 to 3), a number, or a truth value."""

    name = "grid_walk"
    title = "walk on a grid"
    facts = ("commands",)
    changes = {"is_south_up": "flip"}

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

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        stops = _trace(world)
        end = stops[-1]
        kinds = ["end", "end", "distance", "visit", "axis"]
        kinds += [["after", "after"], ["facing", "facing", "after"], ["blocked", "valid", "valid"]][world.mode]
        asks: list[Ask[Value]] = []
        for kind in rng.sample(kinds, 3):
            if kind in ("end", "after"):
                last = rng.randrange(1, len(stops)) - 1 if kind == "after" else len(stops) - 1
                asks.append(self._cell(world, stops, kind, last, rng))
            elif kind == "facing":
                near = [(end.facing + turn) % 4 for turn in (2, 1, 3)]
                asks.append(Ask(kind, (), end.facing, tuple(near)))
            elif kind == "distance":
                far = abs(end.cell[0] - world.start[0]) + abs(end.cell[1] - world.start[1])
                asks.append(Ask(kind, (), far, around(far)))
            elif kind == "axis":
                axis = rng.randrange(2)
                at = end.cell[axis]
                others = [end.cell[1 - axis], world.start[axis], *around(at, 0, world.side - 1)]
                asks.append(Ask(kind, (axis,), at, tuple(one for one in others if one >= 0 and one != at)))
            elif kind == "blocked":
                number = sum(stop.is_blocked for stop in stops)
                asks.append(Ask(kind, (), number, around(number, 0, len(stops))))
            elif kind == "valid":
                want = rng.random() < 0.5
                cells = [(x, y) for x in range(world.side + 1) for y in range(world.side + 1)]
                good = [one for one in cells if one not in world.walls and max(one) < world.side]
                cell = rng.choice(good if want else [one for one in cells if one not in good])
                asks.append(Ask(kind, cell, want, (not want,)))
            else:
                was = [stop.cell for stop in stops]
                x, y = rng.choice(was)
                beside = [(x + dx, y + dy) for dx, dy in COMPASS if x + dx >= 0 and y + dy >= 0]
                goal = (x, y) if rng.random() < 0.5 else rng.choice(beside)
                asks.append(Ask(kind, goal, goal in was, (goal not in was,)))
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    @staticmethod
    def _cell(world: World, stops: list[Stop], kind: str, last: int, rng: Random) -> Ask[Value]:
        right = stops[last].cell
        x, y = right
        wrong: list[Value] = [(y, x), stops[last - 1].cell if last else world.start, (2 * world.start[0] - x, y)]
        wrong += [(x + dx, y + dy) for dx, dy in rng.sample(COMPASS, 4)]
        good = [one for one in wrong if one != right and isinstance(one, tuple) and min(one) >= 0]
        return Ask(kind, (last + 1,) if kind == "after" else (), right, tuple(dict.fromkeys(good)))

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        place, heading, places, blocked = _fly(world)
        if isinstance(value, tuple):
            return complex(*value) == (places[ask.args[0] - 1] if ask.kind == "after" else place)
        if ask.kind == "facing":
            return heading == 1j * (-1j) ** value
        moved = place - complex(*world.start)
        if ask.kind == "distance":
            return abs(moved.real) + abs(moved.imag) == value
        if ask.kind == "axis":
            return (place.imag if ask.args[0] else place.real) == value
        if ask.kind == "blocked":
            return blocked == value
        if ask.kind == "valid":
            inside = all(one in range(world.side) for one in ask.args)
            return (inside and ask.args not in world.walls) == bool(value)
        return (complex(*ask.args) in places) == bool(value)

    def cast(self, world: World, voice: Voice) -> Cast:
        hero = voice.pick(["机器人", "小车", "蚂蚁", "扫地机", "探险者"], ["robot", "cart", "ant", "drone"])
        return Cast(hero, voice.rng.randrange(2))

    @staticmethod
    def _way(way: int, voice: Voice) -> str:
        return voice.say("北东南西"[way], ("north", "east", "south", "west")[way])

    def _command(self, world: World, way: int, steps: int, cast: Cast, voice: Voice) -> str:
        """One command in the problem's fixed wording (the chain repeats it)."""
        if world.mode == 1:
            if way < 0:
                return f"forward({steps})" if cast.form else voice.say(f"前进{steps}格", f"go forward {steps}")
            if cast.form:
                return {1: "right()", 2: "back()", 3: "left()"}[way]
            return voice.say(
                {1: "右转", 2: "向后转", 3: "左转"}[way], {1: "turn right", 2: "turn around", 3: "turn left"}[way]
            )
        if cast.form:
            return f"{'NESW'[way]}{steps if world.mode == 0 else ''}"
        name = self._way(way, voice)
        return voice.say(f"向{name}走{steps}格", f"go {steps} {name}")

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        hero, (x, y) = cast.hero, world.start
        zh_up, zh_down = "南北" if world.is_south_up else "北南"
        up, down = ("south", "north") if world.is_south_up else ("north", "south")
        axes = voice.pick(
            [
                f"坐标(x, y)中，向东走x变大，向西走x变小，向{zh_up}走y变大，向{zh_down}走y变小。",
                f"位置用(x, y)表示：东是x增加的方向，西是x减少的方向，{zh_up}是y增加的方向，{zh_down}是y减少的方向。",
                f"规定：往东每走一格x加1，往西x减1，往{zh_up}y加1，往{zh_down}y减1。",
            ],
            [
                f"Places are (x, y): east adds to x, west takes from x, {up} adds to y, {down} takes from y. ",
                f"In (x, y), x grows to the east and falls to the west; y grows to the {up} and falls to the {down}. ",
            ],
        )
        look = self._way(world.facing, voice)
        at = voice.pick(
            [f"一个{hero}在网格上移动，起点是({x}, {y})", f"{hero}从({x}, {y})出发", f"开始时{hero}位于格子({x}, {y})"],
            [f"A {hero} moves on a grid, starting at ({x}, {y})", f"A {hero} starts at ({x}, {y})"],
        )
        if hero == "ant":
            at = at.replace("A ant", "An ant")
        if world.mode == 1:
            at += voice.say(f"，面朝{look}", f" and facing {look}")
        parts = [at + voice.say("。", ". "), axes, self._rules(world, cast, voice)]
        told = [self._command(world, way, steps, cast, voice) for way, steps in world.commands]
        lead = voice.pick(
            ["依次执行的指令：", "它按顺序执行：", "指令如下："], ["It carries out, in this order:", "Commands:"]
        )
        if cast.form or voice.rng.random() < 0.3:
            shown = voice.say("，", ", ").join(told)
            return (
                "".join(parts).strip()
                + f"\n{lead}{voice.say('', ' ')}"
                + (f"[{', '.join(told)}]" if cast.form else shown + voice.say("。", "."))
            )
        return "".join(parts).strip() + f"\n{lead}\n{voice.listing(told)}"

    @staticmethod
    def _rules(world: World, cast: Cast, voice: Voice) -> str:
        text = ""
        if world.mode == 1 and cast.form:
            text = voice.say(
                "left()表示左转90度，right()表示右转90度，back()表示转向正后方，forward(n)表示向面朝的方向前进n格。",
                "left() and right() turn it by 90 degrees, back() turns it around, forward(n) moves it n cells ahead.",
            )
        elif cast.form:
            text = voice.say(
                "指令中N、E、S、W分别表示向北、东、南、西走"
                + ("，后面的数字是格数。" if world.mode == 0 else "一格。"),
                "N, E, S, W mean north, east, south, west"
                + (", with the number of cells." if world.mode == 0 else ", one cell each."),
            )
        if world.mode == 2:
            walls = voice.join([f"({x}, {y})" for x, y in world.walls])
            top = world.side - 1
            text += voice.pick(
                [
                    f"网格的x和y都只能取0到{top}，障碍在{walls}。如果一步会走出网格或走进障碍，这条指令就作废，原地不动。",
                    f"可用范围是0≤x≤{top}、0≤y≤{top}，其中{walls}有障碍物，不能进入。遇到边界或障碍时留在原处，接着执行下一条。",
                ],
                [
                    f" x and y run from 0 to {top}; there are walls at {walls}. "
                    "A step off the grid or into a wall is skipped."
                ],
            )
        return text

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        hero = cast.hero
        if ask.kind == "end":
            return voice.pick(
                [f"{hero}最后在哪里？", f"执行完全部指令后，{hero}的坐标是？", f"{hero}的终点是哪个格子？"],
                [f"Where is the {hero} at the end?", f"In which cell does the {hero} stop?"],
            )
        if ask.kind == "after":
            count = ask.args[0]
            return voice.pick(
                [
                    f"执行完前{count}条指令后，{hero}在哪里？",
                    f"第{count}条指令结束时，{hero}的坐标是？",
                    f"只执行前{count}条指令，{hero}会在哪个格子？",
                ],
                [f"Where is the {hero} after command {count}?"],
            )
        if ask.kind == "facing":
            return voice.pick(
                [f"最后{hero}面朝哪个方向？", f"执行完指令后，{hero}朝向哪里？", f"结束时{hero}的朝向是？"],
                [f"Which way does the {hero} face at the end?"],
            )
        if ask.kind == "distance":
            return voice.pick(
                [
                    "终点与起点的x之差加y之差（都取绝对值）是多少？",
                    f"不考虑障碍，{hero}沿网格从终点走回起点最少要走几格？",
                    "终点到起点的曼哈顿距离（横向格数加纵向格数）是多少？",
                ],
                ["How many cells (across plus up or down) lie between start and end?"],
            )
        if ask.kind == "axis":
            axis = "xy"[ask.args[0]]
            return voice.pick(
                [f"终点的{axis}坐标是多少？", f"最后{axis}等于几？", f"结束时{hero}所在位置的{axis}是？"],
                [f"What is {axis} at the end?"],
            )
        if ask.kind == "blocked":
            return voice.pick(
                ["有几条指令没有走成？", "一共有多少条指令作废（原地不动）？", "被边界或障碍挡住的指令有几条？"],
                ["How many commands were skipped?"],
            )
        x, y = ask.args
        if ask.kind == "valid":
            return voice.pick(
                [
                    f"格子({x}, {y})是可以进入的吗？",
                    f"({x}, {y})在网格内并且没有障碍，对吗？",
                    f"({x}, {y})是否为有效的位置？",
                ],
                [f"Is ({x}, {y}) a cell of the grid without a wall?"],
            )
        return voice.pick(
            [
                f"是否有某条指令执行完时{hero}正好在({x}, {y})？",
                f"{hero}会在执行完某条指令后停在({x}, {y})吗？",
                f"各条指令执行完的位置里有({x}, {y})吗？",
            ],
            [f"Is the {hero} at ({x}, {y}) right after one of the commands?"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, tuple):
            return f"({value[0]}, {value[1]})"
        if ask.kind == "facing":
            return self._way(value, voice)
        if ask.kind in ("visit", "valid"):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        return str(value)

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        if ask.kind == "valid":
            return self._valid(world, ask, voice)
        if ask.kind == "facing":
            return self._facings(world, cast, voice)
        stops = _trace(world)
        last = ask.args[0] if ask.kind == "after" else len(stops)
        lines = [self._state(world, world.start, world.facing, voice)]
        old, facing, blocked, found = world.start, world.facing, 0, False
        for (way, steps), stop in list(zip(world.commands, stops, strict=True))[:last]:
            line = self._brief(world, way, steps, voice) + self._move(world, way, steps, old, facing, stop, voice)
            if stop.is_blocked:
                blocked += 1
                if ask.kind == "blocked":
                    line += voice.say(f"，{blocked}条", f", number {blocked}")
            old, facing = stop.cell, stop.facing
            if ask.kind == "visit" and not (world.mode == 1 and way >= 0):
                found = old == ask.args
                line += f"{'=' if found else '≠'}({ask.args[0]},{ask.args[1]})"
            lines.append(line)
            if found:
                break
        return "\n".join([*lines, *self._end(world, ask, old, blocked, found, voice)])

    def _brief(self, world: World, way: int, steps: int, voice: Voice) -> str:
        """Name a command as shortly as can be."""
        colon = voice.say("：", ": ")
        if world.mode == 1:
            turn = {1: voice.say("右", "right"), 2: voice.say("后", "back"), 3: voice.say("左", "left")}
            return (turn[way] if way >= 0 else voice.say(f"进{steps}", f"forward {steps}")) + colon
        return self._way(way, voice) + ("" if world.mode == 2 else voice.say("", " ") + str(steps)) + colon

    def _state(self, world: World, cell: Cell, facing: int, voice: Voice) -> str:
        look = voice.say("", " ") + self._way(facing, voice) if world.mode == 1 else ""
        return f"({cell[0]},{cell[1]}){look}"

    def _move(self, world: World, way: int, steps: int, old: Cell, facing: int, stop: Stop, voice: Voice) -> str:
        """What a command does, with its sum and the new state."""
        if world.mode == 1 and way >= 0:
            return self._way(stop.facing, voice)
        dx, dy = _unit(world, facing if world.mode == 1 else way)
        mark = f"{'x' if dx else 'y'}{'+' if dx + dy > 0 else '-'}{steps}{voice.say('，', ', ')}"
        if world.mode == 1:
            mark = self._way(facing, voice) + voice.say("", " ") + mark
        goal = (old[0] + dx * steps, old[1] + dy * steps)
        mark += f"({goal[0]},{goal[1]})"
        if stop.is_blocked:
            why = voice.say("障碍", " wall") if goal in world.walls else voice.say("出界", " off")
            return f"{mark}{why}{voice.say('，仍', ', still ')}({old[0]},{old[1]})"
        return mark

    def _facings(self, world: World, cast: Cast, voice: Voice) -> str:
        """Follow the turns alone."""
        cells, facing = [self._way(world.facing, voice)], world.facing
        for way, steps in world.commands:
            if way >= 0:
                facing = (facing + way) % 4
                cells.append(self._brief(world, way, steps, voice) + self._way(facing, voice))
        return voice.say("，", ", ").join(cells) + voice.say("。", ".")

    def _valid(self, world: World, ask: Ask[Value], voice: Voice) -> str:
        comma = voice.say("，", ", ")
        top, cells = world.side - 1, []
        for axis, number in (("x", ask.args[0]), ("y", ask.args[1])):
            if number > top:
                cells.append(f"{axis}={number}>{top}" + voice.say("，出界，否。", ", off the grid: no."))
                return comma.join(cells)
            cells.append(f"{axis}={number}≤{top}")
        for wall in world.walls:
            is_same = wall == ask.args
            cells.append(f"({wall[0]},{wall[1]}){'=' if is_same else '≠'}")
            if is_same:
                return comma.join(cells) + f"({wall[0]},{wall[1]})" + voice.say("，障碍，否。", ", a wall: no.")
        return comma.join(cells) + f"({ask.args[0]},{ask.args[1]})" + voice.say("，是。", ": yes.")

    def _end(self, world: World, ask: Ask[Value], cell: Cell, blocked: int, found: bool, voice: Voice) -> list[str]:
        x, y = cell
        if ask.kind in ("end", "after"):
            return []
        if ask.kind == "axis":
            return [f"{'xy'[ask.args[0]]}={cell[ask.args[0]]}"]
        if ask.kind == "blocked":
            return [voice.say(f"共{blocked}条。", f"{blocked} in all.")]
        if ask.kind == "visit":
            return [voice.say("是。" if found else "否。", "Yes." if found else "No.")]
        (a, b), across, up = world.start, abs(x - world.start[0]), abs(y - world.start[1])
        sums = [
            f"x {max(x, a)}-{min(x, a)}={across}",
            f"y {max(y, b)}-{min(y, b)}={up}",
            f"{across}+{up}={across + up}",
        ]
        start = voice.say(f"起点({a},{b})", f"start ({a},{b})")
        return [voice.say("，", ", ").join([start, *sums])]
