"""Ordering by comparison: who is taller, faster, older; the whole line follows from comparisons and a few given ranks.

The chain builds the line from the top: whoever stands on the lower side of no remaining comparison comes next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import NamedTuple

from synth.family import Ask, Family
from synth.names import draw
from synth.voice import Voice

Value = int | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A line of entities, known to the reader only through comparisons and given ranks."""

    line: tuple[int, ...]
    """The hidden order, front (highest) first."""
    clues: tuple[tuple[int, int, int], ...]
    """(0, a, b): a is in front of b; (1, a, rank): a has this rank from 0; in the order they are told."""


class Scene(NamedTuple):
    """Words of one way to compare."""

    kind: str
    heads: tuple[str, ...]
    more: tuple[str, ...]
    """Wordings of "a is in front of b"."""
    way: str
    """From which end to which the line is counted."""
    top: str
    bottom: str


class Cast(NamedTuple):
    """Names and setting."""

    names: tuple[str, ...]
    scene: Scene


_ZH = (
    Scene(
        "person",
        (
            "{who}的身高各不相同，已知：",
            "有{n}个人比身高，没有两人一样高。他们是{who}。",
            "下面是关于{who}身高的说法，都是真的：",
        ),
        ("{a}比{b}高", "{b}比{a}矮", "{b}没有{a}高"),
        "从高到矮",
        "最高",
        "最矮",
    ),
    Scene(
        "person",
        (
            "{who}参加了一场赛跑，没有并列。",
            "一场跑步比赛有{n}名选手：{who}，名次各不相同。",
            "{who}比赛跑步，先后到达终点，情况如下：",
        ),
        ("{a}比{b}先到终点", "{b}跑得比{a}慢", "{a}排在{b}前面", "{b}在{a}之后到达"),
        "按名次从前到后",
        "最先到达",
        "最后到达",
    ),
    Scene(
        "person",
        ("{who}的年龄互不相同，已知：", "{n}位朋友{who}比较年龄，没有同岁的。", "关于{who}的年龄，有以下事实："),
        ("{a}比{b}年长", "{b}比{a}年轻", "{b}的年纪没有{a}大", "{a}的年龄大于{b}"),
        "从年长到年轻",
        "最年长",
        "最年轻",
    ),
    Scene(
        "thing",
        (
            "货架上有{who}，价格各不相同：",
            "有{n}件商品：{who}，价钱都不一样。",
            "比较{who}的价格（没有同价的），得知：",
        ),
        ("{a}比{b}贵", "{b}比{a}便宜", "{b}没有{a}贵", "{a}的价格高于{b}"),
        "从贵到便宜",
        "最贵",
        "最便宜",
    ),
    Scene(
        "animal",
        ("{who}称了体重，结果各不相同：", "动物园里的{who}比体重，没有一样重的。", "已知{n}只动物{who}的体重满足："),
        ("{a}比{b}重", "{b}比{a}轻", "weight({a}) > weight({b})", "{b}没有{a}重"),
        "从重到轻",
        "最重",
        "最轻",
    ),
)
_EN = (
    Scene(
        "person",
        (
            "{who} all have different heights.",
            "These statements about the heights of {who} are true; no two are equal:",
        ),
        ("{a} is taller than {b}", "{b} is shorter than {a}"),
        "from tallest to shortest",
        "the tallest",
        "the shortest",
    ),
    Scene(
        "person",
        ("{who} ran a race without ties.", "A race had {n} runners: {who}. There were no ties."),
        ("{a} finished before {b}", "{b} was slower than {a}"),
        "from first to last",
        "first at the finish",
        "last at the finish",
    ),
    Scene(
        "person",
        ("{who} all have different ages.", "No two of {who} are of the same age, and this is true:"),
        ("{a} is older than {b}", "{b} is younger than {a}"),
        "from oldest to youngest",
        "the oldest",
        "the youngest",
    ),
)


