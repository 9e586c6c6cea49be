"""Accuracy: strict, that is, a question without an answer is wrong, also where a run ended before it was asked.
Before the first sample of all there is none: nobody has measured anything.

It is over the questions that have a key; its interval is clustered by problem (``solver.base.intervals``).
``accuracy_answered`` leaves out the questions without an answer.
"""

from __future__ import annotations

from harness.scoring.group_accuracy import accuracy_of
from harness.scoring.metrics.metric import Column, Metric, Summary
from harness.scoring.metrics.scored import Scored, ratio
from solver.base.display.figures import MISSING, percent, with_interval


def fields(run: Scored) -> dict[str, object]:
    """Return accuracy, interval and clustered standard error."""
    whole = accuracy_of(run.labelled)
    answered = [one for one in run.labelled if one.answer is not None]
    return {
        "accuracy": whole and whole.value,
        "ci_low": whole and whole.low,
        "ci_high": whole and whole.high,
        "se": whole and whole.se,
        "accuracy_answered": ratio(sum(bool(one.is_correct) for one in answered), len(answered)),
    }


def written(summary: Summary) -> str:
    """Write the accuracy with its interval."""
    return with_interval(summary.number("accuracy"), summary.number("ci_low"), summary.number("ci_high"))


def _row(summary: Summary) -> tuple[str, str]:
    """Return the accuracy's row; where there is none for want of samples it says so."""
    is_unmeasured = summary.number("accuracy") is None and summary.number("n_labelled")
    return "accuracy", f"{MISSING} (nothing sampled yet)" if is_unmeasured else written(summary)


METRIC = Metric(
    name="accuracy",
    help="questions answered right, of those with a key; no answer is wrong",
    fields=fields,
    rows=lambda summary: [
        _row(summary),
        ("accuracy, answered questions only", percent(summary.number("accuracy_answered"))),
    ],
    brief=lambda summary: [_row(summary)],
    columns=(Column("accuracy", ("accuracy", "ci_low", "ci_high"), written),),
)
