"""Binary trees, told node by node or grown by insertion: traversals, levels, leaves, parents, ancestors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from synth.family import Ask, Family
from synth.names import draw
from synth.voice import Voice

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


class BinaryTree(Family[World, Value, tuple[str, ...]]):
    """Values: a sequence of nodes, or one-tuples of a node, a number, or 1 and 0 for yes and no."""

    name = "binary_tree"
    title = "binary trees and search trees"

    def world(self, rng: Random, level: int) -> World:
        is_search = rng.random() < 0.35
        size = 4 + (level + 1) // 2 - is_search
        keys = rng.sample(range(1, 10 + 10 * level), size)
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
            one = rng.randrange(size - 1)
            swapped = list(right)
            swapped[one], swapped[one + 1] = swapped[one + 1], swapped[one]
            wrong.insert(rng.randrange(3), tuple(swapped))
            return Ask("order", (order,), right, tuple(way for way in dict.fromkeys(wrong) if way != right)[:4])
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
        wrong_numbers = [other for other in (number - 1, number + 1, number + 2, number - 2) if other > 0]
        return Ask(kind, args, (number,), tuple((other,) for other in wrong_numbers))

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

    def cast(self, world: World, voice: Voice) -> tuple[str, ...]:
        if world.keys:
            return tuple(str(key) for key in world.keys)
        size = len(world.left)
        if voice.rng.random() < 0.25:
            return tuple(str(number) for number in voice.rng.sample(range(1, 30), size))
        names = draw(voice, "node", size)
        # 节点节点3 would read badly.
        return tuple(name.removeprefix("节点") for name in names)

    def tell(self, world: World, cast: tuple[str, ...], voice: Voice) -> str:
        if world.keys:
            keys = "[" + ", ".join(cast) + "]"
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
        ).format(cast[0])
        form = voice.rng.random()
        if form < 0.15:
            body = _nested(world, 0, cast) + voice.say(
                "\n（写法：节点(左子树, 右子树)，“-”表示空。）", "\n(Notation: node(left, right); - is empty.)"
            )
        else:
            inner = [node for node in range(len(cast)) if world.left[node] >= 0 or world.right[node] >= 0]
            if form < 0.5:
                voice.rng.shuffle(inner)
            empty = voice.say("无", "none")
            line = voice.pick(
                ["{}的左子节点是{}，右子节点是{}", "{}：左孩子{}，右孩子{}", "节点{}，左：{}，右：{}"],
                ["{} has left child {} and right child {}", "{}: left {}, right {}"],
            )
            facts = [
                line.format(
                    cast[node],
                    *(cast[child] if child >= 0 else empty for child in (world.left[node], world.right[node])),
                )
                for node in inner
            ]
            body = voice.listing(facts)
            body += voice.say("\n没有列出的节点都没有子节点。", "\nNodes not listed have no children.")
        return f"{head}\n{body}" + voice.say(
            "根节点为第1层，叶节点指没有子节点的节点。", " The root is on level 1; a leaf has no children."
        )

    def question(self, world: World, ask: Ask[Value], cast: tuple[str, ...], voice: Voice) -> str:
        names = [cast[node] for node in ask.args] if ask.kind != "order" else []
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

    def option(self, world: World, ask: Ask[Value], value: Value, cast: tuple[str, ...], voice: Voice) -> str:
        if ask.kind == "order":
            return "[" + ", ".join(cast[node] for node in value) + "]"
        if ask.kind == "ancestor":
            return voice.say("是" if value[0] else "不是", "Yes" if value[0] else "No")
        return cast[value[0]] if ask.kind == "parent" else str(value[0])

    def chain(self, world: World, ask: Ask[Value], cast: tuple[str, ...], voice: Voice) -> str:
        lines = self._grow(world, cast, voice) if world.keys else []
        if ask.kind == "order":
            lines += self._order_chain(world, ask.args[0], cast, voice)
        elif ask.kind in ("ancestor", "depth", "parent"):
            lines += self._climb_chain(world, ask, cast, voice)
        elif ask.kind == "levels":
            row, number = [0], 1
            while row:
                lines.append(
                    voice.say(
                        f"第{number}层：{voice.join([cast[n] for n in row])}。",
                        f"Level {number}: {voice.join([cast[n] for n in row])}.",
                    )
                )
                row = [child for node in row for child in (world.left[node], world.right[node]) if child >= 0]
                number += 1
            lines.append(voice.say(f"共{number - 1}层。", f"{number - 1} levels."))
        else:
            count, queue = 0, [0]
            for node in queue:
                children = [child for child in (world.left[node], world.right[node]) if child >= 0]
                queue += children
                text = voice.join([cast[child] for child in children])
                if children:
                    lines.append(voice.say(f"{cast[node]}的子节点：{text}。", f"Children of {cast[node]}: {text}."))
                else:
                    count += 1
                    lines.append(
                        voice.say(
                            f"{cast[node]}没有子节点，叶节点{count}个。",
                            f"{cast[node]} has no children, leaves: {count}.",
                        )
                    )
            lines.append(voice.say(f"共{count}个。", f"{count} leaves."))
        return "\n".join(lines)

    def _grow(self, world: World, cast: tuple[str, ...], voice: Voice) -> list[str]:
        """Insert the keys one by one."""
        lines = [voice.say(f"{cast[0]}是根。", f"{cast[0]} is the root.")]
        parents = _parents(world)
        for place in range(1, len(cast)):
            way = _climb(world, place)[:0:-1]
            steps = [
                f"{cast[place]} {'<' if world.keys[place] < world.keys[node] else '>'} {cast[node]}" for node in way
            ]
            is_left = world.left[parents[place]] == place
            side = voice.say("左边" if is_left else "右边", "left" if is_left else "right")
            parent = cast[parents[place]]
            lines.append(
                voice.say(f"{'，'.join(steps)}，放在{parent}的{side}。", f"{', '.join(steps)}: {side} of {parent}.")
            )
        return lines

    def _children(self, world: World, node: int, cast: tuple[str, ...], voice: Voice) -> str:
        low, high = (
            cast[child] if child >= 0 else voice.say("无", "none") for child in (world.left[node], world.right[node])
        )
        return voice.say(f"{cast[node]}：左{low}，右{high}", f"{cast[node]}: left {low}, right {high}")

    def _order_chain(self, world: World, order: int, cast: tuple[str, ...], voice: Voice) -> list[str]:
        """Rewrite the leftmost unexpanded subtree, shown in brackets, until none is left."""
        rule = (
            ("根、左、右", "root, left, right"),
            ("左、根、右", "left, root, right"),
            ("左、右、根", "left, right, root"),
        )
        lines = [voice.say(f"顺序：{rule[order][0]}。[{cast[0]}]", f"Order: {rule[order][1]}. [{cast[0]}]")]
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
            shown = " ".join(f"[{cast[other]}]" if is_open else cast[other] for other, is_open in row)
            lines.append(f"{self._children(world, node, cast, voice)} => {shown}")
        return lines

    def _climb_chain(self, world: World, ask: Ask[Value], cast: tuple[str, ...], voice: Voice) -> list[str]:
        node = ask.args[-1]
        way = _climb(world, node)
        if ask.kind == "parent":
            return [
                self._children(world, way[1], cast, voice),
                voice.say(f"{cast[node]}的父节点是{cast[way[1]]}。", f"The parent of {cast[node]} is {cast[way[1]]}."),
            ]
        lines = [
            voice.say(f"{cast[low]}的父节点是{cast[high]}。", f"The parent of {cast[low]} is {cast[high]}.")
            for low, high in pairwise(way)
        ]
        lines.append(voice.say(f"{cast[way[-1]]}是根。", f"{cast[way[-1]]} is the root."))
        if ask.kind == "depth":
            levels = [
                voice.say(f"{cast[other]}第{at}层", f"{cast[other]} level {at}")
                for at, other in enumerate(reversed(way), 1)
            ]
            lines.append(voice.say("，", ", ").join(levels) + voice.say("。", "."))
            return lines
        above = voice.join([cast[other] for other in way[1:]])
        high = cast[ask.args[0]]
        lines.append(
            voice.say(
                f"{cast[node]}的祖先：{above}，{'有' if ask.right == (1,) else '没有'}{high}。",
                f"Ancestors of {cast[node]}: {above}; {high} is {'' if ask.right == (1,) else 'not '}among them.",
            )
        )
        return lines


def _nested(world: World, node: int, cast: tuple[str, ...]) -> str:
    if node < 0:
        return "-"
    if world.left[node] < 0 and world.right[node] < 0:
        return cast[node]
    return f"{cast[node]}({_nested(world, world.left[node], cast)}, {_nested(world, world.right[node], cast)})"
