"""The frontier of accuracy against tokens, drawn: a line for each of the last arms, a ring around what was chosen."""

from __future__ import annotations

from harness.bilingual import Bilingual
from harness.report.charts.chart import percent_range
from harness.report.charts.drawing import AXIS_ACCURACY, Sheet
from harness.report.charts.svg import INK, MUTED, SERIES
from harness.tune.search import Found
from harness.tune.stopping import Point, frontier
from solver.base.display.figures import counted

_AXIS = Bilingual("generated tokens a question (mean)", "每题生成词元数（均值）")
_ABOUT = Bilingual(
    "Chart: accuracy of the last arms against tokens a question, by way to stop; the table below has the figures.",
    "图：最后各候选在不同停止方式下的正确率与每题词元数；数字见下表。",
)
_MARKS = (("o", "-"), ("s", "--"), ("^", ":"))


def draw(found: Found, name: str) -> str:
    """Draw it as SVG, with a name for its ids."""
    sheet = Sheet(name)
    plot = sheet.axes[0]
    for place, (arm, points) in enumerate(found.by_arm()):
        marker, line = _MARKS[place % len(_MARKS)]
        colour, best = SERIES[place % len(SERIES)], frontier(points)
        xs, ys = [point.tokens for point in best], [100 * point.accuracy.value for point in best]
        plot.plot(xs, ys, line, color=colour, lw=1.3, drawstyle="steps-post")
        plot.plot([], [], line, marker=marker, color=colour, label=sheet.labels(arm))
        for point, x, y in zip(best, xs, ys, strict=True):
            plot.plot([x], [y], marker, ms=5, mec=colour, mfc=colour, gid=sheet.tip(f"{arm}: {_told(point)}"))
    chosen = found.chosen
    x, y = chosen.tokens, 100 * chosen.accuracy.value
    plot.plot([x], [y], "o", ms=15, mfc="none", mec=INK, mew=1.1, gid=sheet.tip(_told(chosen)))
    plot.plot([x, x], [100 * chosen.accuracy.low, 100 * chosen.accuracy.high], "-", color=MUTED, lw=1, zorder=1)
    plot.set_xlim(left=0)
    plot.margins(x=0.08)
    plot.set_xlabel(sheet.text(_AXIS))
    plot.set_ylabel(sheet.text(AXIS_ACCURACY))
    sheet.figure.legend(loc="outside upper left", ncols=2, handlelength=2.6)
    return sheet.done(_ABOUT)


def _told(point: Point) -> str:
    stop = point.stop
    return (
        f"{stop.rule}, at most {counted(stop.cap, 'sample')} of {stop.max_tokens} tokens: "
        f"{percent_range(point.accuracy)}, "
        f"{point.samples:.2f} samples, {point.tokens:,.0f} tokens"
    )
