"""Result tables on stdout: their building blocks, and how numbers are written in them.

>>> percent(0.9423), points(-0.0008), with_interval(0.5, 0.4, 0.6)
('94.2 %', '-0.08', '50.0 % (40.0 to 60.0)')
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from solver.base.text_safety import cleaned

MISSING = "-"
DASH = "–"
"""The same on a page."""


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


def with_interval(value: float | None, low: float | None, high: float | None) -> str:
    """Write a share with its interval."""
    if value is None or low is None or high is None:
        return MISSING
    return f"{percent(value)} ({low * 100:.1f} to {high * 100:.1f})"


def table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, n_text: int = 1, caption: str | None = None
) -> Table:
    """Build a table.

    Args:
        headings: one a column.
        rows: plain text, never read as markup.
        n_text: how many columns at the left are text; the others are numbers and stand right.
        caption: a line below the table.
    """
    # Text, not str, and cleaned: names of models and families come from outside; they may look like markup, or hold
    # codes that a terminal obeys.
    built = Table(
        title=Text(cleaned(title)),
        caption=None if caption is None else Text(cleaned(caption)),
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
    )
    for place, heading in enumerate(headings):
        built.add_column(Text(heading), justify="left" if place < n_text else "right", overflow="fold")
    for row in rows:
        built.add_row(*(Text(cleaned(cell)) for cell in row))
    return built
