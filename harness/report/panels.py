"""One run's charts, each with its figures as a table: from the run's data to HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

from harness.report import charts, figures
from harness.report.gather import RunData
from harness.report.html import both, table, words_html
from harness.report.replays import RulePoint, ballots_of, replayed
from harness.report.timeline import timeline_of
from harness.report.words import OUTCOMES
from solver.base.display.theme import clock

ORDER = (
    "rules_samples",
    "rules_tokens",
    "calibration",
    "margins",
    "timeline",
    "outcomes",
    "costs",
    "n_options",
    "level",
    "split",
    "family",
)
"""Panels as they stand on the page."""

_MOST_ROWS = 20
"""Groups in one column of a chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One chart of one run; all HTML."""

    chart: str
    """Empty where the panel is only a table."""
    table: str
    note: str = ""


def panels_of(run: RunData, name: str) -> Mapping[str, Panel]:
    """Draw a run's panels; what the run has nothing for is left out.

    Args:
        name: in front of all ids.
    """
    panels = {**_rules(run, name), **_costs(run)}
    bins = figures.calibration_of(run.results)
    if bins:
        rows = [
            (
                f"{100 * part.low:.0f} – {100 * part.high:.0f} %",
                _percent(part.mean_share),
                charts.percent_range(part.accuracy),
                f"{part.accuracy.n:,}",
            )
            for part in bins
        ]
        heads = [words_html(key) for key in ("col_share", "col_mean_share", "col_accuracy", "col_n")]
        chart = charts.calibration_chart(f"{name}-calibration", bins)
        panels["calibration"] = Panel(chart=chart, table=table(heads, rows), note=words_html("calibration_note"))
    whole = figures.accuracy_of(run.results)
    for grouping in figures.GROUPINGS:
        groups = figures.groups_of(run.results, grouping)
        if groups:
            panels[grouping] = Panel(
                chart="".join(
                    charts.groups_chart(f"{name}-{grouping}-{place}", part, whole)
                    for place, part in enumerate(columns_of(groups))
                ),
                table=table(
                    [words_html(key) for key in ("col_group", "col_accuracy", "col_n")],
                    [(escape(group), charts.percent_range(found), f"{found.n:,}") for group, found in groups],
                ),
                note=words_html("groups_note"),
            )
    return {**panels, **_margins(run, name), **_outcomes(run, name), **_timeline(run, name)}


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


def _rules(run: RunData, name: str) -> dict[str, Panel]:
    ballots = ballots_of(
        run.results,
        lambda question: [
            (one.model, one.option_class, one.completion_tokens) for one in run.samples.get(question, ())
        ],
    )
    cap = run.settings.get("max_samples")
    points = replayed(ballots, run.rule, cap if isinstance(cap, int) else 1)
    if not any(point.accuracy for point in points):
        return {}
    note = words_html("rules_note")
    if len(run.models) > 1:
        note += " " + words_html("rules_members", str(len(run.models)))
    rows = [_rule_row(point) for point in points]
    heads = [words_html(key) for key in ("col_rule", "col_samples", "col_tokens", "col_accuracy", "col_cut")]
    return {
        f"rules_{axis}": Panel(
            chart=charts.rules_chart(f"{name}-{axis}", points, axis), table=table(heads, rows), note=note
        )
        for axis in ("samples", "tokens")
    }


def _rule_row(point: RulePoint) -> tuple[str, ...]:
    rule = escape(point.rule)
    return (
        f"<b>{rule}</b>" if point.is_own else rule,
        f"{point.samples:.2f}",
        f"{point.tokens:,.0f}",
        charts.percent_range(point.accuracy),
        _percent(point.cut_short),
    )


def _margins(run: RunData, name: str) -> dict[str, Panel]:
    bins = figures.margins_of(run.results)
    if not bins:
        return {}
    heads = [words_html(key) for key in ("col_margin", "col_right", "col_wrong", "col_unkeyed")]
    rows = [(str(part.margin), f"{part.right:,}", f"{part.wrong:,}", f"{part.unkeyed:,}") for part in bins]
    chart = charts.margins_chart(f"{name}-margins", bins)
    return {"margins": Panel(chart=chart, table=table(heads, rows), note=words_html("margins_note"))}


def _outcomes(run: RunData, name: str) -> dict[str, Panel]:
    found = figures.outcomes_of(run.results, run.samples)
    if not found:
        return {}
    total = sum(row.n for row in found)
    rows = [
        (
            both(*OUTCOMES.get(row.outcome, (row.outcome, row.outcome))),
            f"{row.n:,}",
            _percent(row.n / total),
            _percent(row.right / row.keyed) if row.keyed else "–",
        )
        for row in found
    ]
    heads = [words_html(key) for key in ("col_outcome", "col_samples", "col_share_of", "col_when_right")]
    chart = charts.outcomes_chart(f"{name}-outcomes", found)
    return {"outcomes": Panel(chart=chart, table=table(heads, rows), note=words_html("outcomes_note"))}


def _timeline(run: RunData, name: str) -> dict[str, Panel]:
    found = timeline_of([sample for samples in run.samples.values() for sample in samples])
    if found is None:
        return {}
    note = words_html("timeline_note")
    if found.resumed_s:
        note += " " + words_html("timeline_cut", clock(found.cut_s))
    return {"timeline": Panel(chart=charts.timeline_chart(f"{name}-timeline", found), table="", note=note)}


def _costs(run: RunData) -> dict[str, Panel]:
    samples = [sample for found in run.samples.values() for sample in found]
    questions = max(len(run.results), 1)
    right = sum(result.is_correct is True for result in run.results)
    rows: list[tuple[str, float, int]] = [
        (words_html("costs_samples"), len(samples), 2),
        (words_html("costs_prompt"), sum(sample.prompt_tokens for sample in samples), 0),
        (words_html("costs_completion"), sum(sample.completion_tokens for sample in samples), 0),
        (words_html("costs_seconds"), run.time_spent.wall_s, 2),
        (words_html("costs_retries"), sum(sample.retries for sample in samples), 2),
        (words_html("costs_failed"), sum(sample.error is not None for sample in samples), 2),
    ]
    cost = run.summary.get("cost")
    if cost is not None:
        rows.append((words_html("costs_money", str(run.summary.get("currency") or "")), float(str(cost)), 6))
    cells = [
        (
            title,
            f"{total:,.4f}" if digits == 6 else f"{total:,.0f}",
            f"{total / questions:,.{digits}f}",
            f"{total / right:,.{digits}f}" if right else "–",
        )
        for title, total, digits in rows
    ]
    heads = ["", *(words_html(key) for key in ("costs_total", "costs_question", "costs_correct"))]
    return {"costs": Panel(chart="", table=table(heads, cells))}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
