"""Two runs side by side: their paired difference within groups of the questions that both have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.report.charts.chart import GROUP, N, Table, columns_of
from harness.report.charts.drawing import ROW_IN, Sheet, drawn
from harness.report.charts.svg import INK, MUTED, PAPER, SERIES
from harness.scoring.group_accuracy import PairedGroup, paired_groups

_BY = Bilingual("Paired difference by {}", "按{}的配对差值")
_GROUPINGS = {
    "split": Bilingual("split", "部分"),
    "level": Bilingual("level", "难度"),
    "n_options": Bilingual("number of options", "选项数"),
    "family": Bilingual("family", "题型"),
}


class PairedPanel(NamedTuple):
    """One grouping, ready for the page."""

    title: Bilingual
    svg: Markup
    table: Table
    is_wide: bool


def paired_panels(run_a: RunData, run_b: RunData) -> Iterator[PairedPanel]:
    """Draw each grouping of which the common questions have more than one group."""
    for grouping, title in _GROUPINGS.items():
        groups = paired_groups(run_a.results, run_b.results, grouping)
        if len(groups) > 1:
            parts = enumerate(columns_of(groups))
            svg = "".join(drawn(draw, part, f"paired-{grouping}-{place}") for place, part in parts)
            yield PairedPanel(_BY.filled(title), Markup(svg), table(groups), is_wide=grouping == "family")


def table(groups: Sequence[PairedGroup]) -> Table:
    """Return one row a group."""
    headings = (
        GROUP,
        Bilingual("① − ②, points (95 %)", "① − ②，百分点（95 %）"),
        Bilingual("① alone right", "仅 ① 正确"),
        Bilingual("② alone right", "仅 ② 正确"),
        N,
    )
    rows = [
        (group.name, _points(group), f"{group.wins:,}", f"{group.losses:,}", f"{group.difference.n:,}")
        for group in groups
    ]
    return Table(headings, rows)


def _points(group: PairedGroup) -> str:
    found = group.difference
    return f"{100 * found.value:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"


def draw(groups: Sequence[PairedGroup], name: str) -> str:
    """Draw the differences with their intervals."""
    sheet = Sheet(name, height_in=0.75 + ROW_IN * len(groups))
    plot = sheet.axes[0]
    plot.axvline(0, color=INK, lw=1)
    for row, group in enumerate(groups):
        found = group.difference
        is_clear = found.low > 0 or found.high < 0
        colour = SERIES[0] if is_clear else MUTED
        plot.plot([100 * found.low, 100 * found.high], [row, row], "-", color=colour, lw=1.6)
        plot.plot(
            [100 * found.value], [row], "D" if is_clear else "o", ms=6, mec=colour, mfc=colour if is_clear else PAPER,
            gid=sheet.tip(f"{group.name}: {_points(group)}, n = {found.n:,}"),
        )  # fmt: skip
    sheet.name_rows(plot, [f"{group.name}  ({group.difference.n:,})" for group in groups])
    plot.set_xlabel(sheet.text(Bilingual("difference, percentage points", "差值（百分点）")))
    return sheet.done(
        Bilingual(
            "Chart: paired difference of the two runs in each group; the table below has the figures.",
            "图：两次运行在各组的配对差值；数字见下表。",
        )
    )
