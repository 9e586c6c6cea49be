"""Binary trees, told node by node or grown by insertion: traversals, levels, leaves, parents, ancestors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import around, swapped
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Value = tuple[int, ...]
PRE, IN, POST = 0, 1, 2
_ORDERS = (
    ("前序遍历（根、左、右）", "preorder traversal (root, left, right)"),
    ("中序遍历（左、根、右）", "inorder traversal (left, root, right)"),
    ("后序遍历（左、右、根）", "postorder traversal (left, right, root)"),
)


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


class BinaryTree(Family[World, Value, Cast]):
    """Values: a sequence of nodes, or one-tuples of a node, a number, or 1 and 0 for yes and no."""

    name = "binary_tree"
    title = "binary trees and search trees"

    def world(self, rng: Random, level: int) -> World:
        is_search = rng.random() < 0.35
        size = 3 + (level + 2) // 2 - (is_search and level > 2)
        while True:
            world = self._grown(rng.sample(range(1, 10 + 10 * level), size), is_search)
            # A thin search tree takes too many comparisons to grow.
            if not is_search or sum(map(len, _codes(world))) < 2 * size:
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

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        kinds = ["order", "depth", "leaves", "parent", "ancestor", "levels", "order"]
        rng.shuffle(kinds)
        chosen = list(dict.fromkeys(kinds))[:3]
        if world.keys:
            chosen = chosen[:2]
        return [self._ask(world, kind, rng) for kind in chosen]

    def _ask(self, world: World, kind: str, rng: Random) -> Ask[Value]:
        size, parents = len(world.left), _parents(world)
        args: Value = ()
        if kind == "order":
            order = rng.randrange(3)
            right = tuple(_traverse(world, 0, order))
            wrong = [tuple(_traverse(world, 0, other)) for other in (PRE, IN, POST) if other != order]
            wrong.append(right[::-1])
            wrong += swapped(right, rng)
            return Ask("order", (order,), right, tuple(way for way in dict.fromkeys(wrong) if way != right))
        if kind == "ancestor":
            low = rng.randrange(1, size)
            above = _climb(world, low)[1:]
            others = [node for node in range(size) if node not in above and node != low]
            want = rng.random() < 0.5
            high = rng.choice(above if want or not others else others)
            right_value = int(high in above)
            return Ask("ancestor", (high, low), (right_value,), ((1 - right_value,),))
        if kind == "parent":
            node = rng.randrange(1, size)
            rest = [other for other in range(size) if other not in (node, parents[node])]
            rng.shuffle(rest)
            near = [child for child in (world.left[node], world.right[node], parents[parents[node]]) if child >= 0]
            wrong_nodes = dict.fromkeys([*near, *rest])
            return Ask("parent", (node,), (parents[node],), tuple((other,) for other in wrong_nodes)[:4])
        if kind == "depth":
            node = max(rng.sample(range(1, size), 2), key=lambda other: len(_climb(world, other)))
            number = len(_climb(world, node))
            args = (node,)
        elif kind == "levels":
            number = max(len(_climb(world, node)) for node in range(size))
        else:
            number = sum(world.left[node] < 0 and world.right[node] < 0 for node in range(size))
        return Ask(kind, args, (number,), tuple((other,) for other in around(number, 1, size)))

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        codes = _codes(world)
        if ask.kind == "order":
            suffix = ("", "2", "4")[ask.args[0]]
            return tuple(sorted(range(len(codes)), key=lambda node: codes[node] + suffix)) == value
        if ask.kind == "ancestor":
            high, low = codes[ask.args[0]], codes[ask.args[1]]
            return (low.startswith(high) and low != high) == bool(value[0])
        if ask.kind == "parent":
            return codes[ask.args[0]][:-1] == codes[value[0]]
        if ask.kind == "depth":
            return len(codes[ask.args[0]]) + 1 == value[0]
        if ask.kind == "levels":
            return max(map(len, codes)) + 1 == value[0]
        return sum(not any(other.startswith(code) and other != code for other in codes) for code in codes) == value[0]

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
        names = cast.names
        if world.keys:
            keys = "[" + ", ".join(names) + "]"
            return voice.pick(
                [
                    f"把 {keys} 中的数依次插入一棵空的二叉搜索树。第一个数是根；"
                    "之后每个数从根开始比较，比当前节点小就往左，大就往右，直到遇到空位放下。",
                    "二叉搜索树的插入规则：从根节点开始，新数小于节点则进入左子树，大于节点则进入右子树，"
                    f"遇到空位就放在那里。现在按顺序插入：{keys}，第一个数成为根。",
                ],
                [
                    f"The numbers {keys} are inserted into an empty binary search tree one by one. The first is the "
                    "root; each next one starts at the root, goes left where it is smaller and right where it is "
                    "greater, and stays at the first empty place."
                ],
            ) + voice.say(
                "\n根节点为第1层，叶节点指没有子节点的节点。", "\nThe root is on level 1; a leaf has no children."
            )
        head = voice.pick(
            [
                "有一棵二叉树，根节点是{}，结构如下：",
                "下面描述了一棵以{}为根的二叉树：",
                "一棵二叉树（根为{}）的各节点如下：",
            ],
            ["A binary tree with root {} looks like this:", "Here is a binary tree; its root is {}:"],
        ).format(names[0])
        form = voice.rng.random()
        if form < 0.1:
            body = _nested(world, 0, names) + voice.say(
                "\n（写法：节点(左子树, 右子树)，“-”表示空。）", "\n(Notation: node(left, right); - is empty.)"
            )
        else:
            inner = [node for node in range(len(names)) if world.left[node] >= 0 or world.right[node] >= 0]
            if form < 0.5:
                voice.rng.shuffle(inner)
            empty = voice.say("无", "none")
            line = voice.pick(
                ["{}的左子节点是{}，右子节点是{}", "{}：左孩子{}，右孩子{}", "节点{}，左：{}，右：{}"],
                ["{} has left child {} and right child {}", "{}: left {}, right {}"],
            )
            facts = [
                line.format(
                    names[node],
                    *(names[child] if child >= 0 else empty for child in (world.left[node], world.right[node])),
                )
                for node in inner
            ]
            body = voice.listing(facts)
            body += voice.say("\n没有列出的节点都没有子节点。", "\nNodes not listed have no children.")
        return f"{head}\n{body}" + voice.say(
            "根节点为第1层，叶节点指没有子节点的节点。", " The root is on level 1; a leaf has no children."
        )

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        names = [cast.names[node] for node in ask.args] if ask.kind != "order" else []
        if ask.kind == "order":
            order = voice.say(*_ORDERS[ask.args[0]])
            return voice.pick(
                [f"这棵树的{order}结果是：", f"对该二叉树做{order}，得到的序列是哪一个？", f"{order}的输出为："],
                [f"What is the {order} of this tree?", f"Which sequence is the {order}?"],
            )
        if ask.kind == "ancestor":
            return voice.pick(
                [
                    f"{names[0]}是{names[1]}的祖先吗？",
                    f"节点{names[1]}是否在以{names[0]}为根的子树里？",
                    f"从根走到{names[1]}，途中会经过{names[0]}吗？",
                ],
                [f"Is {names[0]} an ancestor of {names[1]}?", f"Is {names[1]} below {names[0]} in the tree?"],
            )
        if ask.kind == "parent":
            return voice.pick(
                [f"{names[0]}的父节点是：", f"哪个节点是{names[0]}的父节点？", f"{names[0]}挂在哪个节点下面？"],
                [f"Which node is the parent of {names[0]}?", f"The parent of {names[0]} is:"],
            )
        if ask.kind == "depth":
            return voice.pick(
                [f"{names[0]}在第几层？", f"节点{names[0]}位于第几层（根为第1层）？", f"{names[0]}所在的层数是："],
                [f"On which level is {names[0]}?", f"The level of {names[0]} is:"],
            )
        if ask.kind == "levels":
            return voice.pick(
                ["这棵树一共有几层？", "该二叉树的层数（高度，根算第1层）是：", "最深的节点在第几层？"],
                ["How many levels has the tree?", "On which level is the deepest node?"],
            )
        return voice.pick(
            ["这棵树有几个叶节点？", "没有子节点的节点共有多少个？", "叶节点的数目是："],
            ["How many leaves has the tree?", "The number of nodes without children is:"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if ask.kind == "order":
            return "[" + ", ".join(cast.names[node] for node in value) + "]"
        if ask.kind == "ancestor":
            return voice.say("是" if value[0] else "不是", "Yes" if value[0] else "No")
        return cast.names[value[0]] if ask.kind == "parent" else str(value[0])

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        if world.keys and ask.kind in ("depth", "parent", "levels"):
            return self._grow_chain(world, ask, cast, voice)
        lines = self._grow(world, cast, voice) if world.keys else []
        if ask.kind == "order":
            return "\n".join(lines + self._order_chain(world, ask.args[0], cast, voice))
        if ask.kind == "leaves":
            return "\n".join(lines + self._leaves_chain(world, cast, voice))
        goal = -1 if ask.kind == "levels" else ask.args[-1]
        start = ask.args[0] if ask.kind == "ancestor" else 0
        return "\n".join(lines + self._level_chain(world, ask, start, goal, cast, voice))

    def _grow(self, world: World, cast: Cast, voice: Voice) -> list[str]:
        """Insert the keys one by one; each line is the way down, and its last step is a new place."""
        names = cast.names
        lines = [voice.say(f"根{names[0]}。", f"Root {names[0]}.")]
        sides = voice.say("左", " left "), voice.say("右", " right ")
        for place in range(1, len(names)):
            way = [*_climb(world, place)[:0:-1], place]
            steps = [
                ("<" if world.keys[place] < world.keys[node] else ">")
                + f"{names[node]}{sides[world.keys[place] > world.keys[node]]}{names[child]}"
                for node, child in pairwise(way)
            ]
            lines.append(f"{names[place]}{voice.say('，', ', ').join(steps)}" + voice.say("。", "."))
        return lines

    def _grow_chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        """Answer while the keys are inserted, up to the one asked about; levels go with the keys."""
        stop, gap, names = voice.say("。", "."), voice.say("，", ", "), cast.names
        lines, goal = self._grow(world, cast, voice), ask.args[0] if ask.args else len(cast.names) - 1
        if ask.kind == "parent":
            seen = names[_parents(world)[goal]]
            end = voice.say(f"{names[goal]}在{seen}之下。", f"{names[goal]} is a child of {seen}.")
            return "\n".join([*lines[: goal + 1], end])
        deepest, told = 0, []
        for node, line in enumerate(lines[: goal + 1]):
            number = len(_climb(world, node))
            deepest = max(deepest, number)
            text = line.removesuffix(stop) + gap + voice.say(f"{number}层", f"level {number}")
            if ask.kind == "levels":
                text += gap + voice.say(f"最深{deepest}", f"deepest {deepest}")
            told.append(text + stop)
        return "\n".join(told)

    def _children(self, world: World, node: int, cast: Cast, voice: Voice) -> str:
        """State the children of a node: ``A→B,-``."""
        children = [world.left[node], world.right[node]]
        if max(children) < 0:
            return f"{cast.names[node]}→" + voice.say("无", "none")
        return f"{cast.names[node]}→" + ",".join(cast.names[child] if child >= 0 else "-" for child in children)

    def _order_chain(self, world: World, order: int, cast: Cast, voice: Voice) -> list[str]:
        """Rewrite the leftmost unexpanded subtree, shown in brackets, until none is left."""
        rule = (("根左右", "root left right"), ("左根右", "left root right"), ("左右根", "left right root"))[order]
        lines = [voice.say(f"{rule[0]}：[{cast.names[0]}]", f"{rule[1]}: [{cast.names[0]}]")]
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
            shape = " ".join(f"[{cast.names[other]}]" if is_open else cast.names[other] for other, is_open in row)
            lines.append(f"{self._children(world, node, cast, voice)}{voice.say('：', ': ')}{shape}")
        return lines

    def _leaves_chain(self, world: World, cast: Cast, voice: Voice) -> list[str]:
        """Visit the nodes level by level, numbering the leaves."""
        count, row, lines = 0, [0], []
        gap, stop = voice.say("，", ", "), voice.say("。", ".")
        while row:
            parts = []
            for node in row:
                is_leaf = world.left[node] < 0 and world.right[node] < 0
                count += is_leaf
                number = voice.say(f"叶{count}", f" leaf {count}") if is_leaf else ""
                parts.append(cast.names[node] + number if is_leaf else self._children(world, node, cast, voice))
            lines.append(gap.join(parts) + stop)
            row = [child for node in row for child in (world.left[node], world.right[node]) if child >= 0]
        return [*lines, voice.say(f"共{count}个。", f"{count} leaves.")]

    def _level_chain(self, world: World, ask: Ask[Value], start: int, goal: int, cast: Cast, voice: Voice) -> list[str]:
        """Go down level by level from a node until the goal turns up or nothing is left."""
        gap, stop, names = voice.say("，", ", "), voice.say("。", "."), cast.names
        number, row = 1, [start]
        lines = [voice.say(f"1层{names[0]}。", f"Level 1 {names[0]}.")] if ask.kind in ("levels", "depth") else []
        while row:
            number += 1
            parts, found, seen = [], [], -1
            for node in row:
                children = [child for child in (world.left[node], world.right[node]) if child >= 0]
                found += children
                parts.append(self._children(world, node, cast, voice))
                if goal in children:
                    seen = node
                    break
            row = found
            mark = voice.say(f"{number}层", f"Level {number} ") if ask.kind in ("levels", "depth") else ""
            if not row and ask.kind == "levels":
                last = voice.say(f"没有{number}层，共{number - 1}层。", f"no level {number}: {number - 1} levels.")
                return [*lines, f"{gap.join(parts)}{gap}{last}"]
            lines.append(f"{mark}{gap.join(parts)}{stop}")
            if seen >= 0:
                end = {
                    "parent": voice.say(
                        f"{names[goal]}在{names[seen]}之下。", f"{names[goal]} is a child of {names[seen]}."
                    ),
                    "depth": voice.say(f"{names[goal]}在{number}层。", f"{names[goal]} is on level {number}."),
                    "ancestor": voice.say(f"有{names[goal]}，是。", f"{names[goal]} is there: yes."),
                }[ask.kind]
                return [*lines, end]
        return [*lines, voice.say(f"没有{names[goal]}，不是。", f"{names[goal]} is not there: no.")]


def _nested(world: World, node: int, names: tuple[str, ...]) -> str:
    if node < 0:
        return "-"
    if world.left[node] < 0 and world.right[node] < 0:
        return names[node]
    return f"{names[node]}({_nested(world, world.left[node], names)}, {_nested(world, world.right[node], names)})"