@lru_cache(maxsize=64)
def _lines(size: int, clues: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, ...], ...]:
    """All orders that satisfy the clues, by trying every entity at every place."""
    before = [0] * size
    fixed: dict[int, int] = {}
    for kind, a, b in clues:
        if kind == 0:
            before[b] |= 1 << a
        else:
            fixed[a] = b
    found: list[tuple[int, ...]] = []

    def place(prefix: list[int], used: int) -> None:
        if len(prefix) == size:
            found.append(tuple(prefix))
            return
        for entity in range(size):
            if used >> entity & 1 or before[entity] & ~used or fixed.get(entity, len(prefix)) != len(prefix):
                continue
            place([*prefix, entity], used | 1 << entity)

    place([], 0)
    return tuple(found)


def _read(line: tuple[int, ...], ask: Ask[Value]) -> Value:
    """Read the answer to an ask off a whole line."""
    first = ask.args[0] if ask.args else 0
    if ask.kind == "who_at":
        return line[first]
    if ask.kind == "line":
        return line
    place = line.index(first)
    if ask.kind == "rank_of":
        return place + 1
    if ask.kind == "count":
        return len(line) - 1 - place
    if ask.kind == "next":
        return line[place + 1]
    return place < line.index(ask.args[1])


def _around(middle: int, size: int) -> list[int]:
    """All other places below ``size``, nearest first."""
    return sorted((one for one in range(size) if one != middle), key=lambda one: (abs(one - middle), one))


