"""What the run's tokens cost, exactly; None where no prices were given."""

from __future__ import annotations

from decimal import Decimal

from harness.bilingual import Bilingual
from harness.scoring.metrics.metric import Metric, Section, Summary, Tile
from harness.scoring.metrics.scored import Scored


def fields(run: Scored) -> dict[str, object]:
    """Return the money and its currency."""
    prices = run.prices
    if prices is None:
        return {"cost": None, "currency": None, "cost_of_thoughts": None}
    cost = prices.prompt_per_million * sum(sample.prompt_tokens for sample in run.drawn)
    cost += prices.completion_per_million * sum(sample.completion_tokens for sample in run.drawn)
    thoughts = prices.completion_per_million * sum(sample.thought_tokens for sample in run.drawn)
    million = Decimal(1_000_000)
    return {"cost": cost / million, "currency": prices.currency, "cost_of_thoughts": thoughts / million}


def written(summary: Summary) -> str | None:
    """Write the money; None where there is none."""
    cost = summary.amount("cost")
    return None if cost is None else f"{cost:.4f} {summary.text('currency') or ''}"


def _rows(summary: Summary) -> list[tuple[str, str]]:
    money, thoughts = written(summary), summary.text("cost_of_thoughts")
    if money is None:
        return []
    part = [] if thoughts is None or not Decimal(thoughts) else [("of it thoughts", f"{Decimal(thoughts):.4f}")]
    return [("cost", money), *part]


def tiles(summary: Summary) -> list[Tile]:
    """Return the money, or why there is none."""
    title, money = Bilingual("cost", "费用"), written(summary)
    if money is None:
        return [Tile(title, "–", Bilingual("no prices given", "未给出价格"))]
    return [Tile(title, money)]


METRIC = Metric(
    name="cost",
    help="what the tokens cost",
    fields=fields,
    section=Section.TIME,
    rows=_rows,
    brief=_rows,
    tiles=tiles,
)
