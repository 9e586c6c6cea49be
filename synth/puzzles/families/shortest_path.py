"""Shortest ways in a small weighted graph, by Dijkstra's algorithm with its state told at each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family, Kind, claimed, sign_of, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
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


Told = Telling[Cast]


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
    after = _lengths_after(world)
    ways: dict[Path, int] = {}
    stack: list[tuple[Path, int]] = [((start,), 0)]
    while stack:
        path, total = stack.pop()
        if path[-1] == goal:
            ways[path] = total
            continue
        for node, length in after[path[-1]]:
            if node not in path:
                stack.append(((*path, node), total + length))
    return ways


@lru_cache(maxsize=64)
def _lengths_after(world: World) -> list[list[tuple[int, int]]]:
    """Return for each node the next ones, by number, each with the length of the edge."""
    lengths = _lengths(world)
    return [
        [(two, lengths[one, two]) for two in range(world.size) if (one, two) in lengths] for one in range(world.size)
    ]


def _lengths(world: World) -> dict[tuple[int, int], int]:
    lengths = {(one, two): length for one, two, length in world.edges}
    return lengths if world.is_directed else {(two, one): length for (one, two), length in lengths.items()} | lengths


Ways = Mapping[Path, int]


def _distance(world: World, rng: Random, pair: tuple[int, int], ways: Ways) -> Ask[int]:
    shortest = min(ways.values())
    wrong = [*sorted(set(ways.values()) - {shortest})[:2], *around(shortest, 1)]
    return Ask("distance", pair, shortest, tuple(dict.fromkeys(wrong)))


def _path(world: World, rng: Random, pair: tuple[int, int], ways: Ways) -> Ask[Path] | None:
    shortest = min(ways.values())
    best = [way for way, total in ways.items() if total == shortest]
    if len(best) > 1:
        return None
    # Node sequences that are no path at all, should real ones be too few.
    fakes = [pair, *((pair[0], node, pair[1]) for node in range(world.size) if node not in pair)]
    rng.shuffle(fakes)
    others = sorted(ways, key=lambda way: ways[way])[1:5]
    return Ask("path", pair, best[0], (*others, *(fake for fake in fakes if fake not in ways)))


def _within(world: World, rng: Random, pair: tuple[int, int], ways: Ways) -> Ask[bool] | None:
    shortest = min(ways.values())
    limit = shortest + rng.choice((0, 1, 2, -1, -1, -2))
    return claimed("within", (*pair, limit), shortest <= limit) if limit > 0 else None


def _length(world: World, rng: Random, pair: tuple[int, int], ways: Ways) -> Ask[int]:
    way = rng.choice(list(ways))
    return Ask("length", way, ways[way], around(ways[way], 1))


def _least(world: World, start: int, goal: int) -> int:
    return min(_ways(world, start, goal).values())


def _length_of(world: World, way: Path) -> int:
    """Prover: add up a way that is there."""
    lengths = {frozenset((one, two)): length for one, two, length in world.edges}
    return sum(lengths[frozenset(leg)] for leg in pairwise(way))


def _measure(value: int, told: Told) -> str:
    return told.say("option.length", n=value)


def _gap(told: Told) -> str:
    """What stands between a node and its number: names that end in a digit must not run into it."""
    return "=" if told.cast.names[0][-1].isdigit() else told.say("space")


def _arrow(way: Path, told: Told) -> str:
    return " -> ".join(told.cast.names[node] for node in way)


def _searched(world: World, told: Told, start: int, goal: int, limit: int = -1) -> str:
    """Settle nodes up to the goal; with a limit, up to where it is met or passed."""
    names, gap, lines = told.cast.names, _gap(told), list[str]()
    for step in _search(world, start, goal):
        node, found = f"{names[step.node]}{gap}{step.distance}", step.distance
        if found > limit >= 0:
            return "\n".join([*lines, told.say("chain.beyond", node=node, limit=limit)])
        if step.node == goal:
            return "\n".join([*lines, told.say("chain.done", node=node)])
        met = [at for at, (node, length, _) in enumerate(step.looks) if node == goal and found + length <= limit]
        looks = [_look(step, look, told) for look in step.looks[: met[0] + 1 if met else None]]
        seen = told.say("comma").join(looks) or told.say("none")
        if met:
            return "\n".join([*lines, told.say("chain.within", node=node, looks=seen, limit=limit)])
        waiting = told.voice.join([f"{names[node]}{gap}{distance}" for node, distance in step.waiting])
        lines.append(told.say("chain.step", node=node, looks=seen, waiting=waiting))
    return "\n".join(lines)


def _look(step: Step, look: tuple[int, int, int], told: Told) -> str:
    """``乙4+3=7``, and how it compares with the distance that was known."""
    node, length, had = look
    new = step.distance + length
    made = f"{step.distance}+{length}={new}" if step.distance else str(new)
    text = f"{told.cast.names[node]}{_gap(told)}{made}"
    return text if had < 0 else f"{text}{sign_of(new, had)}{had}"


def _compared(world: World, ask: Ask[Any], told: Told, shown: Sequence[Path]) -> str:
    """Add up every option, up to the least sum so far; behind each stands which that is."""
    best, least, lines = -1, 0, []
    for place, way in enumerate(shown):
        text, total = _sum(world, way, told, least)
        if total >= 0 and (best < 0 or total < least):
            best, least = place, total
        text = f"{letter_of(place)}{told.say('colon')}{text}"
        lines.append(told.say("chain.least", text=text, letter=letter_of(best), least=least) if best >= 0 else text)
    return "\n".join(lines)


def _sum(world: World, way: Path, told: Told, least: int = 0) -> tuple[str, int]:
    """``甲-乙4，乙-丙4+3=7`` and the total, or -1 where the way breaks off.

    Args:
        least: stop where the sum is no longer below it; 0 for never. The last sum is compared with it.
    """
    names, lengths, total, parts = told.cast.names, _lengths(world), 0, list[str]()
    for one, two in pairwise(way):
        length, leg = lengths.get((one, two), -1), f"{names[one]}-{names[two]}"
        if length < 0:
            return told.say("comma").join([*parts, told.say("chain.no_road", leg=leg)]), -1
        parts.append(leg + _gap(told) + (f"{total}+{length}={total + length}" if total else str(length)))
        total += length
        if least and (total >= least or two == way[-1]):
            parts[-1] += f"{sign_of(total, least)}{least}"
        if least and total >= least:
            break
    return told.say("comma").join(parts), total


def _ends(args: Path, told: Told) -> dict[str, object]:
    return {"one": told.cast.names[args[0]], "two": told.cast.names[args[1]]}


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "distance",
        _distance,
        answer=lambda world, args: _least(world, *args),
        option=_measure,
        chain=lambda world, ask, told, shown: _searched(world, told, *ask.args),
        slots=_ends,
    ),
    Kind(
        "path",
        _path,
        holds=lambda world, args, value: _ways(world, *args).get(value) == _least(world, *args),
        option=_arrow,
        chain=_compared,
        slots=_ends,
    ),
    whether(
        "within",
        _within,
        is_so=lambda world, args: _least(world, *args[:2]) <= args[2],
        chain=lambda world, ask, told, shown: _searched(world, told, *ask.args),
        slots=lambda args, told: {**_ends(args, told), "limit": _measure(args[2], told)},
    ),
    worked_out(
        "length",
        _length,
        answer=_length_of,
        option=_measure,
        chain=lambda world, ask, told, shown: _sum(world, ask.args, told)[0] + told.say("stop"),
        slots=lambda args, told: {"way": _arrow(args, told)},
    ),
)


class ShortestPath(Family[World, Cast]):
    """Values: a path as a tuple of nodes, a length, or True/False."""

    name = "shortest_path"
    title = "shortest ways in a weighted graph"
    order_free = ("edges",)
    changes = {"edges": "last"}
    kinds = KINDS

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

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        # Where roads lead both ways, there and back are one question.
        nodes = range(world.size)
        pairs = [(one, two) for one in nodes for two in nodes if one < two or (world.is_directed and one != two)]
        rng.shuffle(pairs)
        # Prefer pairs with at least two ways, the shortest no single edge that the text tells.
        rated = [(pair, ways) for pair in pairs[:10] if (ways := _ways(world, *pair))]
        good = [(pair, ways) for pair, ways in rated if len(ways) >= 2 and len(min(ways, key=ways.__getitem__)) > 2]
        good = good or rated or [(pair, ways) for pair in pairs if (ways := _ways(world, *pair))]
        names = ["distance", "path", "within", "length"]
        names.pop(rng.choice((0, 1, 2, 3, 3)))
        names = self.wanted(names, may_be_two)
        return [ask for at, name in enumerate(names) for ask in self.made(name, world, rng, *good[at % len(good)])]

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 3)
        return Cast(draw(voice, "node" if scene == 0 else "city", world.size), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, ways = self.told(cast, voice), "one_way" if world.is_directed else "both_ways"
        head, edge = told.pick(f"head.{ways}"), told.draw(f"edge.{ways}")
        facts = [told.fill(edge, cast.names[one], cast.names[two], length) for one, two, length in world.edges]
        return f"{head}\n{voice.listing(facts)}"
