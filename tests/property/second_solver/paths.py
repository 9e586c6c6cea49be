"""Graphs, trees, timetables, circles and grids: every way written out instead of searched cleverly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from synth.puzzles.family import Ask


def binary_tree(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """The tree as nested triples; a search tree by splitting its keys around the first."""
    Tree = tuple[Any, int, Any] | None

    def grown(nodes: list[int]) -> Tree:
        if not nodes:
            return None
        root = nodes[0]
        low = [node for node in nodes if world.keys[node] < world.keys[root]]
        high = [node for node in nodes if world.keys[node] > world.keys[root]]
        return grown(low), root, grown(high)

    def told(node: int) -> Tree:
        return None if node < 0 else (told(world.left[node]), node, told(world.right[node]))

    tree = grown(list(range(len(world.keys)))) if world.keys else told(0)

    def walk(at: Tree, order: int) -> list[int]:
        if at is None:
            return []
        left, root, right = walk(at[0], order), [at[1]], walk(at[2], order)
        return (root + left + right, left + root + right, left + right + root)[order]

    def routes(at: Tree, above: tuple[int, ...] = ()) -> dict[int, tuple[int, ...]]:
        """For each node the nodes from the root down to it."""
        if at is None:
            return {}
        here = (*above, at[1])
        return {at[1]: here, **routes(at[0], here), **routes(at[2], here)}

    route = routes(tree)
    assert sorted(route) == list(range(len(world.left)))
    args = ask.args
    if ask.kind == "order":
        return lambda value: walk(tree, args[0]) == list(value)
    if ask.kind == "ancestor":
        assert args[0] != args[1]
        return lambda value: (args[0] in route[args[1]]) == bool(value)
    if ask.kind == "parent":
        return lambda value: len(route[args[0]]) > 1 and route[args[0]][-2] == value
    if ask.kind == "depth":
        return lambda value: len(route[args[0]]) == value
    if ask.kind == "levels":
        return lambda value: max(map(len, route.values())) == value
    assert ask.kind == "leaves", ask.kind
    inner = {node for way in route.values() for node in way[:-1]}
    return lambda value: len(route.keys() - inner) == value


def reachability(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Warshall's closure of the whole graph."""
    reach = [[(one, two) in world.edges for two in range(world.size)] for one in range(world.size)]
    for middle in range(world.size):
        for one in range(world.size):
            for two in range(world.size):
                reach[one][two] = reach[one][two] or (reach[one][middle] and reach[middle][two])
    if ask.kind == "can":
        assert ask.args[0] != ask.args[1]
        return lambda value: reach[ask.args[0]][ask.args[1]] == value
    if ask.kind == "count":
        others = [two for two in range(world.size) if two != ask.args[0]]
        return lambda value: sum(reach[ask.args[0]][two] for two in others) == value
    if ask.kind == "source":
        return lambda value: reach[value][ask.args[0]]
    if ask.kind == "steps":
        far = [
            [0 if one == two else 1 if (one, two) in world.edges else 99 for two in range(world.size)]
            for one in range(world.size)
        ]
        for middle in range(world.size):
            far = [
                [min(far[a][b], far[a][middle] + far[middle][b]) for b in range(world.size)] for a in range(world.size)
            ]
        return lambda value: far[ask.args[0]][ask.args[1]] == value
    assert ask.kind in ("which", "lost"), ask.kind
    return lambda value: reach[ask.args[0]][value] == (ask.kind == "which")


