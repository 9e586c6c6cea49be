"""What a run of ``distill`` may ask for and cost, told before a single call.

*At most*: every question climbs to the top, every choice is as long as allowed. *Expected*: each rung accepts the share
that the configuration expects of it (``expect``), and a chain is half as long as allowed. Prompt tokens are estimated
from characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from solver.problems.option_order import permutation
from solver.problems.question import Question
from synth.distill.ladder_config import Ladder, Rung
from synth.llm.plan_file import ModelPlan
from synth.llm.price import cost, shown, total_of
from synth.llm.prompt_templates import blind, render_explain

_CHARS_PER_TOKEN = 1.5
"""Characters of Chinese text a token (``solver.sampling.throttle``); English has more, so this errs on the safe
side."""
_FILLED = Decimal("0.5")
"""Expected length of a chain, as a share of ``max_tokens``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """One rung's figures."""

    rung: str
    models: tuple[str, ...]
    questions: int
    """At most."""
    samples: int
    """At most."""
    requests: int
    """At most, retries aside; samples of one prompt share a request."""
    prompt_tokens: int
    """At most, estimated."""
    completion_tokens: int
    """At most."""
    cost: Decimal | None
    """At most, None where a price is unknown."""
    expected_questions: float | None
    """None where a rung below says nothing of what it accepts."""
    expected_cost: Decimal | None


def forecast(
    questions: Sequence[Question], ladder: Ladder, models: Mapping[str, ModelPlan], *, use_gold: bool = True
) -> tuple[Forecast, ...]:
    """Return the figures of every rung, the explaining one last."""
    found = []
    share: float | None = 1.0
    for rung in ladder.rungs:
        able = [one for one in questions if rung.may_accept(has_gold=use_gold and one.gold is not None)]
        found.append(_of_rung(able, rung, ladder, models, share))
        share = None if share is None or rung.expect is None else share * (1 - rung.expect)
    if ladder.explain is not None:
        able = [one for one in questions if use_gold and one.gold is not None]
        found.append(_of_explain(able, ladder.explain, models, share))
    return tuple(found)


def _of_rung(
    questions: Sequence[Question], rung: Rung, ladder: Ladder, models: Mapping[str, ModelPlan], share: float | None
) -> Forecast:
    order_chars = [len(rung.prompt.render(blind(one), permutation(one, run_seed=0, index=0))) for one in questions]
    prompt = round(sum(order_chars) / _CHARS_PER_TOKEN)
    costs, expected, requests = [], [], 0
    for name in rung.model:
        plan = models[name]
        # A stopping rule draws in rounds, each a request of its own at worst.
        per_order = -(-rung.samples // (rung.orders_shown * plan.choices)) if rung.rule is None else rung.samples
        own_requests = len(questions) * max(per_order * rung.orders_shown if rung.rule is None else per_order, 1)
        requests += own_requests
        per_question = own_requests // max(len(questions), 1)
        tokens = len(questions) * rung.samples * rung.max_tokens
        costs.append(cost(plan.price, prompt_tokens=prompt * per_question, completion_tokens=tokens))
        half = round(tokens * _FILLED)
        expected.append(cost(plan.price, prompt_tokens=prompt * per_question, completion_tokens=half))
    likely = total_of(expected)
    return Forecast(
        rung=rung.name,
        models=rung.model,
        questions=len(questions),
        samples=len(questions) * rung.most,
        requests=requests,
        prompt_tokens=prompt * (requests // max(len(questions), 1)),
        completion_tokens=len(questions) * rung.most * rung.max_tokens,
        cost=total_of(costs),
        expected_questions=None if share is None else len(questions) * share,
        expected_cost=None if share is None or likely is None else likely * Decimal(str(share)),
    )


def _of_explain(
    questions: Sequence[Question], rung: Rung, models: Mapping[str, ModelPlan], share: float | None
) -> Forecast:
    price = models[rung.model[0]].price
    chars = sum(
        len(render_explain(rung.prompt, one, permutation(one, run_seed=0, index=0), one.gold or 0)) for one in questions
    )
    prompt, tokens = round(chars / _CHARS_PER_TOKEN), len(questions) * rung.max_tokens
    likely = cost(price, prompt_tokens=prompt, completion_tokens=round(tokens * _FILLED))
    return Forecast(
        rung=rung.name,
        models=rung.model,
        questions=len(questions),
        samples=len(questions),
        requests=len(questions),
        prompt_tokens=prompt,
        completion_tokens=tokens,
        cost=cost(price, prompt_tokens=prompt, completion_tokens=tokens),
        expected_questions=None if share is None else len(questions) * share,
        expected_cost=None if share is None or likely is None else likely * Decimal(str(share)),
    )


def table(forecasts: Sequence[Forecast], currency: str) -> str:
    """Return the figures as text."""
    head = (
        "rung",
        "models",
        "questions",
        "expected",
        "requests",
        "prompt tok.",
        "compl. tok.",
        "cost",
        "expected cost",
    )
    rows = [
        (
            one.rung,
            "+".join(one.models),
            f"{one.questions:,}",
            "unknown" if one.expected_questions is None else f"{one.expected_questions:,.0f}",
            f"{one.requests:,}",
            f"{one.prompt_tokens:,}",
            f"{one.completion_tokens:,}",
            shown(one.cost, currency),
            shown(one.expected_cost, currency),
        )
        for one in forecasts
    ]
    rows.append(
        (
            "all",
            "",
            "",
            "",
            f"{sum(one.requests for one in forecasts):,}",
            f"{sum(one.prompt_tokens for one in forecasts):,}",
            f"{sum(one.completion_tokens for one in forecasts):,}",
            shown(total_of(one.cost for one in forecasts), currency),
            shown(total_of(one.expected_cost for one in forecasts), currency),
        )
    )
    return aligned(head, rows)


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of columns, the first two flush left, the others flush right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
    return "\n".join(lines)
