"""Reachability in a directed graph: can you get from one place to another, and which places are in reach?"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """A directed graph."""

    size: int
    """Number of nodes."""
    edges: tuple[tuple[int, int], ...]
    """Directed edges in the order they are told."""


class Cast(NamedTuple):
    """Names of the nodes and the wording of an edge."""

    names: tuple[str, ...]
    scene: int
    """Which setting is told: 0 graph, 1 one-way roads."""


def _after(world: World, node: int) -> list[int]:
    return [end for start, end in world.edges if start == node]


def _sweep(world: World, start: int) -> list[tuple[int, list[int]]]:
    """Breadth-first steps from ``start``: (expanded node, newly found nodes)."""
    found, queue, steps = {start}, [start], []
    while queue:
        node = queue.pop(0)
        new = [end for end in dict.fromkeys(_after(world, node)) if end not in found]
        found.update(new)
        queue += new
        steps.append((node, new))
    return steps


def _closure(world: World) -> list[int]:
    """Transitive closure by repeated squaring of bit rows (independent of the search above)."""
    rows = [1 << node for node in range(world.size)]
    for start, end in world.edges:
        rows[start] |= 1 << end
    for middle in range(world.size):
        for start in range(world.size):
            if rows[start] >> middle & 1:
                rows[start] |= rows[middle]
    return rows


class Reachability(Family[World, int, Cast]):
    """Values: 1/0 for yes/no, or a node."""

    name = "reachability"
    title = "reachability in a directed graph"
    order_free = ("edges",)
    changes = {"edges": "other"}

    def world(self, rng: Random, level: int) -> World:
        size = 4 + level // 2
        count = size + rng.randrange(1 + level // 2)
        pairs = [(start, end) for start in range(size) for end in range(size) if start != end]
        return World(size, tuple(rng.sample(pairs, count)))

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        asks: list[Ask[int]] = []
        starts = rng.sample(range(world.size), world.size)
        for start in starts[:2]:
            reached = {node for node, _ in _sweep(world, start)}
            inside = [node for node in range(world.size) if node in reached and node != start]
            outside = [node for node in range(world.size) if node not in reached]
            want = rng.random() < 0.5
            pool = inside if want and inside or not outside else outside
            goal = rng.choice(pool)
            right = int(goal in reached)
            asks.append(Ask("can", (start, goal), bool(right), (not right,)))
            if inside and len(outside) >= 2:
                rng.shuffle(outside)
                asks.append(Ask("which", (start,), rng.choice(inside), tuple(outside[:4])))
        return asks

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        rows = _closure(world)
        if ask.kind == "can":
            start, goal = ask.args
            return bool(rows[start] >> goal & 1) == bool(value)
        return bool(rows[ask.args[0]] >> value & 1)

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 2)
        return Cast(draw(voice, "node" if scene == 0 else "city", world.size), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names = cast.names
        if cast.scene == 0:
            head = voice.pick(
                [
                    "有一个有向图，各节点之间的边如下：",
                    "下面给出一个有向图的全部边，只能沿箭头方向移动：",
                    "一个有向图包含以下有向边：",
                ],
                ["A directed graph has these edges:", "Here are all edges of a directed graph; move only along them:"],
            )
            edge = voice.pick(["{} 到 {}", "{} -> {}", "从 {} 可以到 {}"], ["{} to {}", "{} -> {}", "{} leads to {}"])
        else:
            head = voice.pick(
                [
                    "几座城市之间只有下列单行道：",
                    "某地的城市之间有一些单向公路，没有列出的路都不存在：",
                    "已知以下单向班车线路：",
                ],
                [
                    "These one-way roads join the cities:",
                    "Some cities are joined by one-way roads; there are no others:",
                ],
            )
            edge = voice.pick(
                ["从{}可以直达{}", "{}有一条路通往{}", "由{}能直接开到{}"],
                ["there is a road from {} to {}", "you can drive from {} straight to {}"],
            )
        return f"{head}\n{voice.listing([edge.format(names[start], names[end]) for start, end in world.edges])}"

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        names = cast.names
        if ask.kind == "can":
            start, goal = (names[node] for node in ask.args)
            return voice.pick(
                [
                    f"从{start}出发，是否能到达{goal}？",
                    f"是否存在一条从{start}到{goal}的路径？",
                    f"从{start}能走到{goal}，对吗？",
                ],
                [f"Can you get from {start} to {goal}?", f"Is there a path from {start} to {goal}?"],
            )
        start = names[ask.args[0]]
        return voice.pick(
            [f"从{start}出发可以到达下面哪一个？", f"以下哪个是从{start}能走到的？"],
            [f"Which of these can be reached from {start}?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "can":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        return cast.names[value]

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        names, start = cast.names, ask.args[0]
        goals = set(ask.args[1:]) if ask.kind == "can" else set(shown)
        lines, waiting = [], [start]
        for node, new in _sweep(world, start):
            ends = _after(world, node)
            text = f"{names[node]}→{voice.join([names[end] for end in ends]) or voice.say('无', 'none')}"
            met = [end for end in ends if end in goals]
            if met:
                lines.append(text + voice.say(f"，有{names[met[0]]}。", f"; {names[met[0]]} is there."))
                return "\n".join(lines)
            waiting = waiting[1:] + new
            rest = voice.join([names[end] for end in waiting]) or voice.say("无", "none")
            lines.append(text + voice.say(f"；待查{rest}", f"; to do: {rest}"))
        # Only "can" comes here: one of the options of "which" is always met.
        lines.append(voice.say(f"到不了{names[ask.args[1]]}。", f"No way to {names[ask.args[1]]}."))
        return "\n".join(lines)
