"""Tokens, time and cost of the whole run, a question, and a right answer; a table alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.report.charts.chart import MISSING, Chart, Table
from harness.scoring.metrics.metric import Summary


class Costs(NamedTuple):
    """What a run took."""

    rows: Sequence[tuple[Bilingual, float, int]]
    """Of what, how much, and with how many digits a question's part is told."""
    n_questions: int
    n_right: int


def figures(run: RunData) -> Costs:
    """Add up what the run's samples took."""
    samples = [sample for found in run.samples.values() for sample in found]
    rows: list[tuple[Bilingual, float, int]] = [
        (Bilingual("samples", "样本"), len(samples), 2),
        (Bilingual("prompt tokens", "提示词元"), sum(sample.prompt_tokens for sample in samples), 0),
        (Bilingual("generated tokens", "生成词元"), sum(sample.completion_tokens for sample in samples), 0),
        (Bilingual("seconds of wall-clock time", "总用时（秒）"), run.time_spent.wall_s, 2),
        (Bilingual("repeated requests", "重试请求"), sum(sample.retries for sample in samples), 2),
        (Bilingual("failed samples", "失败样本"), sum(sample.error is not None for sample in samples), 2),
    ]
    if thoughts := sum(sample.thought_tokens for sample in samples):
        are_told = all(sample.are_thoughts_told for sample in samples if sample.thought_tokens)
        told, estimated = (
            Bilingual("of these in thoughts", "其中思考"),
            Bilingual("of these in thoughts (estimated)", "其中思考（估计）"),
        )
        rows.insert(3, (told if are_told else estimated, thoughts, 0))
    cost = Summary(run.summary).amount("cost")
    if cost is not None:
        money = Bilingual("cost ({})", "费用（{}）").filled(run.summary.get("currency") or "")
        rows.append((money, cost, 6))
    return Costs(rows, max(len(run.results), 1), sum(result.is_correct is True for result in run.results))


def table(costs: Costs) -> Table:
    """Return one row for each thing that costs."""
    headings = (
        "",
        Bilingual("whole run", "整次运行"),
        Bilingual("a question", "每题"),
        Bilingual("a right answer", "每个正确答案"),
    )
    rows = [
        (
            title,
            f"{total:,.4f}" if digits == 6 else f"{total:,.0f}",
            f"{total / costs.n_questions:,.{digits}f}",
            f"{total / costs.n_right:,.{digits}f}" if costs.n_right else MISSING,
        )
        for title, total, digits in costs.rows
    ]
    return Table(headings, rows)


CHART = Chart(
    name="costs",
    title=Bilingual("Tokens, time and cost", "词元、时间与费用"),
    figures=figures,
    table=table,
)
