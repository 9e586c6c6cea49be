"""What a chart of the report is: numbers of a run, how they are drawn, the same numbers as a table, and all its words.

A chart is one module of this package, with its name in ``harness.report.charts.registry``. The page never names one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from markupsafe import Markup

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from solver.base.display.figures import with_interval
from solver.base.intervals import Interval

Cell = str | Bilingual | Markup
"""Text (escaped by the page's templates), text in both languages, or HTML that is safe already."""
FiguresT = TypeVar("FiguresT")

ACCURACY_95 = Bilingual("accuracy (95 %)", "正确率（95 %）")
GROUP = Bilingual("group", "组")
N = "n"
MISSING = "–"
_MOST_ROWS = 20
"""Groups in one column of a chart."""


class Table(NamedTuple):
    """Figures as a table."""

    headings: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart(Generic[FiguresT]):
    """One chart of a run."""

    name: str
    """Its own, fit for an id."""
    title: Bilingual
    figures: Callable[[RunData], FiguresT | None]
    """The run's numbers, None where there is nothing to show. Charts that name one function share what it returns."""
    draw: Callable[[FiguresT, str], str] | None = None
    """Draws the numbers as SVG, given a name for its ids (``charts.drawing``); None for a table alone."""
    table: Callable[[FiguresT], Table] | None = None
    notes: Callable[[FiguresT], Sequence[Bilingual]] = lambda _: ()
    """What stands below it."""
    is_wide: bool = False
    """True where it takes the page's whole width even for one run."""

    @property
    def help(self) -> str:
        """What it shows."""
        return self.title.english


def percent_range(interval: Interval | None) -> str:
    """Write an accuracy with its interval, in percent.

    >>> percent_range(Interval(0.5, 0.4, 0.6, 0.05, 100, 50))
    '50.0 % (40.0 – 60.0)'
    """
    if interval is None:
        return MISSING
    return with_interval(interval.value, interval.low, interval.high, to="–")


T = TypeVar("T")


def columns_of(rows: Sequence[T]) -> tuple[Sequence[T], ...]:
    """Split many rows into two columns of the same length.

    >>> columns_of("ab"), columns_of("a" * 25)
    (('ab',), ('aaaaaaaaaaaaa', 'aaaaaaaaaaaa'))
    """
    if len(rows) <= _MOST_ROWS:
        return (rows,)
    half = (len(rows) + 1) // 2
    return rows[:half], rows[half:]
