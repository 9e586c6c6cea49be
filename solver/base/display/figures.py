"""How numbers are written for people: counts, shares, differences in points, intervals. Pure.

>>> percent(0.9423), points(-0.0008), with_interval(0.5, 0.4, 0.6)
('94.2 %', '-0.08', '50.0 % (40.0 to 60.0)')
"""

from __future__ import annotations

import re
from typing import Protocol

MISSING = "-"
DASH = "–"
"""The same on a page."""


class Bounded(Protocol):
    """A value with its interval, as statistics have it."""

    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def counted(count: float, one: str, several: str | None = None) -> str:
    """Write how many there are of something; thousands are set apart.

    Args:
        several: the word for more than one, where it is not ``one`` with an s (``retries`` is known).

    >>> counted(1, "question"), counted(0, "row"), counted(1200, "reply"), counted(2, "row is", "rows are")
    ('1 question', '0 rows', '1,200 replies', '2 rows are')
    """
    if several is None:
        several = f"{one[:-1]}ies" if re.search("[^aeiou]y$", one) else f"{one}s"
    return f"{count:,.0f} {one if count == 1 else several}"


def percent(share: float | None, digits: int = 1, *, missing: str = MISSING) -> str:
    """Write a share as a percentage."""
    return missing if share is None else f"{share * 100:.{digits}f} %"


def points(difference: float | None, digits: int = 2) -> str:
    """Write a difference of shares in percentage points, sign included."""
    # Adding 0.0 turns the negative zero of a rounded trifle into a plain one.
    return MISSING if difference is None else f"{round(difference * 100, digits) + 0.0:+.{digits}f}"


def number(value: float | None, digits: int = 2, *, missing: str = MISSING) -> str:
    """Write a number; thousands are set apart."""
    return missing if value is None else f"{value:,.{digits}f}"


def with_interval(value: float | None, low: float | None, high: float | None, *, to: str = "to") -> str:
    """Write a share with its interval; ``to`` stands between the bounds."""
    if value is None or low is None or high is None:
        return MISSING
    return f"{percent(value)} ({low * 100:.1f} {to} {high * 100:.1f})"


def points_with_interval(found: Bounded, *, to: str = "to") -> str:
    """Write a difference of shares with its interval, in percentage points."""
    return f"{points(found.value, 1)} ({points(found.low, 1)} {to} {points(found.high, 1)})"
