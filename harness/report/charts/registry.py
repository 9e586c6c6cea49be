"""The registry of the report's charts, in the order of the page: one module a chart, one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.report.charts.chart import Chart, Table
from harness.report.charts.drawing import drawn
from solver.base.registry import Registry

_MODULES = (
    "rules",
    "at_k",
    "calibration",
    "margins",
    "timeline",
    "outcomes",
    "costs",
    "groups",
)
CHARTS: Registry[Chart[Any]] = Registry.of_modules("chart", Chart, "harness.report.charts", _MODULES, "CHART")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One chart of one run, ready for the page."""

    svg: Markup
    """Empty where the panel is only a table."""
    table: Table | None
    notes: tuple[Bilingual, ...]


def panels_of(run: RunData, name: str) -> Mapping[str, Panel]:
    """Draw a run's charts; what the run has nothing for is left out.

    Args:
        name: in front of all ids.

    Returns:
        By the chart's name.
    """
    figures: dict[Callable[[RunData], Any], Any] = {}
    panels = {}
    for chart in CHARTS:
        if chart.figures not in figures:
            figures[chart.figures] = chart.figures(run)
        found = figures[chart.figures]
        if found is not None:
            panels[chart.name] = Panel(
                # The drawing is ElementTree's: what is foreign in it is escaped.
                svg=Markup(drawn(chart.draw, found, name) if chart.draw else ""),
                table=chart.table(found) if chart.table else None,
                notes=tuple(chart.notes(found)),
            )
    return panels
