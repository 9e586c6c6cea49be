"""Curves over k without bias, and what kinds of questions there are: pure functions of votes with a key.

``curve`` gives majority@k and pass@k as averages over all choices of k samples (``harness.scoring.unbiased``), with
intervals clustered by problem. It takes of every question only the samples that all of them have, the first ones: under
adaptive stopping the later ones are those of the wavering questions.

``strata`` sorts the questions by how many of the first half of those samples are right, and measures with the second
half: measured with the samples that sorted them, the best stratum would look better than it is and the worst one worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from harness.scoring.unbiased import maj_at_k, pass_at_k
from solver.base.intervals import share_interval

KS = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40)
"""For which the curve is given, and for all samples that every question has."""
STRATA = ("never right", "up to half right", "more than half right", "always right")
"""By the first half of the samples."""


class LabelledVotes(NamedTuple):
    """The samples of one question, in launch order."""

    gold: int
    votes: Sequence[int | None]
    cluster: str
    """The problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtK:
    """What k samples of every question are worth; shares, 0 to 1."""

    k: int
    majority: float
    """How often their plurality is right, ties as the vote breaks them."""
    majority_low: float
    majority_high: float
    any_correct: float
    """How often one of them is right at least."""
    any_correct_low: float
    any_correct_high: float
    n: int
    """Questions."""
    samples: int
    """Samples of each question that the k are chosen from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Questions of about one difficulty; shares, 0 to 1."""

    name: str
    n: int
    """Questions."""
    single: float
    """Accuracy of one sample of the second half."""
    majority: float
    """Accuracy of the vote of the second half."""


def curve(questions: Sequence[LabelledVotes]) -> tuple[AtK, ...]:
    """Return the curve over k; empty where some question has no sample."""
    most = min((len(one.votes) for one in questions), default=0)
    return tuple(_at(k, most, questions) for k in sorted({*(k for k in KS if k < most), most}) if k)


def _at(k: int, samples: int, questions: Sequence[LabelledVotes]) -> AtK:
    clusters = [one.cluster for one in questions]
    majority = share_interval([maj_at_k(one.votes[:samples], one.gold, k) for one in questions], clusters)
    right = [sum(vote == one.gold for vote in one.votes[:samples]) for one in questions]
    any_correct = share_interval([pass_at_k(samples, one, k) for one in right], clusters)
    return AtK(
        k=k,
        majority=majority.value,
        majority_low=majority.low,
        majority_high=majority.high,
        any_correct=any_correct.value,
        any_correct_low=any_correct.low,
        any_correct_high=any_correct.high,
        n=len(questions),
        samples=samples,
    )


def strata(questions: Sequence[LabelledVotes]) -> tuple[Stratum, ...]:
    """Return the strata of difficulty that have questions; none where some question has fewer than four samples."""
    half = min((len(one.votes) for one in questions), default=0) // 2
    if half < 2:
        return ()
    found: dict[str, list[LabelledVotes]] = {}
    for one in questions:
        right = sum(vote == one.gold for vote in one.votes[:half])
        place = 0 if right == 0 else 3 if right == half else 1 if 2 * right <= half else 2
        found.setdefault(STRATA[place], []).append(LabelledVotes(one.gold, one.votes[half : 2 * half], one.cluster))
    return tuple(
        Stratum(
            name=name,
            n=len(group),
            single=sum(maj_at_k(one.votes, one.gold, 1) for one in group) / len(group),
            majority=sum(maj_at_k(one.votes, one.gold, half) for one in group) / len(group),
        )
        for name in STRATA
        if (group := found.get(name))
    )
