"""What a metric is: its definition, the fields that it gives ``summary.json``, and where and how these are shown.

A metric is one module of this package, with its name in ``harness.scoring.metrics.registry``. The table on the
terminal, the report's headline, the leaderboard and ``compare`` show whatever is registered. How something is shown is
told from the *summary*, that is, from the fields as ``summary.json`` has them, so that finished runs need no more::

    METRIC = Metric(
        name="longest",
        help="tokens of the longest completion",
        fields=lambda run: {"longest": max((one.completion_tokens for one in run.drawn), default=None)},
        rows=lambda summary: [("longest completion, tokens", number(summary.number("longest"), 0))],
    )
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from harness.bilingual import Bilingual
from harness.scoring.metrics.scored import Scored
from solver.scheduling.outcome import Outcome


class Section(IntEnum):
    """Where a metric's figures stand among those of others, wherever figures are listed."""

    QUALITY = 0
    EFFORT = 1
    VOTES = 2
    TIME = 3
    NOTES = 4


class Summary:
    """Fields of a score as ``summary.json`` has them; what is missing or of another kind is None."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        """Keep the fields."""
        self.fields = fields

    def number(self, name: str) -> float | None:
        """Return a number."""
        value = self.fields.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def amount(self, name: str) -> float | None:
        """Return a sum of money, which stands there as text: it is exact."""
        value = self.fields.get(name)
        try:
            found = float(value) if isinstance(value, str) else self.number(name)
        except ValueError:
            return None
        return found if found is not None and math.isfinite(found) else None

    def text(self, name: str) -> str | None:
        """Return a text."""
        value = self.fields.get(name)
        return None if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Tell whether a field is true."""
        return self.fields.get(name) is True

    def part(self, name: str) -> Summary | None:
        """Return the fields of an object."""
        value = self.fields.get(name)
        return Summary(value) if isinstance(value, dict) else None

    def parts(self, name: str) -> list[Summary]:
        """Return the objects of a list."""
        value = self.fields.get(name)
        return [Summary(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []

    def objects(self) -> Iterator[tuple[str, Summary]]:
        """Yield the fields that are objects themselves."""
        for name, value in self.fields.items():
            if isinstance(value, dict):
                yield name, Summary(value)


class Breakdown(NamedTuple):
    """A table of its own below the score's."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class Tile(NamedTuple):
    """A figure in the report's headline."""

    title: Bilingual
    value: str
    note: Bilingual | None = None
    interval: str = ""
    """Stands before the note."""


class Column(NamedTuple):
    """A column of the leaderboard."""

    heading: str
    fields: tuple[str, ...]
    """Fields of the summary that it shows, and that the leaderboard's JSON holds."""
    cell: Callable[[Summary], str]


class PerQuestion(NamedTuple):
    """A mean per question that ``compare`` shows of both runs."""

    name: str
    """The comparison's JSON has it with ``_a`` and ``_b`` behind it."""
    title: str
    of: Callable[[Outcome], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric, or a few that belong together."""

    name: str
    help: str
    """What it is."""
    fields: Callable[[Scored], Mapping[str, object]]
    """Its fields in ``summary.json``, in their order. Shares and rates are 0 to 1; None where nothing can be told."""
    section: Section = Section.QUALITY
    rows: Callable[[Summary], Sequence[tuple[str, str]]] = lambda _: ()
    """Its rows in the table of the score."""
    brief: Callable[[Summary], Sequence[tuple[str, str]]] = lambda _: ()
    """Those that a newcomer sees, too: one screen holds the brief rows of all metrics."""
    breakdowns: Callable[[Summary], Sequence[Breakdown]] = lambda _: ()
    tiles: Callable[[Summary], Sequence[Tile]] = lambda _: ()
    columns: tuple[Column, ...] = ()
    per_question: tuple[PerQuestion, ...] = ()
