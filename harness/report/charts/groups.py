"""Accuracy by group of questions: number of options, level, split and family, a chart each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.report.charts.chart import ACCURACY_95, GROUP, Chart, N, Table, columns_of, percent_range
from harness.report.charts.drawing import AXIS_ACCURACY, ROW_IN, Sheet
from harness.report.charts.svg import MUTED, SERIES
from harness.scoring.group_accuracy import Group, accuracy_of, groups_of
from solver.base.intervals import Interval


class Grouped(NamedTuple):
    """The accuracy of groups of questions."""

    groups: Sequence[Group]
    whole: Interval | None
    """Of all questions together."""


def figures(grouping: str, run: RunData) -> Grouped | None:
    """Return the groups; None for fewer than two."""
    groups = groups_of(run.results, grouping)
    return Grouped(groups, accuracy_of(run.results)) if groups else None


def table(found: Grouped) -> Table:
    """Return one row a group."""
    rows = [(group, percent_range(own), f"{own.n:,}") for group, own in found.groups]
    return Table((GROUP, ACCURACY_95, N), rows)


def draw(grouping: str, found: Grouped, name: str) -> str:
    """Draw many groups in two columns."""
    parts = columns_of(found.groups)
    return "".join(draw_groups(f"{name}-{grouping}-{place}", part, found.whole) for place, part in enumerate(parts))


def draw_groups(name: str, groups: Sequence[Group], whole: Interval | None) -> str:
    """Draw each group with its interval; the line is the whole run's accuracy."""
    sheet = Sheet(name, height_in=0.75 + ROW_IN * len(groups))
    plot = sheet.axes[0]
    if whole is not None:
        plot.axvline(100 * whole.value, color=MUTED, lw=1, ls="--")
    for row, (group, found) in enumerate(groups):
        plot.plot([100 * found.low, 100 * found.high], [row, row], "-", color=SERIES[0], lw=1.6)
        tip = f"{group}: {percent_range(found)}, n = {found.n:,}"
        plot.plot([100 * found.value], [row], "o", color=SERIES[0], ms=6, gid=sheet.tip(tip))
    sheet.name_rows(plot, [f"{group}  ({found.n:,})" for group, found in groups])
    plot.set_xlim(-1, 101)
    plot.set_xlabel(sheet.text(AXIS_ACCURACY))
    return sheet.done(
        Bilingual(
            "Chart: accuracy of each group with its interval; the table below has the figures.",
            "图：各组正确率及区间；数字见下表。",
        )
    )


NOTE = Bilingual("In brackets: questions. The dashed line is the whole run.", "括号内为题数；虚线为整体正确率。")


def chart_of(grouping: str, title: Bilingual, *, is_wide: bool = False) -> Chart[Grouped]:
    """Return the chart of one grouping of ``harness.scoring.group_accuracy``."""
    return Chart(
        name=grouping,
        title=title,
        figures=partial(figures, grouping),
        draw=partial(draw, grouping),
        table=table,
        notes=lambda _: [NOTE],
        is_wide=is_wide,
    )


CHART = (
    chart_of("n_options", Bilingual("Accuracy by number of options", "各选项数正确率")),
    chart_of("level", Bilingual("Accuracy by level", "各难度正确率")),
    chart_of("split", Bilingual("Accuracy by split", "各部分正确率")),
    chart_of("family", Bilingual("Accuracy by family", "各题型正确率"), is_wide=True),
)
