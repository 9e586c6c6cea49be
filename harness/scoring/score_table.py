"""A run's score as tables for the terminal: whatever the registered metrics show."""

from __future__ import annotations

from rich.console import Group, RenderableType

from harness.scoring.metrics.metric import Summary
from harness.scoring.metrics.registry import METRICS, listed
from harness.scoring.score import Score
from harness.scoring.tables import table


def render_score(result: Score) -> RenderableType:
    """Return the tables of a run's score."""
    summary = Summary(result.to_json())
    title = f"Score: {summary.number('n_questions'):,.0f} questions of {summary.number('n_problems'):,.0f} problems"
    title += "" if result.is_complete else " (INCOMPLETE)"
    rows = [row for metric in listed() for row in metric.rows(summary)]
    parts = [part for metric in METRICS for part in metric.breakdowns(summary)]
    return Group(table(title, ("", ""), rows), *(table(part.title, part.headings, part.rows) for part in parts))
