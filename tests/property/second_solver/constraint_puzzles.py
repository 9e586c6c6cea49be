"""Ordering, seating, matching and scheduling: OR-tools CP-SAT lists every world that fits the clues told.

The hidden line, row, ring or plan in the world record is used for its length alone (and as the told order of a round
table without links). A value is right where it holds in every listed world.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ortools.sat.python import cp_model

from synth.puzzles.family import Ask

Places = tuple[int, ...]
"""For each entity its place (or day, or value), from 0."""
MOST = 5000
"""More worlds than that would mean that the clues hardly say anything."""


class _Collector(cp_model.CpSolverSolutionCallback):
    def __init__(self, variables: list[cp_model.IntVar]) -> None:
        super().__init__()
        self.variables = variables
        self.found: set[Places] = set()

    def on_solution_callback(self) -> None:
        self.found.add(tuple(self.value(variable) for variable in self.variables))
        if len(self.found) > MOST:
            self.stop_search()


def every_world(model: cp_model.CpModel, variables: list[cp_model.IntVar]) -> frozenset[Places]:
    """All assignments of the variables that the model allows; at least one, at most ``MOST``."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.cp_model_presolve = False
    collector = _Collector(variables)
    solver.solve(model, collector)
    assert 1 <= len(collector.found) <= MOST, f"{len(collector.found)} worlds fit the clues"
    return frozenset(collector.found)


def _different(model: cp_model.CpModel, size: int) -> list[cp_model.IntVar]:
    places = [model.new_int_var(0, size - 1, f"x{one}") for one in range(size)]
    model.add_all_different(places)
    return places


@lru_cache(maxsize=4)
def _lines(size: int, clues: tuple[tuple[int, int, int], ...]) -> frozenset[Places]:
    model = cp_model.CpModel()
    rank = _different(model, size)
    for kind, a, b in clues:
        if kind == 0:
            model.add(rank[a] < rank[b])
        else:
            model.add(rank[a] == b)
    return every_world(model, rank)


