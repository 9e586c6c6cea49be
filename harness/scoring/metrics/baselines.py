"""What can be had without reading: a random guess, and always naming the letter that is right most often."""

from __future__ import annotations

from collections.abc import Sequence

from harness.scoring.metrics.metric import Metric
from harness.scoring.metrics.scored import Scored, random_guess
from solver.base.display.figures import percent
from solver.problems.letters import letter_of
from solver.problems.question import MAX_OPTIONS, Question


def fields(run: Scored) -> dict[str, object]:
    """Return both baselines, and the letter."""
    letter, share = best_letter([one.asked for one in run.labelled])
    return {
        "random_baseline": float(random_guess(run.labelled)) if run.labelled else None,
        "letter_baseline": share,
        "best_letter": letter,
    }


def best_letter(labelled: Sequence[Question]) -> tuple[str | None, float | None]:
    """Return the letter that is right most often, and how often; a letter that a question lacks is wrong there."""
    if not labelled:
        return None, None
    hits = [
        sum(place < len(question.classes) and question.classes[place] == question.gold for question in labelled)
        for place in range(MAX_OPTIONS)
    ]
    best = hits.index(max(hits))
    return letter_of(best), hits[best] / len(labelled)


METRIC = Metric(
    name="baselines",
    help="a random guess, and always naming the letter that is right most often",
    fields=fields,
    brief=lambda summary: [("random guess", percent(summary.number("random_baseline")))],
    rows=lambda summary: [
        ("random guess", percent(summary.number("random_baseline"))),
        (f"always {summary.text('best_letter')}", percent(summary.number("letter_baseline"))),
    ],
)
