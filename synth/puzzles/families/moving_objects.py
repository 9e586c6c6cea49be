"""Objects moved between boxes, people between rooms, animals between pens: who or what is where, after which step?

Steps move one thing, move two together, take one out, empty a place into another, or carry a whole box to another
room; in some worlds places have a capacity and a move into a full place does not happen. No pairwise swaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Value = tuple[int, ...]
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


class MovingObjects(Family[World, Value, Cast]):
    """Values: (place,), (room,), (count,), (thing,), sorted things, (1,)/(0,), or a statement (thing, place)."""

    name = "moving_objects"
    title = "things moved between places"
    facts = ("steps",)

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
            step = self._step(blank, held, rng)
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

    def _step(self, world: World, held: list[list[int]], rng: Random) -> Step:
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

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        states, last = _history(world), len(world.steps)
        things, places = range(len(world.start)), range(world.places + 1)
        # Mostly the end; else after one of the later steps.
        count = last if rng.random() < 0.6 or last < 3 else rng.randrange(2, last)
        held = states[count]
        at = {thing: place for place in places for thing in held[place]}
        asks: list[Ask[Value]] = []
        order = rng.sample(things, len(things))
        moved = sorted(order, key=lambda thing: world.start[thing] == at[thing])
        thing = moved[0] if rng.random() < 0.7 else order[0]
        near = [world.start[thing], *rng.sample(places, len(places))]
        wrong = tuple((place,) for place in dict.fromkeys(near) if place != at[thing])
        asks.append(Ask("where", (count, thing), (at[thing],), wrong[:4]))
        thing, is_so = rng.choice(order), rng.random() < 0.5
        others = [place for place in (world.start[thing], *rng.sample(places, len(places))) if place != at[thing]]
        asks.append(Ask("is", (count, thing, at[thing] if is_so else others[0]), (int(is_so),), ((int(not is_so),),)))
        place = rng.choice([place for place in places if held[place]] if rng.random() < 0.8 else places)
        inside = sorted(held[place])
        roll = rng.random()
        if roll < 0.4:
            slips = [len(states[0][place]), *around(len(inside), 0, len(things))]
            counts = tuple((slip,) for slip in dict.fromkeys(slips) if 0 <= slip != len(inside))
            asks.append(Ask("count", (count, place), (len(inside),), counts))
        elif roll < 0.75 or not inside or len(inside) == len(things):
            sets: list[Value] = [tuple(sorted(states[0][place]))]
            sets += [tuple(sorted(set(inside) ^ {thing})) for thing in order]
            sets = [value for value in dict.fromkeys(sets) if value != tuple(inside)]
            asks.append(Ask("contents", (count, place), tuple(inside), tuple(sets[:4])))
        else:
            absent = tuple((thing,) for thing in order if thing not in inside)
            asks.append(Ask("which", (count, place), (rng.choice(inside),), absent[:3]))
        boxed = [thing for thing in order if at[thing] < world.places]
        if world.rooms and boxed:
            room = _room(world, at[boxed[0]], count)
            rooms = tuple((one,) for one in rng.sample(range(world.rooms), world.rooms) if one != room)
            asks.append(Ask("room", (count, boxed[0]), (room,), rooms))
        else:
            sign = int(rng.random() < 0.6)
            so: list[Value] = [(thing, at[thing]) for thing in order]
            not_so: list[Value] = [
                (thing, place)
                for thing in order
                for place in rng.sample(places, len(places))
                if place != at[thing] and (place == world.start[thing] or rng.random() < 0.4)
            ]
            right, rest = (so, not_so) if sign else (not_so, so)
            if right and rest:
                asks.append(Ask("true", (count, sign), right[0], tuple(rest[:3])))
        rng.shuffle(asks)
        return asks[:3]

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        at = _places_after(world, ask.args[0])
        if ask.kind == "where":
            return (at[ask.args[1]],) == value
        if ask.kind == "is":
            return (at[ask.args[1]] == ask.args[2]) == bool(value[0])
        if ask.kind == "count":
            return at.count(ask.args[1]) == value[0]
        if ask.kind == "contents":
            return tuple(thing for thing, place in enumerate(at) if place == ask.args[1]) == value
        if ask.kind == "which":
            return at[value[0]] == ask.args[1]
        if ask.kind == "room":
            return _room(world, at[ask.args[1]], ask.args[0]) == value[0]
        return (at[value[0]] == value[1]) == bool(ask.args[1])

    def cast(self, world: World, voice: Voice) -> Cast:
        rng, zh = voice.rng, voice.zh
        pools: tuple[list[str], ...]
        kind = ("thing", "person", "animal")[world.scene]
        things = draw(voice, kind, len(world.start))
        while any(name in {"A", "B", "C", "D"} for name in things):
            things = draw(voice, kind, len(world.start))
        if world.scene == BOXES:
            pools = (
                (
                    ["红盒", "蓝盒", "绿盒", "黄盒", "白盒"],
                    ["木箱", "纸箱", "铁箱", "竹篮", "布袋", "抽屉"],
                    ["1号箱", "2号箱", "3号箱", "4号箱"],
                    ["盒子A", "盒子B", "盒子C", "盒子D"],
                )
                if zh
                else (
                    ["the red box", "the blue box", "the green box", "the white box"],
                    ["the basket", "the drawer", "the bag", "the crate", "the bucket"],
                    ["box 1", "box 2", "box 3", "box 4"],
                )
            )
            outside = voice.pick(["桌上", "地上"], ["the table", "the floor"])
        elif world.scene == ROOMS:
            pools = (
                (
                    ["客厅", "厨房", "书房", "卧室", "餐厅"],
                    ["会议室", "办公室", "资料室", "休息室", "实验室"],
                    ["101室", "102室", "103室", "104室"],
                )
                if zh
                else (["the kitchen", "the study", "the bedroom", "the hall"], ["room 1", "room 2", "room 3", "room 4"])
            )
            outside = voice.pick(["院子", "楼外"], ["the yard", "the street"])
        else:
            pools = (
                (
                    ["1号笼", "2号笼", "3号笼", "4号笼"],
                    ["东区", "西区", "南区", "北区"],
                    ["大棚", "木屋", "石屋", "围栏"],
                )
                if zh
                else (["pen 1", "pen 2", "pen 3", "pen 4"], ["the barn", "the shed", "the stable", "the fold"])
            )
            outside = voice.pick(["草地", "空地"], ["the meadow", "the field"])
        places = rng.sample(pools[int(rng.random() * len(pools))], world.places)
        rooms = rng.sample(
            ["客厅", "厨房", "书房", "卧室", "仓库", "车库"]
            if zh
            else ["the kitchen", "the garage", "the cellar", "the attic", "the office"],
            world.rooms,
        )
        return Cast(
            things if zh or world.scene == ROOMS else tuple(f"the {name}" for name in things),
            (*places, outside),
            tuple(rooms),
        )

    def _in(self, place: int, world: World, cast: Cast, voice: Voice) -> str:
        """In a place: 红盒里, 桌上, on the table."""
        name = cast.places[place]
        if voice.zh:
            return name if name.endswith("上") else f"{name}里" if world.scene == BOXES else name
        return f"{'on' if name in ('the table', 'the floor') else 'in'} {name}"

    def _told(self, world: World, step: Step, forms: tuple[str, ...], cast: Cast, voice: Voice) -> str:
        places, zh = cast.places, voice.zh
        to = places[step.to] if step.kind != CARRY else cast.rooms[step.to]
        if step.kind == CARRY:
            box = places[step.what]
            return f"把{box}连同里面的东西搬到{to}" if zh else f"{box} is carried with everything in it to {to}"
        if step.kind == POUR:
            source = places[step.what]
            if world.scene == BOXES:
                return f"把{source}里的东西全部倒进{to}" if zh else f"everything in {source} is tipped into {to}"
            if world.scene == ROOMS:
                return f"{source}的人全都去了{to}" if zh else f"everyone in {source} goes to {to}"
            return f"把{source}的动物全部赶到{to}" if zh else f"all animals of {source} are driven to {to}"
        thing = cast.things[step.what]
        if step.kind == BOTH:
            other = cast.things[step.source]
            if world.scene == ROOMS:
                return f"{thing}和{other}一起来到{to}" if zh else f"{thing} and {other} go to {to} together"
            return f"把{thing}和{other}都放到{to}" if zh else f"{thing} and {other} are both put in {to}"
        source = places[step.source]
        if step.kind == OUT:
            return forms[2].format(thing, source, to)
        return forms[0 if world.is_source_told else 1].format(thing, source, to)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        zh = voice.zh
        if world.scene == ROOMS:
            forms = (
                voice.pick(
                    ["{}从{}走到{}", "{}离开{}，去了{}", "{}从{}进入{}"],
                    ["{} goes from {} to {}", "{} leaves {} for {}"],
                ),
                voice.pick(["{0}走到{2}", "{0}来到{2}"], ["{0} goes to {2}", "{0} enters {2}"]),
                voice.pick(["{}走出{}，到了{}", "{}离开{}来到{}"], ["{} leaves {} and goes out to {}"]),
            )
        else:
            forms = (
                voice.pick(
                    ["把{}从{}移到{}", "将{}由{}转到{}", "从{1}取{0}放到{2}"],
                    ["{} is moved from {} to {}", "someone takes {} from {} to {}"],
                ),
                voice.pick(["把{0}放到{2}", "将{0}改放到{2}"], ["{0} is moved to {2}", "someone puts {0} in {2}"]),
                voice.pick(["把{}从{}取出，放到{}", "从{1}拿出{0}，留在{2}"], ["{} is taken out of {} to {}"]),
            )
        start = [self._in(place, world, cast, voice) for place in world.start]
        if voice.rng.random() < 0.5:
            first = [
                f"{name}在{place}" if zh else f"{name} is {place}"
                for name, place in zip(cast.things, start, strict=True)
            ]
        else:
            first = []
            for place in range(world.places):
                names = [name for name, at in zip(cast.things, world.start, strict=True) if at == place]
                where = self._in(place, world, cast, voice)
                if not names:
                    first.append(
                        f"{where}没有{'人' if world.scene == ROOMS else '东西'}"
                        if zh
                        else f"nothing is {where}"
                        if world.scene != ROOMS
                        else f"nobody is {where}"
                    )
                else:
                    first.append(
                        f"{where}有{'、'.join(names)}"
                        if zh
                        else f"{where} {'is' if len(names) == 1 else 'are'} {', '.join(names)}"
                    )
        begin = voice.pick(["一开始，{}。", "最初{}。", "起初：{}。"], ["At first, {}.", "In the beginning, {}."])
        lines = [begin.format(voice.say("，", "; ").join(first))]
        if world.rooms:
            stand = [
                f"{box}在{cast.rooms[room]}" if zh else f"{box} stands in {cast.rooms[room]}"
                for box, room in zip(cast.places, world.standing, strict=False)
            ]
            told = voice.say("，", "; ").join(stand)
            lines.append(f"{told}。" if zh else f"{told[0].upper()}{told[1:]}.")
        if world.capacity:
            unit = ("个", "人", "只")[world.scene]
            lines.append(
                voice.pick(
                    [
                        f"规定：除了{cast.places[-1]}，每处最多容纳{world.capacity}{unit}，已满时这一步作废，原位不动。",
                        f"除了{cast.places[-1]}，每处最多{world.capacity}{unit}；目的地已满，则该步不执行。",
                    ],
                    [
                        f"Except {cast.places[-1]}, a place takes at most {world.capacity}; "
                        "moves into full places do not happen."
                    ],
                )
            )
        lines.append(
            voice.pick(
                ["然后依次发生以下事情：", "接着按顺序进行下列步骤：", "**步骤**"],
                ["Then this happens in order:", "These steps follow:"],
            )
        )
        mark = voice.pick(["{}. ", "({}) ", "第{}步：", "{}. "], ["{}. ", "({}) ", "Step {}: "])
        for number, step in enumerate(world.steps, 1):
            told = self._told(world, step, forms, cast, voice)
            lines.append(mark.format(number) + (f"{told}。" if zh else f"{told[0].upper()}{told[1:]}."))
        return "\n".join(lines)

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        count, args = ask.args[0], ask.args
        if count == len(world.steps):
            when = voice.pick(["最后，", "所有步骤结束后，", "最终"], ["in the end", "after all steps"])
        else:
            when = voice.pick(
                [f"第{count}步之后，", f"第{count}步刚完成时，"], [f"after step {count}", f"right after step {count}"]
            )
        tail = f" {when}?"
        if ask.kind in ("where", "room", "is"):
            thing = cast.things[args[1]]
            if ask.kind == "where":
                return voice.pick([f"{when}{thing}在哪里？", f"{when}{thing}位于何处？"], [f"Where is {thing}{tail}"])
            if ask.kind == "room":
                return voice.pick(
                    [f"{when}{thing}在哪个房间？", f"{when}要找{thing}，该去哪个房间？"],
                    [f"In which room is {thing}{tail}"],
                )
            place = self._in(args[2], world, cast, voice)
            return voice.pick(
                [f"{when}{thing}在{place}吗？", f"{when}{thing}是不是在{place}？"], [f"Is {thing} {place}{tail}"]
            )
        if ask.kind == "true":
            if args[1]:
                return voice.pick(
                    [f"{when}下面哪种说法正确？", f"{when}以下哪一项是真的？"], [f"Which statement is true{tail}"]
                )
            return voice.pick(
                [f"{when}下面哪种说法错误？", f"{when}以下哪一项是假的？"], [f"Which statement is false{tail}"]
            )
        place = self._in(args[1], world, cast, voice)
        unit, who = ("个东西", "哪个东西"), ("什么", "which thing")
        if world.scene == ROOMS:
            unit, who = ("个人", "哪个人"), ("谁", "who")
        elif world.scene == PENS:
            unit, who = ("只动物", "哪只动物"), ("哪些动物", "which animals")
        if ask.kind == "count":
            kinds = ("things", "people", "animals")[world.scene]
            return voice.pick(
                [f"{when}{place}有几{unit[0]}？", f"{when}{place}一共有多少{unit[0]}？"],
                [f"How many {kinds} are {place}{tail}"],
            )
        if ask.kind == "contents":
            return voice.pick(
                [f"{when}{place}都有{who[0]}？", f"{when}在{place}的有{who[0]}？"],
                [f"What exactly is {place}{tail}" if world.scene != ROOMS else f"Who exactly is {place}{tail}"],
            )
        return voice.pick(
            [f"{when}下面{unit[1]}在{place}？", f"{when}以下{unit[1]}位于{place}？"],
            [f"Which of these is {place}{tail}"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if ask.kind == "where":
            return self._in(value[0], world, cast, voice)
        if ask.kind == "is":
            return voice.say("是" if value[0] else "否", "Yes" if value[0] else "No")
        if ask.kind == "count":
            return str(value[0])
        if ask.kind == "room":
            return cast.rooms[value[0]]
        if ask.kind == "true":
            place = self._in(value[1], world, cast, voice)
            return voice.say(f"{cast.things[value[0]]}在{place}", f"{cast.things[value[0]]} is {place}")
        return voice.join([cast.things[thing] for thing in value]) or (
            voice.say("没有人", "nobody") if world.scene == ROOMS else voice.say("什么都没有", "nothing")
        )

    def _track(self, world: World, thing: int, count: int, cast: Cast, voice: Voice) -> str:
        """Follow one thing: its place after each step."""
        at = [_places_after(world, number)[thing] for number in range(count + 1)]
        cells = [cast.places[at[0]], *(f"{number} {cast.places[place]}" for number, place in enumerate(at) if number)]
        return f"{cast.things[thing]}{voice.say('：', ': ')}{voice.say('，', ', ').join(cells)}"

    def _all(self, world: World, count: int, cast: Cast, voice: Voice) -> list[str]:
        """Follow all places: after each step the lists that changed."""
        held = [[thing for thing, at in enumerate(world.start) if at == place] for place in range(world.places + 1)]

        def show(places: list[int]) -> str:
            cells = [
                f"{cast.places[place]}[{voice.join([cast.things[thing] for thing in held[place]])}]" for place in places
            ]
            return " ".join(cells)

        lines = [f"0 {show(list(range(world.places)))}"]
        for number, step in enumerate(world.steps[:count], 1):
            changed = _apply(world, held, step)
            is_full = world.capacity and step.kind == MOVE and not changed
            lines.append(
                f"{number} {show([step.to])} {voice.say('满', 'full')}"
                if is_full
                else f"{number} {show(changed) or voice.say('不变', 'same')}"
            )
        return lines

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        count, args = ask.args[0], ask.args
        at = _places_after(world, count)
        if world.capacity or ask.kind in ("count", "contents"):
            lines = self._all(world, count, cast, voice)
            if ask.kind in ("where", "is"):
                lines.append(
                    voice.say(f"{cast.things[args[1]]}在", f"{cast.things[args[1]]}: ") + cast.places[at[args[1]]]
                )
            elif ask.kind in ("count", "contents"):
                inside = [thing for thing in _history(world)[count][args[1]]]
                if ask.kind == "contents":
                    inside.sort()
                cells = [f"{number} {cast.things[thing]}" for number, thing in enumerate(inside, 1)]
                if ask.kind == "contents":
                    cells = [cast.things[thing] for thing in inside]
                lines.append(
                    f"{cast.places[args[1]]}{voice.say('：', ': ')}{voice.join(cells) or voice.say('没有', 'nothing')}"
                )
                if ask.kind == "count":
                    lines[-1] += voice.say(f"，共{len(inside)}", f"; {len(inside)} in all")
        elif ask.kind in ("where", "is", "room"):
            lines = [self._track(world, args[1], count, cast, voice)]
        else:
            lines = []
        if ask.kind == "is":
            place = cast.places[args[2]]
            lines.append(
                voice.say("是" if ask.right[0] else "不是", "it is " if ask.right[0] else "it is not ") + place
            )
        if ask.kind == "room":
            box = at[args[1]]
            cells = [cast.rooms[world.standing[box]]]
            for number, step in enumerate(world.steps[:count], 1):
                if step.kind == CARRY and step.what == box:
                    cells.append(f"{number} {cast.rooms[step.to]}")
            lines.append(f"{cast.places[box]}{voice.say('：', ': ')}{voice.say('，', ', ').join(cells)}")
        seen: set[int] = set()
        if ask.kind in ("which", "true"):
            for letter, value in enumerate(shown):
                thing, goal = (value[0], args[1]) if ask.kind == "which" else (value[0], value[1])
                is_so = at[thing] == goal
                told = self._track(world, thing, count, cast, voice)
                if world.capacity or thing in seen:
                    told = f"{cast.things[thing]}{voice.say('：', ': ')}{cast.places[at[thing]]}"
                seen.add(thing)
                said = voice.say("是", "it is ") if is_so else voice.say("不是", "not ")
                lines.append(f"{letter_of(letter)} {told}{voice.say('，', ', ')}{said}{cast.places[goal]}")
                if is_so == (ask.kind == "which" or bool(args[1])):
                    break
        return "\n".join(lines)
