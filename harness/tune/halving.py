"""Successive halving over paired questions: who leads, who can still win, how far the next round goes. Pure.

Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization" (arXiv 1502.07943):
every round all arms that are left are measured on more questions, and the better half goes on. Here an arm goes out
earlier, too, where the interval of its paired difference from the leader, clustered by problem, lies below zero.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from solver.base.intervals import Difference, paired_difference
from solver.problems.question import Question

Scores = Mapping[str, float]
"""Question id -> how right an arm is there, 0 to 1."""


class Standing(NamedTuple):
    """Where an arm stands after a round."""

    arm: str
    score: float
    """Mean over the questions that all arms share."""
    against_leader: Difference | None
    """None for the leader."""
    tokens: float
    """Generated, a sample."""
    n: int

    @property
    def can_win(self) -> bool:
        """False where it is behind the leader beyond chance."""
        return self.against_leader is None or self.against_leader.high >= 0


class Halves(NamedTuple):
    """Questions in two halves, whole problems each."""

    choosing: tuple[Question, ...]
    stating: tuple[Question, ...]


def halves_of(questions: Iterable[Question], seed: int = 0) -> Halves:
    """Split questions by a hash of their problem, and order each half by it: whatever is asked first is a fair sample.

    The hash depends on seed and problem alone, so that a problem stays in its half whatever others come along.
    """
    hashes: dict[str, bytes] = {}

    def hash_of(question: Question) -> bytes:
        name = question.problem_id
        return hashes.setdefault(name, hashlib.sha256(f"tune/{seed}/{name}".encode()).digest())

    ordered = sorted(questions, key=hash_of)
    return Halves(
        tuple(one for one in ordered if hash_of(one)[-1] % 2 == 0),
        tuple(one for one in ordered if hash_of(one)[-1] % 2 == 1),
    )


def vote_score(votes: Sequence[int | None], gold: int) -> float:
    """Return how right the vote is: 1, or a part of it where several answers share the first place.

    >>> vote_score([0, 0, 1], 0), vote_score([0, 1, None], 1), vote_score([None], 0)
    (1.0, 0.5, 0.0)
    """
    counts: dict[int, int] = {}
    for vote in votes:
        if vote is not None:
            counts[vote] = counts.get(vote, 0) + 1
    most = max(counts.values(), default=0)
    first = [vote for vote, count in counts.items() if count == most]
    return 1 / len(first) if gold in first else 0.0


def standings(
    scores: Mapping[str, Scores], clusters: Mapping[str, str], tokens: Mapping[str, float]
) -> tuple[Standing, ...]:
    """Rank arms on the questions that all of them share; of equals the cheaper one leads.

    Args:
        clusters: question id -> problem.
        tokens: arm -> generated tokens a sample.

    Raises:
        ValueError: they share no question.
    """
    shared = sorted(set.intersection(*(set(found) for found in scores.values())))
    if not shared:
        raise ValueError("the arms share no question")
    means = {arm: math.fsum(found[one] for one in shared) / len(shared) for arm, found in scores.items()}
    ranked = sorted(scores, key=lambda arm: (-means[arm], tokens[arm], arm))
    leader, problems = scores[ranked[0]], [clusters[one] for one in shared]

    def against(arm: str) -> Difference | None:
        if arm == ranked[0]:
            return None
        return paired_difference([scores[arm][one] - leader[one] for one in shared], problems)

    return tuple(Standing(arm, means[arm], against(arm), tokens[arm], len(shared)) for arm in ranked)


def survivors(ranked: Sequence[Standing], most: int) -> tuple[str, ...]:
    """Return who goes on: at most so many, the first, and nobody who cannot win."""
    return tuple(one.arm for one in ranked if one.can_win)[: max(1, most)]


def reach(most: int, least: int, allowance: float, cost: Callable[[int], float]) -> int:
    """Return how many questions a round goes to: as many as its tokens allow.

    Args:
        most: questions that are wanted and there.
        least: questions that it has already been to.
        cost: tokens that going to so many takes; grows with them.
    """
    low, high = least, max(least, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if cost(middle) <= allowance else (low, middle - 1)
    return low
