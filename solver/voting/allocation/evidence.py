"""How much a vote weighs, learned from the run itself: without gold labels, from agreement alone.

Samples are sorted by the confidence that the engine had in their letter. In each of ten classes of confidence the votes
are compared with the leading answer of the *other* samples of their question; the share r that agrees makes a vote of
that class worth log(r (k - 1) / (1 - r)) with k options, the evidence of a witness who is right with probability r
and otherwise names any other option (Dawid and Skene, Applied Statistics 28, 1979, with one number a witness). Weights
are divided by their mean, so that they count votes. Where no engine gave a confidence every vote weighs 1.

Measured in docs/rules.md: the engine's own probability is far too sure of itself, and differently for each model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from solver.voting.allocation.policy import State

CLASSES = 10
SHRINKAGE = 20
"""Votes of the overall rate that are added to each class."""
LEAST_WEIGHT = 0.05
"""A vote is never nothing: where there is no other it decides."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Weights of votes by the engine's confidence."""

    rates: tuple[float, ...]
    """Share of agreement by class of confidence."""
    overall: float
    """Share of agreement of all votes."""
    weights: tuple[float, ...]
    """By class; 1 on average."""

    def weight(self, confidence: float | None) -> float:
        """Return what a vote weighs."""
        return 1.0 if confidence is None else self.weights[_class(confidence)]

    def rate(self, confidence: float | None) -> float:
        """Return how often such a vote agrees with the others."""
        return self.overall if confidence is None else self.rates[_class(confidence)]

    def weights_of(self, state: State) -> tuple[float, ...]:
        """Return the weights of a question's votes."""
        if not state.confidences:
            return (1.0,) * len(state.votes)
        return tuple(self.weight(confidence) for confidence in state.confidences)


def _class(confidence: float) -> int:
    return min(CLASSES - 1, max(0, int(CLASSES * confidence)))


def learn_evidence(states: Sequence[State]) -> Evidence:
    """Learn weights from agreement.

    >>> states = [State(votes=(0, 0, 1), confidences=(0.95, 0.92, 0.35), left=1)] * 50
    >>> evidence = learn_evidence(states)
    >>> evidence.weight(0.95) > 1 > evidence.weight(0.35)
    True
    """
    agreed, seen = [0.0] * CLASSES, [0] * CLASSES
    total_agreed = total = options = 0.0
    for state in states:
        counts = _counts(state.votes)
        for place, vote in enumerate(state.votes):
            share = None if vote is None else _agreement(counts, vote)
            if share is None:
                continue
            total_agreed, total, options = total_agreed + share, total + 1, options + state.options
            confidence = state.confidence(place)
            if confidence is not None:
                agreed[_class(confidence)] += share
                seen[_class(confidence)] += 1
    # Before anything is known: the truth of two in three.
    overall = (total_agreed + 2) / (total + 3)
    others = max(1.0, options / total - 1) if total else 1.0
    rates = [(hits + SHRINKAGE * overall) / (count + SHRINKAGE) for hits, count in zip(agreed, seen, strict=True)]
    raw = [max(LEAST_WEIGHT, log(rate * others / (1 - rate))) for rate in rates]
    votes = sum(seen)
    mean = sum(map(lambda weight, count: weight * count, raw, seen)) / votes if votes else raw[0]
    return Evidence(tuple(rates), overall, tuple(weight / mean for weight in raw))


def _counts(votes: Sequence[int | None]) -> Counter[int]:
    return Counter(vote for vote in votes if vote is not None)


def _agreement(counts: Counter[int], vote: int) -> float | None:
    """Return the share with which a vote is the leading answer of the others; None where there are no others."""
    return _share(counts[vote] - 1, tuple(sorted(count for name, count in counts.items() if name != vote)))


@lru_cache(maxsize=65536)
def _share(own: int, others: tuple[int, ...]) -> float | None:
    most = max(own, *others, 0)
    if most == 0:
        return None
    return (own == most) / (others.count(most) + (own == most))
