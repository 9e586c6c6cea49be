"""Who has what after a series of events: each family told again as plain bookkeeping over named things."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from synth.puzzles.family import Ask


def accounts(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Balances by recursion backwards from the step asked about, one person at a time."""
    people = range(len(world.start))
    gain, spend, give, double, halve, each, at_least, below = range(8)

    def balance(who: int, after: int) -> Fraction:
        if after == 0:
            return Fraction(world.start[who])
        step = world.steps[after - 1]
        had = balance(who, after - 1)
        if step.kind == each:
            return had + step.amount
        if step.kind == give and who == step.other:
            assert step.who != step.other
            return had + step.amount
        if who != step.who:
            return had
        if step.kind == gain:
            return had + step.amount
        if step.kind == spend:
            return had - step.amount
        if step.kind == give:
            return had - step.amount - world.fee
        if step.kind == double:
            return had * 2
        if step.kind == halve:
            return had / 2
        if step.kind == at_least:
            return had - step.amount if had >= step.bound else had + world.consolation
        assert step.kind == below
        return had * 2 if had < step.bound else had - step.amount

    end = [balance(who, len(world.steps)) for who in people]
    history = [[balance(who, after) for after in range(len(world.steps) + 1)] for who in people]
    # Nobody owes anything or holds a part of a thing at any time.
    assert all(one >= 0 and one.denominator == 1 for line in history for one in line)
    kind, args = ask.kind, ask.args

    def is_right(value: Any) -> bool:
        if kind == "true":
            return (end[value[0]] == value[1]) == bool(args[0])
        said = value
        if kind == "final":
            return bool(history[args[1]][min(args[0], len(world.steps))] == said)
        if kind == "most":
            return all(end[said] > end[other] for other in people if other != said)
        if kind == "least":
            return all(end[said] < end[other] for other in people if other != said)
        if kind == "total":
            return bool(sum(end) == said)
        if kind == "gap":
            return bool(end[args[0]] - end[args[1]] == said)
        if kind == "ever":
            return (min(history[args[0]]) < args[1]) == bool(said)
        assert kind == "enough", kind
        return (end[args[0]] >= args[1]) == bool(said)

    return is_right


def counting(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Stocks by name, event by event."""
    stock = dict(enumerate(world.start))
    for kind, who, other, many in world.events:
        if kind == "times":
            stock[who] *= many
        elif kind == "gain":
            stock[who] += many
        else:
            stock[who] -= many
            if kind == "give":
                stock[other] += many
            else:
                assert kind == "lose", kind
        assert min(stock.values()) >= 0
    args = ask.args
    if ask.kind in ("most", "least"):
        sign = 1 if ask.kind == "most" else -1
        return lambda value: all(sign * stock[value] > sign * stock[one] for one in stock if one != value)
    if ask.kind == "reach":
        have, bound = stock[args[0]], args[1]
        said = (have >= bound, have > bound, have <= bound, have < bound)[args[2]]
        return lambda value: value is said
    answer = {
        "final": lambda: stock[args[0]],
        "final_is": lambda: stock[args[0]] == args[1],
        "total": lambda: sum(stock.values()),
        "gap": lambda: stock[args[0]] - stock[args[1]],
        "more": lambda: stock[args[0]] > stock[args[1]],
    }[ask.kind]()
    assert ask.kind != "gap" or answer > 0
    return lambda value: value == answer


def cups(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """The way of each thing by itself, from hand to hand."""

    def goes_to(thing: int) -> int:
        at = thing
        for pair in world.swaps:
            if at in pair:
                at = pair[1] if at == pair[0] else pair[0]
        return at

    args = ask.args
    if ask.kind == "thing":
        return lambda value: goes_to(value) == args[0]
    if ask.kind == "owner":
        return lambda value: goes_to(args[0]) == value
    if ask.kind == "has":
        return lambda value: (goes_to(args[1]) == args[0]) == value
    if ask.kind == "kept":
        return lambda value: (goes_to(args[0]) == args[0]) == value
    assert ask.kind == "true", ask.kind
    return lambda value: goes_to(value[1]) == value[0]


def moving_objects(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Places as sets of things; what a step says of where things are must be so."""
    outside = world.places
    inside: list[set[int]] = [set() for _ in range(outside + 1)]
    for thing, place in enumerate(world.start):
        inside[place].add(thing)
    room = list(world.standing)
    for step in world.steps[: ask.args[0]]:
        if step.kind == 4:  # a box is carried
            room[step.what] = step.to
            continue
        if step.kind == 2:  # a place is emptied into another
            moved = set(inside[step.what])
        elif step.kind == 3:  # two together
            moved = {step.what, step.source}
            assert len(moved) == 2
        else:
            moved = {step.what}
            if step.kind == 1:
                assert step.to == outside
            if step.kind == 1 or world.is_source_told:
                assert step.what in inside[step.source], "the text names a wrong place to take it from"
        coming = moved - inside[step.to]
        if world.capacity and step.to != outside:
            space = world.capacity - len(inside[step.to])
            # The text says what happens with a full place, and nothing of one that has room for some of them.
            assert space <= 0 or len(coming) <= space, "there is room for some but not for all"
            if space <= 0:
                continue
        for place in inside:
            place -= moved
        inside[step.to] |= moved
    where = {thing: at for at, things in enumerate(inside) for thing in things}
    assert len(where) == len(world.start)
    kind, rest = ask.kind, ask.args[1:]
    if kind == "where":
        return lambda value: where[rest[0]] == value
    if kind == "room":
        return lambda value: where[rest[0]] < outside and room[where[rest[0]]] == value
    if kind == "is":
        return lambda value: (where[rest[0]] == rest[1]) == bool(value)
    if kind == "true":
        return lambda value: (where[value[0]] == value[1]) == bool(rest[0])
    if kind == "count":
        return lambda value: len(inside[rest[0]]) == value
    if kind == "contents":
        return lambda value: len(set(value)) == len(value) and set(value) == inside[rest[0]]
    assert kind == "which", kind
    return lambda value: value in inside[rest[0]]


def block_world(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """What lies directly on what, as a mapping, instead of stacks."""
    top: list[int | None] = [None] * len(world.stacks)
    below: dict[int, int | None] = {}
    for number, stack in enumerate(world.stacks):
        for block in stack:
            below[block], top[number] = top[number], block
    for start, end in world.moves:
        block = top[start]
        assert block is not None
        assert start != end
        top[start], below[block], top[end] = below[block], top[end], block

    def pile(number: int) -> list[int]:
        """A stack's blocks, top first."""
        found, at = [], top[number]
        while at is not None:
            found.append(at)
            at = below[at]
        return found

    piles = [pile(number) for number in range(len(top))]
    first = ask.args[0]
    if ask.kind == "top":
        return lambda value: top[first] is not None and top[first] == value
    if ask.kind == "under":
        return lambda value: (-1 if below[first] is None else below[first]) == value
    if ask.kind == "where":
        return lambda value: first in piles[value]
    if ask.kind == "count":
        return lambda value: len(piles[first]) == value
    if ask.kind == "is_top":
        return lambda value: (first in top) == value
    if ask.kind == "above":
        order = next(pile for pile in piles if first in pile)
        is_above = ask.args[1] in order[order.index(first) + 1 :]
        return lambda value: is_above == value
    assert ask.kind == "stack", ask.kind
    return lambda value: piles[first][::-1] == list(value)
