"""What k samples are worth: majority@k (their plurality) beside any_correct@k (one of them is right, pass@k).

``at_k`` averages over all choices of k from the samples that every question has (``harness.scoring.at_k``): without
bias, and with an interval. ``by_k`` takes the first k, only over questions with at least k samples; under adaptive
stopping those are the harder ones, so read each with its own n.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.scoring.at_k import LabelledVotes, curve
from harness.scoring.metrics.metric import Breakdown, Metric, Summary
from harness.scoring.metrics.scored import Scored
from solver.base.display.figures import with_interval
from solver.voting.tally import plurality

MAX_K = 41
"""majority@k is told for k = 1, 3, 5 … up to this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtK:
    """The first k samples of every question that has as many."""

    k: int
    majority: float
    """Accuracy of their plurality, 0 to 1."""
    any_correct: float
    """How often at least one of them is right, 0 to 1."""
    n: int
    """Questions."""


def fields(run: Scored) -> dict[str, object]:
    """Return one record for each odd k that some question has."""
    votes = [(one.gold, [sample.option_class for sample in one.samples]) for one in run.labelled if one.samples]
    told = []
    for k in range(1, MAX_K + 1, 2):
        having = [(gold, own[:k]) for gold, own in votes if len(own) >= k]
        if having:
            majority = sum(plurality(own) == gold for gold, own in having) / len(having)
            any_correct = sum(gold in own for gold, own in having) / len(having)
            told.append(AtK(k=k, majority=majority, any_correct=any_correct, n=len(having)))
    return {"by_k": tuple(told), "at_k": curve(votes_of(run))}


def votes_of(run: Scored) -> list[LabelledVotes]:
    """Return the labelled questions' samples, of several models the best one's, which come first."""
    return [
        LabelledVotes(
            one.gold,
            [sample.option_class for sample in one.samples if sample.model == one.samples[0].model],
            one.problem_id,
        )
        for one in run.labelled
        if one.gold is not None
    ]


def breakdowns(summary: Summary) -> list[Breakdown]:
    """Return a table where there is more than one k; its last row says why there is no larger one.

    ``by_k`` is not shown: under a stopping rule it falls as k grows (79 to 42 % for the embedded model), since only the
    hard questions have more samples, and that says nothing about k.
    """
    rows = [
        (
            at.text("k") or "",
            with_interval(at.number("majority"), at.number("majority_low"), at.number("majority_high")),
            with_interval(at.number("any_correct"), at.number("any_correct_low"), at.number("any_correct_high")),
            f"{at.number('n'):,.0f}",
        )
        for at in summary.parts("at_k")
    ]
    if len(rows) < 2:
        return []
    most, each = (max((at.number("k") or 0 for at in summary.parts(name)), default=0) for name in ("by_k", "at_k"))
    if most > each:
        rows.append((f"over {each:.0f}", "only the hard questions", "have more: --rule fixed:K", ""))
    return [Breakdown("any k samples (unbiased)", ("k", "majority", "any correct", "n"), rows)]


METRIC = Metric(
    name="first_k",
    help="majority@k beside any_correct@k: over all choices of k samples, and of the first k",
    fields=fields,
    breakdowns=breakdowns,
)
