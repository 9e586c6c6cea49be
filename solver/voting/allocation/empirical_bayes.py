"""A prior learned from the run itself: of some candidates the one under which its votes are likeliest. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from solver.voting.allocation.policy import State

PriorT = TypeVar("PriorT")


def likeliest(
    states: Sequence[State],
    candidates: Sequence[PriorT],
    at_first: PriorT,
    log_likelihood: Callable[[PriorT, int, Sequence[int]], float],
) -> PriorT:
    """Return the prior under which the votes are likeliest; ``at_first`` while no question has two.

    Args:
        log_likelihood: of a question's votes, given a prior, how many options there are, and the counts of those that
            have votes.
    """
    shapes = Counter(
        (state.options, tuple(sorted(Counter(vote for vote in state.votes if vote is not None).values())))
        for state in states
    )
    if all(sum(counts) < 2 for _, counts in shapes):
        return at_first

    def of_all(prior: PriorT) -> float:
        total = 0.0
        for (options, counts), times in shapes.items():
            total += times * log_likelihood(prior, options, counts)
        return total

    return max(candidates, key=of_all)
