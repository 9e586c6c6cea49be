"""The report's charts, drawn with matplotlib: numbers in, SVG fragments out.

Every series has a marker, dash or hatch of its own beside its colour, so that the charts read in grey and on paper.
Nothing foreign reaches matplotlib's text parsers: names of families and models go through ``svg.Labels``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from harness.report.figures import CalibrationBin, Group, MarginBin, OutcomeRow, PairedGroup
from harness.report.replays import RulePoint
from harness.report.svg import BAD, GOOD, GRID, INK, MUTED, PAPER, SERIES, Labels, fragment
from harness.report.timeline import Timeline
from harness.report.words import OUTCOMES, word
from harness.scoring.intervals import Interval
from solver.base.display.theme import cropped
from solver.voting.rules import RULES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_IN = 6.0
_ROW_IN = 0.2
_LABEL_CELLS = 34
MOST_CUT = 0.5
"""A rule cut short on more questions than this is not drawn: it would show the record's end, not the rule."""
CLEAN_CUT = 0.02
"""Up to this share of questions cut short a point is drawn as whole."""
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "text.parse_math": False,
    "font.size": 9,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "text.color": INK,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "hatch.linewidth": 0.8,
    "figure.constrained_layout.use": True,
}


_Given = ParamSpec("_Given")


def _styled(draw: Callable[_Given, str]) -> Callable[_Given, str]:
    """Draw under the report's style, and leave matplotlib's own settings as they were."""

    @wraps(draw)
    def styled(*given: _Given.args, **named: _Given.kwargs) -> str:
        with mpl.rc_context(_STYLE):
            return draw(*given, **named)

    return styled


class _Sheet:
    """A figure being drawn."""

    def __init__(self, name: str, rows: int = 1, *, height_in: float = 3.3, **more: Any) -> None:
        self.figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
        self.axes: list[Axes] = list(self.figure.subplots(rows, 1, squeeze=False, **more)[:, 0])
        self.name = name
        self.labels = Labels()
        self.tips: dict[str, str] = {}

    def tip(self, text: str) -> str:
        """Return a gid whose element will say ``text`` under the pointer."""
        gid = f"tip{len(self.tips)}"
        self.tips[gid] = text
        return gid

    def word(self, key: str) -> str:
        return self.labels(*word(key))

    def done(self, about: str) -> str:
        return fragment(self.figure, self.name, self.labels, self.tips, word(about))


def percent_range(interval: Interval | None) -> str:
    """Write an accuracy with its interval, in percent.

    >>> percent_range(Interval(0.5, 0.4, 0.6, 0.05, 100, 50))
    '50.0 % (40.0 – 60.0)'
    """
    if interval is None:
        return "–"
    return f"{100 * interval.value:.1f} % ({100 * interval.low:.1f} – {100 * interval.high:.1f})"


@_styled
def rules_chart(name: str, points: Sequence[RulePoint], axis: str, limits: tuple[float, float] | None = None) -> str:
    """Accuracy against what it costs, one line a family of rules.

    Args:
        axis: ``samples`` or ``tokens``.
        limits: lowest and highest accuracy of the axis, percent; None fits the points.
    """
    sheet = _Sheet(name)
    plot = sheet.axes[0]
    drawn = [point for point in points if point.accuracy is not None and point.cut_short <= MOST_CUT]
    for place, kind in enumerate(RULES):
        mark, colour = kind.mark, SERIES[place % len(SERIES)]
        own = [point for point in drawn if point.rule.split(":")[0] == kind.name]
        xs = [getattr(point, axis) for point in own]
        ys = [100 * point.accuracy.value for point in own if point.accuracy]
        if own:
            order = sorted(range(len(xs)), key=xs.__getitem__)
            plot.plot([xs[at] for at in order], [ys[at] for at in order], mark.line or "none", color=colour, lw=1.3)
            plot.plot([], [], mark.line or "none", marker=mark.marker, ms=mark.size, color=colour, label=kind.name)
        for point, x, y in zip(own, xs, ys, strict=True):
            tip = f"{point.rule}: {percent_range(point.accuracy)}, {point.samples:.2f} samples"
            tip += f", {point.tokens:,.0f} tokens"
            is_whole = point.cut_short <= CLEAN_CUT
            plot.plot(
                [x], [y], mark.marker, ms=mark.size, mec=colour, mew=1.3, mfc=colour if is_whole else PAPER,
                gid=sheet.tip(tip + ("" if is_whole else f"; cut short on {point.cut_short:.0%}")),
            )  # fmt: skip
            if point.is_own and point.accuracy:
                plot.plot([x], [y], "o", ms=15, mfc="none", mec=INK, mew=1.1)
                plot.plot(
                    [x, x], [100 * point.accuracy.low, 100 * point.accuracy.high], "-", color=MUTED, lw=1, zorder=1
                )
                plot.annotate(
                    point.rule, (x, y), (0, 13), textcoords="offset points", ha="center", color=INK, weight="bold"
                )
    if limits is not None:
        plot.set_ylim(*limits)
    plot.set_xlim(left=0)
    plot.margins(x=0.08)
    plot.set_xlabel(sheet.word(f"axis_{axis}"))
    plot.set_ylabel(sheet.word("axis_accuracy"))
    if drawn:
        sheet.figure.legend(loc="outside upper left", ncols=5, handlelength=2.6, columnspacing=1.4)
    return sheet.done(f"about_rules_{axis}")


