"""Sets, tables, timetables and queues by rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synth.puzzles.family import Ask


def set_operations(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Membership of each element by itself."""
    everything = range(world.size)

    def applied(op: int, one: bool, two: bool) -> bool:
        return (one or two, one and two, one and not two, one != two)[op]

    def has(args: tuple[int, ...], item: int) -> bool:
        if args[0] < 0:
            return item not in world.sets[args[1]]
        result = applied(args[0], item in world.sets[args[1]], item in world.sets[args[2]])
        return result if len(args) == 3 else applied(args[3], result, item in world.sets[args[4]])

    args = ask.args
    if ask.kind == "subset":
        return lambda value: all(item in world.sets[args[0]] for item in args[1:]) == value
    if ask.kind == "member":
        return lambda value: has(args[:-1], args[-1]) == value
    if ask.kind == "value":
        return lambda value: all(bool(value >> item & 1) == has(args, item) for item in everything)
    if ask.kind == "count":
        return lambda value: [has(args, item) for item in everything].count(True) == value
    assert ask.kind == "which", ask.kind
    return lambda value: has(args, value)


def table_lookup(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Rows read one by one."""
    args, rows = ask.args, world.rows

    def fits(row: tuple[int, ...]) -> bool:
        column, sign, limit, kind = args
        return (row[column] > limit if sign else row[column] < limit) and kind in (-1, row[0])

    if ask.kind == "count":
        return lambda value: len([row for row in rows if fits(row)]) == value
    if ask.kind == "which":
        return lambda value: fits(rows[value])
    if ask.kind in ("best", "value"):
        column, sign, kind = args[:3]
        among = [row[column] if sign else -row[column] for row in rows if kind in (-1, row[0])]
        best = max(among)
        assert among.count(best) == 1
        if ask.kind == "value":
            (asked,) = [row for row in rows if kind in (-1, row[0]) and abs(row[column]) == abs(best)]
            return lambda value: asked[args[3]] == value
        return lambda value: kind in (-1, rows[value][0]) and abs(rows[value][column]) == abs(best)
    one, two = rows[args[0]][args[2]], rows[args[1]][args[2]]
    if ask.kind == "more":
        return lambda value: (one > two if args[3] else one < two) == value
    assert ask.kind == "difference", ask.kind
    return lambda value: (one + value == two or two + value == one) and value >= 0


def intervals(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Each span as the set of half hours (as moments) that belong to it."""

    def moments(at: int) -> set[int]:
        start, end = world.spans[at]
        assert 0 <= start < end <= 24
        return set(range(2 * start, 2 * end + 1)) - (set() if world.is_closed else {2 * end})

    spans = [moments(at) for at in range(len(world.spans))]
    starts = [start for start, _ in world.spans]
    ends = [end for _, end in world.spans]
    args, kind = ask.args, ask.kind
    if kind == "overlap":
        return lambda value: bool(spans[args[0]] & spans[args[1]]) == value
    if kind == "which":
        return lambda value: value != args[0] and bool(spans[args[0]] & spans[value])
    if kind == "long":
        return lambda value: ends[args[0]] - starts[args[0]] == value
    if kind == "is_on":
        return lambda value: (2 * args[1] in spans[args[0]]) == value
    if kind == "on_at":
        return lambda value: sum(2 * args[0] in span for span in spans) == value
    if kind == "free":
        taken = set().union(*spans)
        return lambda value: value == next(hour for hour in range(8, 30) if 2 * hour not in taken)
    if kind == "span":
        return lambda value: max(ends) - min(starts) == value
    marks = {
        "first": [-start for start in starts],
        "last": ends,
        "longest": [end - start for start, end in world.spans],
    }[kind]
    return lambda value: [at for at, mark in enumerate(marks) if mark == max(marks)] == [value]


def sorting_rules(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Who goes before whom pair by pair; a place is the number of those before."""
    everyone = range(len(world.people))

    def before(one: int, two: int) -> bool:
        first, second = world.people[one], world.people[two]
        if first[0] != second[0]:
            return bool(world.ranks[first[0]] < world.ranks[second[0]])
        for x, y, is_up in zip(first[1:], second[1:], world.is_up, strict=True):
            if x != y:
                return bool(x < y) if is_up else bool(x > y)
        assert one == two, "two people tie"
        return False

    def ahead(who: int) -> int:
        return sum(before(other, who) for other in everyone)

    args = ask.args
    if ask.kind == "kth":
        return lambda value: ahead(value) == args[0]
    if ask.kind == "last":
        return lambda value: ahead(value) == len(everyone) - 1
    if ask.kind == "before":
        return lambda value: before(*args) == value
    if ask.kind == "ahead":
        return lambda value: ahead(args[0]) == value
    if ask.kind == "quota":
        return lambda value: (ahead(args[0]) < args[1]) == value
    assert ask.kind == "order", ask.kind
    return lambda value: sorted(value) == list(everyone) and [ahead(who) for who in value] == list(everyone)
