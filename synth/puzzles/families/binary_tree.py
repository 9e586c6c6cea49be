"""Binary trees, told node by node or grown by insertion: traversals, levels, leaves, parents, ancestors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around, swapped
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

PRE, IN, POST = 0, 1, 2
ORDERS = ("pre", "in", "post")


@dataclass(frozen=True, slots=True)
class World:
    """A binary tree; node 0 is the root."""

    left: tuple[int, ...]
    """For each node its left child, or -1."""
    right: tuple[int, ...]
    """For each node its right child, or -1."""
    keys: tuple[int, ...]
    """The keys in insertion order of a search tree (node i has key i), empty for a tree told node by node."""


class Cast(NamedTuple):
    """Names of the nodes."""

    names: tuple[str, ...]


def _traverse(world: World, node: int, order: int) -> list[int]:
    if node < 0:
        return []
    low, high = _traverse(world, world.left[node], order), _traverse(world, world.right[node], order)
    return ([node, *low, *high], [*low, node, *high], [*low, *high, node])[order]


def _parents(world: World) -> list[int]:
    parents = [-1] * len(world.left)
    for node, children in enumerate(zip(world.left, world.right, strict=True)):
        for child in children:
            if child >= 0:
                parents[child] = node
    return parents


def _climb(world: World, node: int) -> list[int]:
    """The node, its parent and so on up to the root."""
    parents, way = _parents(world), [node]
    while parents[way[-1]] >= 0:
        way.append(parents[way[-1]])
    return way


def _codes(world: World) -> list[str]:
    """For each node its way from the root as a string of 1 (left) and 3 (right); independent of the walks above.

    In a search tree the parent of a key is the later of its neighbours in size among the keys inserted before it.
    """
    codes = [""] * len(world.left)
    if world.keys:
        for place, key in enumerate(world.keys[1:], 1):
            below = [earlier for earlier in range(place) if world.keys[earlier] < key]
            above = [earlier for earlier in range(place) if world.keys[earlier] > key]
            low = max(below, key=lambda earlier: world.keys[earlier], default=-1)
            high = min(above, key=lambda earlier: world.keys[earlier], default=-1)
            codes[place] = codes[low] + "3" if low > high else codes[high] + "1"
        return codes
    ready = [0]
    for node in ready:
        for child, step in ((world.left[node], "1"), (world.right[node], "3")):
            if child >= 0:
                codes[child] = codes[node] + step
                ready.append(child)
    return codes


def _order(world: World, rng: Random) -> Ask[Args]:
    order = rng.randrange(3)
    right = tuple(_traverse(world, 0, order))
    wrong = [tuple(_traverse(world, 0, other)) for other in (PRE, IN, POST) if other != order]
    wrong += [right[::-1], *swapped(right, rng)]
    return Ask("order", (order,), right, tuple(way for way in dict.fromkeys(wrong) if way != right))


def _ancestor(world: World, rng: Random) -> Ask[bool]:
    size = len(world.left)
    low = rng.randrange(1, size)
    above = _climb(world, low)[1:]
    others = [node for node in range(size) if node not in above and node != low]
    want = rng.random() < 0.5
    high = rng.choice(above if want or not others else others)
    return claimed("ancestor", (high, low), high in above)


def _parent(world: World, rng: Random) -> Ask[int]:
    size, parents = len(world.left), _parents(world)
    node = rng.randrange(1, size)
    rest = [other for other in range(size) if other not in (node, parents[node])]
    rng.shuffle(rest)
    near = [child for child in (world.left[node], world.right[node], parents[parents[node]]) if child >= 0]
    return Ask("parent", (node,), parents[node], tuple(dict.fromkeys([*near, *rest]))[:4])


def _depth(world: World, rng: Random) -> Ask[int]:
    size = len(world.left)
    node = max(rng.sample(range(1, size), 2), key=lambda other: len(_climb(world, other)))
    number = len(_climb(world, node))
    return Ask("depth", (node,), number, around(number, 1, size))


def _levels(world: World, rng: Random) -> Ask[int]:
    size = len(world.left)
    number = max(len(_climb(world, node)) for node in range(size))
    return Ask("levels", (), number, around(number, 1, size))


def _leaves(world: World, rng: Random) -> Ask[int]:
    size = len(world.left)
    number = sum(world.left[node] < 0 and world.right[node] < 0 for node in range(size))
    return Ask("leaves", (), number, around(number, 1, size))


def _sorted(world: World, args: Args) -> Args:
    """Prover: the nodes in an order, by their codes."""
    codes, suffix = _codes(world), ("", "2", "4")[args[0]]
    return tuple(sorted(range(len(codes)), key=lambda node: codes[node] + suffix))


def _is_below(world: World, args: Args) -> bool:
    high, low = (_codes(world)[node] for node in args)
    return low.startswith(high) and low != high


def _leaf_count(world: World, args: Args) -> int:
    codes = _codes(world)
    return sum(not any(other.startswith(code) and other != code for other in codes) for code in codes)


def _named(args: Args, told: Telling[Cast]) -> dict[str, object]:
    return {"name": told.cast.names[args[0]], "low": told.cast.names[args[-1]]}


def _nested(world: World, node: int, names: tuple[str, ...]) -> str:
    if node < 0:
        return "-"
    if world.left[node] < 0 and world.right[node] < 0:
        return names[node]
    return f"{names[node]}({_nested(world, world.left[node], names)}, {_nested(world, world.right[node], names)})"


def _grow(world: World, told: Telling[Cast]) -> list[str]:
    """Insert the keys one by one; each line is the way down, and its last step is a new place."""
    names, comma, stop = told.cast.names, told.say("comma"), told.say("stop")
    lines, sides = [told.say("chain.root", name=names[0])], (told.say("left"), told.say("right"))
    for place in range(1, len(names)):
        way = [*_climb(world, place)[:0:-1], place]
        steps = [
            ("<" if world.keys[place] < world.keys[node] else ">")
            + f"{names[node]}{sides[world.keys[place] > world.keys[node]]}{names[child]}"
            for node, child in pairwise(way)
        ]
        lines.append(f"{names[place]}{comma.join(steps)}{stop}")
    return lines


def _children(world: World, node: int, told: Telling[Cast]) -> str:
    """State the children of a node: ``A→B,-``."""
    children = [world.left[node], world.right[node]]
    if max(children) < 0:
        return f"{told.cast.names[node]}→{told.say('none')}"
    return f"{told.cast.names[node]}→" + ",".join(told.cast.names[child] if child >= 0 else "-" for child in children)


def _order_lines(world: World, order: int, told: Telling[Cast]) -> list[str]:
    """Rewrite the leftmost unexpanded subtree, shown in brackets, until none is left."""
    lines = [told.say(f"chain.{ORDERS[order]}", name=told.cast.names[0])]
    row = [(0, True)]
    while any(is_open for _, is_open in row):
        place = next(at for at, (_, is_open) in enumerate(row) if is_open)
        node = row[place][0]
        low, high = (
            [(child, world.left[child] >= 0 or world.right[child] >= 0)] if child >= 0 else []
            for child in (world.left[node], world.right[node])
        )
        here = [(node, False)]
        row[place : place + 1] = (here + low + high, low + here + high, low + high + here)[order]
        shape = " ".join(f"[{told.cast.names[other]}]" if is_open else told.cast.names[other] for other, is_open in row)
        lines.append(f"{_children(world, node, told)}{told.say('colon')}{shape}")
    return lines


def _leaf_lines(world: World, told: Telling[Cast]) -> list[str]:
    """Visit the nodes level by level, numbering the leaves."""
    count, row, lines = 0, [0], []
    comma, stop = told.say("comma"), told.say("stop")
    while row:
        parts = []
        for node in row:
            is_leaf = world.left[node] < 0 and world.right[node] < 0
            count += is_leaf
            number = told.say("chain.leaf", count=count) if is_leaf else ""
            parts.append(told.cast.names[node] + number if is_leaf else _children(world, node, told))
        lines.append(comma.join(parts) + stop)
        row = [child for node in row for child in (world.left[node], world.right[node]) if child >= 0]
    return [*lines, told.say("chain.leaves", count=count)]


def _level_lines(
    world: World, start: int, goal: int, told: Telling[Cast], is_numbered: bool
) -> tuple[list[str], int, int]:
    """Go down level by level from a node until the goal turns up or nothing is left.

    Returns:
        The lines, the level that was reached, and the goal's parent or -1.
    """
    comma, stop, number, row = told.say("comma"), told.say("stop"), 1, [start]
    lines, seen = [told.say("chain.level", number=1) + told.cast.names[0] + stop] if is_numbered else [], -1
    while row and seen < 0:
        number += 1
        parts, found = [], []
        for node in row:
            children = [child for child in (world.left[node], world.right[node]) if child >= 0]
            found += children
            parts.append(_children(world, node, told))
            if goal in children:
                seen = node
                break
        row = found
        mark = told.say("chain.level", number=number) if is_numbered and (row or goal >= 0) else ""
        lines.append(f"{mark}{comma.join(parts)}{stop}")
    return lines, number, seen


def _ordered(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    return "\n".join([*_grown_first(world, told), *_order_lines(world, ask.args[0], told)])


def _grown_first(world: World, told: Telling[Cast]) -> list[str]:
    return _grow(world, told) if world.keys else []


def _leaves_counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    return "\n".join([*_grown_first(world, told), *_leaf_lines(world, told)])


def _descended(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    high, low = ask.args
    lines, _, seen = _level_lines(world, high, low, told, is_numbered=False)
    end = told.say("chain.below" if seen >= 0 else "chain.not_below", name=told.cast.names[low])
    return "\n".join([*_grown_first(world, told), *lines, end])


def _parent_found(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    goal, names = ask.args[0], told.cast.names
    grown = _grown_first(world, told)[: goal + 1]
    lines = grown or _level_lines(world, 0, goal, told, is_numbered=False)[0]
    return "\n".join([*lines, told.say("chain.parent", name=names[goal], parent=names[_parents(world)[goal]])])


def _depth_found(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    goal = ask.args[0]
    if world.keys:
        return "\n".join(_leveled(world, goal, told, is_deepest_told=False))
    lines, number, _ = _level_lines(world, 0, goal, told, is_numbered=True)
    return "\n".join([*lines, told.say("chain.depth", name=told.cast.names[goal], number=number)])


def _levels_counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    if world.keys:
        return "\n".join(_leveled(world, len(world.keys) - 1, told, is_deepest_told=True))
    lines, number, _ = _level_lines(world, 0, -1, told, is_numbered=True)
    return "\n".join(lines).removesuffix(told.say("stop")) + told.say("chain.levels", number=number, last=number - 1)


def _leveled(world: World, goal: int, told: Telling[Cast], is_deepest_told: bool) -> list[str]:
    """Give each key its level while it is inserted, up to the one asked about."""
    stop, comma, deepest, lines = told.say("stop"), told.say("comma"), 0, []
    for node, line in enumerate(_grow(world, told)[: goal + 1]):
        number = len(_climb(world, node))
        deepest = max(deepest, number)
        text = line.removesuffix(stop) + comma + told.say("chain.its_level", number=number)
        lines.append(text + (told.say("chain.deepest", number=deepest) if is_deepest_told else "") + stop)
    return lines


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "order",
        _order,
        answer=_sorted,
        option=lambda value, told: "[" + ", ".join(told.cast.names[node] for node in value) + "]",
        chain=_ordered,
        slots=lambda args, told: {"order": told.say(f"order.{ORDERS[args[0]]}")},
    ),
    worked_out(
        "depth",
        _depth,
        answer=lambda world, args: len(_codes(world)[args[0]]) + 1,
        chain=_depth_found,
        slots=_named,
    ),
    worked_out("leaves", _leaves, answer=_leaf_count, chain=_leaves_counted),
    Kind(
        "parent",
        _parent,
        holds=lambda world, args, value: _codes(world)[args[0]][:-1] == _codes(world)[value],
        option=lambda value, told: told.cast.names[value],
        chain=_parent_found,
        slots=_named,
    ),
    whether("ancestor", _ancestor, is_so=_is_below, chain=_descended, slots=_named),
    worked_out("levels", _levels, answer=lambda world, args: max(map(len, _codes(world))) + 1, chain=_levels_counted),
)


class BinaryTree(Family[World, Cast]):
    """Values: a sequence of nodes, or one-tuples of a node, a number, or 1 and 0 for yes and no."""

    name = "binary_tree"
    title = "binary trees and search trees"
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        is_search = rng.random() < 0.35
        size = 3 + (level + 2) // 2 - (is_search and level > 2)
        while True:
            world = self._grown(rng.sample(range(1, 10 + 10 * level), size), is_search)
            # A mere chain is no tree, and a thin search tree takes too many comparisons to grow.
            is_branched = any(min(children) >= 0 for children in zip(world.left, world.right, strict=True))
            if is_branched and (not is_search or sum(map(len, _codes(world))) < 2 * size):
                return world

    def _grown(self, keys: list[int], is_search: bool) -> World:
        """Insert the keys into a search tree; its shape is all that is kept of them where it is told node by node."""
        size = len(keys)
        left, right = [-1] * size, [-1] * size
        for place in range(1, size):
            node = 0
            while True:
                side = left if keys[place] < keys[node] else right
                if side[node] < 0:
                    side[node] = place
                    break
                node = side[node]
        return World(tuple(left), tuple(right), tuple(keys) if is_search else ())

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        names = self.wanted([*(kind.name for kind in KINDS), "order"], may_be_two)
        rng.shuffle(names)
        chosen = list(dict.fromkeys(names))[: 2 if world.keys else 3]
        return [ask for name in chosen for ask in self.made(name, world, rng)]

    def cast(self, world: World, voice: Voice) -> Cast:
        if world.keys:
            return Cast(tuple(str(key) for key in world.keys))
        size = len(world.left)
        if voice.rng.random() < 0.25:
            return Cast(tuple(str(number) for number in voice.rng.sample(range(1, 30), size)))
        names = draw(voice, "node", size)
        # 节点节点3 would read badly.
        return Cast(tuple(name.removeprefix("节点") for name in names))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, names = self.told(cast, voice), cast.names
        if world.keys:
            return told.pick("tell.search", keys="[" + ", ".join(names) + "]") + f"\n{told.say('tell.note')}"
        head, form = told.pick("tell.head", root=names[0]), voice.rng.random()
        if form < 0.1:
            body = _nested(world, 0, names) + told.say("tell.notation")
        else:
            inner = [node for node in range(len(names)) if world.left[node] >= 0 or world.right[node] >= 0]
            if form < 0.5:
                voice.rng.shuffle(inner)
            line, named = told.draw("tell.node"), [*names, told.say("none")]  # -1 is the last one
            facts = [told.fill(line, names[node], named[world.left[node]], named[world.right[node]]) for node in inner]
            body = voice.listing(facts) + told.say("tell.others")
        return f"{head}\n{body}{told.say('space')}{told.say('tell.note')}"