@_styled
def calibration_chart(name: str, bins: Sequence[CalibrationBin]) -> str:
    """How often verdicts with a certain vote share are right, with the number of verdicts below."""
    sheet = _Sheet(name, 2, height_in=3.6, sharex=True, height_ratios=[3, 1])
    plot, counts = sheet.axes
    plot.plot([0, 100], [0, 100], "--", color=MUTED, lw=1)
    for part in bins:
        x, found = 100 * part.mean_share, part.accuracy
        tip = f"{100 * part.low:.0f}–{100 * part.high:.0f} %: {percent_range(found)}, n = {found.n:,}"
        plot.plot([x, x], [100 * found.low, 100 * found.high], "-", color=SERIES[0], lw=1.4)
        plot.plot([x], [100 * found.value], "o", color=SERIES[0], ms=7, gid=sheet.tip(tip))
        counts.bar(
            50 * (part.low + part.high),
            found.n,
            width=8,
            color=SERIES[0],
            alpha=0.55,
            gid=sheet.tip(f"n = {found.n:,}"),
        )
    plot.set_ylim(0, 102)
    plot.set_xlim(0, 102)
    plot.set_ylabel(sheet.word("axis_right"))
    counts.set_ylabel(sheet.word("axis_n"))
    counts.set_xlabel(sheet.word("axis_share"))
    counts.grid(visible=False, axis="x")
    return sheet.done("about_calibration")


@_styled
def groups_chart(name: str, groups: Sequence[Group], whole: Interval | None) -> str:
    """Accuracy of each group with its interval; the line is the whole run's."""
    sheet = _Sheet(name, height_in=0.75 + _ROW_IN * len(groups))
    plot = sheet.axes[0]
    if whole is not None:
        plot.axvline(100 * whole.value, color=MUTED, lw=1, ls="--")
    for row, (group, found) in enumerate(groups):
        plot.plot([100 * found.low, 100 * found.high], [row, row], "-", color=SERIES[0], lw=1.6)
        tip = f"{group}: {percent_range(found)}, n = {found.n:,}"
        plot.plot([100 * found.value], [row], "o", color=SERIES[0], ms=6, gid=sheet.tip(tip))
    _rows(sheet, plot, [f"{group}  ({found.n:,})" for group, found in groups])
    plot.set_xlim(-1, 101)
    plot.set_xlabel(sheet.word("axis_accuracy"))
    return sheet.done("about_groups")


@_styled
def paired_chart(name: str, groups: Sequence[PairedGroup]) -> str:
    """Difference of two runs within groups of common questions, with intervals."""
    sheet = _Sheet(name, height_in=0.75 + _ROW_IN * len(groups))
    plot = sheet.axes[0]
    plot.axvline(0, color=INK, lw=1)
    for row, group in enumerate(groups):
        found = group.difference
        is_clear = found.low > 0 or found.high < 0
        colour = SERIES[0] if is_clear else MUTED
        plot.plot([100 * found.low, 100 * found.high], [row, row], "-", color=colour, lw=1.6)
        tip = (
            f"{group.name}: {100 * found.value:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}], n = {found.n:,}"
        )
        plot.plot(
            [100 * found.value], [row], "D" if is_clear else "o", ms=6, mec=colour, mfc=colour if is_clear else PAPER,
            gid=sheet.tip(tip),
        )  # fmt: skip
    _rows(sheet, plot, [f"{group.name}  ({group.difference.n:,})" for group in groups])
    plot.set_xlabel(sheet.word("axis_difference"))
    return sheet.done("about_paired")


