"""What a request may cost, what it did cost, and which reply bears which part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from solver.base.errors import UsageError
from solver.sampling.completion import Completion
from synth.llm.budget import Budget
from synth.llm.call import LONGEST_REASON, Call, Reply
from synth.llm.plan_file import ModelPlan
from synth.llm.price import cost

# Tokens that a chat template adds, generously.
_TEMPLATE_TOKENS = 64


def check_prices(models: Mapping[str, ModelPlan], budget: Budget) -> None:
    """Make sure that a limit on the cost can be kept.

    Raises:
        UsageError: a model's price is unknown.
    """
    unknown = [name for name, plan in models.items() if not plan.price.is_known]
    if budget.max_cost is not None and unknown:
        raise UsageError(
            f"--max-cost cannot be kept: the price of {', '.join(unknown)} is unknown; write price: {{prompt: …, "
            "completion: …}, 0 for a free model, or limit --max-requests instead"
        )


def at_most(plan: ModelPlan, wanted: Sequence[Call], *, factor: Decimal = Decimal(1)) -> Decimal | None:
    """Return what a request may cost at most: every character a token, every choice as long as allowed."""
    return cost(
        plan.price,
        prompt_tokens=len(wanted[0].prompt) + _TEMPLATE_TOKENS,
        completion_tokens=len(wanted) * wanted[0].sampling.max_tokens,
        factor=factor,
    )


def replies_of(
    wanted: Sequence[Call], completion: Completion, plan: ModelPlan, *, factor: Decimal = Decimal(1)
) -> tuple[list[Reply], Decimal | None]:
    """Turn a completion into replies and the request's whole cost."""
    replies = []
    is_told = bool(completion.prompt_tokens) or completion.usage != "absent"
    total = cost(
        plan.price,
        prompt_tokens=completion.prompt_tokens,
        completion_tokens=completion.completion_tokens,
        factor=factor,
    )
    # A server that tells no usage tells no cost either, unless the model is free.
    if not is_told and (plan.price.prompt or plan.price.completion):
        total = None
    left = total
    places = sorted(completion.choices)
    for place in places:
        choice, call = completion.choices[place], wanted[place]
        prompt_tokens = completion.prompt_tokens if place == places[0] else 0
        share = cost(plan.price, prompt_tokens=prompt_tokens, completion_tokens=choice.tokens, factor=factor)
        if left is not None and share is not None:
            # The last one takes what is left, so that the shares add up to the total exactly.
            share = left if place == places[-1] else min(share, left)
            left -= share
        replies.append(
            Reply(
                key=call.key,
                model=call.model,
                text="" if choice.is_refusal else choice.text,
                finish_reason=choice.finish_reason,
                prompt_tokens=prompt_tokens,
                completion_tokens=choice.tokens,
                cost=None if total is None else share,
                # Words of a refusal are no chain, whatever letter stands in them.
                error=f"the model refused: {choice.text[:LONGEST_REASON]}" if choice.is_refusal else None,
                is_refused=choice.is_refusal,
                is_thought_alone=choice.is_thought_alone,
                stage=call.stage,
                logprob=choice.mean_logprob,
            )
        )
    return replies, total
