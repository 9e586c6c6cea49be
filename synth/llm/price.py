"""Prices of tokens and what a reply cost, in exact decimals; what is unknown stays unknown.

>>> cost(Price(prompt=Decimal("0.5"), completion=Decimal("1.5")), prompt_tokens=1000, completion_tokens=2000)
Decimal('0.0035')
>>> cost(Price(prompt=Decimal("0.5"), completion=None), prompt_tokens=1000, completion_tokens=2000) is None
True
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from pydantic import Field

from solver.base.config import Config

BATCH_FACTOR = Decimal("0.5")
"""What OpenAI-style batch jobs cost beside single requests (OpenAI's guide to the Batch API: "50 % lower costs")."""
_MILLION = Decimal(1_000_000)


class Price(Config):
    """What a million tokens cost, in the configuration's currency; None where nobody knows: a free model's is 0."""

    prompt: Decimal | None = Field(default=None, ge=0, le=1_000_000)
    completion: Decimal | None = Field(default=None, ge=0, le=1_000_000)

    @property
    def is_known(self) -> bool:
        """True where every request's cost can be told."""
        return self.prompt is not None and self.completion is not None


def cost(price: Price, *, prompt_tokens: int, completion_tokens: int, factor: Decimal = Decimal(1)) -> Decimal | None:
    """Return what some tokens cost, None where a price that is needed is unknown.

    Args:
        factor: a discount, for example ``BATCH_FACTOR``.
    """
    total = Decimal(0)
    for tokens, per_million in ((prompt_tokens, price.prompt), (completion_tokens, price.completion)):
        if tokens and per_million is None:
            return None
        total += tokens * (per_million or Decimal(0)) / _MILLION
    return total * factor


def total_of(costs: Iterable[Decimal | None]) -> Decimal | None:
    """Add costs up; one unknown makes the sum unknown.

    >>> total_of([Decimal("0.1"), Decimal("0.2")]), total_of([Decimal("0.1"), None])
    (Decimal('0.3'), None)
    """
    total = Decimal(0)
    for one in costs:
        if one is None:
            return None
        total += one
    return total


def shown(amount: Decimal | None, currency: str = "USD") -> str:
    """Write an amount for people.

    >>> shown(Decimal("12.3456789")), shown(Decimal(0)), shown(None)
    ('12.3457 USD', '0 USD', 'unknown')
    """
    if amount is None:
        return "unknown"
    if not amount:
        return f"0 {currency}"
    digits = 4 if amount >= Decimal("0.01") else 8
    return f"{amount:.{digits}f} {currency}"