@_styled
def margins_chart(name: str, bins: Sequence[MarginBin]) -> str:
    """How many questions were decided by which margin, right and wrong."""
    sheet = _Sheet(name)
    plot = sheet.axes[0]
    parts = (
        ("right", GOOD, "", [part.right for part in bins]),
        ("wrong", BAD, "////", [part.wrong for part in bins]),
        ("unkeyed", MUTED, "....", [part.unkeyed for part in bins]),
    )
    base = [0] * len(bins)
    for key, colour, hatch, counts in parts:
        if not any(counts):
            continue
        for place, (part, count) in enumerate(zip(bins, counts, strict=True)):
            if count:
                tip = f"{part.margin}: {count:,}"
                plot.bar(
                    part.margin, count, bottom=base[place], width=0.8, hatch=hatch, gid=sheet.tip(tip), lw=0.8,
                    facecolor=colour if not hatch else PAPER, edgecolor=colour,
                )  # fmt: skip
        base = [low + count for low, count in zip(base, counts, strict=True)]
        plot.bar(
            [0],
            [0],
            facecolor=colour if not hatch else PAPER,
            edgecolor=colour,
            hatch=hatch,
            label=sheet.word(key),
            lw=0.8,
        )
    plot.xaxis.set_major_locator(MaxNLocator(integer=True))
    plot.grid(visible=False, axis="x")
    plot.set_xlabel(sheet.word("axis_margin"))
    plot.set_ylabel(sheet.word("axis_questions"))
    if bins:
        sheet.figure.legend(loc="outside upper left", ncols=3, handlelength=1.6)
    return sheet.done("about_margins")


@_styled
def outcomes_chart(name: str, rows: Sequence[OutcomeRow]) -> str:
    """How answers were read from the samples, logarithmic: rare ways are the interesting ones."""
    sheet = _Sheet(name, height_in=0.85 + 0.24 * len(rows))
    plot = sheet.axes[0]
    for place, row in enumerate(rows):
        colour = GOOD if row.is_vote else BAD
        plot.barh(
            place, row.n, height=0.68, lw=0.8, facecolor=colour if row.is_vote else PAPER, edgecolor=colour,
            hatch="" if row.is_vote else "////", gid=sheet.tip(f"{row.outcome}: {row.n:,}"),
        )  # fmt: skip
        plot.annotate(f"{row.n:,}", (row.n, place), (4, 0), textcoords="offset points", va="center", color=INK)
    plot.set_xscale("log")
    plot.set_xlim(0.8, 4 * max((row.n for row in rows), default=1))
    plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    plot.minorticks_off()
    plot.grid(visible=False, axis="y")
    names = [OUTCOMES.get(row.outcome, (row.outcome, row.outcome)) for row in rows]
    _rows(sheet, plot, [english for english, _ in names], [chinese for _, chinese in names])
    plot.set_xlabel(sheet.word("axis_samples_log"))
    return sheet.done("about_outcomes")


@_styled
def timeline_chart(name: str, found: Timeline) -> str:
    """Requests in flight and tokens per second over the time of the run."""
    sheet = _Sheet(name, 2, height_in=3.6, sharex=True)
    minutes = found.length_s > 300
    unit = 60.0 if minutes else 1.0
    xs = [found.step_s * (place + 0.5) / unit for place in range(len(found.in_flight))]
    for plot, values, key, colour in (
        (sheet.axes[0], found.in_flight, "axis_in_flight", SERIES[0]),
        (sheet.axes[1], found.tokens_per_s, "axis_tokens_per_s", SERIES[1]),
    ):
        plot.fill_between(xs, values, step="mid", color=colour, alpha=0.25, lw=0)
        plot.step(xs, values, where="mid", color=colour, lw=1.3)
        for moment in found.resumed_s:
            plot.axvline(moment / unit, color=INK, lw=1, ls=":")
        plot.set_ylim(bottom=0)
        plot.set_ylabel(sheet.word(key))
    sheet.axes[1].set_xlim(0, found.length_s / unit)
    sheet.axes[1].set_xlabel(sheet.word("axis_minutes" if minutes else "axis_seconds"))
    return sheet.done("about_timeline")


def _rows(sheet: _Sheet, plot: Axes, names: Sequence[str], chinese: Sequence[str] | None = None) -> None:
    """Write names at the left of rows 0, 1, … from the top."""
    other = names if chinese is None else chinese
    texts = [
        sheet.labels(cropped(name, _LABEL_CELLS), cropped(own, _LABEL_CELLS))
        for name, own in zip(names, other, strict=True)
    ]
    plot.set_yticks(range(len(texts)), texts)
    plot.set_ylim(len(texts) - 0.4, -0.6)
    plot.tick_params(axis="y", length=0, labelcolor=INK)
    plot.grid(visible=False, axis="y")
