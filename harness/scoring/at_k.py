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


class Ballot(NamedTuple):
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


def curve(ballots: Sequence[Ballot]) -> tuple[AtK, ...]:
    """Return the curve over k; empty where some question has no sample."""
    most = min((len(ballot.votes) for ballot in ballots), default=0)
    return tuple(_at(k, most, ballots) for k in sorted({*(k for k in KS if k < most), most}) if k)


def _at(k: int, samples: int, ballots: Sequence[Ballot]) -> AtK:
    clusters = [ballot.cluster for ballot in ballots]
    majority = share_interval([maj_at_k(ballot.votes[:samples], ballot.gold, k) for ballot in ballots], clusters)
    right = [sum(vote == ballot.gold for vote in ballot.votes[:samples]) for ballot in ballots]
    any_correct = share_interval([pass_at_k(samples, one, k) for one in right], clusters)
    return AtK(
        k=k,
        majority=majority.value,
        majority_low=majority.low,
        majority_high=majority.high,
        any_correct=any_correct.value,
        any_correct_low=any_correct.low,
        any_correct_high=any_correct.high,
        n=len(ballots),
        samples=samples,
    )


def strata(ballots: Sequence[Ballot]) -> tuple[Stratum, ...]:
    """Return the strata of difficulty that have questions; none where some question has fewer than four samples."""
    half = min((len(ballot.votes) for ballot in ballots), default=0) // 2
    if half < 2:
        return ()
    found: dict[str, list[Ballot]] = {}
    for ballot in ballots:
        right = sum(vote == ballot.gold for vote in ballot.votes[:half])
        place = 0 if right == 0 else 3 if right == half else 1 if 2 * right <= half else 2
        found.setdefault(STRATA[place], []).append(Ballot(ballot.gold, ballot.votes[half : 2 * half], ballot.cluster))
    return tuple(
        Stratum(
            name=name,
            n=len(group),
            single=sum(maj_at_k(ballot.votes, ballot.gold, 1) for ballot in group) / len(group),
            majority=sum(maj_at_k(ballot.votes, ballot.gold, half) for ballot in group) / len(group),
        )
        for name in STRATA
        if (group := found.get(name))
    )
