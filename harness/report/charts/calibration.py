"""Calibration: how often verdicts with a certain vote share are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.report.charts.chart import ACCURACY_95, Chart, N, Table, percent_range
from harness.report.charts.drawing import Sheet
from harness.report.charts.svg import MUTED, SERIES
from harness.scoring.group_accuracy import keyed
from harness.scoring.metrics.calibration import N_BINS, bin_of
from solver.base.display.figures import percent
from solver.base.intervals import Interval, share_interval
from solver.scheduling.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Verdicts with about the same vote share."""

    low: float
    """The bin is (low, high]."""
    high: float
    mean_share: float
    accuracy: Interval


def calibration_of(results: Sequence[Outcome]) -> tuple[CalibrationBin, ...]:
    """Set the vote share against how often such verdicts are right, in the bins of the metric."""
    bins: dict[int, list[Outcome]] = {}
    for result in keyed(results):
        if result.vote_share is not None:
            bins.setdefault(bin_of(result.vote_share), []).append(result)
    return tuple(
        CalibrationBin(
            low=place / N_BINS,
            high=(place + 1) / N_BINS,
            mean_share=sum(result.vote_share or 0.0 for result in inside) / len(inside),
            accuracy=share_interval([float(r.is_correct is True) for r in inside], [r.problem_id for r in inside]),
        )
        for place, inside in sorted(bins.items())
    )


def figures(run: RunData) -> tuple[CalibrationBin, ...] | None:
    """Return the run's bins."""
    return calibration_of(run.results) or None


def table(bins: Sequence[CalibrationBin]) -> Table:
    """Return one row a bin."""
    headings = (Bilingual("vote share", "得票率"), Bilingual("mean share", "平均得票率"), ACCURACY_95, N)
    rows = [
        (
            f"{100 * part.low:.0f} – {100 * part.high:.0f} %",
            percent(part.mean_share),
            percent_range(part.accuracy),
            f"{part.accuracy.n:,}",
        )
        for part in bins
    ]
    return Table(headings, rows)


def draw(bins: Sequence[CalibrationBin], name: str) -> str:
    """Draw the bins, with the number of verdicts below."""
    sheet = Sheet(f"{name}-calibration", 2, height_in=3.6, sharex=True, height_ratios=[3, 1])
    plot, counts = sheet.axes
    plot.plot([0, 100], [0, 100], "--", color=MUTED, lw=1)
    for part in bins:
        x, found = 100 * part.mean_share, part.accuracy
        tip = f"{100 * part.low:.0f}–{100 * part.high:.0f} %: {percent_range(found)}, n = {found.n:,}"
        plot.plot([x, x], [100 * found.low, 100 * found.high], "-", color=SERIES[0], lw=1.4)
        plot.plot([x], [100 * found.value], "o", color=SERIES[0], ms=7, gid=sheet.tip(tip))
        middle, said = 50 * (part.low + part.high), sheet.tip(f"n = {found.n:,}")
        counts.bar(middle, found.n, width=8, color=SERIES[0], alpha=0.55, gid=said)
    plot.set_ylim(0, 102)
    plot.set_xlim(0, 102)
    plot.set_ylabel(sheet.text(Bilingual("right, %", "正确（%）")))
    counts.set_ylabel(sheet.text(Bilingual("questions", "题数")))
    counts.set_xlabel(sheet.text(Bilingual("vote share, %", "得票率（%）")))
    counts.grid(visible=False, axis="x")
    return sheet.done(
        Bilingual(
            "Chart: how often verdicts are right, by vote share; the table below has the figures.",
            "图：按得票率统计的正确率；数字见下表。",
        )
    )


NOTE = Bilingual(
    "On the dashed line a vote share of 80 % would be right in 80 % of cases.",
    "虚线表示：得票率 80 % 时恰有 80 % 正确。",
)
CHART = Chart(
    name="calibration",
    title=Bilingual("Calibration: vote share and how often it is right", "校准：得票率与实际正确率"),
    figures=figures,
    draw=draw,
    table=table,
    notes=lambda _: [NOTE],
)
