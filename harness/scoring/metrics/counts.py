"""How many questions there were, with a key and without, asked, answered and right."""

from __future__ import annotations

from harness.scoring.metrics.metric import Column, Metric, Section, Summary
from harness.scoring.metrics.scored import Scored


def fields(run: Scored) -> dict[str, object]:
    """Count."""
    return {
        # All questions of the run.
        "n_questions": len(run.asked),
        "n_problems": len({one.problem_id for one in run.asked}),
        "n_labelled": len(run.labelled),
        "n_unlabelled": len(run.asked) - len(run.labelled),
        # Questions without any sample.
        "n_unasked": len(run.asked) - run.n_sampled,
        # Questions with a key and an answer.
        "n_answered": sum(one.answer is not None for one in run.labelled),
        "n_correct": sum(bool(one.is_correct) for one in run.labelled),
        # Every question was decided by its rule.
        "complete": all(one.is_complete for one in run.asked),
    }


def rows(summary: Summary) -> list[tuple[str, str]]:
    """Return a row where some questions have no key."""
    without = summary.number("n_unlabelled")
    return [("questions without a key", f"{without:,.0f}")] if without else []


METRIC = Metric(
    name="counts",
    help="questions, with a key and without, asked, answered, right",
    fields=fields,
    section=Section.NOTES,
    rows=rows,
    brief=rows,
    columns=(Column("n", ("n_questions",), lambda summary: f"{summary.number('n_questions') or 0:,.0f}"),),
)
