"""How well the vote share tells whether a verdict is right.

``calibration`` compares the vote share with how often such verdicts are right; ``ece`` is the expected calibration
error, the mean distance between the two weighed by questions (Guo et al., arXiv 1706.04599). ``agreement`` is the mean
vote share over questions with at least two votes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.scoring.metrics.metric import Metric, Section
from harness.scoring.metrics.scored import Scored, ratio
from solver.base.display.figures import percent
from solver.scheduling.outcome import Outcome

N_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Verdicts with about the same vote share."""

    low: float
    """Smallest vote share of the bin; its largest is ``high``, included."""
    high: float
    n: int
    mean_share: float
    accuracy: float


def bin_of(share: float) -> int:
    """Return the bin of a vote share, from 0.

    The upper end belongs to the bin: 1.0 is in (0.9, 1.0]. Rounding keeps 0.6 out of (0.6, 0.7].

    >>> bin_of(0.6), bin_of(1.0)
    (5, 9)
    """
    return max(0, math.ceil(round(share * N_BINS, 9)) - 1)


def fields(run: Scored) -> dict[str, object]:
    """Return the bins, the error and the agreement."""
    bins = bins_of(run.labelled)
    distance = sum(part.n * abs(part.accuracy - part.mean_share) for part in bins)
    shares = [
        one.vote_share
        for one in run.asked
        if one.vote_share is not None and sum(vote is not None for vote in one.votes) >= 2
    ]
    return {
        "calibration": bins,
        "ece": ratio(distance, sum(part.n for part in bins)),
        "agreement": ratio(sum(shares), len(shares)),
    }


def bins_of(labelled: Sequence[Outcome]) -> tuple[Bin, ...]:
    """Return the bins that hold a verdict."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for one in labelled:
        share = one.vote_share
        if share is not None:
            bins.setdefault(bin_of(share), []).append((share, bool(one.is_correct)))
    return tuple(
        Bin(
            low=place / N_BINS,
            high=(place + 1) / N_BINS,
            n=len(inside),
            mean_share=sum(share for share, _ in inside) / len(inside),
            accuracy=sum(is_right for _, is_right in inside) / len(inside),
        )
        for place, inside in sorted(bins.items())
    )


METRIC = Metric(
    name="calibration",
    help="how well the vote share tells whether a verdict is right",
    fields=fields,
    section=Section.VOTES,
    rows=lambda summary: [
        ("agreement", percent(summary.number("agreement"))),
        ("calibration error of the vote share", percent(summary.number("ece"))),
    ],
)
