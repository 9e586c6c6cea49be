"""A run's score as tables for the terminal: whatever the registered metrics show, or what of it fits one screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from harness.scoring.metrics.metric import Summary
from harness.scoring.metrics.registry import METRICS, listed
from harness.scoring.score import Score
from harness.scoring.tables import table
from solver.base.display.figures import counted
from solver.base.text_safety import cleaned


def render_score(result: Score, *, is_detailed: bool = False, notes: Sequence[str] = ()) -> RenderableType:
    """Return a run's score: the brief rows of all metrics in one table, or all rows and tables.

    Args:
        notes: lines below.
    """
    summary = Summary(result.to_json())
    counts = [counted(int(summary.number(f"n_{name}s") or 0), name) for name in ("question", "problem")]
    title = f"Score: {' of '.join(counts)}"
    title += "" if result.is_complete else " (INCOMPLETE)"
    metrics = listed()
    rows = [row for metric in metrics for row in (metric.rows if is_detailed else metric.brief)(summary)]
    parts = [part for metric in METRICS for part in metric.breakdowns(summary)] if is_detailed else []
    tables = (table(part.title, part.headings, part.rows) for part in parts)
    return Group(table(title, ("", ""), rows), *tables, *(Text(cleaned(note)) for note in notes))
