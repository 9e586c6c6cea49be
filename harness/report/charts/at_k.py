"""What k samples of every question are worth: majority@k and pass@k, without bias."""

from __future__ import annotations

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.report.charts.chart import Chart, N, Table
from harness.report.charts.drawing import AXIS_ACCURACY, Sheet
from harness.report.charts.svg import SERIES
from harness.scoring.metrics.metric import Summary

_LINES = (
    ("majority", "o", "-", Bilingual("majority of k", "k 个样本投票")),
    ("any_correct", "s", "--", Bilingual("any of k right", "k 个中至少一个正确")),
)


def figures(run: RunData) -> list[Summary] | None:
    """Return the curve of the run's summary where it has more than one point."""
    found = Summary(run.summary).parts("at_k")
    return found if len(found) > 1 else None


def table(curve: list[Summary]) -> Table:
    """Return one row a k."""
    k = Bilingual("k", "k")
    titles = [Bilingual(f"{title.english}, % (95 %)", f"{title.chinese}，%（95 %）") for *_, title in _LINES]
    rows = [
        (one.text("k") or "", _range(one, "majority"), _range(one, "any_correct"), f"{one.number('n') or 0:,.0f}")
        for one in curve
    ]
    return Table([k, *titles, N], rows)


def _range(one: Summary, name: str) -> str:
    value, low, high = (100 * (one.number(f"{name}{part}") or 0.0) for part in ("", "_low", "_high"))
    return f"{value:.1f} ({low:.1f} – {high:.1f})"


def draw(curve: list[Summary], name: str) -> str:
    """Draw both lines with their intervals."""
    sheet = Sheet(f"{name}-at-k")
    plot = sheet.axes[0]
    ks = [one.number("k") or 0.0 for one in curve]
    for place, (field, marker, dash, title) in enumerate(_LINES):
        colour = SERIES[place]
        low, high = ([100 * (one.number(f"{field}_{end}") or 0.0) for one in curve] for end in ("low", "high"))
        plot.fill_between(ks, low, high, color=colour, alpha=0.12, lw=0)
        plot.plot(ks, [100 * (one.number(field) or 0.0) for one in curve], dash, color=colour, lw=1.4)
        plot.plot([], [], dash, marker=marker, color=colour, label=sheet.text(title))
        for one, k in zip(curve, ks, strict=True):
            tip = sheet.tip(f"k = {k:.0f}: {_range(one, field)}")
            plot.plot([k], [100 * (one.number(field) or 0.0)], marker, color=colour, ms=6, gid=tip)
    plot.set_xlabel(sheet.text(Bilingual("samples a question, k", "每题样本数 k")))
    plot.set_ylabel(sheet.text(AXIS_ACCURACY))
    sheet.figure.legend(loc="outside upper left", ncols=2)
    return sheet.done(
        Bilingual(
            "Chart: majority and pass at k samples, with intervals; the table below has the figures.",
            "图：k 个样本时的投票正确率与至少一个正确的比例及区间；数字见下表。",
        )
    )


NOTE = Bilingual(
    "Means over all choices of k from the samples that every question has; bands are 95 % intervals.",
    "对每题都有的样本，取 k 个的所有组合求平均；色带为 95 % 区间。",
)
CHART = Chart(
    name="at_k",
    title=Bilingual("What k samples are worth", "k 个样本的价值"),
    figures=figures,
    draw=draw,
    table=table,
    notes=lambda _: [NOTE],
)
