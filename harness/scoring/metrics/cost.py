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
        return {"cost": None, "currency": None}
    cost = prices.prompt_per_million * sum(sample.prompt_tokens for sample in run.drawn)
    cost += prices.completion_per_million * sum(sample.completion_tokens for sample in run.drawn)
    return {"cost": cost / Decimal(1_000_000), "currency": prices.currency}


def written(summary: Summary) -> str | None:
    """Write the money; None where there is none."""
    cost = summary.text("cost")
    return None if cost is None else f"{Decimal(cost):.4f} {summary.text('currency') or ''}"


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
    rows=lambda summary: [("cost", money)] if (money := written(summary)) else [],
    brief=lambda summary: [("cost", money)] if (money := written(summary)) else [],
    tiles=tiles,
)
