"""Kinds of invented creatures that inherit properties from the kinds above, with exceptions lower down."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

# (has it, lacks it) in Chinese and English, for a subject in the singular.
_PROPERTIES = (
    (("会飞", "不会飞"), ("can fly", "cannot fly")),
    (("会游泳", "不会游泳"), ("can swim", "cannot swim")),
    (("有尾巴", "没有尾巴"), ("has a tail", "has no tail")),
    (("有毒", "没有毒"), ("is poisonous", "is not poisonous")),
    (("会发光", "不会发光"), ("glows", "does not glow")),
    (("吃草", "不吃草"), ("eats grass", "does not eat grass")),
    (("怕冷", "不怕冷"), ("fears cold", "does not fear cold")),
    (("有鳞片", "没有鳞片"), ("has scales", "has no scales")),
    (("会下蛋", "不会下蛋"), ("lays eggs", "does not lay eggs")),
    (("冬眠", "不冬眠"), ("hibernates", "does not hibernate")),
)


@dataclass(frozen=True, slots=True)
class World:
    """A tree of kinds with default properties, and individuals."""

    parents: tuple[int, ...]
    """For each kind the kind above it; kind 0 is on top with -1."""
    told: tuple[tuple[int, int, bool], ...]
    """(kind, property, has it) as stated; at most one a kind and property."""
    members: tuple[int, ...]
    """For each individual its kind."""
    properties: tuple[int, ...]
    """The properties spoken about (indices of ``_PROPERTIES``)."""
    is_highest_first: bool
    """True where what is stated higher up counts before what is stated lower down."""
    default: bool
    """Whether a property of which nothing is stated is had."""


class Cast(NamedTuple):
    """Names of kinds and individuals."""

    kinds: tuple[str, ...]
    members: tuple[str, ...]


def _above(world: World, kind: int) -> list[int]:
    """The kind itself and all kinds above it, upwards."""
    way = [kind]
    while world.parents[way[-1]] >= 0:
        way.append(world.parents[way[-1]])
    return way


def _stated(world: World, kind: int, trait: int) -> bool | None:
    return next((has for at, what, has in world.told if (at, what) == (kind, trait)), None)


def _has(world: World, kind: int, trait: int) -> bool:
    """Climb until something is stated, or from the top down where the highest word counts."""
    way = _above(world, kind)
    for high in reversed(way) if world.is_highest_first else way:
        stated = _stated(world, high, trait)
        if stated is not None:
            return stated
    return world.default


def _bearers(world: World, trait: int) -> set[int]:
    """All kinds with a property, by handing it down from the top (independent of ``_has``)."""
    bearers: set[int] = set()
    told = {(at, what): value for at, what, value in world.told}
    children: dict[int, list[int]] = {}
    for kind, parent in enumerate(world.parents):
        children.setdefault(parent, []).append(kind)
    ready: list[tuple[int, bool | None]] = [(kind, None) for kind in children[-1]]
    while ready:
        kind, inherited = ready.pop()
        own = told.get((kind, trait))
        has = inherited if own is None or (world.is_highest_first and inherited is not None) else own
        if world.default if has is None else has:
            bearers.add(kind)
        ready += [(child, has) for child in children.get(kind, [])]
    return bearers


class Taxonomy(Family[World, int, Cast]):
    """Values: an individual, a property, a number, or True/False."""

    name = "taxonomy"
    title = "inherited properties with exceptions"
    order_free = ("told",)
    changes = {"default": "flip", "is_highest_first": "flip"}

    def world(self, rng: Random, level: int) -> World:
        size = 3 + level // 2
        parents = [-1] + [max(0, kind - 1 - int(rng.random() * 1.7)) for kind in range(1, size)]
        properties = rng.sample(range(len(_PROPERTIES)), 3 + level // 4)
        told: list[tuple[int, int, bool]] = []
        for trait in properties:
            kind = rng.randrange(size) if rng.random() < 0.4 else 0
            told.append((kind, trait, True))
            if rng.random() < 0.75:  # an exception below, and sometimes an exception from the exception
                below = [low for low in range(size) if low != kind and kind in self._line(parents, low)]
                if below:
                    low = rng.choice(below)
                    told.append((low, trait, False))
                    lower = [last for last in below if last != low and low in self._line(parents, last)]
                    if lower and level > 2 and rng.random() < 0.4:
                        told.append((rng.choice(lower), trait, True))
        rng.shuffle(told)
        count = 2 + (level + 1) // 3
        members = [size - 1, *(rng.randrange(size) for _ in range(count - 1))]
        rng.shuffle(members)
        is_highest_first, default = rng.random() < 0.25, rng.random() < 0.25
        return World(tuple(parents), tuple(told), tuple(members), tuple(properties), is_highest_first, default)

    def _line(self, parents: list[int], kind: int) -> list[int]:
        way = [kind]
        while parents[way[-1]] >= 0:
            way.append(parents[way[-1]])
        return way

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        everyone = range(len(world.members))
        table = {(one, trait): _has(world, world.members[one], trait) for one in everyone for trait in world.properties}
        asks: list[Ask[int]] = []
        want = rng.random() < 0.5
        cells = [cell for cell, has in table.items() if has == want] or list(table)
        # Deep kinds first: there the climb is longer.
        cells.sort(key=lambda cell: (-len(_above(world, world.members[cell[0]])), rng.random()))
        cell = cells[int(rng.random() ** 2 * len(cells))]
        asks.append(Ask("has", cell, table[cell], (not table[cell],)))
        trait = rng.choice(world.properties)
        right = sum(table[one, trait] for one in everyone)
        wrong = around(right, 0, len(world.members))
        asks.append(Ask("count", (trait,), right, wrong))
        one = rng.choice(everyone)
        good = [trait for trait in world.properties if table[one, trait]]
        bad = [trait for trait in world.properties if not table[one, trait]]
        if good and bad:
            asks.append(Ask("which", (one,), rng.choice(good), tuple(bad)))
        else:
            trait = rng.choice(world.properties)
            holders = [one for one in everyone if table[one, trait]]
            others = [one for one in everyone if not table[one, trait]]
            if holders and others:
                asks.append(Ask("who", (trait,), rng.choice(holders), tuple(others[:4])))
        one, kind = rng.choice(everyone), rng.randrange(1, len(world.parents))
        is_one = kind in _above(world, world.members[one])
        if rng.random() < 0.5:
            asks.append(Ask("is_a", (one, kind), is_one, (not is_one,)))
        rng.shuffle(asks)
        return asks[:3]

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind == "has":
            return (world.members[ask.args[0]] in _bearers(world, ask.args[1])) == bool(value)
        if ask.kind == "count":
            bearers = _bearers(world, ask.args[0])
            return sum(kind in bearers for kind in world.members) == value
        if ask.kind == "which":
            return world.members[ask.args[0]] in _bearers(world, value)
        if ask.kind == "who":
            return world.members[value] in _bearers(world, ask.args[0])
        inside = {ask.args[1]}  # all kinds below, grown to a fixed point
        while len(grown := inside | {kind for kind, high in enumerate(world.parents) if high in inside}) > len(inside):
            inside = grown
        return (world.members[ask.args[0]] in inside) == bool(value)

    def cast(self, world: World, voice: Voice) -> Cast:
        kinds = draw(voice, "coinage", len(world.parents))
        if voice.zh and kinds[0][0] > "z" and voice.rng.random() < 0.4:
            kinds = tuple(kind + "兽" for kind in kinds)
        return Cast(kinds, draw(voice, "person", len(world.members)))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        head = voice.pick(
            [
                "某个星球上有下列生物种类：",
                "一本幻想图鉴这样给生物分类：",
                "已知以下分类和性质：",
                "一个类别体系如下（下级类别继承上级的性质）：",
            ],
            ["On some planet there are these kinds of creatures:", "A book of fantasy sorts creatures like this:"],
        )
        sort = voice.pick(["{}是一种{}", "{}属于{}", "每个{}都是{}"], ["every {} is a {}", "each {} is a kind of {}"])
        usual = voice.pick(["{}{}", "{}通常{}", "{}一般{}"], ["a {} {}", "a typical {} {}"])
        facts = [
            sort.format(cast.kinds[kind], cast.kinds[high]) for kind, high in enumerate(world.parents) if high >= 0
        ]
        facts += [usual.format(cast.kinds[kind], self._trait(trait, has, voice)) for kind, trait, has in world.told]
        member = voice.pick(["{}是一只{}", "{}是{}"], ["{} is a {}"])
        people = [member.format(cast.members[one], cast.kinds[kind]) for one, kind in enumerate(world.members)]
        if voice.rng.random() < 0.4:
            voice.rng.shuffle(facts)
        zh, en = ("视为有这种性质", "had") if world.default else ("视为没有这种性质", "lacking")
        if world.is_highest_first:
            rule = voice.pick(
                [
                    f"规则：上级种类的说明优先于下级的说明；本级和所有上级都没有说明的，{zh}。",
                    f"判断性质时，本级和各上级的说明中以最上级的为准；都没有说明则{zh}。",
                ],
                [
                    "Rule: of what is stated of a kind and the kinds above it, the statement highest up counts; where "
                    f"nothing is stated, the property is {en}.",
                ],
            )
        else:
            rule = voice.pick(
                [
                    "规则：一个种类自己有说明的，以自己的说明为准；没有说明的，看上一级种类；"
                    f"一直到最上级都没有说明的，{zh}。",
                    f"判断性质时，从最具体的种类开始往上找，最先找到的说明有效（下级的例外优先于上级）；都找不到则{zh}。",
                ],
                [
                    "Rule: what is stated of a kind itself counts; where nothing is stated, look at the kind above; "
                    f"where nothing is stated up to the top, the property is {en}.",
                ],
            )
        return f"{head}\n{voice.listing([*facts, *people])}\n{rule}"

    def _trait(self, trait: int, has: bool, voice: Voice) -> str:
        return _PROPERTIES[trait][0 if voice.zh else 1][0 if has else 1]

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind in ("has", "is_a"):
            name = cast.members[ask.args[0]]
            text = (
                self._trait(ask.args[1], True, voice)
                if ask.kind == "has"
                else voice.say("是", "is a ") + cast.kinds[ask.args[1]]
            )
            return voice.pick(
                [
                    f"“{name}{text}”这句话对吗？",
                    f"根据以上信息，“{name}{text}”这个说法对不对？",
                    f"{name}{text}，这一判断正确吗？",
                ],
                [f"Is it true that {name} {text}?", f'"{name} {text}." Is this right?'],
            )
        if ask.kind == "which":
            name = cast.members[ask.args[0]]
            return voice.pick(
                [f"关于{name}，下面哪一项是对的？", f"{name}具有下列哪种性质？", f"以下关于{name}的说法中正确的是："],
                [f"Which of these is true of {name}?", f"Which statement about {name} is right?"],
            )
        text = self._trait(ask.args[0], True, voice)
        if ask.kind == "who":
            return voice.pick(
                [f"下面哪一个{text}？", f"以下符合“{text}”的是：", f"其中谁{text}？"],
                [f'Of whom is it true: "{text}"?', f"Which of these {text}?"],
            )
        names = voice.join(cast.members)
        return voice.pick(
            [
                f"{names}之中，有几个{text}？",
                f"{names}里{text}的共有几个？",
                f"上面提到的{names}，符合“{text}”的有几个？",
            ],
            [f'Of {names}, how many fit "{text}"?', f'"{text}": for how many of {names} is this true?'],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind in ("has", "is_a"):
            return voice.say("对" if value else "不对", "Yes" if value else "No")
        if ask.kind == "count":
            return str(value)
        return cast.members[value] if ask.kind == "who" else self._trait(value, True, voice)

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        semicolon, stop = voice.say("；", "; "), voice.say("。", ".")
        if ask.kind == "is_a":
            one, goal = ask.args
            way = _above(world, world.members[one])
            if goal in way:
                way = way[: way.index(goal) + 1]
            cells = [voice.say(f"{cast.members[one]}是", f"{cast.members[one]} is ") + cast.kinds[way[0]]]
            cells += [cast.kinds[low] + voice.say("是", " is ") + cast.kinds[high] for low, high in pairwise(way)]
            if goal not in way:
                cells.append(cast.kinds[way[-1]] + voice.say("到顶", " is the top"))
            if goal == way[0]:
                return cells[0] + stop
            told = voice.say("是" if goal in way else "不是", " is " if goal in way else " is not ")
            return f"{semicolon.join(cells)}{stop}\n{cast.members[one]}{told}{cast.kinds[goal]}{stop}"
        if ask.kind == "has":
            return self._climb(world, ask.args[0], ask.args[1], cast, voice) + stop
        lines, count = [], 0
        if ask.kind == "count":
            for one, kind in enumerate(world.members):
                count += _has(world, kind, ask.args[0])
                lines.append(
                    self._climb(world, one, ask.args[0], cast, voice)
                    + voice.say(f"，共{count}", f", count {count}")
                    + stop
                )
            return "\n".join(lines)
        for place, value in enumerate(shown):
            one, trait = (value, ask.args[0]) if ask.kind == "who" else (ask.args[0], value)
            lines.append(f"{letter_of(place)} {self._climb(world, one, trait, cast, voice)}{stop}")
            if _has(world, world.members[one], trait):
                break
        return "\n".join(lines)

    def _climb(self, world: World, one: int, trait: int, cast: Cast, voice: Voice) -> str:
        """``小明是甲：没说；甲是乙：会飞→小明会飞``: what each kind says of it, up to the first (or last) word."""
        parts, low = [], cast.members[one]
        way = _above(world, world.members[one])
        for kind in way:
            name, stated = cast.kinds[kind], _stated(world, kind, trait)
            said = voice.say("没说", "no word") if stated is None else self._trait(trait, stated, voice)
            parts.append(voice.say(f"{low}是{name}：{said}", f"{low} is {name}: {said}"))
            low = name
            if stated is not None and not world.is_highest_first:
                break
            if kind == way[-1]:
                parts[-1] += voice.say("，到顶", ", the top")
        has = self._trait(trait, _has(world, world.members[one], trait), voice)
        return voice.say("；", "; ").join(parts) + f"→{cast.members[one]}{voice.say('', ' ')}{has}"
