"""``ppr``: the next sample goes where the leader is least certain to be the likelier of the two leading answers.

The certainty is the prior-posterior ratio at one half, 1 / Beta(1/2; a + 1, b + 1) for a and b votes (PPR-1v1: Jain and
others, "PAC mode estimation using PPR martingale confidence sequences", arXiv 2109.05047). To sample always the
question with the smallest is the asymptotically optimal allocation under a budget (arXiv 2511.12309, whose Blend-ASC
mixes it with the rank of ``beta``). It learns nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb, log

from solver.voting.allocation.policy import AllocationKind, Judge, Policy, State
from solver.voting.rules.rule_kind import Mark
from solver.voting.rules.stopping_rule import top_two


@lru_cache(maxsize=65536)
def log_ratio(leader: int, runner_up: int) -> float:
    """Return log(1 / Beta(1/2; leader + 1, runner_up + 1)); 0 without votes.

    >>> round(log_ratio(3, 0), 3), round(log_ratio(1, 1), 3)
    (0.693, -0.405)
    """
    votes = leader + runner_up
    return votes * log(2) - log((votes + 1) * comb(votes, leader))


@dataclass(frozen=True, slots=True)
class Ppr(Policy, Judge):
    """Smallest prior-posterior ratio first."""

    @property
    def spec(self) -> str:
        """See ``Policy.spec``."""
        return "ppr"

    def learn(self, states: Sequence[State]) -> Judge:
        """See ``Policy.learn``."""
        return self

    def priority(self, state: State) -> float | None:
        """See ``Judge.priority``; fewer samples first among equals, the ones without an answer included."""
        return -log_ratio(*top_two(state.votes)) - 1e-6 * len(state.votes)


KIND = AllocationKind(
    name="ppr",
    help="where the two leading answers are hardest to tell apart",
    example="ppr",
    read=lambda _: Ppr(),
    grid=("ppr",),
    mark=Mark("s", "--", 6),
)