def shortest_path(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Every way without a place twice, with its length."""
    length: dict[tuple[int, int], int] = {}
    for one, two, far in world.edges:
        assert (one, two) not in length, "two edges between the same places"
        length[one, two] = far
        if not world.is_directed:
            length[two, one] = far
    nexts = {one: [two for start, two in length if start == one] for one in range(world.size)}

    def ways(at: int, goal: int, been: tuple[int, ...], far: int) -> Iterator[tuple[tuple[int, ...], int]]:
        if at == goal:
            yield been, far
            return
        for two in nexts[at]:
            if two not in been:
                yield from ways(two, goal, (*been, two), far + length[at, two])

    args = ask.args
    if ask.kind == "length":
        return lambda value: sum(length[step] for step in pairwise(args)) == value
    found = dict(ways(args[0], args[1], (args[0],), 0))
    least = min(found.values(), default=None)
    if ask.kind == "distance":
        return lambda value: least == value
    if ask.kind == "within":
        return lambda value: (least is not None and least <= args[2]) == bool(value)
    assert ask.kind == "path", ask.kind
    return lambda value: least is not None and found.get(value) == least


def flights(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """All journeys of one or two flights, by trying every pair."""

    def connects(one: Any, two: Any) -> bool:
        wait = two.departs - one.arrives
        return one.end == two.start and (wait > world.gap if world.is_strict else wait >= world.gap)

    assert all(flight.arrives > flight.departs for flight in world.flights)
    args = ask.args
    if ask.kind == "connects":
        return lambda value: connects(world.flights[args[0]], world.flights[args[1]]) == value
    start, goal = args
    journeys: list[tuple[Any, ...]] = [(one,) for one in world.flights if (one.start, one.end) == (start, goal)]
    journeys += [
        (one, two)
        for one in world.flights
        for two in world.flights
        if connects(one, two) and (one.start, two.end) == (start, goal) and one.end not in (start, goal)
    ]
    if ask.kind == "count":
        return lambda value: len(journeys) == value
    if ask.kind == "cheapest":
        return lambda value: min(sum(leg.price for leg in journey) for journey in journeys) == value
    if ask.kind == "earliest":
        return lambda value: min(journey[-1].arrives for journey in journeys) == value
    assert ask.kind == "latest", ask.kind
    return lambda value: max(journey[0].departs for journey in journeys) == value


def grid_walk(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """The walk in complex numbers, north up; rows that grow to the south are turned over at the end."""
    north, east = 1j, 1
    compass = (north, east, -north, -east)
    up = -1 if world.is_south_up else 1

    def told(place: complex) -> tuple[int, int]:
        return int(place.real), up * int(place.imag)

    def is_free(cell: tuple[int, int]) -> bool:
        return 0 <= cell[0] < world.side and 0 <= cell[1] < world.side and cell not in world.walls

    at = complex(world.start[0], up * world.start[1])
    look = compass[world.facing]
    stops, skipped = [told(at)], 0
    for way, steps in world.commands:
        if world.mode == 1:
            if way < 0:
                at += look * steps
            else:
                look *= {1: -1j, 2: -1, 3: 1j}[way]
        elif world.mode == 0:
            at += compass[way] * steps
        else:
            assert steps == 1
            if is_free(told(at + compass[way])):
                at += compass[way]
            else:
                skipped += 1
        stops.append(told(at))
    args, end = ask.args, stops[-1]
    if ask.kind == "end":
        return lambda value: end == value
    if ask.kind == "after":
        return lambda value: stops[args[0]] == value
    if ask.kind == "facing":
        return lambda value: look == compass[value]
    if ask.kind == "distance":
        return lambda value: abs(end[0] - stops[0][0]) + abs(end[1] - stops[0][1]) == value
    if ask.kind == "axis":
        return lambda value: end[args[0]] == value
    if ask.kind == "blocked":
        return lambda value: skipped == value
    if ask.kind == "valid":
        return lambda value: is_free((args[0], args[1])) == value
    assert ask.kind == "visit", ask.kind
    return lambda value: (tuple(args) in stops[1:]) == value


def rotation(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """The circle walked person by person; who is left out is not in it."""
    circle = [who for who in range(world.size) if who != world.out]

    def walk(who: int, places: int) -> int:
        for _ in range(abs(places)):
            at = circle.index(who) + (1 if places > 0 else -1)
            who = circle[at % len(circle)]
        return who

    args, kind = ask.args, ask.kind
    if kind == "place":
        return lambda value: walk(args[0], args[1]) == value
    if world.is_rota:
        duty = [world.first] * world.block
        while len(duty) < 150:
            duty += [walk(duty[-1], world.direction * world.step)] * world.block
        if kind == "duty":
            return lambda value: duty[args[0] - 1] == value
        if kind == "duty_is":
            return lambda value: (duty[args[0] - 1] == args[1]) == value
        if kind == "which_day":
            return lambda value: duty[value - 1] == args[0]
        if kind == "times":
            return lambda value: duty[: args[1]].count(args[0]) == value
        assert kind == "when", kind
        return lambda value: duty[value - 1] == args[0] and duty[:value].count(args[0]) == args[1]
    stops = [world.first]
    for number, move in enumerate(world.moves):
        places = abs(move) * (-1 if number % 2 else 1) if world.is_alternating else move
        stops.append(walk(stops[-1], places))
    if kind == "holder":
        return lambda value: stops[args[0]] == value
    if kind == "holder_is":
        return lambda value: (stops[args[0]] == args[1]) == value
    if kind == "ever":
        return lambda value: (args[0] in stops[1:]) == value
    assert kind == "held", kind
    return lambda value: stops[1:].count(args[0]) == value
