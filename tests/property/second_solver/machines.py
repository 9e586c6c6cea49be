"""Things run step by step: circuits, automata, stacks and queues, recursive functions, sequences."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from synth.puzzles.family import Ask


def circuits(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Wires asked backwards."""
    width = len(world.inputs)
    wires = range(width, width + len(world.gates))

    def bit(wire: int, inputs: tuple[int, ...]) -> bool:
        if wire < width:
            return bool(inputs[wire])
        op, one, two = world.gates[wire - width]
        assert max(one, two) < wire
        first = bit(one, inputs)
        if op == 3:
            return not first
        both = [first, bit(two, inputs)]
        return (all(both), any(both), both[0] != both[1], False, not all(both), not any(both))[op]

    args, inputs = ask.args, world.inputs
    if ask.kind == "bit":
        return lambda value: bit(args[0], inputs) == bool(value)
    if ask.kind == "is":
        return lambda value: (bit(args[0], inputs) == bool(args[1])) == value
    if ask.kind == "flip":
        assert args[1] < width
        changed = tuple(1 - one if at == args[1] else one for at, one in enumerate(inputs))
        return lambda value: bit(args[0], changed) == bool(value)
    if ask.kind == "last":
        shown = [bit(wire, inputs) for wire in wires if wire >= args[0]]
        assert args[0] >= width
        return lambda value: [bool(value >> place & 1) for place in range(len(shown))] == shown
    if ask.kind == "count":
        return lambda value: sum(bit(wire, inputs) for wire in wires) == value
    assert ask.kind == "which", ask.kind
    return lambda value: bit(value, inputs) == bool(args[0])


def state_machine(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Each symbol as a mapping of all states at once."""
    states = range(len(world.moves))

    def ends(word: tuple[int, ...]) -> list[int]:
        """The state after each step."""
        found = []
        total = list(states)  # where each state leads by the word so far
        for symbol in word:
            total = [world.moves[state][symbol] for state in total]
            found.append(total[0])
        return found

    args = ask.args
    if ask.kind == "end":
        return lambda value: ends(args)[-1] == value
    if ask.kind == "accepts":
        return lambda value: (ends(args)[-1] in world.accepting) == bool(value)
    if ask.kind == "visits":
        return lambda value: ends(args[1:]).count(args[0]) == value
    assert ask.kind == "which", ask.kind
    return lambda value: ends(value)[-1] in world.accepting


def stack_queue(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Things in a double-ended queue, front at the left."""
    inside: deque[int] = deque()
    out: list[int] = []
    for move in world.moves:
        if move >= 0:
            assert move not in [*inside, *out]
            inside.append(move)
        else:
            out.append(inside.pop() if world.is_stack else inside.popleft())
    args = ask.args
    if ask.kind == "contents":
        return lambda value: tuple(inside) == value
    if ask.kind == "out_order":
        return lambda value: tuple(out) == value
    if ask.kind == "next":
        return lambda value: bool(inside) and inside[-1 if world.is_stack else 0] == value
    if ask.kind == "out":
        return lambda value: args[0] < len(out) and out[args[0]] == value
    if ask.kind == "size":
        return lambda value: len(inside) == value
    if ask.kind == "inside":
        return lambda value: (args[0] in inside) == value
    assert ask.kind == "before", ask.kind
    assert {*args} <= {*out}, "one of them has not left"
    return lambda value: (out.index(args[0]) < out.index(args[1])) == value


def recursion(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Functions as the recursive definition says; changed and printed numbers as a list."""
    args, kind = ask.args, ask.kind
    if world.kind in ("halve", "count"):
        path: list[int] = []
        if world.kind == "halve":
            path = [args[0]]
            while path[-1] != 1:
                path.append(path[-1] // 2 if path[-1] % 2 == 0 else path[-1] + world.a)
                assert len(path) < 1000
        else:

            def count_down(n: int) -> None:
                if n <= world.first:
                    return
                if world.b:
                    count_down(n - world.a)
                    path.append(n)
                else:
                    path.append(n)
                    count_down(n - world.a)

            count_down(args[0])
        if kind == "length":
            return lambda value: len(path) - (world.kind == "halve") == value
        if kind == "visits":
            return lambda value: (args[-1] in path) == value
        if kind == "path":
            return lambda value: tuple(path) == value
        assert kind == "at", kind
        return lambda value: args[-1] < len(path) and path[args[-1]] == value
    calls = 0

    def f(n: int) -> int:
        nonlocal calls
        calls += 1
        assert n >= world.first
        if n < world.first + len(world.base):
            return int(world.base[n - world.first])
        if world.kind == "fib":
            return f(n - 1) + f(n - 2)
        old = f(n - 1)
        if world.kind == "parity":
            return old + (world.b if n % 2 else world.a)
        return int(
            {
                "plus": old + world.a,
                "index": old + n,
                "double": world.a * old + world.b,
                "factorial": n * old,
                "power": world.a * old,
            }[world.kind]
        )

    if kind == "value":
        return lambda value: f(args[0]) == value
    if kind == "is":
        return lambda value: (f(args[0]) == args[1]) == value
    if kind == "difference":
        return lambda value: f(args[0]) - f(args[1]) == value
    if kind == "first":

        def reaches(n: int) -> bool:
            return f(n) > args[0] or (f(n) == args[0] and not args[1])

        return lambda value: reaches(value) and not any(reaches(n) for n in range(world.first, value))
    if kind == "calls":
        f(args[0])
        needed = calls
        return lambda value: needed == value
    assert kind == "equation", kind
    return lambda value: world.first <= value[0] <= args[0] and f(value[0]) == value[1]


def sequences(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Terms in a row, each made from those before."""
    terms = list(world.start)
    assert len(terms) == (2 if world.rule == "two" else 1)
    a, b = world.a, world.b
    while len(terms) < 60:
        last, number = terms[-1], len(terms) + 1  # the number of the term to come
        if world.rule == "step":
            new = last + a
        elif world.rule == "times":
            new = last * 2 - b
        elif world.rule == "swing":
            new = last + a if number % 2 == 0 else last - b
        elif world.rule == "growing":
            new = last + (number - 1) * a
        elif world.rule == "two":
            new = last + terms[-2]
        elif world.rule == "parity":
            new = last // 2 if last % 2 == 0 else last + a
        elif world.rule == "digits":
            new = last + int(str(last)[-1]) + a
        else:
            assert world.rule == "limit", world.rule
            new = last - b if last > world.limit else last + a
        terms.append(new)
    args, kind = ask.args, ask.kind
    if kind == "nth":
        return lambda value: terms[args[0] - 1] == value
    if kind == "nth_is":
        return lambda value: (terms[args[0] - 1] == args[1]) == value
    if kind == "past":
        first = next(at for at, term in enumerate(terms, 1) if term > args[0] or (term == args[0] and not args[1]))
        return lambda value: value == first
    if kind == "member":
        return lambda value: (args[0] in terms[: world.length]) == value
    if kind == "sum":
        return lambda value: sum(terms[: args[0]]) == value
    if kind == "first":
        return lambda value: tuple(terms[: args[0]]) == value
    assert kind == "evens", kind
    return lambda value: [term % 2 for term in terms[: args[0]]].count(args[1]) == value
