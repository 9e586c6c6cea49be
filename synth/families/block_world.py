"""Block world: a few stacks, moves one after the other, then a question about the final (or the first) state."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import NamedTuple

from synth.family import Ask, Family
from synth.names import draw
from synth.voice import Voice

Value = int | tuple[int, ...]
STACKS = 3
GROUND = -1


@dataclass(frozen=True, slots=True)
class World:
    """Stacks and moves."""

    stacks: tuple[tuple[int, ...], ...]
    """Blocks of each stack, bottom first."""
    moves: tuple[tuple[int, int], ...]
    """(from stack, to stack), both from 0; the top block is moved onto the top."""


class Cast(NamedTuple):
    """Names of the blocks and wordings that stay fixed."""

    names: tuple[str, ...]
    scene: int
    """0 blocks, 1 books, 2 containers."""
    move: int
    """How moves are told: 0 and 1 by stack, 2 as a function, 3 by the block's name."""
    layout: int
    """How stacks are told: 0 as a list, 1 in words, 2 by what lies on what."""


def _run(world: World, count: int) -> list[list[int]]:
    """The stacks after the first ``count`` moves."""
    stacks = [list(stack) for stack in world.stacks]
    for start, end in world.moves[:count]:
        stacks[end].append(stacks[start].pop())
    return stacks


def _links(world: World) -> tuple[dict[int, int], dict[int, int]]:
    """Final (below, stack) of each block by following links instead of lists; ``below`` is GROUND at the bottom."""
    below: dict[int, int] = {}
    home: dict[int, int] = {}
    for number, stack in enumerate(world.stacks):
        for block, under in zip(stack, (GROUND, *stack), strict=False):
            below[block], home[block] = under, number
    for start, end in world.moves:
        covered = set(below.values())
        tops = {home[block]: block for block in below if block not in covered}
        block = tops[start]
        below[block], home[block] = tops.get(end, GROUND), end
    return below, home


