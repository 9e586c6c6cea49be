"""Ordering by comparison: who is taller, faster, older; the whole line follows from comparisons and a few given ranks.

Questions count from either end. The chain takes the answer from a clue that says it; otherwise it follows the
comparisons from one to the next and puts the pieces together, then fills in the given ranks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import around, swapped
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

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
    back: str
    """The other way round."""
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
        "从矮到高",
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
        "按名次从后到前",
        "最先到达",
        "最后到达",
    ),
    Scene(
        "person",
        ("{who}的年龄互不相同，已知：", "{n}位朋友{who}比较年龄，没有同岁的。", "关于{who}的年龄，有以下事实："),
        ("{a}比{b}年长", "{b}比{a}年轻", "{b}的年纪没有{a}大", "{a}的年龄大于{b}"),
        "从年长到年轻",
        "从年轻到年长",
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
        "从便宜到贵",
        "最贵",
        "最便宜",
    ),
    Scene(
        "animal",
        ("{who}称了体重，结果各不相同：", "动物园里的{who}比体重，没有一样重的。", "已知{n}只动物{who}的体重满足："),
        ("{a}比{b}重", "{b}比{a}轻", "weight({a}) > weight({b})", "{b}没有{a}重"),
        "从重到轻",
        "从轻到重",
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
        "from shortest to tallest",
        "the tallest",
        "the shortest",
    ),
    Scene(
        "person",
        ("{who} ran a race without ties.", "A race had {n} runners: {who}. There were no ties."),
        ("{a} finished before {b}", "{b} was slower than {a}"),
        "from first to last",
        "from last to first",
        "first at the finish",
        "last at the finish",
    ),
    Scene(
        "person",
        ("{who} all have different ages.", "No two of {who} are of the same age, and this is true:"),
        ("{a} is older than {b}", "{b} is younger than {a}"),
        "from oldest to youngest",
        "from youngest to oldest",
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
    first, last = ask.args[0], ask.args[-1]
    if ask.kind == "compare":
        return line.index(first) < line.index(last)
    if last:
        line = line[::-1]
    if ask.kind == "who_at":
        return line[first]
    if ask.kind == "line":
        return line
    place = line.index(first)
    if ask.kind == "rank_of":
        return place + 1
    return len(line) - 1 - place if ask.kind == "count" else line[place + 1]


def _around(middle: int, size: int) -> list[int]:
    """All other places below ``size``, nearest first."""
    return sorted((one for one in range(size) if one != middle), key=lambda one: (abs(one - middle), one))


class Ordering(Family[World, Value, Cast]):
    """Values: an entity, a rank or count, a truth value, or a whole line."""

    name = "ordering"
    title = "ordering by comparison"
    order_free = ("clues",)

    def world(self, rng: Random, level: int) -> World:
        size = min(8, 3 + (level + rng.randrange(2)) // 2)
        line = rng.sample(range(size), size)
        pinned = rng.sample(range(size), (0, 1, 1, 2)[rng.randrange(4)] if size > 4 else rng.randrange(2))
        free = [entity for place, entity in enumerate(line) if place not in pinned]
        clues = [(0, a, b) for a, b in pairwise(free)]
        clues += [(1, line[place], place) for place in pinned]
        if len(free) > 2 and rng.random() < 0.3:
            # One comparison more than needed: over one place, so that it makes a triangle with two others.
            place = rng.randrange(len(free) - 2)
            clues.append((0, free[place], free[place + 2]))
        rng.shuffle(clues)
        return World(tuple(line), tuple(clues))

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        size = len(world.line)
        asks: list[Ask[Value]] = []
        for kind in rng.sample(("who_at", "rank_of", "compare", "compare", "line", "count", "next"), 3):
            # 1 where the question counts from the other end; the last argument of every ask but ``compare``.
            back = int(kind != "compare" and rng.random() < 0.3)
            line = world.line[::-1] if back else world.line
            if kind == "who_at":
                place = rng.choice((0, size - 1, rng.randrange(size)))
                if place in (0, size - 1):
                    # The ends have names of their own, which do not say from where to count.
                    back, line = 0, world.line
                others = _around(place, size)
                asks.append(Ask(kind, (place, back), line[place], tuple(line[p] for p in others)))
            elif kind == "compare":
                a, b = sorted(rng.sample(range(size), 2))
                right = rng.random() < 0.5
                pair = (line[a], line[b]) if right else (line[b], line[a])
                asks.append(Ask(kind, pair, right, (not right,)))
            elif kind == "line":
                asks.append(Ask(kind, (back,), line, (line[::-1], *swapped(line, rng))))
            elif kind == "next":
                place = rng.randrange(size - 1)
                others = [one for one in _around(place, size) if one != place + 1]
                asks.append(Ask(kind, (line[place], back), line[place + 1], tuple(line[p] for p in others)))
            else:
                place = rng.randrange(size)
                number = place + 1 if kind == "rank_of" else size - 1 - place
                low, high = (1, size) if kind == "rank_of" else (0, size - 1)
                near = around(number, low, high)
                asks.append(Ask(kind, (line[place], back), number, near))
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
        is_back = ask.kind != "compare" and ask.args[-1]
        way = scene.back if is_back else scene.way
        if ask.kind == "who_at":
            rank = ask.args[0] + 1
            ends = (scene.bottom, scene.top) if is_back else (scene.top, scene.bottom)
            end = {1: ends[0], len(names): ends[1]}.get(rank)
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
                    f"{way}，排在第{rank}位的是？",
                    f"{way}排列，第{rank}个是哪一个？",
                    f"{way}数，第{rank}位是：",
                ],
                [f"Which one is number {rank} {way}?", f"Counting {way}, which one is number {rank}?"],
            )
        if ask.kind == "line":
            return voice.pick(
                [
                    f"下列哪个是{way}的正确顺序？",
                    f"{way}排列，正确的是哪一项？",
                    f"{way}，顺序是怎样的？",
                ],
                [f"Which is the right order {way}?", f"Which option lists them {way}?"],
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
                    f"{way}，{name}排第几？",
                    f"{name}在{way}的顺序里是第几位？",
                    f"{way}数，{name}是第几个？",
                ],
                [f"Counting {way}, what is the place of {name}?", f"Which place does {name} have {way}?"],
            )
        if ask.kind == "count":
            return voice.pick(
                [
                    f"{way}排列，{name}后面还有几个？",
                    f"{way}，有几个排在{name}之后？",
                    f"排在{name}后面（{way}）的一共有多少个？",
                ],
                [f"Ordered {way}, how many come after {name}?", f"How many are behind {name}, {way}?"],
            )
        return voice.pick(
            [
                f"{way}排列，紧跟在{name}后面的是哪一个？",
                f"{way}，{name}的下一位是？",
                f"{way}，{name}之后紧接着是谁？",
            ],
            [f"Ordered {way}, which one comes right after {name}?", f"Who follows {name} directly {way}?"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, tuple):
            return voice.join([cast.names[entity] for entity in value])
        if ask.kind == "compare":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "rank_of":
            return voice.say(f"第{value}", str(value))
        return str(value) if ask.kind == "count" else cast.names[value]

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        names, size = cast.names, len(world.line)
        pairs = [(a, b) for kind, a, b in world.clues if kind == 0]
        fixed = {rank: entity for kind, entity, rank in world.clues if kind == 1}
        comma, more, same = voice.say("，", ", "), voice.say(">", " > "), voice.say("=", " = ")
        if ask.kind == "compare":
            for a, b in pairs:
                if {a, b} == set(ask.args):
                    word = voice.say("，对", ", true") if a == ask.args[0] else voice.say("，不对", ", false")
                    return f"{voice.say('线索：', 'Clue: ')}{names[a]}{more}{names[b]}{word}"
        elif ask.kind in ("who_at", "rank_of", "count"):
            for rank, entity in fixed.items():
                asked = size - 1 - ask.args[0] if ask.args[-1] else ask.args[0]
                if rank == asked if ask.kind == "who_at" else entity == ask.args[0]:
                    lines = [f"{voice.say('线索：', 'Clue: ')}{rank + 1}{same}{names[entity]}"]
                    self._end(names, ask, list(world.line[: rank + 1]), size, cast.scene, lines, voice)
                    return "\n".join(lines)
        cells = [f"{names[a]}{more}{names[b]}" for a, b in pairs]
        cells += [f"{rank + 1}{same}{names[entity]}" for rank, entity in sorted(fixed.items())]
        lines = [comma.join(cells)]
        free = self._follow(pairs, names, voice, lines)
        line: list[int] = []
        for rank in range(size):
            line.append(fixed[rank] if rank in fixed else free.pop(0))
            if self._is_done(ask, line, size):
                break
        gap = voice.say("", " ")
        lines.append(voice.say(" ", ", ").join(f"{rank}{gap}{names[one]}" for rank, one in enumerate(line, 1)))
        self._end(names, ask, line, size, cast.scene, lines, voice)
        return "\n".join(lines)

    @staticmethod
    def _follow(pairs: list[tuple[int, int]], names: tuple[str, ...], voice: Voice, lines: list[str]) -> list[int]:
        """Follow "is in front of" from the first name not yet reached; set each piece in front of the one it meets."""
        line: list[int] = []
        more = voice.say(">", " > ")
        for start, _ in pairs:
            if start in line:
                continue
            piece = [start]
            while piece[-1] not in line:
                behind = [b for a, b in pairs if a == piece[-1]]
                if not behind:
                    break
                if len(behind) == 2:
                    # The nearer one of two is itself in front of the other.
                    near, far = behind if (behind[0], behind[1]) in pairs else behind[::-1]
                    fork = f"{names[piece[-1]]}{more}{names[behind[0]]}{voice.say('/', ' / ')}{names[behind[1]]}"
                    order = f"{names[near]}{more}{names[far]}"
                    lines.append(voice.say(f"{fork}，{order}，取{names[near]}", f"{fork}, {order}, take {names[near]}"))
                    behind = [near]
                piece.append(behind[0])
            lines.append(more.join(names[one] for one in piece))
            line = [*piece[: -1 if piece[-1] in line else None], *line]
        return line

    @staticmethod
    def _is_done(ask: Ask[Value], line: list[int], size: int) -> bool:
        first, is_back = ask.args[0], ask.args[-1]
        if ask.kind == "line":
            return len(line) == size
        if ask.kind == "who_at":
            return len(line) == (size - first if is_back else first + 1)
        if ask.kind == "next" and not is_back:
            return len(line) > 1 and line[-2] == first
        return first in line or (ask.kind == "compare" and ask.args[1] in line)

    @staticmethod
    def _end(
        names: tuple[str, ...],
        ask: Ask[Value],
        line: list[int],
        size: int,
        scene: Scene,
        lines: list[str],
        voice: Voice,
    ) -> None:
        """Add what the places found so far say about the question."""
        last, at = names[line[-1]], len(line)
        gap, comma = voice.say("", " "), voice.say("，", ", ")
        if ask.kind == "compare":
            x, y = names[ask.args[0]], names[ask.args[1]]
            is_first = line[-1] == ask.args[0]
            front, behind = (x, y) if is_first else (y, x)
            word = voice.say("对", "true") if is_first else voice.say("不对", "false")
            lines.append(
                voice.say(f"{front}在前，{front}>{behind}，", f"{front} is in front, {front} > {behind}, ") + word
            )
            return
        if not ask.args[-1]:
            if ask.kind == "line":
                lines.append(voice.say("顺序：", "Order: ") + voice.join([names[one] for one in line]))
            elif ask.kind == "count":
                lines.append(f"{size}-{at}={size - at}")
            else:
                lines.append(f"{last}{gap}{at}" if ask.kind == "rank_of" else last)
            return
        # The other way round.
        head = scene.back + voice.say("：", ": ")
        if ask.kind == "line":
            lines.append(head + comma.join(f"{rank}{gap}{names[line[rank - 1]]}" for rank in range(size, 0, -1)))
        elif ask.kind == "who_at":
            rank = ask.args[0] + 1
            lines.append(f"{head}{size}-{rank}={size - rank}{comma}{size - rank}+1={at}{comma}{at}{gap}{last}")
        elif ask.kind == "rank_of":
            lines.append(f"{head}{size}-{at}={size - at}{comma}{size - at}+1={size - at + 1}")
        elif ask.kind == "count":
            lines.append(f"{head}{at}-1={at - 1}")
        else:
            lines.append(f"{head}{at}-1={at - 1}{comma}{at - 1}{gap}{names[line[-2]]}")
