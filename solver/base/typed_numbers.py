"""Numbers that a command takes as flags, each with its closed range, as fields of configurations have theirs.

    parser.add_argument("--cap", type=Whole(1, MOST_SAMPLES), default=40)

>>> Whole(1, 10)("7"), Real(0, 1)("0.5")
(7, 0.5)
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass


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
        try:
            value = int(text)
        except ValueError:
            raise _refusal(text, "a whole number ", self) from None
        if not self.low <= value <= self.high:
            raise _refusal(text, "", self)
        return value


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
        try:
            value = float(text)
        except ValueError:
            raise _refusal(text, "a number ", self) from None
        # NaN is within nothing.
        if not self.low <= value <= self.high:
            raise _refusal(text, "", self)
        return value


def _refusal(text: str, kind: str, one: Whole | Real) -> argparse.ArgumentTypeError:
    low, high = (f"{end:,}" if isinstance(end, int) else f"{end:,g}" for end in (one.low, one.high))
    return argparse.ArgumentTypeError(f"cannot be {text[:80]!r}: it should be {kind}from {low} to {high}")
