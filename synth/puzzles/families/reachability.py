"""Reachability in a directed graph: which places are in reach of which others, and how far away?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
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


@lru_cache(maxsize=64)
def _closure(world: World) -> Sequence[int]:
    """Transitive closure by repeated squaring of bit rows (independent of the search above)."""
    rows = [1 << node for node in range(world.size)]
    for start, end in world.edges:
        rows[start] |= 1 << end
    for middle in range(world.size):
        for start in range(world.size):
            if rows[start] >> middle & 1:
                rows[start] |= rows[middle]
    return rows


def _fewest(world: World, start: int, goal: int) -> int | None:
    """Prover: how many edges the shortest way has, by the nodes that some way of so many edges ends in."""
    ends = {start}
    for count in range(world.size):
        if goal in ends:
            return count
        ends = {end for one, end in world.edges if one in ends}
    return None


class Reach(NamedTuple):
    """What is in reach of a node, itself left out."""

    start: int
    near: list[int]
    """One edge away: the text says it."""
    far: list[int]
    outside: list[int]

    @property
    def inside(self) -> list[int]:
        """All that is in reach."""
        return self.near + self.far


@lru_cache(maxsize=64)
def _reaches(world: World) -> Sequence[Reach]:
    """Return what is in reach of each node."""
    found = []
    for start in range(world.size):
        (_, near), *later = _sweep(world, start)
        far = [node for _, new in later for node in new]
        known = {start, *near, *far}
        found.append(Reach(start, near, far, [node for node in range(world.size) if node not in known]))
    return found


def _can(world: World, rng: Random, reach: Reach) -> Ask[bool] | None:
    is_so = rng.random() < 0.5
    goals = reach.far if is_so else reach.outside
    return claimed("can", (reach.start, rng.choice(goals)), is_so) if goals else None


def _which(world: World, rng: Random, reach: Reach) -> Ask[int] | None:
    if not reach.far or len(reach.outside) < 2:
        return None
    return Ask("which", (reach.start,), rng.choice(reach.far), tuple(rng.sample(reach.outside, len(reach.outside))[:4]))


def _lost(world: World, rng: Random, reach: Reach) -> Ask[int] | None:
    inside = reach.inside
    if not reach.outside or len(inside) < 2:
        return None
    # What is in reach is in more edges than what is not: take those that are in about as many.
    edges = Counter(node for edge in world.edges for node in edge)
    right = max(rng.sample(reach.outside, len(reach.outside)), key=edges.__getitem__)
    wrong = sorted(rng.sample(inside, len(inside)), key=lambda node: abs(edges[node] - edges[right]))
    return Ask("lost", (reach.start,), right, tuple(wrong[:3]))


def _count(world: World, rng: Random, reach: Reach) -> Ask[int] | None:
    # A single one is an edge that the text tells: it would never be right.
    count = len(reach.inside)
    return Ask("count", (reach.start,), count, around(count, 2, world.size - 1)) if count > 1 else None


def _steps(world: World, rng: Random, reach: Reach) -> Ask[int]:
    pairs: dict[int, list[Args]] = {}
    for one in _reaches(world):
        for goal, level in _levels(world, one.start).items():
            pairs.setdefault(level, []).append((one.start, goal))
    # As often far away as near, where there is such a pair; a single edge is told by the text.
    count = rng.choice([level for level in _FAR if level in pairs])
    return Ask("steps", rng.choice(pairs[count]), count, tuple(level for level in _FAR if level != count))


_FAR = (2, 3, 4)
"""How many edges away something is that is asked about."""


def _levels(world: World, start: int) -> dict[int, int]:
    """Return how many edges away the nodes are that can be reached."""
    levels = {start: 0}
    for node, new in _sweep(world, start):
        levels.update(dict.fromkeys(new, levels[node] + 1))
    return levels


def _source(world: World, rng: Random, reach: Reach) -> Ask[int] | None:
    back = _reaches(_turned(world))[reach.start]
    if not back.far or len(back.outside) < 2:
        return None
    wrong = tuple(rng.sample(back.outside, len(back.outside))[:4])
    return Ask("source", (reach.start,), rng.choice(back.far), wrong)


def _turned(world: World) -> World:
    """Turn all edges round."""
    return World(world.size, tuple((end, start) for start, end in world.edges))


def _searched(
    goals: Callable[[Ask[Any], Sequence[Any]], Collection[int]],
    end: Callable[[Ask[Any], list[int], Telling[Cast]], str],
    arrow: str = "→",
) -> Callable[[World, Ask[Any], Telling[Cast], Sequence[Any]], str]:
    """Search from the start until one of ``goals(ask, shown)`` is met; ``end(ask, found, told)`` where none is."""

    def chain(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
        names, sought, waiting = told.cast.names, goals(ask, shown), [ask.args[0]]
        lines, found = list[str](), list[int]()

        def listed(nodes: list[int]) -> str:
            return told.voice.join([names[node] for node in nodes]) or told.say("none")

        for node, new in _sweep(world, ask.args[0]):
            ends = _after(world, node)
            step = f"{names[node]}{arrow}{listed(ends)}"
            met = [end for end in ends if end in sought]
            if met:
                return "\n".join([*lines, told.say("chain.met", step=step, name=names[met[0]])])
            waiting, found = waiting[1:] + new, found + new
            lines.append(told.say("chain.left", step=step, waiting=listed(waiting)))
        return "\n".join([*lines, end(ask, found, told)])

    return chain


def _unmet(goal: Callable[[Ask[Any]], int]) -> Callable[[Ask[Any], list[int], Telling[Cast]], str]:
    return lambda ask, found, told: told.say("chain.unmet", name=told.cast.names[goal(ask)])


def _number(ask: Ask[Any], found: list[int], told: Telling[Cast]) -> str:
    names = told.voice.join([told.cast.names[node] for node in found]) or told.say("none")
    return told.say("chain.count", names=names, count=len(found))


def _levelled(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    """List what is one edge away, two, and so on, up to the goal."""
    start, goal = ask.args
    lines, ends = [f"0{told.say('colon')}{told.cast.names[start]}"], dict.fromkeys((start,))
    seen = set(ends)
    while goal not in ends:
        ends = dict.fromkeys(end for node in ends for end in _after(world, node) if end not in seen)
        seen.update(ends)
        lines.append(f"{len(lines)}{told.say('colon')}{told.voice.join([told.cast.names[node] for node in ends])}")
    return "\n".join([*lines, told.say("chain.steps", name=told.cast.names[goal], count=len(lines) - 1)])


_search_source = _searched(lambda ask, shown: shown, _unmet(lambda ask: ask.right), arrow="←")


def _start(args: Args, told: Telling[Cast]) -> dict[str, object]:
    return {"start": told.cast.names[args[0]]}


KINDS: tuple[Kind[World, Cast], ...] = (
    whether(
        "can",
        _can,
        is_so=lambda world, args: bool(_closure(world)[args[0]] >> args[1] & 1),
        chain=_searched(lambda ask, shown: ask.args[1:], _unmet(lambda ask: ask.args[1])),
        slots=lambda args, told: {"start": told.cast.names[args[0]], "goal": told.cast.names[args[1]]},
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: bool(_closure(world)[args[0]] >> value & 1),
        option=lambda value, told: told.cast.names[value],
        chain=_searched(lambda ask, shown: shown, _unmet(lambda ask: ask.right)),
        slots=_start,
    ),
    Kind(
        "lost",
        _lost,
        holds=lambda world, args, value: not _closure(world)[args[0]] >> value & 1,
        option=lambda value, told: told.cast.names[value],
        chain=_searched(lambda ask, shown: (), _unmet(lambda ask: ask.right)),
        slots=_start,
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: _closure(world)[args[0]].bit_count() - 1,
        chain=_searched(lambda ask, shown: (), _number),
        slots=_start,
    ),
    worked_out(
        "steps",
        _steps,
        answer=lambda world, args: _fewest(world, *args),
        chain=_levelled,
        slots=lambda args, told: {"start": told.cast.names[args[0]], "goal": told.cast.names[args[1]]},
    ),
    Kind(
        "source",
        _source,
        holds=lambda world, args, value: bool(_closure(world)[value] >> args[0] & 1),
        option=lambda value, told: told.cast.names[value],
        chain=lambda world, ask, told, shown: _search_source(_turned(world), ask, told, shown),
        slots=lambda args, told: {"goal": told.cast.names[args[0]]},
    ),
)


class Reachability(Family[World, Cast]):
    """Values: True/False, a node, or a number."""

    name = "reachability"
    title = "reachability in a directed graph"
    order_free = ("edges",)
    changes = {"edges": "other"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = 4 + level // 2
        count = size + rng.randrange(1 + level // 2)
        pairs = [(start, end) for start in range(size) for end in range(size) if start != end]
        while True:
            edges = tuple(rng.sample(pairs, count))
            # A node that no edge names is out of reach at a glance.
            if len({node for edge in edges for node in edge}) < size:
                continue
            world = World(size, edges)
            # Several nodes can be asked about, and not all is in reach of one of them.
            far = [reach for reach in _reaches(world) if reach.far]
            if len(far) > 1 and any(reach.outside for reach in far):
                return world

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        asks: list[Ask[Any]] = []
        for reach in rng.sample([reach for reach in _reaches(world) if reach.far], 2):
            # Of numbers the most are kept.
            names = self.drawn(("can", *("which", "lost", "source") * 2, "steps", "count"), rng, may_be_two)
            for name in dict.fromkeys(names):
                asks += self.made(name, world, rng, reach)
        return list({(ask.kind, ask.args): ask for ask in asks}.values())[:5]

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 2)
        return Cast(draw(voice, "node" if scene == 0 else "city", world.size), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head, edge = told.pick("tell.head"), told.draw("tell.edge")
        return f"{head}\n{voice.listing([told.fill(edge, cast.names[a], cast.names[b]) for a, b in world.edges])}"
