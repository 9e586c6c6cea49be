"""Numbers: digits, remainders, calendars. Counting one by one wherever a formula would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synth.puzzles.family import Ask


def _digit_rule(rule: str, number: int, limit: int) -> int:
    text = str(number)
    digits = [int(sign) for sign in text]
    if rule == "root":
        while len(text) > 1:
            text = str(sum(int(sign) for sign in text))
        return int(text)
    if rule == "reverse":
        return int("".join(reversed(text)))
    if rule in ("evens", "odds"):
        return sum(sign in ("02468" if rule == "evens" else "13579") for sign in text)
    return {
        "sum": sum(digits),
        "largest": max(digits),
        "smallest": min(digits),
        "range": max(digits) - min(digits),
        "over": sum(digit > limit for digit in digits),
        "least_of": sum(digit >= limit for digit in digits),
        "even_sum": sum(digit for digit in digits if digit in (0, 2, 4, 6, 8)),
        "odd_sum": sum(digit for digit in digits if digit in (1, 3, 5, 7, 9)),
        "ends": digits[0] + digits[-1],
    }[rule]


def digits(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Rules on the decimal text of a number."""
    args, numbers = ask.args, world.numbers

    def call(which: int, at: int) -> int:
        return _digit_rule(world.ops[which], numbers[at], world.limit)

    def divides(at: int) -> bool:
        return numbers[at] in range(0, numbers[at] + 1, world.divisor)

    if ask.kind == "value":
        return lambda value: call(args[0], args[1]) == value
    if ask.kind == "is":
        return lambda value: (call(args[0], args[1]) == args[2]) == value
    if ask.kind == "most":
        sign = 1 if args[1] > 0 else -1
        marks = [sign * call(args[0], at) for at in range(len(numbers))]
        return lambda value: all(marks[value] > mark for at, mark in enumerate(marks) if at != value)
    if ask.kind == "which":
        return lambda value: call(args[0], value) == args[1]
    if ask.kind == "divides":
        return lambda value: divides(args[0]) == value
    assert ask.kind == "divisible", ask.kind
    return divides


def _gcd(one: int, two: int) -> int:
    return max(size for size in range(1, min(one, two) + 1) if one % size == 0 and two % size == 0)


def _gcd_steps(theme: str, one: int, two: int) -> int:
    """Steps of the method told; the pair as a set, since only larger and smaller matter."""
    small, large = sorted((one, two))
    if theme == "subtract":
        return 0 if small == large else 1 + _gcd_steps(theme, small, large - small)
    rest = large
    while rest >= small:
        rest -= small
    return 1 if rest == 0 else 1 + _gcd_steps(theme, small, rest)


def modular(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Divisors by trial, dials by single steps, groups by filling them one after the other."""
    args, kind, theme = ask.args, ask.kind, world.theme
    if theme in ("subtract", "euclid"):
        if kind == "gcd":
            return lambda value: _gcd(args[0], args[1]) == value
        if kind == "gcd_is":
            return lambda value: (_gcd(args[0], args[1]) == args[2]) == value
        if kind == "coprime":
            return lambda value: (_gcd(args[0], args[1]) == 1) == value
        assert kind == "steps", kind
        return lambda value: _gcd_steps(theme, args[0], args[1]) == value
    if theme == "leap":
        a, b, c = world.rule

        def is_leap(at: int) -> bool:
            year = world.numbers[at]
            return year % c == 0 or (year % b != 0 and year % a == 0)

        if kind == "leap":
            return lambda value: is_leap(args[0]) == value
        if kind == "leaps":
            return lambda value: sum(map(is_leap, range(len(world.numbers)))) == value
        assert kind == "which_leap", kind
        return is_leap
    if theme == "dial":
        size, base = world.rule
        at = world.numbers[0]
        assert base <= at < base + size
        stops = []
        for move in world.numbers[1:]:
            for _ in range(abs(move)):
                if move > 0:
                    at = base if at == base + size - 1 else at + 1
                else:
                    at = base + size - 1 if at == base else at - 1
            stops.append(at)
        if kind == "crossed":
            return lambda value: (args[0] in stops) == value
        if kind == "place":
            return lambda value: stops[args[0] - 1] == value
        assert kind == "place_is", kind
        return lambda value: (stops[args[0] - 1] == args[1]) == value
    assert theme == "groups", theme

    def left(at: int, size: int) -> int:
        return len(range(world.numbers[at])[world.numbers[at] // size * size :])

    if kind == "left":
        return lambda value: left(*args) == value
    if kind == "left_is":
        return lambda value: (left(args[0], args[1]) == args[2]) == value
    if kind == "which_left":
        return lambda value: left(value, args[0]) == args[1]
    assert kind == "same", kind
    return lambda value: (left(args[0], args[2]) == left(args[1], args[2])) == value


def calendar_days(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Days counted off one by one."""
    args, kind = ask.args, ask.kind
    if world.theme == "weekday":
        week, day = list(range(7)), world.first
        for _ in range(args[0]):
            day = week[week.index(day) - 1] if kind == "before" else week[week.index(day) - 6]
        if kind == "after_is":
            return lambda value: (day == args[1]) == value
        assert kind in ("after", "before"), kind
        return lambda value: day == value
    if world.theme == "month":
        month = {1: world.first}
        for number in range(2, world.length + 1):
            month[number] = (month[number - 1] + 1) % 7
        if kind == "weekday":
            return lambda value: month[args[0]] == value
        if kind == "weekday_is":
            return lambda value: (month[args[0]] == args[1]) == value
        such = [number for number in month if month[number] == args[0]]
        if kind == "nth":
            return lambda value: such[args[1] - 1] == value
        assert kind == "count", kind
        return lambda value: len(such) == value
    if world.theme == "date":
        # Days of this month and the next; the text says nothing of the month after, so no date may lie beyond 28 days
        # of the next one.
        days = [(0, day) for day in range(1, world.length + 1)] + [(1, day) for day in range(1, 29)]

        def said(number: int) -> tuple[int, int]:
            return (0, number) if number <= world.length else (1, number - world.length)

        start = days.index(said(args[0]))
        if kind == "gap":
            return lambda value: days.index((1, args[1])) - start == value
        if kind == "later":
            return lambda value: days[start + args[1]] == said(value)
        assert kind == "later_is", kind
        return lambda value: (days[start + args[1]] == said(args[2])) == value
    assert world.theme == "roster", world.theme
    turns = [who % world.length for who in range(world.first, world.first + 200)]
    if kind == "duty":
        return lambda value: turns[args[0] - 1] == value
    if kind == "duty_is":
        return lambda value: (turns[args[0] - 1] == args[1]) == value
    assert kind == "turns", kind
    return lambda value: turns[: args[1]].count(args[0]) == value
