"""What a run of ``augment`` may ask for and cost, told before a single call."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from solver.base.display.figures import counted
from solver.problems.question import Problem
from synth.augment.augment_config import Solver
from synth.augment.candidate import WritingContext, call_of, candidates
from synth.llm.price import cost, shown, total_of

_CHARS_PER_TOKEN = 1.5
"""As in ``synth.distill.forecast``."""


def forecast(problems: Sequence[Problem], context: WritingContext) -> str:
    """Return what the run may ask for and cost at most, stage by stage; asks nothing."""
    plan = context.plan
    calls = [call_of(candidate, context) for candidate in candidates(problems, plan.writer.attempts)]
    rows = [("writer", len(calls), sum(len(one.prompt) for one in calls), plan.writer.max_tokens, plan.writer.model)]
    text = sum(len(one.text) for one in problems) * plan.writer.attempts + 300 * len(calls)
    for place, solver in enumerate(plan.panel.solvers):
        rows.append((f"solver{place + 1}", *_judging(solver, len(calls) * solver.samples, text * solver.samples)))
    if plan.panel.duels:
        most = 4 * plan.panel.duels
        rows.append(("duels", *_judging(plan.panel.solvers[0], len(calls) * most, text * most)))
    lines = ["| stage | samples at most | prompt tokens, about | generated tokens at most | cost at most |"]
    lines.append("|---|---:|---:|---:|---:|")
    costs: list[Decimal | None] = []
    for stage, count, characters, longest, models in rows:
        prompt = round(characters / _CHARS_PER_TOKEN)
        # The dearest of several writers: at most is at most.
        prices = [
            cost(plan.models[name].price, prompt_tokens=prompt, completion_tokens=count * longest) for name in models
        ]
        dearest = None if None in prices else max(price for price in prices if price is not None)
        costs.append(dearest)
        lines.append(f"| {stage} | {count:,} | {prompt:,} | {count * longest:,} | {shown(dearest)} |")
    lines.append(
        f"\nat most {shown(total_of(costs))} for {counted(len(calls), 'attempt')} at "
        f"{counted(len(problems), 'problem')}; "
    )
    lines[-1] += "nothing was asked. " + (
        "It ends sooner, once enough questions are accepted." if plan.count else "Bad questions cost less."
    )
    return "\n".join(lines)


def _judging(solver: Solver, count: int, characters: int) -> tuple[int, int, int, tuple[str, ...]]:
    return count, characters, solver.max_tokens, (solver.model,)