class BlockWorld(Family[World, Value, Cast]):
    """Values: a block (or -1 for none), a stack, a count, a truth value, or a whole stack."""

    name = "block_world"
    title = "stacks of blocks"

    def world(self, rng: Random, level: int) -> World:
        size = 4 + level // 3
        stacks: list[list[int]] = [[] for _ in range(STACKS)]
        for block in rng.sample(range(size), size):
            stacks[rng.randrange(STACKS)].append(block)
        first = tuple(tuple(stack) for stack in stacks)
        moves: list[tuple[int, int]] = []
        while len(moves) < 1 + (level + 1) // 2:
            start = rng.choice([number for number in range(STACKS) if stacks[number]])
            end = rng.choice([number for number in range(STACKS) if number != start])
            if moves and moves[-1] == (end, start):
                continue
            stacks[end].append(stacks[start].pop())
            moves.append((start, end))
        return World(first, tuple(moves))

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        stacks = _run(world, len(world.moves))
        blocks = [block for stack in world.stacks for block in stack]
        home = {block: number for number, stack in enumerate(stacks) for block in stack}
        full = [number for number in range(STACKS) if stacks[number]]
        asks: list[Ask[Value]] = []
        for kind in rng.sample(("top", "under", "where", "count", "above", "is_top", "stack", "under"), 3):
            number = rng.choice(full)
            place = rng.randrange(len(stacks[number]))
            block = stacks[number][place]
            if kind == "top":
                right = stacks[number][-1]
                near = [
                    *stacks[number][-2::-1],
                    *(one for one in rng.sample(blocks, len(blocks)) if home[one] != number),
                ]
                asks.append(Ask(kind, (number,), right, tuple(near)))
            elif kind == "under":
                right = stacks[number][place - 1] if place else GROUND
                near = [
                    one
                    for one in (*stacks[number], GROUND, *rng.sample(blocks, len(blocks)))
                    if one not in (block, right)
                ]
                asks.append(Ask(kind, (block,), right, tuple(near)))
            elif kind == "where":
                asks.append(Ask(kind, (block,), number, tuple(one for one in range(STACKS) if one != number)))
            elif kind == "count":
                number = rng.randrange(STACKS)
                size = len(stacks[number])
                near = [size + d for d in (1, -1, 2, -2, 3) if 0 <= size + d <= len(blocks)]
                asks.append(Ask(kind, (number,), size, tuple(near)))
            elif kind == "above":
                want = rng.random() < 0.5
                others = [one for one in blocks if one != block]
                good = [one for one in others if home[one] == number and (stacks[number].index(one) < place)]
                other = rng.choice(
                    [one for one in others if one in good]
                    if want and good
                    else [o for o in others if o not in good] or others
                )
                asks.append(Ask(kind, (block, other), other in good, (other not in good,), is_fixed_order=True))
            elif kind == "is_top":
                block = stacks[number][-1] if rng.random() < 0.5 else block
                is_clear = block == stacks[number][-1]
                asks.append(Ask(kind, (block,), is_clear, (not is_clear,), is_fixed_order=True))
            else:
                asks.append(self._whole(world, stacks, rng))
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    @staticmethod
    def _whole(world: World, stacks: list[list[int]], rng: Random) -> Ask[Value]:
        """Ask for a whole stack; wrong are earlier states and swaps."""
        number = max(range(STACKS), key=lambda one: (len(stacks[one]), rng.random()))
        right = tuple(stacks[number])
        wrong: list[Value] = [
            tuple(_run(world, len(world.moves) - back)[number]) for back in range(1, len(world.moves) + 1)
        ]
        wrong += [right[::-1], right[:-1], right[1:], *(tuple(stack) for stack in stacks)]
        return Ask("stack", (number,), right, tuple(dict.fromkeys(one for one in wrong if one != right)))

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        below, home = _links(world)
        first = ask.args[0]
        if ask.kind == "top":
            return isinstance(value, int) and home[value] == first and value not in below.values()
        if ask.kind == "under":
            return below[first] == value
        if ask.kind == "where":
            return home[first] == value
        if ask.kind == "count":
            return sum(number == first for number in home.values()) == value
        if ask.kind == "is_top":
            return (first not in below.values()) == bool(value)
        if ask.kind == "above":
            under = below[first]
            while under not in (GROUND, ask.args[1]):
                under = below[under]
            return (under != GROUND) == bool(value)
        if not isinstance(value, tuple):
            return False
        inside = {block for block in home if home[block] == first}
        return set(value) == inside and all(below[b] == a for a, b in zip((GROUND, *value), value, strict=False))

    def cast(self, world: World, voice: Voice) -> Cast:
        size = sum(len(stack) for stack in world.stacks)
        if voice.rng.random() < 0.3:
            names = tuple(f"b{number}" for number in voice.rng.sample(range(1, 10), size))
        else:
            names = draw(voice, "node", size)
        return Cast(names, voice.rng.randrange(3), voice.rng.randrange(4), voice.rng.randrange(3))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        thing = voice.say(("积木", "书", "箱子")[cast.scene], ("block", "book", "box")[cast.scene])
        things = voice.say(thing, ("blocks", "books", "boxes")[cast.scene])
        head = voice.pick(
            [
                f"桌上有{STACKS}堆{thing}，编号1到{STACKS}，每堆最底下的直接放在桌面上。每次只能移动一堆最上面的一个，并放到另一堆的最上面（空堆则直接放在桌上）。",
                f"有{STACKS}堆{thing}（第1堆到第{STACKS}堆）。移动时总是取走某堆顶上的{thing}，放到目标堆的顶上；目标堆为空时就放在桌面上（每堆最底下的都在桌面上）。",
                f"{thing}叠成{STACKS}堆，分别叫第1堆、第2堆、第3堆，有的堆可以是空的；最底下的{thing}直接放在桌面上。每一步把一堆顶部的{thing}移到另一堆顶部。",
            ],
            [
                f"There are {STACKS} stacks of {things}, numbered 1 to {STACKS}, on the table. "
                "A move takes the top one of a stack and puts it "
                "on top of another stack (or on the table where that stack is empty).",
                f"{things.capitalize()} are piled in {STACKS} stacks on the table (1 to {STACKS}; "
                "a stack may be empty). Only the top of a "
                "stack can be moved, onto the top of another stack.",
            ],
        )
        lead = voice.pick(["开始时：", "初始状态：", "最初："], ["At the start:", "Initial state:"])
        said = [self._stack(stack, number, cast, voice) for number, stack in enumerate(world.stacks)]
        steps = []
        for count, (start, end) in enumerate(world.moves):
            block = cast.names[_run(world, count)[start][-1]]
            steps.append(self._move(block, start + 1, end + 1, cast.move, voice))
        text = f"{head}\n{lead}\n" + "\n".join(f"- {one}" for one in said)
        then = voice.pick(
            ["然后依次执行：", "接着按顺序移动：", "之后依次进行以下操作："],
            ["Then, in this order:", "These moves follow:"],
        )
        if cast.move == 2:
            rule = voice.say(
                "move(i, j) 表示把第i堆最上面的移到第j堆。", "move(i, j) takes the top of stack i to stack j."
            )
            return f"{text}\n{rule}\n{then}{voice.say('', ' ')}{voice.say('，', ', ').join(steps)}"
        return f"{text}\n{then}\n{voice.listing(steps)}"

    @staticmethod
    def _stack(stack: tuple[int, ...], number: int, cast: Cast, voice: Voice) -> str:
        names = [cast.names[block] for block in stack]
        label = voice.say(f"第{number + 1}堆", f"stack {number + 1}")
        if not stack:
            return voice.say(f"{label}是空的", f"{label} is empty")
        if cast.layout == 0:
            return voice.say(
                f"{label}（从下到上）：[{', '.join(names)}]", f"{label} (bottom to top): [{', '.join(names)}]"
            )
        if len(stack) == 1:
            return voice.say(f"{label}只有{names[0]}", f"{label} has only {names[0]}")
        if cast.layout == 1:
            return voice.say(
                f"{label}从下往上依次是{voice.join(names)}", f"{label}, from the bottom up: {voice.join(names)}"
            )
        pairs = [voice.say(f"{b}在{a}上面", f"{b} is on {a}") for a, b in pairwise(names)]
        return voice.say(
            f"{label}：{names[0]}在最下面，{'，'.join(pairs)}",
            f"{label}: {names[0]} is at the bottom, {', '.join(pairs)}",
        )

    @staticmethod
    def _move(block: str, start: int, end: int, how: int, voice: Voice) -> str:
        if how == 2:
            return f"move({start}, {end})"
        if how == 3:
            return voice.pick(
                [f"把{block}移到第{end}堆", f"将{block}放到第{end}堆顶上", f"拿起{block}，放到第{end}堆"],
                [f"move {block} to stack {end}", f"put {block} on stack {end}"],
            )
        return voice.pick(
            [
                f"把第{start}堆最上面的移到第{end}堆",
                f"从第{start}堆顶取一个放到第{end}堆",
                f"将第{start}堆顶上的放到第{end}堆",
            ],
            [f"move the top of stack {start} to stack {end}", f"take one from stack {start} and put it on stack {end}"],
        )

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        end = voice.pick(["最后，", "全部操作完成后，", "移动结束后，"], ["In the end, ", "After all moves, "])
        first = ask.args[0]
        name, number = (cast.names[first], first + 1)
        if ask.kind == "top":
            return end + voice.pick(
                [f"第{number}堆最上面的是？", f"哪一个在第{number}堆的顶上？", f"第{number}堆的顶部是："],
                [f"what is on top of stack {number}?"],
            )
        if ask.kind == "under":
            return end + voice.pick(
                [f"{name}的正下方是什么？", f"紧挨在{name}下面的是？", f"{name}直接放在什么上面？"],
                [f"what is {name} directly on?", f"what lies directly below {name}?"],
            )
        if ask.kind == "where":
            return end + voice.pick(
                [f"{name}在第几堆？", f"{name}位于哪一堆？", f"哪一堆里有{name}？"], [f"which stack is {name} in?"]
            )
        if ask.kind == "count":
            return end + voice.pick(
                [f"第{number}堆有几个？", f"第{number}堆一共叠了多少个？", f"第{number}堆叠了几层？"],
                [f"how many are in stack {number}?"],
            )
        if ask.kind == "is_top":
            return end + voice.pick(
                [f"{name}上面什么都没有，对吗？", f"{name}是不是在某一堆的最上面？", f"可以直接移动{name}吗？"],
                [f"is {name} on top of a stack?", f"is there nothing on {name}?"],
            )
        if ask.kind == "above":
            other = cast.names[ask.args[1]]
            return end + voice.pick(
                [
                    f"{name}和{other}在同一堆并且{name}更高吗？",
                    f"{name}是否在{other}的上方（同一堆，不一定紧挨）？",
                    f"在同一堆里，{name}压在{other}上面（直接或间接），对吗？",
                ],
                [f"is {name} above {other} in the same stack?"],
            )
        return end + voice.pick(
            [
                f"第{number}堆从下到上是？",
                f"第{number}堆的内容（自下而上）是哪一个？",
                f"从底到顶，第{number}堆依次是：",
            ],
            [f"what is stack {number} from bottom to top?"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, tuple):
            return f"[{', '.join(cast.names[block] for block in value)}]"
        if ask.kind in ("is_top", "above"):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "where":
            return voice.say(f"第{value + 1}堆", f"stack {value + 1}")
        if ask.kind == "count":
            return str(value)
        return voice.say("桌面", "the table") if value == GROUND else cast.names[value]

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        names = cast.names

        def state(count: int) -> str:
            return " ".join(
                f"{number}=[{','.join(names[block] for block in stack)}]"
                for number, stack in enumerate(_run(world, count), 1)
            )

        lines = [voice.say(f"初始：{state(0)}", f"Start: {state(0)}")]
        for count, (start, end) in enumerate(world.moves):
            block = names[_run(world, count)[start][-1]]
            if voice.full:
                head = voice.say(
                    f"{start + 1}堆顶{block}移到{end + 1}堆：", f"top of {start + 1}, {block}, to {end + 1}: "
                )
            else:
                head = f"{block}→{end + 1}{voice.say('：', ': ')}"
            lines.append(head + state(count + 1))
        return "\n".join([*lines, self._end(ask, _run(world, len(world.moves)), names, voice)])

    @staticmethod
    def _end(ask: Ask[Value], stacks: list[list[int]], names: tuple[str, ...], voice: Voice) -> str:
        first = ask.args[0]
        number = (
            first if ask.kind in ("top", "count", "stack") else next(n for n in range(STACKS) if first in stacks[n])
        )
        stack = stacks[number]
        label = f"{number + 1}=[{','.join(names[block] for block in stack)}]"
        name = names[first]
        if ask.kind == "top":
            return voice.say(f"{label}，顶上是{names[stack[-1]]}。", f"{label}: on top is {names[stack[-1]]}.")
        if ask.kind == "count":
            return voice.say(f"{label}，有{len(stack)}个。", f"{label} has {len(stack)}.")
        if ask.kind == "stack":
            return voice.say(f"第{number + 1}堆：{label[2:]}。", f"Stack {number + 1}: {label[2:]}.")
        if ask.kind == "where":
            return voice.say(f"{name}在{label}，第{number + 1}堆。", f"{name} is in {label}: stack {number + 1}.")
        place = stack.index(first)
        if ask.kind == "under":
            under = names[stack[place - 1]] if place else voice.say("桌面", "the table")
            return voice.say(f"{label}，{name}下面是{under}。", f"{label}: below {name} is {under}.")
        if ask.kind == "is_top":
            top = names[stack[-1]]
            word = voice.say("是" if ask.right else "不是", "it is" if ask.right else "it is not")
            return voice.say(f"{label}，顶上是{top}，{word}{name}。", f"{label}: on top is {top}; {word} {name}.")
        other = names[ask.args[1]]
        lower = voice.join([names[block] for block in stack[:place]]) or voice.say("没有", "nothing")
        word = voice.say("有" if ask.right else "没有", "with" if ask.right else "without")
        return voice.say(
            f"{label}，{name}下方：{lower}，{word}{other}。", f"{label}: below {name}: {lower}, {word} {other}."
        )
