"""Block world: a few stacks, moves one after the other, then a question about the final (or the first) state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, alike, claimed, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice

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


Stacks = list[list[int]]
"""The stacks after all moves."""


def _touched(world: World) -> list[int]:
    """Return the stacks that a move takes from or adds to."""
    return sorted({number for move in world.moves for number in move})


def _top(world: World, rng: Random, stacks: Stacks, number: int, place: int) -> Ask[int]:
    blocks = [block for stack in world.stacks for block in stack]
    others = [one for one in rng.sample(blocks, len(blocks)) if one not in stacks[number]]
    return Ask("top", (number,), stacks[number][-1], (*stacks[number][-2::-1], *others))


def _under(world: World, rng: Random, stacks: Stacks, number: int, place: int) -> Ask[int]:
    stack, blocks = stacks[number], [block for stack in world.stacks for block in stack]
    block, right = stack[place], stack[place - 1] if place else GROUND
    near = (*stack, GROUND, *rng.sample(blocks, len(blocks)))
    return Ask("under", (block,), right, tuple(one for one in near if one not in (block, right)))


def _where(world: World, rng: Random, stacks: Stacks, number: int, place: int) -> Ask[int]:
    block = stacks[number][place]
    return Ask("where", (block,), number, tuple(one for one in range(STACKS) if one != number))


def _count(world: World, rng: Random, stacks: Stacks, number: int, place: int) -> Ask[int]:
    number = rng.choice(_touched(world))
    size = len(stacks[number])
    return Ask("count", (number,), size, around(size, 0, sum(map(len, stacks))))


def _above(world: World, rng: Random, stacks: Stacks, number: int, place: int) -> Ask[bool]:
    want, stack = rng.random() < 0.5, stacks[number]
    others = [block for blocks in world.stacks for block in blocks if block != stack[place]]
    good = [one for one in others if one in stack[:place]]
    bad = [one for one in others if one not in good] or others
    other = rng.choice(good if want and good else bad)
    return claimed("above", (stack[place], other), other in good)


def _is_top(world: World, rng: Random, stacks: Stacks, number: int, place: int) -> Ask[bool]:
    stack = stacks[number]
    block = stack[-1] if rng.random() < 0.5 else stack[place]
    return claimed("is_top", (block,), block == stack[-1])


def _stack(world: World, rng: Random, stacks: Stacks, number: int, place: int) -> Ask[tuple[int, ...]]:
    """Ask for a whole stack; wrong are earlier states and swaps."""
    count = len(world.moves)
    number = max(_touched(world), key=lambda one: (len(stacks[one]), rng.random()))
    right = tuple(stacks[number])
    wrong = [tuple(_run(world, count - back)[number]) for back in range(1, count + 1)]
    wrong += [right[::-1], right[:-1], right[1:], *map(tuple, stacks)]
    return Ask("stack", (number,), right, tuple(dict.fromkeys(one for one in wrong if one != right)))


def _is_on_top(world: World, args: Args, value: int) -> bool:
    below, home = _links(world)
    return home[value] == args[0] and value not in below.values()


def _is_above(world: World, args: Args) -> bool:
    below = _links(world)[0]
    under = below[args[0]]
    while under not in (GROUND, args[1]):
        under = below[under]
    return under != GROUND


def _is_stack(world: World, args: Args, value: tuple[int, ...]) -> bool:
    below, home = _links(world)
    inside = {block for block in home if home[block] == args[0]}
    return set(value) == inside and all(below[b] == a for a, b in zip((GROUND, *value), value, strict=False))


def _slots(args: Args, told: Telling[Cast]) -> dict[str, object]:
    names = told.cast.names
    return {"end": told.pick("end"), "number": args[0] + 1, "name": names[args[0]], "other": names[args[-1]]}


def _block(value: int, told: Telling[Cast]) -> str:
    return told.say("option.ground") if value == GROUND else told.cast.names[value]


def _laid(stack: Sequence[int], number: int, told: Telling[Cast]) -> str:
    """Tell a stack."""
    names, layout = [told.cast.names[block] for block in stack], told.cast.layout
    if not stack:
        return told.say("stack.empty", number=number)
    if layout in (0, 3):
        return told.say(
            "stack.down" if layout else "stack.up", number=number, names=", ".join(names[:: -1 if layout else 1])
        )
    if len(stack) == 1:
        return told.say("stack.one", number=number, name=names[0])
    if layout == 1:
        return told.say("stack.from_below", number=number, names=told.voice.join(names))
    pairs = told.say("comma").join(told.say("stack.pair", low=low, high=high) for low, high in pairwise(names))
    return told.say("stack.pairs", number=number, name=names[0], pairs=pairs)


def _moved(block: str, start: int, end: int, told: Telling[Cast]) -> str:
    """Tell a move."""
    if told.cast.move == 2:
        return f"move({start}, {end})"
    return told.pick("move.block" if told.cast.move == 3 else "move.top", block=block, start=start, end=end)


def _names(told: Telling[Cast]) -> tuple[str, ...]:
    """Names as chains say them: a letter is one token with its blank before it, a Chinese character one without."""
    return tuple(f" {name}" if name.isascii() else name for name in told.cast.names)


def _state(number: int, stacks: list[list[int]], told: Telling[Cast]) -> str:
    # The top comes first: it is what follows the stack's number, and what lies below a block follows it.
    names = _names(told)
    return f"{number + 1}:" + "".join(names[block] for block in reversed(stacks[number]))


def _played(world: World, told: Telling[Cast]) -> str:
    """Write the stacks, and after each move those that changed."""
    names, stop, stacks = _names(told), told.say("semicolon"), _run(world, 0)
    head = told.say("chain.head") if told.voice.full else ""
    lines = [head + stop.join(_state(number, stacks, told) for number in range(STACKS))]
    for count, (start, end) in enumerate(world.moves):
        block = names[stacks[start][-1]]
        if told.cast.move == 3:  # the block is told, not where it is: look at the tops in order
            tops = [(number, stacks[number]) for number in range(start + 1) if stacks[number]]
            seen = stop.join(
                told.say("chain.its_top", number=number + 1, name=names[stack[-1]]) for number, stack in tops
            )
            move = f"{block.strip()}→{end + 1}{told.say('colon')}{seen}"
        else:
            move = f"{start + 1}→{end + 1}{block}"
        stacks = _run(world, count + 1)
        lines.append(f"{move}{stop}{_state(start, stacks, told)}{stop}{_state(end, stacks, told)}")
    return "\n".join([*lines, ""])


def _read(world: World, number: int, told: Telling[Cast]) -> tuple[str, list[int]]:
    """Play, and read a stack."""
    stacks = _run(world, len(world.moves))
    return _played(world, told) + _state(number, stacks, told), stacks[number]


def _found(world: World, block: int, told: Telling[Cast]) -> tuple[str, list[int]]:
    """Play, and look for a block stack by stack."""
    stacks, name = _run(world, len(world.moves)), _names(told)[block]
    number = next(number for number in range(STACKS) if block in stacks[number])
    looks = [_state(other, stacks, told) + told.say("chain.lacks", name=name) for other in range(number)]
    looks.append(_state(number, stacks, told) + told.say("chain.has", name=name))
    return _played(world, told) + "\n".join(looks), stacks[number]


def _top_read(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    label, stack = _read(world, ask.args[0], told)
    return label + told.say("chain.top", name=_names(told)[stack[-1]])


def _counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    (label, stack), names, stop = _read(world, ask.args[0], told), _names(told), told.say("semicolon")
    counted = told.say("comma").join(f"{number}{names[block]}" for number, block in enumerate(stack[::-1], 1))
    return f"{label}{stop}{counted}{stop if counted else ''}{told.say('chain.count', count=len(stack))}"


def _turned(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    label, stack = _read(world, ask.args[0], told)
    return label + told.say("chain.turned", names="".join(_names(told)[block] for block in stack))


def _under_found(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    found = _found(world, ask.args[0], told)[0]
    under = told.say("chain.ground") if ask.right == GROUND else _names(told)[ask.right]
    return found + told.say("chain.under", under=under)


def _top_found(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    (found, stack), names = _found(world, ask.args[0], told), _names(told)
    entry = "chain.is_top" if ask.right else "chain.not_top"
    return found + told.say(entry, top=names[stack[-1]], name=names[ask.args[0]])


def _above_found(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    (found, stack), names = _found(world, ask.args[0], told), _names(told)
    below = "".join(names[block] for block in reversed(stack[: stack.index(ask.args[0])])) or told.say("chain.empty")
    verdict = told.say("chain.is_above" if ask.right else "chain.not_above", below=below, other=names[ask.args[1]])
    return found + verdict


KINDS: tuple[Kind[World, Cast], ...] = alike(
    Kind("top", _top, holds=_is_on_top, option=_block, chain=_top_read),
    worked_out(
        "under",
        _under,
        answer=lambda world, args: _links(world)[0][args[0]],
        option=_block,
        chain=_under_found,
    ),
    worked_out(
        "where",
        _where,
        answer=lambda world, args: _links(world)[1][args[0]],
        option=lambda value, told: told.say("option.stack", number=value + 1),
        chain=lambda world, ask, told, shown: _found(world, ask.args[0], told)[0],
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: list(_links(world)[1].values()).count(args[0]),
        chain=_counted,
    ),
    whether("above", _above, is_so=_is_above, chain=_above_found),
    whether(
        "is_top",
        _is_top,
        is_so=lambda world, args: args[0] not in _links(world)[0].values(),
        chain=_top_found,
    ),
    Kind(
        "stack",
        _stack,
        holds=_is_stack,
        option=lambda value, told: f"[{', '.join(told.cast.names[block] for block in value)}]",
        chain=_turned,
    ),
    slots=_slots,
)


class BlockWorld(Family[World, Cast]):
    """Values: a block (or -1 for none), a stack, a count, a truth value, or a whole stack."""

    name = "block_world"
    title = "stacks of blocks"
    facts = ("moves",)
    kinds = KINDS

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

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        stacks, asks = _run(world, len(world.moves)), []
        # Of what never moves the text says everything in one sentence.
        moved = {_run(world, count)[start][-1] for count, (start, _) in enumerate(world.moves)}
        places = [(number, place) for number, stack in enumerate(stacks) for place in range(len(stack))]
        places = [(number, place) for number, place in places if stacks[number][place] in moved]
        names = ("top", "under", "where", "count", "above", "is_top", "stack", "under")
        for name in self.drawn(names, rng, may_be_two):
            asks += self.made(name, world, rng, stacks, *rng.choice(places))
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def cast(self, world: World, voice: Voice) -> Cast:
        size = sum(len(stack) for stack in world.stacks)
        if voice.rng.random() < 0.2:
            names = tuple(f"b{number}" for number in voice.rng.sample(range(1, 10), size))
        else:  # names of one token each: the chain repeats them a lot
            names = tuple(voice.rng.sample(self.told(Cast((), 0, 0, 0), voice).draw("letters"), size))
        return Cast(names, voice.rng.randrange(3), voice.rng.randrange(4), voice.rng.randrange(4))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head, lead = told.pick("tell.head", stacks=STACKS), told.pick("tell.lead")
        said = [f"- {told.capital(_laid(stack, number, told))}" for number, stack in enumerate(world.stacks, 1)]
        steps = []
        for count, (start, end) in enumerate(world.moves):
            block = cast.names[_run(world, count)[start][-1]]
            steps.append(_moved(block, start + 1, end + 1, told))
        text, then = "\n".join([head, lead, *said]), told.pick("tell.then")
        if cast.move == 2:
            return f"{text}\n{told.say('tell.function')}\n{then}{told.say('space')}{told.say('comma').join(steps)}"
        return f"{text}\n{then}\n{voice.listing([told.capital(step) for step in steps])}"
