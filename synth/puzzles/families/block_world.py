"""Block world: a few stacks, moves one after the other, then a question about the final (or the first) state."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice

Value = int | tuple[int, ...]
STACKS = 3
GROUND = -1
_NAMES = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghjkmnpqrstuvwxyz")


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
    """How stacks are told: 0 as a list, 1 in words, 2 by what lies on what, 3 as a list with the top first."""


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
    facts = ("moves",)

    def world(self, rng: Random, level: int) -> World:
        size = 4 + level // 3
        stacks: list[list[int]] = [[] for _ in range(STACKS)]
        for block in rng.sample(range(size), size):
            stacks[rng.randrange(STACKS)].append(block)
        first = tuple(tuple(stack) for stack in stacks)
        moves: list[tuple[int, int]] = []
        while len(moves) < 2 + level // 4:
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
                asks.append(Ask(kind, (number,), size, around(size, 0, len(blocks))))
            elif kind == "above":
                want = rng.random() < 0.5
                others = [one for one in blocks if one != block]
                good = [one for one in others if home[one] == number and (stacks[number].index(one) < place)]
                other = rng.choice(
                    [one for one in others if one in good]
                    if want and good
                    else [o for o in others if o not in good] or others
                )
                asks.append(Ask(kind, (block, other), other in good, (other not in good,)))
            elif kind == "is_top":
                block = stacks[number][-1] if rng.random() < 0.5 else block
                is_clear = block == stacks[number][-1]
                asks.append(Ask(kind, (block,), is_clear, (not is_clear,)))
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
        if voice.rng.random() < 0.2:
            names = tuple(f"b{number}" for number in voice.rng.sample(range(1, 10), size))
        else:
            # Names of one token each: the chain repeats them a lot.
            pool = voice.pick([*_NAMES, "甲乙丙丁戊己庚辛壬癸"], _NAMES)
            names = tuple(voice.rng.sample(pool, size))
        return Cast(names, voice.rng.randrange(3), voice.rng.randrange(4), voice.rng.randrange(4))

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
        if cast.layout == 3:
            return voice.say(
                f"{label}（从上到下）：[{', '.join(names[::-1])}]",
                f"{label} (top to bottom): [{', '.join(names[::-1])}]",
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

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        # A letter is one token with its blank before it, a Chinese character one without.
        names = tuple(f" {name}" if name.isascii() else name for name in cast.names)
        stop, colon = voice.say("；", "; "), voice.say("：", ": ")

        def state(number: int, stacks: list[list[int]]) -> str:
            # The top comes first: it is what follows the stack's number, and what lies below a block follows it.
            return f"{number + 1}:" + "".join(names[block] for block in reversed(stacks[number]))

        stacks = _run(world, 0)
        head = voice.say("左为顶：", "Top first: ") if voice.full else ""
        lines = [head + stop.join(state(number, stacks) for number in range(STACKS))]
        for count, (start, end) in enumerate(world.moves):
            block = names[stacks[start][-1]]
            if cast.move == 3:  # the block is told, not where it is: look at the tops in order
                tops = [(number, stacks[number]) for number in range(start + 1) if stacks[number]]
                seen = stop.join(f"{number + 1}{voice.say('顶', '')}{names[stack[-1]]}" for number, stack in tops)
                move = f"{block.strip()}→{end + 1}{colon}{seen}"
            else:
                move = f"{start + 1}→{end + 1}{block}"
            stacks = _run(world, count + 1)
            lines.append(f"{move}{stop}{state(start, stacks)}{stop}{state(end, stacks)}")
        final = [state(number, stacks) for number in range(STACKS)]
        return "\n".join([*lines, self._end(ask, stacks, final, names, voice)])

    @staticmethod
    def _end(ask: Ask[Value], stacks: list[list[int]], final: list[str], names: tuple[str, ...], voice: Voice) -> str:
        comma, stop = voice.say("，", ", "), voice.say("；", "; ")
        first = ask.args[0]
        if ask.kind in ("top", "count", "stack"):
            label, stack = final[first], stacks[first]
            if ask.kind == "top":
                return label + voice.say(f"，顶{names[stack[-1]]}", f", top{names[stack[-1]]}")
            if ask.kind == "count":
                counted = comma.join(f"{number}{names[b]}" for number, b in enumerate(stack[::-1], 1))
                counted = f"{counted}{stop}" if counted else ""
                return f"{label}{stop}{counted}" + voice.say(f"共{len(stack)}", f"{len(stack)} in all")
            turned = "".join(names[block] for block in stack)
            return label + voice.say(f"，从下到上{turned}", f", bottom first:{turned}")
        name = names[first]
        number = next(number for number in range(STACKS) if first in stacks[number])
        looks = [one + voice.say(f"；无{name}", f"; no{name}") for one in final[:number]]
        looks.append(final[number] + voice.say(f"；有{name}", f"; has{name}"))
        found, stack = "\n".join(looks), stacks[number]
        if ask.kind == "where":
            return found
        lower = [names[block] for block in reversed(stack[: stack.index(first)])]
        if ask.kind == "under":
            under = lower[0] if lower else voice.say("桌面", " the table")
            return found + voice.say(f"，下面{under}", f", below:{under}")
        if ask.kind == "is_top":
            top, sign = names[stack[-1]], "=" if ask.right else "≠"
            word = voice.say("是" if ask.right else "否", "yes" if ask.right else "no")
            return found + voice.say(f"，顶{top}{sign}{name}，{word}", f", top{top}{sign}{name}: {word}")
        other = names[ask.args[1]]
        below = "".join(lower) or voice.say("空", " none")
        if voice.zh:
            return f"{found}，下方{below}，{f'有{other}，是' if ask.right else f'无{other}，否'}"
        return f"{found}, below:{below}; {f'has{other}: yes' if ask.right else f'no{other}: no'}"
