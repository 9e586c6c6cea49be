"""Shortest ways in a small weighted graph, by Dijkstra's algorithm with its state told at each step."""

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

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A weighted graph without parallel edges."""

    size: int
    """Number of nodes."""
    edges: tuple[tuple[int, int, int], ...]
    """(start, end, length) in the order they are told."""
    is_directed: bool
    """Whether edges lead one way only."""


class Cast(NamedTuple):
    """Names of the nodes and the setting."""

    names: tuple[str, ...]
    scene: int
    """0 bare graph, 1 roads in kilometres, 2 travel in minutes."""


class Step(NamedTuple):
    """One step of the search: a node is settled and its neighbours are looked at."""

    node: int
    distance: int
    looks: tuple[tuple[int, int, int], ...]
    """(neighbour, edge length, distance it had before or -1)."""
    waiting: tuple[tuple[int, int], ...]
    """(node, distance) not yet settled, nearest first, after the step."""


def _after(world: World, node: int) -> list[tuple[int, int]]:
    found = []
    for start, end, length in world.edges:
        if start == node:
            found.append((end, length))
        elif end == node and not world.is_directed:
            found.append((start, length))
    return found


def _search(world: World, start: int, goal: int) -> list[Step]:
    """Settle nodes, nearest first, until ``goal`` is."""
    waiting, settled, steps = {start: 0}, set(), []
    while waiting:
        node = min(waiting, key=lambda other: waiting[other])
        distance = waiting.pop(node)
        settled.add(node)
        if node == goal:
            steps.append(Step(node, distance, (), ()))
            break
        looks = []
        for end, length in _after(world, node):
            if end in settled:
                continue
            looks.append((end, length, waiting.get(end, -1)))
            if end not in waiting or distance + length < waiting[end]:
                # A shortened node goes to the end, so that equals stay in the order in which they got their distance.
                waiting.pop(end, None)
                waiting[end] = distance + length
        waiting = dict(sorted(waiting.items(), key=lambda item: item[1]))
        steps.append(Step(node, distance, tuple(looks), tuple(waiting.items())))
    return steps


def _ways(world: World, start: int, goal: int) -> dict[Path, int]:
    """All simple paths with their lengths, by brute force (independent of ``_search``)."""
    lengths: dict[tuple[int, int], int] = {}
    for one, two, length in world.edges:
        lengths[one, two] = length
        if not world.is_directed:
            lengths[two, one] = length
    ways: dict[Path, int] = {}
    stack: list[tuple[Path, int]] = [((start,), 0)]
    while stack:
        path, total = stack.pop()
        if path[-1] == goal:
            ways[path] = total
            continue
        for node in range(world.size):
            if (path[-1], node) in lengths and node not in path:
                stack.append(((*path, node), total + lengths[path[-1], node]))
    return ways


class ShortestPath(Family[World, Path, Cast]):
    """Values: a path as a tuple of nodes, or a one-tuple of a length; (1,) and (0,) for yes and no."""

    name = "shortest_path"
    title = "shortest ways in a weighted graph"
    order_free = ("edges",)
    changes = {"edges": "last"}

    def world(self, rng: Random, level: int) -> World:
        size = 4 + level // 3
        is_directed = rng.random() < 0.4
        nodes = rng.sample(range(size), size)
        pairs = {(nodes[rng.randrange(max(0, place - 2), place)], nodes[place]) for place in range(1, size)}
        target = size + level // 4 + rng.randrange(2)
        rest = [
            (one, two)
            for place, one in enumerate(nodes)
            for two in nodes[place + 1 : place + 4]
            if (one, two) not in pairs
        ]
        rng.shuffle(rest)
        chosen = [*pairs, *rest[: max(0, target - len(pairs))]]
        chosen.sort()
        rng.shuffle(chosen)
        turned = [pair if is_directed or rng.random() < 0.5 else pair[::-1] for pair in chosen]
        return World(size, tuple((one, two, rng.randrange(1, 10)) for one, two in turned), is_directed)

    def asks(self, world: World, rng: Random) -> list[Ask[Path]]:
        asks: list[Ask[Path]] = []
        pairs = [(one, two) for one in range(world.size) for two in range(world.size) if one != two]
        rng.shuffle(pairs)
        # Prefer pairs that are not joined by an edge only: at least two ways.
        rated = [(pair, _ways(world, *pair)) for pair in pairs[:10]]
        good = [(pair, ways) for pair, ways in rated if len(ways) >= 2] or [
            (pair, ways) for pair in pairs if (ways := _ways(world, *pair))
        ]
        kinds = ["distance", "path", "within", "length"]
        kinds.pop(rng.choice((0, 1, 2, 3, 3)))
        for place, kind in enumerate(kinds):
            pair, ways = good[place % len(good)]
            shortest = min(ways.values())
            if kind == "distance":
                others = sorted(set(ways.values()) - {shortest})[:2]
                wrong = [*others, *around(shortest, 1)]
                values = [(number,) for number in dict.fromkeys(wrong) if number > 0]
                asks.append(Ask("distance", pair, (shortest,), tuple(values)))
            elif kind == "path":
                best = [way for way, total in ways.items() if total == shortest]
                if len(best) == 1:
                    others_by_length = sorted(ways, key=lambda way: ways[way])[1:5]
                    fake = self._fakes(world, pair, rng)
                    asks.append(Ask("path", pair, best[0], tuple([*others_by_length, *fake])))
            elif kind == "within":
                limit = shortest + rng.choice((0, 1, 2, -1, -1, -2))
                right = shortest <= limit
                if limit > 0:
                    asks.append(Ask("within", (*pair, limit), (int(right),), ((int(not right),),)))
            else:
                way = rng.choice(list(ways))
                total = ways[way]
                wrong = list(around(total, 1))
                asks.append(Ask("length", way, (total,), tuple((number,) for number in wrong)))
        return asks

    def _fakes(self, world: World, pair: tuple[int, int], rng: Random) -> list[Path]:
        """Node sequences that are no path at all, should real ones be too few."""
        ways = _ways(world, *pair)
        middle = [node for node in range(world.size) if node not in pair]
        fakes = [pair, *((pair[0], node, pair[1]) for node in middle)]
        rng.shuffle(fakes)
        return [fake for fake in fakes if fake not in ways]

    def holds(self, world: World, ask: Ask[Path], value: Path) -> bool:
        if ask.kind == "length":
            lengths = {frozenset((one, two)): length for one, two, length in world.edges}
            return sum(lengths[frozenset(leg)] for leg in pairwise(ask.args)) == value[0]
        ways = _ways(world, ask.args[0], ask.args[1])
        shortest = min(ways.values())
        if ask.kind == "distance":
            return shortest == value[0]
        if ask.kind == "within":
            return any(total <= ask.args[2] for total in ways.values()) == bool(value[0])
        return ways.get(value) == shortest

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 3)
        return Cast(draw(voice, "node" if scene == 0 else "city", world.size), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        one_way = world.is_directed
        if cast.scene == 0:
            head = voice.pick(
                ["有一个带权有向图，只能沿边的方向走：", "下面是一个有向图的全部边及其长度（箭头方向为可走方向）："]
                if one_way
                else ["有一个带权无向图，每条边都可以双向走：", "下面是一个无向图的全部边及其长度："],
                ["A weighted directed graph has these edges (one way only):"]
                if one_way
                else ["A weighted undirected graph has these edges:", "Edges of an undirected graph with lengths:"],
            )
            forms = (
                ["{} -> {}：{}", "从{}到{}的边长为{}", "边({}, {})，长度{}"]
                if one_way
                else ["{} - {}：{}", "{}与{}之间的边长为{}", "边({}, {})，长度{}"],
                ["{} -> {}: {}", "from {} to {}, length {}"]
                if one_way
                else ["{} - {}: {}", "{} and {} are joined, length {}"],
            )
        elif cast.scene == 1:
            head = voice.pick(
                ["几座城市之间有下列单行道：", "某地区只有以下单向公路："]
                if one_way
                else ["几座城市之间有下列双向公路：", "某地区只有以下公路，都可以往返："],
                ["Only these one-way roads join the cities:"]
                if one_way
                else ["Only these two-way roads join the cities:", "Some cities are joined by roads (both ways):"],
            )
            forms = (
                ["从{}到{}，{}公里", "{}通往{}的路长{}公里"]
                if one_way
                else ["{}和{}之间，{}公里", "{}到{}的路长{}公里（双向）", "{}与{}相距{}公里，有路直达"],
                ["from {} to {}, {} km", "the road from {} to {} is {} km long"]
                if one_way
                else ["{} and {}: {} km", "the road between {} and {} is {} km long"],
            )
        else:
            head = voice.pick(
                ["快递员只能走下列单向路线，所需时间如下：", "一张交通图给出了单向行驶的用时："]
                if one_way
                else ["快递员可以走下列路线，往返用时相同：", "一张交通图给出了两地之间的行驶用时（双向相同）："],
                ["A courier can use these one-way links:"]
                if one_way
                else ["A courier can use these links, the same time both ways:"],
            )
            forms = (
                ["{}到{}：{}分钟", "从{}去{}需要{}分钟"] if one_way else ["{}和{}之间：{}分钟", "{}与{}之间需要{}分钟"],
                ["{} to {}: {} minutes", "from {} to {} takes {} minutes"]
                if one_way
                else ["{} and {}: {} minutes", "between {} and {} it takes {} minutes"],
            )
        form = voice.pick(*forms)
        facts = [form.format(cast.names[one], cast.names[two], length) for one, two, length in world.edges]
        return f"{head}\n{voice.listing(facts)}"

    def question(self, world: World, ask: Ask[Path], cast: Cast, voice: Voice) -> str:
        if ask.kind == "length":
            way = _arrow(cast.names, ask.args)
            return voice.pick(
                [f"路线 {way} 的总长是多少？", f"沿 {way} 走，一共是多少？", f"路径 {way} 合计为："],
                [f"What is the total of the route {way}?", f"Following {way}, what is the sum?"],
            )
        one, two = cast.names[ask.args[0]], cast.names[ask.args[1]]
        cost = (("路程", "长度"), ("路程", "公里"), ("用时", "分钟"))[cast.scene][0]
        cost_en = ("distance", "distance", "time")[cast.scene]
        if ask.kind == "distance":
            return voice.pick(
                [
                    f"从{one}到{two}的最短{cost}是多少？",
                    f"由{one}前往{two}，最少的{cost}是：",
                    f"{one}到{two}的最短{cost}为：",
                ],
                [
                    f"What is the shortest {cost_en} from {one} to {two}?",
                    f"The least {cost_en} from {one} to {two} is:",
                ],
            )
        if ask.kind == "within":
            unit = voice.say(("", "公里", "分钟")[cast.scene], ("", " km", " minutes")[cast.scene])
            limit = f"{ask.args[2]}{unit}"
            return voice.pick(
                [
                    f"从{one}到{two}，{cost}能否不超过{limit}？",
                    f"{cost}不超过{limit}，能从{one}到{two}吗？",
                    f"从{one}到{two}，{cost}能控制在{limit}以内（含）吗？",
                ],
                [
                    f"Can you get from {one} to {two} within a total of {limit}?",
                    f"Is there a way from {one} to {two} of at most {limit}?",
                ],
            )
        return voice.pick(
            [
                f"从{one}到{two}的最短路线是哪一条？",
                f"由{one}到{two}，{cost}最少的路径是：",
                f"以下哪条是从{one}到{two}的最短路径？",
            ],
            [
                f"Which is the shortest way from {one} to {two}?",
                f"The way from {one} to {two} with the least {cost_en} is:",
            ],
        )

    def option(self, world: World, ask: Ask[Path], value: Path, cast: Cast, voice: Voice) -> str:
        if ask.kind == "path":
            return _arrow(cast.names, value)
        if ask.kind == "within":
            return voice.say("能" if value[0] else "不能", "Yes" if value[0] else "No")
        return str(value[0]) + voice.say(("", "公里", "分钟")[cast.scene], ("", " km", " minutes")[cast.scene])

    def chain(self, world: World, ask: Ask[Path], cast: Cast, voice: Voice, shown: tuple[Path, ...]) -> str:
        if ask.kind == "length":
            return self._sum(world, ask.args, cast, voice)[0] + voice.say("。", ".")
        if ask.kind == "path":
            return self._options_chain(world, cast, voice, shown)
        names, goal = cast.names, ask.args[1]
        limit = ask.args[2] if ask.kind == "within" else -1
        steps = _search(world, *ask.args[:2])
        semicolon, stop = voice.say("；", "; "), voice.say("。", ".")
        gap, lines = _gap(cast, voice), []
        for step in steps:
            name, found = names[step.node] + gap, step.distance
            if limit >= 0 and found > limit:
                lines.append(voice.say(f"最小{name}{found}>{limit}，不能。", f"Least {name}{found}>{limit}, no."))
                break
            if step.node == goal:
                lines.append(voice.say(f"{name}{found}最小，到。", f"{name}{found} is least, done."))
                break
            met = [
                place for place, (node, length, _) in enumerate(step.looks) if node == goal and found + length <= limit
            ]
            looks = [self._look(step, look, cast, voice) for look in step.looks[: met[0] + 1 if met else None]]
            seen = voice.say("，", ", ").join(looks) or voice.say("无", "none")
            text = f"{name}{found}{voice.say('：', ': ')}{seen}"
            if met:
                lines.append(text + voice.say(f"≤{limit}，能。", f"≤{limit}, yes."))
                break
            waiting = [f"{names[node]}{gap}{distance}" for node, distance in step.waiting]
            text += semicolon
            lines.append(text + voice.say("待", "next ") + voice.say("、", ", ").join(waiting) + stop)
        return "\n".join(lines)

    def _look(self, step: Step, look: tuple[int, int, int], cast: Cast, voice: Voice) -> str:
        """``乙4+3=7``, and how it compares with the distance that was known."""
        node, length, had = look
        new = step.distance + length
        made = f"{step.distance}+{length}={new}" if step.distance else str(new)
        text = f"{cast.names[node]}{_gap(cast, voice)}{made}"
        return text if had < 0 else f"{text}{'<' if new < had else '>' if new > had else '='}{had}"

    def _options_chain(self, world: World, cast: Cast, voice: Voice, shown: tuple[Path, ...]) -> str:
        """Add up every option, up to the least sum so far; behind each stands which that is."""
        best, least, lines = -1, 0, []
        for place, way in enumerate(shown):
            text, total = self._sum(world, way, cast, voice, least)
            text = f"{letter_of(place)}{voice.say('：', ': ')}{text}"
            if total >= 0 and (best < 0 or total < least):
                best, least = place, total
            if best >= 0:
                text += voice.say(f"，最短{letter_of(best)}{least}", f", least {letter_of(best)} {least}")
            lines.append(text)
        return "\n".join(lines)

    def _sum(self, world: World, way: Path, cast: Cast, voice: Voice, least: int = 0) -> tuple[str, int]:
        """``甲-乙4，乙-丙4+3=7`` and the total, or -1 where the way breaks off.

        Args:
            least: stop where the sum is no longer below it; 0 for never. The last sum is compared with it.
        """
        lengths = {(one, two): length for one, two, length in world.edges}
        if not world.is_directed:
            lengths |= {(two, one): length for one, two, length in world.edges}
        total, parts = 0, []
        for one, two in pairwise(way):
            length = lengths.get((one, two), -1)
            leg = f"{cast.names[one]}-{cast.names[two]}"
            if length < 0:
                parts.append(leg + voice.say("无路", " no road"))
                return voice.say("，", ", ").join(parts), -1
            parts.append(leg + _gap(cast, voice) + (f"{total}+{length}={total + length}" if total else str(length)))
            total += length
            if least and (total >= least or two == way[-1]):
                parts[-1] += f"{'<' if total < least else '>' if total > least else '='}{least}"
            if least and total >= least:
                break
        return voice.say("，", ", ").join(parts), total


def _gap(cast: Cast, voice: Voice) -> str:
    """What stands between a node and its number: names that end in a digit must not run into it."""
    return "=" if cast.names[0][-1].isdigit() else voice.say("", " ")


def _arrow(names: tuple[str, ...], way: Path) -> str:
    return " -> ".join(names[node] for node in way)
