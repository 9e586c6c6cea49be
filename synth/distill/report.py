"""The report of ``distill``: counts per rung, shares of right answers, tokens, cost; as JSON values and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from solver.base.display.figures import counted
from solver.extraction.thoughts import outside
from synth.distill.concurrent_climbs import Climbed
from synth.distill.forecast import aligned
from synth.distill.ladder import Outcome
from synth.distill.ladder_config import DistillPlan
from synth.llm.call import why_most
from synth.llm.price import shown
from synth.llm.spend_ledger import SpendCounts


def report_of(
    plan: DistillPlan, climbed: Climbed, ledger: SpendCounts, *, use_gold: bool, accept: int | None, seconds: float
) -> dict[str, object]:
    """Return the report as JSON values.

    Args:
        seconds: how long this attempt took.
    """
    outcomes = climbed.outcomes
    status = Counter(outcome.status for outcome in outcomes)
    return {
        "questions": climbed.questions,
        "started": climbed.started,
        "decided": len(outcomes),
        "status": dict(status),
        "asked_for": accept,
        "complete": is_complete(climbed, accept),
        "halt": climbed.halt,
        "refused_rungs": refused_rungs(outcomes),
        "gold_used": use_gold,
        "rungs": [_rung(name, outcomes) for name in _rung_names(plan)],
        "ladder": [rung.facts for rung in plan.cascade.rungs],
        "rejections": rejections(outcomes),
        "right": None if use_gold else [share_right(outcomes, name) for name in (None, *_rung_names(plan))],
        "usage": ledger.usage(),
        "cost": None if ledger.cost is None else str(ledger.cost),
        "currency": plan.currency,
        "requests": ledger.requests,
        "requests_in_doubt": ledger.in_doubt,
        "seconds": round(seconds, 1),
        "prompts": {name: digest for rung in plan.cascade.rungs for name, digest in rung.prompt.digests.items()},
    }


def is_complete(climbed: Climbed, accept: int | None) -> bool:
    """Tell whether all was done that was asked for."""
    accepted = sum(outcome.status == "accepted" for outcome in climbed.outcomes)
    if accept is not None:
        return accepted >= accept
    is_open = any(outcome.status == "open" for outcome in climbed.outcomes)
    if refused_rungs(climbed.outcomes) or silent_rungs(climbed.outcomes):
        return False
    return climbed.halt is None and not is_open and len(climbed.outcomes) == climbed.questions


def refused_rungs(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the rungs whose every sample was refused, in the order in which they were asked."""
    casts: dict[str, set[str]] = {}
    for outcome in outcomes:
        for vote in outcome.votes:
            casts.setdefault(vote.rung, set()).add(vote.cast)
    return [rung for rung, found in casts.items() if found == {"refused"}]


def silent_rungs(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the rungs whose replies all came without a word outside thoughts: that tells of server or settings."""
    said: dict[str, list[bool]] = {}
    for outcome in outcomes:
        for vote in outcome.votes:
            if vote.cast not in ("refused", "failed"):
                said.setdefault(vote.rung, []).append(len(set(outside(vote.text))) > 1)
    return [rung for rung, found in said.items() if not any(found)]


def _rung_names(plan: DistillPlan) -> list[str]:
    return [rung.name for rung in plan.cascade.rungs]


def _rung(name: str, outcomes: Sequence[Outcome]) -> dict[str, object]:
    reached = [outcome for outcome in outcomes if any(vote.rung == name for vote in outcome.votes)]
    votes = [vote for outcome in reached for vote in outcome.votes if vote.rung == name]
    accepted = sum(outcome.status == "accepted" and outcome.rung == name for outcome in reached)
    return {
        "rung": name,
        "reached": len(reached),
        "accepted": accepted,
        "acceptance": round(accepted / len(reached), 4) if reached else None,
        "disputed": sum(outcome.status == "disputed" and outcome.rung == name for outcome in reached),
        "samples": len(votes),
        "casts": dict(Counter(vote.cast for vote in votes)),
        "prompt_tokens": sum(vote.prompt_tokens for vote in votes),
        "completion_tokens": sum(vote.completion_tokens for vote in votes),
    }


def rejections(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Count the last reason of every question that was not accepted, figures left out."""
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.status == "accepted":
            continue
        rung, reason = outcome.reasons[-1] if outcome.reasons else ("", "no rung could ask")
        kind = "".join("#" if char.isdigit() else char for char in reason)
        counts[f"{outcome.status}: {rung}: {kind}"] += 1
    return dict(counts.most_common())


def share_right(outcomes: Sequence[Outcome], rung: str | None) -> dict[str, object]:
    """Return the share of accepted chains whose answer is the known one; only telling where the gold was not used.

    Args:
        rung: only those that this rung accepted; None for all.
    """
    # The statistics live in the harness, which synth otherwise does not need.
    from solver.base.intervals import share_interval

    judged = [
        outcome
        for outcome in outcomes
        if outcome.status == "accepted" and outcome.question.gold is not None and rung in (None, outcome.rung)
    ]
    hits = [float(outcome.answer == outcome.question.gold) for outcome in judged]
    facts: dict[str, object] = {"rung": rung or "all", "judged": len(judged), "right": int(sum(hits))}
    facts["proven"] = sum(outcome.question.family is not None for outcome in judged)
    if judged:
        interval = share_interval(hits, [outcome.question.problem_id for outcome in judged])
        facts.update(share=interval.value, low=interval.low, high=interval.high, problems=interval.n_clusters)
    return facts


def text_of(plan: DistillPlan, climbed: Climbed, ledger: SpendCounts, report: dict[str, object]) -> str:
    """Return the report for people."""
    rows = []
    for name in _rung_names(plan):
        one = _rung(name, climbed.outcomes)
        share = one["acceptance"]
        rows.append(
            (
                name,
                f"{one['reached']}",
                f"{one['accepted']}",
                "-" if share is None else f"{share:.1%}",
                f"{one['disputed']}",
                f"{one['samples']}",
                f"{one['completion_tokens']:,}",
            )
        )
    head = ("rung", "reached", "accepted", "share", "disputed", "samples", "tokens")
    status = Counter(outcome.status for outcome in climbed.outcomes)
    lines = [aligned(head, rows), ""]
    lines.append(
        f"{len(climbed.outcomes)} of {counted(climbed.questions, 'question')} decided: "
        + ", ".join(f"{status[word]} {word}" for word in ("accepted", "disputed", "rejected", "open") if status[word])
    )
    if refused := [one for one in climbed.outcomes if any(vote.cast == "refused" for vote in one.votes)]:
        why = why_most(vote.error for one in refused for vote in one.votes if vote.cast == "refused")
        lines.append(f"{counted(len(refused), 'question')} had samples that a server refused for good{why}")
    doubt = f", {ledger.in_doubt} of them in doubt" if ledger.in_doubt else ""
    lines.append(f"{counted(ledger.requests, 'request')}{doubt}; cost {shown(ledger.cost, plan.currency)}")
    right = report["right"]
    if isinstance(right, list):
        for one in right:
            if one["judged"]:
                lines.append(
                    f"right answers among accepted chains, {one['rung']}: {one['right']} of {one['judged']} = "
                    f"{one['share']:.1%} ({one['low']:.1%} to {one['high']:.1%}), {one['proven']} of them proven"
                )
    return "\n".join(lines)