def ordering(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Whether a value holds in every line that the comparisons and given ranks allow."""
    size = len(world.line)
    lines = _lines(size, world.clues)

    def holds_in(rank: Places, value: Any) -> bool:
        if ask.kind == "compare":
            return (rank[ask.args[0]] < rank[ask.args[1]]) == value
        if ask.args[-1]:  # counted from the other end
            rank = tuple(size - 1 - one for one in rank)
        first = ask.args[0]
        if ask.kind == "line":
            return sorted(value) == list(range(size)) and [rank[one] for one in value] == list(range(size))
        if ask.kind == "who_at":
            return rank[value] == first
        if ask.kind == "rank_of":
            return bool(rank[first] + 1 == value)
        if ask.kind == "count":
            return sum(other > rank[first] for other in rank) == value
        assert ask.kind == "next", ask.kind
        return rank[value] == rank[first] + 1

    return lambda value: all(holds_in(rank, value) for rank in lines)


@lru_cache(maxsize=4)
def _rings(size: int, links: tuple[tuple[int, int, int], ...]) -> frozenset[Places]:
    model = cp_model.CpModel()
    seat = _different(model, size)
    model.add(seat[0] == 0)  # turning the table changes nothing
    for a, b, steps in links:
        model.add_allowed_assignments([seat[a], seat[b]], [(one, (one + steps) % size) for one in range(size)])
    return every_world(model, seat)


def circular_seating(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Whether a value holds at every table (seats numbered clockwise) that the links allow."""
    size = len(world.ring)
    if world.links:
        tables = _rings(size, world.links)
    else:
        told = world.ring[::-1] if world.is_reversed else world.ring  # as the text lists them
        way = -1 if world.is_reversed else 1
        tables = frozenset({tuple(way * told.index(one) % size for one in range(size))})
    x = ask.args[0]

    def holds_in(seat: Places, value: Any) -> bool:
        if ask.kind == "opposite":
            return size % 2 == 0 and abs(seat[value] - seat[x]) == size // 2
        if ask.kind == "step":
            return (seat[x] + ask.args[1]) % size == seat[value]
        apart = abs(seat[x] - seat[ask.args[1]])
        if ask.kind == "beside":
            return (apart in (1, size - 1)) == value
        assert ask.kind == "gap", ask.kind
        return bool(0 < value < size and (seat[x] + value) % size == seat[ask.args[1]])

    return lambda value: all(holds_in(seat, value) for seat in tables)


@lru_cache(maxsize=4)
def _tables(size: int, is_double: bool, clues: tuple[tuple[str, int, tuple[int, ...]], ...]) -> frozenset[Places]:
    model = cp_model.CpModel()
    first = _different(model, size)
    second = _different(model, size) if is_double else []

    def is_value(variable: cp_model.IntVar, value: int) -> cp_model.IntVar:
        literal = model.new_bool_var("")
        model.add(variable == value).only_enforce_if(literal)
        model.add(variable != value).only_enforce_if(~literal)
        return literal

    for kind, a, listed in clues:
        if kind in ("is", "in"):
            model.add_allowed_assignments([first[a]], [(value,) for value in listed])
        elif kind == "out":
            model.add_forbidden_assignments([first[a]], [(value,) for value in listed])
        elif kind == "own":
            model.add(second[a] == listed[0])
        else:
            assert kind == "link", kind
            for one, other in zip(first, second, strict=True):
                model.add(is_value(one, a) == is_value(other, listed[0]))
    return every_world(model, [*first, *second])


def matching(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Whether a value holds in every assignment that the clues allow."""
    size = len(world.first)
    tables = _tables(size, bool(world.second), world.clues)

    def holds_in(table: Places, value: Any) -> bool:
        first, second = table[:size], table[size:]
        kind, args = ask.kind, ask.args
        if kind == "pair":
            return bool(first[value // 10] == value % 10)
        if kind == "cross":
            return bool(first[second.index(args[0])] == value)
        column = second if kind.endswith("_other") else first
        if kind.startswith("what"):
            return bool(column[args[0]] == value)
        if kind.startswith("who"):
            return bool(column[value] == args[0])
        assert kind.startswith("is"), kind
        return (column[args[0]] == args[1]) == value

    return lambda value: all(holds_in(table, value) for table in tables)


@lru_cache(maxsize=4)
def _rows(size: int, clues: tuple[tuple[str, int, int, int], ...]) -> frozenset[Places]:
    model = cp_model.CpModel()
    seat = _different(model, size)
    for kind, a, b, number in clues:
        if kind == "at":
            model.add(seat[a] == number - 1)
        elif kind == "not":
            model.add(seat[a] != number - 1)
        elif kind == "end":
            model.add_allowed_assignments([seat[a]], [(0,), (size - 1,)])
        elif kind == "adj":
            near = [(one, two) for one in range(size) for two in range(size) if abs(one - two) == 1]
            model.add_allowed_assignments([seat[a], seat[b]], near)
        else:
            assert kind == "off", kind
            model.add(seat[a] == seat[b] + number)
    return every_world(model, seat)


def seating(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Whether a value holds in every row that the clues allow."""
    size = len(world.row)
    rows = _rows(size, world.clues)
    kind, args = ask.kind, ask.args

    def holds_in(seat: Places, value: Any) -> bool:
        if kind == "row":
            return tuple(sorted(range(size), key=lambda one: seat[one])) == value
        if kind == "who_at":
            return seat[value] + 1 == args[0]
        if kind == "where":
            return bool(seat[args[0]] + 1 == value)
        if kind == "right_of":
            return seat[value] == seat[args[0]] + (1 if args[1] > 0 else -1)
        if kind == "adjacent":
            return (abs(seat[args[0]] - seat[args[1]]) == 1) == value
        if kind == "left_of":
            return (seat[args[0]] < seat[args[1]]) == value
        assert kind == "between", kind
        low, high = sorted((seat[args[0]], seat[args[1]]))
        return len(range(low + 1, high)) == value

    return lambda value: all(holds_in(seat, value) for seat in rows)


@lru_cache(maxsize=4)
def _plans(size: int, clues: tuple[tuple[str, int, int], ...]) -> frozenset[Places]:
    model = cp_model.CpModel()
    day = _different(model, size)
    for kind, a, b in clues:
        if kind == "on":
            model.add(day[a] == b)
        elif kind == "not":
            model.add(day[a] != b)
        else:
            assert kind == "before", kind
            model.add(day[a] < day[b])
    return every_world(model, day)


def scheduling(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Whether a value holds in every plan that the clues allow."""
    plans = _plans(len(world.plan), world.clues)
    kind, args = ask.kind, ask.args

    def holds_in(day: Places, value: Any) -> bool:
        if kind == "plan":
            return all(day[task] == at for at, task in enumerate(value)) and len(value) == len(day)
        if kind == "who_on":
            return day[value] == args[0]
        if kind == "when":
            return bool(day[args[0]] == value)
        if kind == "is_on":
            return (day[args[0]] == args[1]) == value
        if kind == "is_before":
            return (day[args[0]] < day[args[1]]) == value
        if kind == "next":
            return day[value] == day[args[0]] + 1
        assert kind == "earlier", kind
        return bool(day[args[0]] == value)  # days are from 0 and all taken

    return lambda value: all(holds_in(day, value) for day in plans)
