"""Stacks and queues: things are put in and taken out; what is left, in which order did things come out?"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses, swapped
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family, Kind, claimed, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice, ordinal

_OUT = -1


@dataclass(frozen=True, slots=True)
class World:
    """A stack or a queue and what is done to it."""

    is_stack: bool
    moves: tuple[int, ...]
    """An item (put in) or ``_OUT`` (take one out)."""
    count: int
    """Number of different items."""


class Cast(NamedTuple):
    """Names of items and the setting."""

    names: tuple[str, ...]
    scene: int


def _run(world: World) -> tuple[list[list[int]], list[int]]:
    """Return the contents after each move (bottom or front first) and what came out."""
    state: list[int] = []
    states, out = [], []
    for move in world.moves:
        if move == _OUT:
            out.append(state.pop(-1 if world.is_stack else 0))
        else:
            state.append(move)
        states.append(list(state))
    return states, out


def _replayed(world: World) -> tuple[set[int], list[int]]:
    """Prover: what is left, and what came out, by a line with its open end on the left."""
    line: deque[int] = deque()
    out: list[int] = []
    for move in world.moves:
        if move != _OUT:
            line.appendleft(move)
        else:
            out.append(line.popleft() if world.is_stack else line.pop())
    return set(range(world.count)) - set(out), out


def _slips(right: Sequence[int], near: list[tuple[int, ...]], rng: Random) -> tuple[tuple[int, ...], ...]:
    near += swapped(tuple(right), rng)
    return tuple(slip for slip in dict.fromkeys(near) if slip and slip != tuple(right))


def _contents(world: World, rng: Random) -> Ask[tuple[int, ...]]:
    states, out = _run(world)
    last, other = states[-1], tuple(_run(World(not world.is_stack, world.moves, world.count))[0][-1])
    near = [other, tuple(last[::-1]), tuple(last[:-1]), tuple(last[1:])]
    near += [(*last, out[-1]), (out[0], *last), (*last[:-1], rng.choice(out))]
    return Ask("contents", (), tuple(last), _slips(last, near, rng))


def _out_order(world: World, rng: Random) -> Ask[tuple[int, ...]]:
    states, out = _run(world)
    last, other = states[-1], tuple(_run(World(not world.is_stack, world.moves, world.count))[1])
    near = [other, tuple(out[::-1]), tuple(out[1:]), (*out, last[-1]), tuple(last), (*out[:-1], last[0])]
    return Ask("out_order", (), tuple(out), _slips(out, near, rng))


def _next(world: World, rng: Random) -> Ask[int]:
    last = _run(world)[0][-1]
    right = last[-1 if world.is_stack else 0]
    return Ask("next", (), right, _others(world, right, [last[-1], last[0]], rng))


def _out(world: World, rng: Random) -> Ask[int]:
    out = _run(world)[1]
    at = rng.randrange(len(out))
    return Ask("out", (at,), out[at], _others(world, out[at], out[at - 1 : at + 2], rng))


def _others(world: World, right: int, slips: list[int], rng: Random) -> tuple[int, ...]:
    rest = rng.sample(range(world.count), world.count)
    return tuple(item for item in dict.fromkeys([*slips, *rest]) if item != right)[:4]


def _size(world: World, rng: Random) -> Ask[int]:
    states, out = _run(world)
    size = len(states[-1])
    return Ask("size", (), size, near_misses(rng, size, [size + 1, len(out)]))


def _inside(world: World, rng: Random) -> Ask[bool]:
    states, out = _run(world)
    item = rng.choice(states[-1] if rng.random() < 0.5 else out)
    return claimed("inside", (item,), item in states[-1])


def _before(world: World, rng: Random) -> Ask[bool] | None:
    out = _run(world)[1]
    if len(out) < 2:
        return None
    first, second = rng.sample(out, 2)
    return claimed("before", (first, second), out.index(first) < out.index(second))


def _names(items: Sequence[int], told: Telling[Cast]) -> str:
    return told.say("comma").join(told.cast.names[item] for item in items)


def _list(items: Sequence[int], told: Telling[Cast]) -> str:
    return "[" + ", ".join(told.cast.names[item] for item in items) + "]"


def _queue_cells(world: World, stop_at: int, told: Telling[Cast]) -> list[str]:
    """Number what goes in and what comes out: number k out is number k in."""
    cells: list[str] = []
    into: list[int] = []
    gone = 0
    for move in world.moves:
        if move == _OUT:
            gone += 1
            cells.append(f"-{gone}:{told.cast.names[into[gone - 1]]}")
            if gone == stop_at:
                break
        else:
            into.append(move)
            cells.append(f"+{len(into)}:{told.cast.names[move]}")
    return cells


def _stack_cells(world: World, stop_at: int, told: Telling[Cast]) -> list[str]:
    """Say what each item is put on (``a/b``), and for each item taken which one is then on top (``-1:a→b``)."""
    names = [*told.cast.names, told.say("chain.ground")]
    cells: list[str] = []
    pile = [-1]
    gone = 0
    for move in world.moves:
        if move == _OUT:
            gone += 1
            item = pile.pop()
            cells.append(f"-{gone}:{names[item]}→{names[pile[-1]]}")
            if gone == stop_at:
                break
        else:
            cells.append(f"{names[move]}/{names[pile[-1]]}")
            pile.append(move)
    return cells


def _replay(world: World, told: Telling[Cast], stop_at: int = 0) -> str:
    cells = (_stack_cells if world.is_stack else _queue_cells)(world, stop_at, told)
    rule = told.say("rule.stack" if world.is_stack else "rule.queue") if told.voice.full else ""
    return rule + told.say("comma").join(cells)


def _left(world: World, until: int | None, told: Telling[Cast]) -> str:
    """What is left, up to an item: a stack is followed from the top down, a queue from the front to the back."""
    states, out = _run(world)
    last, names = states[-1], told.cast.names
    order = last[::-1] if world.is_stack else last
    order = order[: order.index(until) + 1] if until in order else order
    if world.is_stack:
        under = dict(zip(last[1:], last, strict=False))
        ground = told.say("chain.ground")
        cells = [f"{names[item]}/{names[under[item]] if item in under else ground}" for item in order]
    else:
        cells = [f"+{len(out) + number}:{names[item]}" for number, item in enumerate(order, 1)]
    return f"{_replay(world, told)}\n{told.say('chain.left')}{told.say('comma').join(cells)}"


def _sized(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    """Keep count through all moves."""
    cells, held = [], 0
    for move in world.moves:
        held += -1 if move == _OUT else 1
        head = told.say("chain.goes") if move == _OUT else told.say("chain.comes", name=told.cast.names[move])
        cells.append(f"{head}{told.say('space')}{held}")
    return told.say("comma").join(cells)


def _all_taken(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    return f"{_replay(world, told)}\n{told.say('chain.out')}{_names(_run(world)[1], told)}"


def _first_taken(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    out = _run(world)[1]
    place = next(place for place, item in enumerate(out) if item in ask.args)
    verdict = told.say("chain.first" if ask.right else "chain.not_first", first=told.cast.names[out[place]])
    return f"{_replay(world, told)}\n{told.say('chain.out')}{_names(out[: place + 1], told)}{verdict}"


def _next_taken(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    out, name = _run(world)[1], told.cast.names[ask.right]
    number = len(out) + 1
    queue = f"{len(out)}+1={number}{told.say('semicolon')}+{number}:{name}"
    return f"{_replay(world, told)}\n{told.say('chain.top', name=name) if world.is_stack else queue}"


def _found(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    verdict = told.say("chain.has" if ask.right else "chain.lacks", name=told.cast.names[ask.args[0]])
    return _left(world, ask.args[0], told) + verdict


def _listed(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    turned = told.say("chain.bottom_up") + _names(ask.right, told) if world.is_stack else ""
    return _left(world, None, told) + turned


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "contents",
        _contents,
        answer=lambda world, args: tuple(sorted(_replayed(world)[0])),  # items are numbered as they went in
        option=_list,
        chain=_listed,
        slots=lambda args, told: {"ends": told.say("ends.stack" if told.world.is_stack else "ends.queue")},
    ),
    worked_out(
        "next",
        _next,
        answer=lambda world, args: (max if world.is_stack else min)(_replayed(world)[0]),
        option=lambda value, told: told.cast.names[value],
        chain=_next_taken,
    ),
    worked_out(
        "out",
        _out,
        answer=lambda world, args: _replayed(world)[1][args[0]],
        option=lambda value, told: told.cast.names[value],
        chain=lambda world, ask, told, shown: _replay(world, told, ask.args[0] + 1),
        slots=lambda args, told: {"at": args[0] + 1, "nth": ordinal(args[0] + 1)},
    ),
    worked_out("size", _size, answer=lambda world, args: len(world.moves) - 2 * len(_replayed(world)[1]), chain=_sized),
    whether(
        "inside",
        _inside,
        is_so=lambda world, args: args[0] in _replayed(world)[0],
        chain=_found,
        slots=lambda args, told: {"name": told.cast.names[args[0]]},
    ),
    worked_out(
        "out_order",
        _out_order,
        answer=lambda world, args: tuple(_replayed(world)[1]),
        option=_list,
        chain=_all_taken,
    ),
    whether(
        "before",
        _before,
        is_so=lambda world, args: next(item for item in _replayed(world)[1] if item in args) == args[0],
        chain=_first_taken,
        slots=lambda args, told: {"first": told.cast.names[args[0]], "second": told.cast.names[args[1]]},
    ),
)


class StackQueue(Family[World, Cast]):
    """Values: an item, a count, contents, or True/False."""

    name = "stack_queue"
    title = "stacks and queues"
    facts = ("moves",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        total = 4 + level
        moves: list[int] = []
        held = item = 0
        while len(moves) < total or held == 0:
            if held >= 2 and rng.random() < 0.45:
                moves.append(_OUT)
                held -= 1
            elif item < 10:
                moves.append(item)
                item, held = item + 1, held + 1
            else:
                break
        if _OUT not in moves:
            moves.append(_OUT)
        return World(rng.random() < 0.5, tuple(moves), item)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        return self.some([kind.name for kind in KINDS], world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 3)
        if scene == 0:
            names = tuple(str(number) for number in voice.rng.sample(range(1, 30), world.count))
        elif scene == 1 and not world.is_stack:
            names = draw(voice, "person", world.count)
        else:  # names of one token each: the chain repeats them
            names = tuple(voice.rng.sample(self.told(Cast((), scene), voice).draw("letters"), world.count))
        return Cast(names, scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, kind = self.told(cast, voice), "stack" if world.is_stack else "queue"
        put, take = told.all(f"tell.{kind}.put")[0], told.say(f"tell.{kind}.take")
        moves = [take if move == _OUT else told.fill(put, cast.names[move]) for move in world.moves]
        head = told.say(f"tell.{kind}.head")
        if voice.rng.random() < 0.4:
            return f"{head}{told.say('space')}{told.say('comma').join(moves)}{told.say('stop')}"
        return f"{head}\n{voice.listing([told.capital(move) for move in moves])}"