class Ordering(Family[World, Value, Cast]):
    """Values: an entity, a rank or count, a truth value, or a whole line."""

    name = "ordering"
    title = "ordering by comparison"

    def world(self, rng: Random, level: int) -> World:
        size = min(8, 3 + (level + rng.randrange(2)) // 2)
        line = rng.sample(range(size), size)
        pinned = rng.sample(range(size), (0, 1, 1, 2)[rng.randrange(4)] if size > 4 else rng.randrange(2))
        free = [entity for place, entity in enumerate(line) if place not in pinned]
        clues = [(0, a, b) for a, b in pairwise(free)]
        clues += [(1, line[place], place) for place in pinned]
        if rng.random() < 0.5:
            a, b = sorted(rng.sample(range(size), 2))
            if (0, line[a], line[b]) not in clues:
                clues.append((0, line[a], line[b]))
        rng.shuffle(clues)
        return World(tuple(line), tuple(clues))

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        line, size = world.line, len(world.line)
        asks: list[Ask[Value]] = []
        for kind in rng.sample(("who_at", "rank_of", "compare", "compare", "line", "count", "next"), 3):
            if kind == "who_at":
                place = rng.choice((0, size - 1, rng.randrange(size)))
                others = _around(place, size)
                asks.append(Ask(kind, (place,), line[place], tuple(line[p] for p in others)))
            elif kind == "compare":
                a, b = sorted(rng.sample(range(size), 2))
                right = rng.random() < 0.5
                pair = (line[a], line[b]) if right else (line[b], line[a])
                asks.append(Ask(kind, pair, right, (not right,), is_fixed_order=True))
            elif kind == "line":
                wrong: list[tuple[int, ...]] = []
                for place in rng.sample(range(size - 1), min(3, size - 1)):
                    swapped = list(line)
                    swapped[place : place + 2] = swapped[place + 1], swapped[place]
                    wrong.append(tuple(swapped))
                wrong.insert(rng.randrange(3), line[::-1])
                asks.append(Ask(kind, (), line, tuple(wrong)))
            elif kind == "next":
                place = rng.randrange(size - 1)
                others = [one for one in _around(place, size) if one != place + 1]
                asks.append(Ask(kind, (line[place],), line[place + 1], tuple(line[p] for p in others)))
            else:
                place = rng.randrange(size)
                number = place + 1 if kind == "rank_of" else size - 1 - place
                low, high = (1, size) if kind == "rank_of" else (0, size - 1)
                near = [number + d for d in (1, -1, 2, -2, 3) if low <= number + d <= high]
                asks.append(Ask(kind, (line[place],), number, tuple(near)))
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        lines = _lines(len(world.line), world.clues)
        return bool(lines) and all(_read(line, ask) == value for line in lines)

    def cast(self, world: World, voice: Voice) -> Cast:
        scenes = _ZH if voice.zh else _EN
        scene = scenes[voice.rng.randrange(len(scenes))]
        return Cast(draw(voice, scene.kind, len(world.line)), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names, scene = cast.names, cast.scene
        head = scene.heads[voice.rng.randrange(len(scene.heads))].format(who=voice.join(names), n=len(names))
        said = []
        for kind, a, b in world.clues:
            if kind == 0:
                more = scene.more[voice.rng.randrange(len(scene.more))]
                said.append(more.format(a=names[a], b=names[b]))
            elif b in (0, len(names) - 1) and voice.rng.random() < 0.5:
                end = scene.top if b == 0 else scene.bottom
                said.append(voice.pick([f"{names[a]}{end}", f"{end}的是{names[a]}"], [f"{names[a]} is {end}"]))
            else:
                said.append(
                    voice.pick(
                        [f"{scene.way}，{names[a]}排第{b + 1}", f"{names[a]}{scene.way}排在第{b + 1}位"],
                        [f"{names[a]} is number {b + 1} {scene.way}"],
                    )
                )
        return f"{head}\n{voice.listing(said)}"

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        names, scene = cast.names, cast.scene
        if ask.kind == "who_at":
            rank = ask.args[0] + 1
            end = {1: scene.top, len(names): scene.bottom}.get(rank)
            if end and voice.rng.random() < 0.7:
                return voice.pick(
                    [
                        f"{end}的是哪一个？",
                        f"其中{end}的是？",
                        f"谁{end}？" if scene.kind == "person" else f"哪个{end}？",
                    ],
                    [f"Which one is {end}?"],
                )
            return voice.pick(
                [
                    f"{scene.way}，排在第{rank}位的是？",
                    f"{scene.way}排列，第{rank}个是哪一个？",
                    f"{scene.way}数，第{rank}位是：",
                ],
                [f"Which one is number {rank} {scene.way}?", f"Counting {scene.way}, which one is number {rank}?"],
            )
        if ask.kind == "line":
            return voice.pick(
                [
                    f"下列哪个是{scene.way}的正确顺序？",
                    f"{scene.way}排列，正确的是哪一项？",
                    f"{scene.way}，顺序是怎样的？",
                ],
                [f"Which is the right order {scene.way}?", f"Which option lists them {scene.way}?"],
            )
        name = names[ask.args[0]]
        if ask.kind == "compare":
            other = names[ask.args[1]]
            more = scene.more[0].format(a=name, b=other)
            return voice.pick(
                [f"{more}，对吗？", f"能否断定{more}？", f"“{more}”这句话成立吗？"],
                [f"Is it true that {more}?", f"Does it follow that {more}?"],
            )
        if ask.kind == "rank_of":
            return voice.pick(
                [
                    f"{scene.way}，{name}排第几？",
                    f"{name}在{scene.way}的顺序里是第几位？",
                    f"{scene.way}数，{name}是第几个？",
                ],
                [f"Counting {scene.way}, what is the place of {name}?", f"Which place does {name} have {scene.way}?"],
            )
        if ask.kind == "count":
            return voice.pick(
                [
                    f"{scene.way}排列，{name}后面还有几个？",
                    f"{scene.way}，有几个排在{name}之后？",
                    f"排在{name}后面（{scene.way}）的一共有多少个？",
                ],
                [f"Ordered {scene.way}, how many come after {name}?", f"How many are behind {name}, {scene.way}?"],
            )
        return voice.pick(
            [
                f"{scene.way}排列，紧跟在{name}后面的是哪一个？",
                f"{scene.way}，{name}的下一位是？",
                f"{scene.way}，{name}之后紧接着是谁？",
            ],
            [f"Ordered {scene.way}, which one comes right after {name}?", f"Who follows {name} directly {scene.way}?"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, tuple):
            return voice.join([cast.names[entity] for entity in value])
        if ask.kind == "compare":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "rank_of":
            return voice.say(f"第{value}", str(value))
        return str(value) if ask.kind == "count" else cast.names[value]

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        names, size = cast.names, len(world.line)
        pairs = [(a, b) for kind, a, b in world.clues if kind == 0]
        fixed = {rank: entity for kind, entity, rank in world.clues if kind == 1}
        sure = [f"{names[entity]}={rank + 1}" for rank, entity in sorted(fixed.items())]
        mark = voice.join([*(f"{names[a]}>{names[b]}" for a, b in pairs), *sure])
        lines = [voice.say(f"前>后：{mark}。", f"Front>behind: {mark}.")]
        goals = {"who_at": (), "line": ()}.get(ask.kind, ask.args)
        line: list[int] = []
        while len(line) < size:
            rank = len(line)
            rest = [entity for entity in range(size) if entity not in line]
            live = [(a, b) for a, b in pairs if a not in line]
            lows = {b for _, b in live}
            tops = [entity for entity in rest if entity not in lows]
            other = [entity for entity in tops if entity in fixed.values() and fixed.get(rank) != entity]
            entity = fixed[rank] if rank in fixed else next(top for top in tops if top not in other)
            lines.append(
                self._step(names, rank, rest, live, tops, other, entity, [*line, entity], rank in fixed, voice)
            )
            line.append(entity)
            if self._is_done(ask, line, goals):
                break
        return "\n".join([*lines, self._end(names, ask, line, size, cast.scene, voice)])

    @staticmethod
    def _is_done(ask: Ask[Value], line: list[int], goals: tuple[int, ...]) -> bool:
        if ask.kind == "who_at":
            return len(line) > ask.args[0]
        if ask.kind == "next":
            return len(line) > 1 and line[-2] == goals[0]
        return any(goal in line for goal in goals)

    @staticmethod
    def _step(
        names: tuple[str, ...],
        rank: int,
        rest: list[int],
        live: list[tuple[int, int]],
        tops: list[int],
        other: list[int],
        entity: int,
        line: list[int],
        is_given: bool,
        voice: Voice,
    ) -> str:
        name, state = names[entity], voice.join([names[one] for one in line])
        number = rank + 1
        if is_given:
            why = voice.say("已给定", "given")
        elif len(rest) == 1:
            why = voice.say("只剩它", "the only one left")
        else:
            pairs = voice.join([f"{names[a]}>{names[b]}" for a, b in live])
            free = voice.join([names[one] for one in tops])
            none = voice.say("无", "none")
            left = voice.say(
                f"剩{voice.join([names[one] for one in rest])}；", f"left {voice.join([names[one] for one in rest])}; "
            )
            why = voice.say(f"{pairs or none}，不在右边的是{free}", f"{pairs or none}; not on a right side: {free}")
            why = (left if voice.full else "") + why
            for one in other:
                why += voice.say(f"，{names[one]}另有名次", f", but {names[one]} has another place")
        return voice.say(f"第{number}：{why}，得{name}。顺序：{state}", f"{number}: {why}; so {name}. Line: {state}")

    @staticmethod
    def _end(names: tuple[str, ...], ask: Ask[Value], line: list[int], size: int, scene: Scene, voice: Voice) -> str:
        if ask.kind == "who_at":
            rank, name = ask.args[0] + 1, names[line[-1]]
            return voice.say(f"第{rank}是{name}。", f"Number {rank} is {name}.")
        if ask.kind == "line":
            state = voice.join([names[one] for one in line])
            return voice.say(f"{scene.way}：{state}。", f"In order {scene.way}: {state}.")
        name = names[ask.args[0]]
        if ask.kind == "next":
            return voice.say(f"{name}后面是{names[line[-1]]}。", f"After {name} comes {names[line[-1]]}.")
        if ask.kind == "rank_of":
            return voice.say(f"{name}排第{len(line)}。", f"{name} is number {len(line)}.")
        if ask.kind == "count":
            return voice.say(
                f"{name}排第{len(line)}，后面有{size}-{len(line)}={size - len(line)}个。",
                f"{name} is number {len(line)}, so {size}-{len(line)}={size - len(line)} come after.",
            )
        other = names[ask.args[1]]
        first, second = (name, other) if ask.right else (other, name)
        more = scene.more[0].format(a=name, b=other)
        word = voice.say("成立" if ask.right else "不成立", "true" if ask.right else "false")
        return voice.say(
            f"{first}在{second}前面，“{more}”{word}。", f"{first} is in front of {second}: that {more} is {word}."
        )
