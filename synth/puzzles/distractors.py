"""Wrong values for ``synth.puzzles.options``: numbers on both sides of the right one, sequences with one slip."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from random import Random
from typing import TypeVar

ItemT = TypeVar("ItemT")

REACH = 6
"""How far from the right number the close ones go."""
FARTHER = (8, 10, 12, 15, 20, 25, 30)
"""How far others are, where the right number is no smaller."""


def near_misses(
    rng: Random, right: int, slips: Iterable[int] = (), *, low: int = 0, high: int | None = None
) -> tuple[int, ...]:
    """Return different numbers other than ``right``: typical slips first, then close numbers on both sides.

    Which of them become options, and so the rank of the right one, is not chosen here.

    Args:
        slips: results of typical mistakes, best first; those out of range are dropped.
        low: least number that makes sense.
        high: greatest number that makes sense, or None.

    >>> sorted(near_misses(Random(1), 5, [9], low=4, high=7))
    [4, 6, 7]
    """
    close = list(around(right, low, high))
    rng.shuffle(close)
    wrong = tuple(dict.fromkeys(one for one in (*slips, *close) if one != right and low <= one and _fits(one, high)))
    return wrong or (right + 1,)


@lru_cache(maxsize=4096)
def around(right: int, low: int = 0, high: int | None = None) -> tuple[int, ...]:
    """Return numbers on both sides of ``right`` that make sense: those up to ``REACH`` from it, and some farther.

    >>> around(1, 0, 3)
    (0, 2, 3)
    """
    steps = [*range(1, REACH + 1), *(step for step in FARTHER if step <= right)]
    numbers = [right + sign * step for step in steps for sign in (-1, 1)]
    return tuple(number for number in numbers if number != right and number >= low and _fits(number, high))


def _fits(number: int, high: int | None) -> bool:
    return high is None or number <= high


def nearest(middle: int, size: int) -> list[int]:
    """Return all other places below ``size``, nearest first.

    >>> nearest(1, 4)
    [0, 2, 3]
    """
    return sorted((one for one in range(size) if one != middle), key=lambda one: (abs(one - middle), one))


def swapped(right: tuple[ItemT, ...], rng: Random) -> list[tuple[ItemT, ...]]:
    """Return a sequence with two neighbours swapped, once for every other pair of them.

    >>> swapped((1, 2, 3, 4), Random(4))
    [(2, 1, 3, 4), (1, 2, 4, 3)]
    """
    starts = range(rng.randrange(2) if len(right) > 4 else 0, len(right) - 1, 2)
    made = ((*right[:at], right[at + 1], right[at], *right[at + 2 :]) for at in starts)
    return [value for value in made if value != right]


def cut(right: tuple[ItemT, ...], rng: Random) -> list[tuple[ItemT, ...]]:
    """Return a sequence with one item lost, and with one said twice; it never becomes empty.

    >>> cut((1, 2, 3, 4), Random(1))
    [(1, 3, 4), (1, 1, 2, 3, 4)]
    """
    lost, twice = rng.randrange(len(right)), rng.randrange(len(right))
    fewer = [(*right[:lost], *right[lost + 1 :])] if len(right) > 1 else []
    return [*fewer, (*right[:twice], right[twice], *right[twice:])]


def coset(right: int, flips: Iterable[int]) -> tuple[int, ...]:
    """Return a set of bits with slips, each some bits to flip, made in every combination but none.

    Any value could be the right one for how like the others it is.

    >>> coset(0b11, (0b1, 0b100))
    (2, 7, 6)
    """
    values = [right]
    for flip in flips:
        values += [value ^ flip for value in values]
    return tuple(value for value in dict.fromkeys(values) if value != right)
