"""Accuracy against what it costs, one line a kind of stopping rule; one chart of samples, one of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from markupsafe import Markup

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.report.charts.chart import ACCURACY_95, Cell, Chart, Table, percent_range
from harness.report.charts.drawing import AXIS_ACCURACY, Sheet
from harness.report.charts.rule_replay import RulePoint, replayed, votes_of
from harness.report.charts.svg import INK, MUTED, PAPER, SERIES
from solver.base.display.figures import percent
from solver.voting.rules import RULES

MOST_CUT = 0.5
"""A rule cut short on more questions than this is not drawn: it would show the record's end, not the rule."""
CLEAN_CUT = 0.02
"""Up to this share of questions cut short a point is drawn as whole."""
Cost = Literal["samples", "tokens"]

_NOTE = Bilingual(
    "Replayed from the stored samples. The ring is this run's own rule, the bar its interval. Hollow: cut short "
    "by the end of the record on more than 2 % of the questions; rules cut short on more than half are only in "
    "the table.",
    "由已存样本重放得出。圆环为本次运行所用规则，竖线为其区间。空心：超过 2 % 的题目因记录不足而提前截断；"
    "超过一半的规则只列于表中。",
)
_MEMBERS = Bilingual(
    "Each of the {} models' votes counts on its own here.",
    "此处 {} 个模型的投票各自单独计算。",
)
_AXES: dict[Cost, Bilingual] = {
    "samples": Bilingual("samples a question (mean)", "每题样本数（均值）"),
    "tokens": Bilingual("generated tokens a question (mean)", "每题生成词元数（均值）"),
}
_ABOUT: dict[Cost, Bilingual] = {
    "samples": Bilingual(
        "Chart: accuracy of each stopping rule against its mean samples a question; the table below has the figures.",
        "图：各停止规则的正确率与每题平均样本数；数字见下表。",
    ),
    "tokens": Bilingual(
        "Chart: accuracy of each stopping rule against its mean tokens a question; the table below has the figures.",
        "图：各停止规则的正确率与每题平均词元数；数字见下表。",
    ),
}


@dataclass(frozen=True, slots=True)
class Replay:
    """What every rule would have done."""

    points: Sequence[RulePoint]
    n_models: int


def replay_of(run: RunData) -> Replay | None:
    """Replay the rules over a run's samples; None where no question has a key."""
    questions = votes_of(
        run.results,
        lambda question: [
            (one.model, one.option_class, one.completion_tokens) for one in run.samples.get(question, ())
        ],
    )
    cap = run.settings.get("max_samples")
    points = replayed(questions, run.rule, cap if isinstance(cap, int) else 1)
    return Replay(points, len(run.models)) if any(point.accuracy for point in points) else None


def table(replay: Replay) -> Table:
    """Return one row a rule."""
    headings = (
        Bilingual("rule", "规则"),
        Bilingual("samples", "样本数"),
        Bilingual("tokens", "词元数"),
        ACCURACY_95,
        Bilingual("cut short", "截断"),
    )
    return Table(headings, [_row(point) for point in replay.points])


def _row(point: RulePoint) -> tuple[Cell, ...]:
    return (
        Markup("<b>{}</b>").format(point.rule) if point.is_own else point.rule,
        f"{point.samples:.2f}",
        f"{point.tokens:,.0f}",
        percent_range(point.accuracy),
        percent(point.cut_short),
    )


def notes(replay: Replay) -> list[Bilingual]:
    """Say how the chart is to be read."""
    return [_NOTE, *([_MEMBERS.filled(replay.n_models)] if replay.n_models > 1 else ())]


def draw(cost: Cost, replay: Replay, name: str) -> str:
    """Draw the points of each kind of rule with the mark of its own."""
    sheet = Sheet(f"{name}-{cost}")
    plot = sheet.axes[0]
    drawn = [point for point in replay.points if point.accuracy is not None and point.cut_short <= MOST_CUT]
    for place, kind in enumerate(RULES):
        mark, colour = kind.mark, SERIES[place % len(SERIES)]
        own = [point for point in drawn if point.rule.split(":")[0] == kind.name]
        xs = [getattr(point, cost) for point in own]
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
    plot.set_xlim(left=0)
    plot.margins(x=0.08)
    plot.set_xlabel(sheet.text(_AXES[cost]))
    plot.set_ylabel(sheet.text(AXIS_ACCURACY))
    if drawn:
        sheet.figure.legend(loc="outside upper left", ncols=5, handlelength=2.6, columnspacing=1.4)
    return sheet.done(_ABOUT[cost])


CHART = (
    Chart(
        name="rules_samples",
        title=Bilingual("Accuracy against samples, by stopping rule", "正确率与样本数（各停止规则）"),
        figures=replay_of,
        draw=partial(draw, "samples"),
        table=table,
        notes=notes,
    ),
    Chart(
        name="rules_tokens",
        title=Bilingual("Accuracy against generated tokens, by stopping rule", "正确率与生成词元数（各停止规则）"),
        figures=replay_of,
        draw=partial(draw, "tokens"),
        table=table,
        notes=notes,
    ),
)
