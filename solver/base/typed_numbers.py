"""Numbers that a command takes as flags, each with its closed range, as fields of configurations have theirs.

    parser.add_argument("--cap", type=Whole(1, MOST_SAMPLES), default=40)

>>> Whole(1, 10)("7"), Real(0, 1)("0.5")
(7, 0.5)
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Whole:
    """Reads a whole number, as a type for argparse."""

    low: int
    high: int

    def __call__(self, text: str) -> int:
        """Return the number.

        Raises:
            argparse.ArgumentTypeError: it is none, or lies beyond; tells the range.
        """
        return _within(text, int, "a whole number ", self.low, self.high)


@dataclass(frozen=True, slots=True)
class Real:
    """Reads a number, as a type for argparse."""

    low: float
    high: float

    def __call__(self, text: str) -> float:
        """Return the number.

        Raises:
            argparse.ArgumentTypeError: it is none, or lies beyond; tells the range.
        """
        return _within(text, float, "a number ", self.low, self.high)


def _within(text: str, read: Callable[[str], Number], kind: str, low: Number, high: Number) -> Number:
    value: Number | None = None
    with contextlib.suppress(ValueError):
        value = read(text)
    # NaN is within nothing.
    if value is not None and low <= value <= high:
        return value
    ends = (f"{end:,}" if isinstance(end, int) else f"{end:,g}" for end in (low, high))
    said = f"it should be {kind if value is None else ''}from {' to '.join(ends)}"
    raise argparse.ArgumentTypeError(f"cannot be {text[:80]!r}: {said}")
