"""How answers were read from the samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.ticker import FuncFormatter

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.report.charts.chart import MISSING, Chart, Table
from harness.report.charts.drawing import Sheet
from harness.report.charts.svg import BAD, GOOD, INK, PAPER
from harness.report.question_facts import outcome_of
from harness.report.translations import OUTCOMES
from solver.base.display.figures import percent
from solver.sampling.sample import Sample
from solver.scheduling.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """Samples whose answer was read in the same way."""

    outcome: str
    """The extraction rule, or the status where nothing was read."""
    is_vote: bool
    n: int
    right: int
    """Of ``keyed``."""
    keyed: int
    """Of ``n``, those of questions with a key."""

    @property
    def title(self) -> Bilingual:
        """The way in words."""
        return OUTCOMES.get(self.outcome, Bilingual(self.outcome, self.outcome))


def outcomes_of(results: Sequence[Outcome], samples: Mapping[str, Sequence[Sample]]) -> tuple[OutcomeRow, ...]:
    """Count samples by how their answer was read, the most frequent first."""
    counts: dict[tuple[str, bool], list[int]] = {}
    for result in results:
        for sample in samples.get(result.question_id, ()):
            is_vote = sample.option_class is not None
            row = counts.setdefault((outcome_of(sample), is_vote), [0, 0, 0])
            row[0] += 1
            row[1] += result.gold is not None and sample.option_class == result.gold
            row[2] += result.gold is not None
    rows = [
        OutcomeRow(outcome=name, is_vote=is_vote, n=n, right=right, keyed=keyed)
        for (name, is_vote), (n, right, keyed) in counts.items()
    ]
    return tuple(sorted(rows, key=lambda row: (not row.is_vote, -row.n, row.outcome)))


def figures(run: RunData) -> tuple[OutcomeRow, ...] | None:
    """Return the run's counts."""
    return outcomes_of(run.results, run.samples) or None


def table(found: Sequence[OutcomeRow]) -> Table:
    """Return one row a way."""
    headings = (
        Bilingual("read by", "提取方式"),
        Bilingual("samples", "样本数"),
        Bilingual("share", "占比"),
        Bilingual("of those with a key, right", "其中正确"),
    )
    total = sum(row.n for row in found)
    rows = [
        (row.title, f"{row.n:,}", percent(row.n / total), percent(row.right / row.keyed) if row.keyed else MISSING)
        for row in found
    ]
    return Table(headings, rows)


def draw(rows: Sequence[OutcomeRow], name: str) -> str:
    """Draw one bar a way, logarithmic: rare ways are the interesting ones."""
    sheet = Sheet(f"{name}-outcomes", height_in=0.85 + 0.24 * len(rows))
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
    sheet.name_rows(plot, [row.title for row in rows])
    plot.set_xlabel(sheet.text(Bilingual("samples", "样本数")))
    return sheet.done(
        Bilingual(
            "Chart: samples by how their answer was read; the table below has the figures.",
            "图：按答案提取方式统计的样本数；数字见下表。",
        )
    )


NOTE = Bilingual("Solid: gave a vote; hatched: gave none. Logarithmic.", "实心：得到一票；斜线：未得票。对数坐标。")
CHART = Chart(
    name="outcomes",
    title=Bilingual("How answers were read", "答案提取方式"),
    figures=figures,
    draw=draw,
    table=table,
    notes=lambda _: [NOTE],
)
