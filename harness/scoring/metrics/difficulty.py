"""How hard the questions were, and how settled their votes are.

``strata``: questions by how many samples of their first half are right, measured with the second half
(``harness.scoring.at_k``): where voting helps, and where it cannot.

``settled_share``: the mean probability that the voted answer is the model's likeliest one, and so would stay with any
number of samples (posterior of ``solver.voting.allocation.dirichlet``, its prior learned from the run). It needs no
key, and says nothing about being right: a model may be sure of what is wrong.
"""

from __future__ import annotations

from harness.scoring.at_k import strata
from harness.scoring.metrics.first_k import votes_of
from harness.scoring.metrics.metric import Breakdown, Metric, Section, Summary
from harness.scoring.metrics.scored import Scored, ratio
from solver.base.display.figures import percent
from solver.voting.allocation.dirichlet import chance_of_first, learn_concentration
from solver.voting.allocation.policy import State
from solver.voting.rules import top_two


def fields(run: Scored) -> dict[str, object]:
    """Return the strata, and how settled the votes are."""
    return {"strata": strata(votes_of(run)), "settled_share": settled_share(run)}


def settled_share(run: Scored) -> float | None:
    """Return the mean posterior of the voted answers; None without samples. Of several models, of the first."""
    states = [
        State(
            votes=tuple(sample.option_class for sample in one.samples if sample.model == one.samples[0].model),
            left=0,
            n_options=one.n_options,
        )
        for one in run.asked
        if one.samples
    ]
    alpha = learn_concentration(states)
    tops = [top_two(state.votes) for state in states]
    return ratio(sum(chance_of_first(a + alpha, b + alpha) for a, b in tops if a), len(states))


def rows(summary: Summary) -> list[tuple[str, str]]:
    """Return how settled the votes are, where there was a vote."""
    return [("votes settled, expected share", percent(summary.number("settled_share")))]


def breakdowns(summary: Summary) -> list[Breakdown]:
    """Return the strata where there are several."""
    found = [
        (
            one.text("name") or "",
            f"{one.number('n'):,.0f}",
            percent(one.number("single")),
            percent(one.number("majority")),
        )
        for one in summary.parts("strata")
    ]
    headings = ("of the first half", "n", "one sample", "vote of the second half")
    return [Breakdown("difficulty", headings, found)] if len(found) > 1 else []


METRIC = Metric(
    name="difficulty",
    help="questions by how often single samples are right, and how settled the votes are",
    fields=fields,
    section=Section.VOTES,
    rows=rows,
    breakdowns=breakdowns,
)
