"""Near misses: wrong numbers that someone who slips could get, for options that must not give themselves away."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random


def near_misses(
    rng: Random, right: int, slips: Iterable[int] = (), *, low: int = 0, high: int | None = None
) -> tuple[int, ...]:
    """Return 1 to 4 different numbers other than ``right``: typical slips first, then close numbers.

    The close numbers are drawn unevenly around ``right``, so that it is not always the middle option.

    Args:
        slips: results of typical mistakes, best first; those out of range are dropped.
        low: least number that makes sense.
        high: greatest number that makes sense, or None.

    >>> near_misses(Random(1), 5, [5, 7], low=4, high=7)[:1]
    (7,)
    """
    top = right + 9 if high is None else high
    close = [right + step for step in (-4, -3, -2, -2, -1, -1, 1, 1, 2, 2, 3, 4)]
    rng.shuffle(close)
    wrong = [value for value in dict.fromkeys([*slips, *close]) if value != right and low <= value <= top]
    if not wrong:
        wrong = [right + 1]
    return tuple(wrong[:4])
