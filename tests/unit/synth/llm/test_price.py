from __future__ import annotations

from decimal import Decimal

from synth.llm.price import BATCH_FACTOR, Price, cost, shown, total_of


def test_costs_are_exact_decimals() -> None:
    price = Price(prompt=Decimal("0.1"), completion=Decimal("0.2"))
    assert cost(price, prompt_tokens=1_000_000, completion_tokens=1_000_000) == Decimal("0.3")
    # In floats: 0.30000000000000004.
    assert total_of([Decimal("0.1")] * 3) == Decimal("0.3")


def test_an_unknown_price_makes_an_unknown_cost_but_only_for_tokens_that_were_used() -> None:
    half = Price(prompt=Decimal(1), completion=None)
    assert cost(half, prompt_tokens=5, completion_tokens=1) is None
    assert cost(half, prompt_tokens=5, completion_tokens=0) == Decimal("0.000005")
    assert cost(Price(), prompt_tokens=1, completion_tokens=0) is None
    assert not half.is_known


def test_free_is_not_unknown() -> None:
    free = Price(prompt=Decimal(0), completion=Decimal(0))
    assert cost(free, prompt_tokens=9, completion_tokens=9) == 0
    assert (shown(Decimal(0)), shown(None)) == ("0 USD", "unknown")


def test_a_batch_costs_half() -> None:
    price = Price(prompt=Decimal(2), completion=Decimal(6))
    whole = cost(price, prompt_tokens=100, completion_tokens=50)
    assert whole is not None
    assert cost(price, prompt_tokens=100, completion_tokens=50, factor=BATCH_FACTOR) == whole / 2
