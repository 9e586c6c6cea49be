"""Vote margins: how many questions were decided by which margin, right and wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.ticker import MaxNLocator

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.report.charts.chart import Chart, Table
from harness.report.charts.drawing import Sheet
from harness.report.charts.svg import BAD, GOOD, MUTED, PAPER
from harness.report.question_facts import margin_of
from solver.scheduling.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginBin:
    """Questions whose leader is ahead by the same number of votes."""

    margin: int
    """Votes of the leader minus those of the runner-up."""
    right: int
    wrong: int
    unkeyed: int


def margins_of(results: Sequence[Outcome]) -> tuple[MarginBin, ...]:
    """Count questions by the margin of their vote, from 0 up, empty ones included."""
    counted: Counter[tuple[int, bool | None]] = Counter((margin_of(result), result.is_correct) for result in results)
    most = max((margin for margin, _ in counted), default=-1)
    return tuple(
        MarginBin(
            margin=margin, right=counted[margin, True], wrong=counted[margin, False], unkeyed=counted[margin, None]
        )
        for margin in range(most + 1)
    )


def figures(run: RunData) -> tuple[MarginBin, ...] | None:
    """Return the run's margins."""
    return margins_of(run.results) or None


def table(bins: Sequence[MarginBin]) -> Table:
    """Return one row a margin."""
    headings = (
        Bilingual("margin", "票差"),
        Bilingual("right", "正确"),
        Bilingual("wrong", "错误"),
        Bilingual("no key", "无答案键"),
    )
    rows = [(str(part.margin), f"{part.right:,}", f"{part.wrong:,}", f"{part.unkeyed:,}") for part in bins]
    return Table(headings, rows)


def draw(bins: Sequence[MarginBin], name: str) -> str:
    """Draw one bar a margin, stacked by whether the verdicts are right."""
    sheet = Sheet(f"{name}-margins")
    plot = sheet.axes[0]
    parts = (
        (Bilingual("right", "正确"), GOOD, "", [part.right for part in bins]),
        (Bilingual("wrong", "错误"), BAD, "////", [part.wrong for part in bins]),
        (Bilingual("no key", "无标准答案"), MUTED, "....", [part.unkeyed for part in bins]),
    )
    base = [0] * len(bins)
    for label, colour, hatch, counts in parts:
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
        face = colour if not hatch else PAPER
        plot.bar([0], [0], facecolor=face, edgecolor=colour, hatch=hatch, label=sheet.text(label), lw=0.8)
    plot.xaxis.set_major_locator(MaxNLocator(integer=True))
    plot.grid(visible=False, axis="x")
    plot.set_xlabel(sheet.text(Bilingual("margin, votes", "票差")))
    plot.set_ylabel(sheet.text(Bilingual("questions", "题数")))
    if bins:
        sheet.figure.legend(loc="outside upper left", ncols=3, handlelength=1.6)
    return sheet.done(
        Bilingual(
            "Chart: questions by vote margin, right and wrong; the table below has the figures.",
            "图：按票差统计的题数（正确与错误）；数字见下表。",
        )
    )


NOTE = Bilingual(
    "Votes of the leader less those of the runner-up, all models together.",
    "领先选项与次高选项的票数之差（所有模型合计）。",
)
CHART = Chart(
    name="margins",
    title=Bilingual("Vote margins", "票差分布"),
    figures=figures,
    draw=draw,
    table=table,
    notes=lambda _: [NOTE],
)
