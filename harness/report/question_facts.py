"""What the report says of a single question: votes, margin, how answers were read, whether its key is disputed."""

from __future__ import annotations

from collections.abc import Sequence

from solver.problems.letters import letter_or_number
from solver.sampling.sample import Sample, Status
from solver.scheduling.outcome import Outcome
from solver.voting.label_errors import proposed_by, strength_of, voter
from solver.voting.tally import tally

DISPUTED_FROM = 0.4
"""Strength of a dispute (``solver.voting.label_errors``) from which the page marks a question: three samples of one
model that all agree against the key have 0.43. Lower than what ``harness audit`` flags, since here a person looks at
each."""


def votes_of(result: Outcome) -> tuple[tuple[int | None, ...], ...]:
    """Return the votes on a question, model by model."""
    return tuple(result.votes_by_model.values())


def margin_of(result: Outcome) -> int:
    """Return how many votes the leader is ahead of the runner-up, all models' votes together."""
    return tally([vote for votes in votes_of(result) for vote in votes]).lead


def outcome_of(sample: Sample) -> str:
    """Name how a sample's answer was read: its extraction rule, or its status where no text or no rule is there."""
    if sample.status in (Status.FAILED, Status.TRUNCATED):
        return sample.status.value
    return sample.rule or sample.status.value


def dispute_of(results: Sequence[Outcome]) -> float | None:
    """Tell how strongly the votes of all runs on one question speak against its key.

    Args:
        results: the question's result in each run.

    Returns:
        The strength (``solver.voting.label_errors``) where it is at least ``DISPUTED_FROM``, else None.
    """
    gold = next((result.gold for result in results if result.gold is not None), None)
    if gold is None:
        return None
    voters = [
        voter(f"{place}/{member}", (None if vote is None else letter_or_number(vote) for vote in votes))
        for place, result in enumerate(results)
        for member, votes in enumerate(votes_of(result))
    ]
    proposed = proposed_by(voters, gold=letter_or_number(gold))
    if proposed is None:
        return None
    strength = strength_of(voters, gold=letter_or_number(gold), proposed=proposed)
    return strength if strength >= DISPUTED_FROM else None
