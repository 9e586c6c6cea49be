"""``blend``: from ``beta``'s order to ``ppr``'s while the run goes on (Blend-ASC, arXiv 2511.12309).

Adaptive-Consistency's certainty (``beta``: the probability that the leader is the likelier of the two leading answers)
tells well after few samples which question is least settled; the prior-posterior ratio (``ppr``) does so in the long
run, where to sample the least of it always is asymptotically optimal. All questions are ranked by both, the least
settled first, and the next sample goes to the smallest

    (1 - t) rank by beta + t rank by ppr

where t goes from 0 to 1 with the share of the samples that is drawn. The paper's t is the share of the budget; a policy
knows no budget, so here it is the share of all samples up to the cap. It learns nothing but the ranks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from solver.voting.allocation.policy import AllocationKind, Judge, Policy, State
from solver.voting.allocation.ppr import log_ratio
from solver.voting.rules.beta import confidence
from solver.voting.rules.rule_kind import Mark
from solver.voting.rules.stopping_rule import top_two


@lru_cache(maxsize=65536)
def _certainty_of(leader: int, runner_up: int) -> float:
    return float(confidence(leader, runner_up))


def _certainty(state: State) -> float:
    return _certainty_of(*top_two(state.votes))


def _ratio(state: State) -> float:
    # 1 to 1 and 2 to 1 are the same ratio but for the last digit, which must not be a rank.
    return round(log_ratio(*top_two(state.votes)), 9)


@dataclass(frozen=True, slots=True)
class BlendJudge(Judge):
    """The two ranks of a question among all."""

    certainties: tuple[float, ...]
    """Of all questions, rising."""
    ratios: tuple[float, ...]
    share: float
    """Of all samples up to the cap, how many are drawn (0 to 1)."""

    def priority(self, state: State) -> float | None:
        """See ``Judge.priority``; fewer samples first among equals, the ones without an answer included."""
        by_beta = bisect_left(self.certainties, _certainty(state))
        by_ppr = bisect_left(self.ratios, _ratio(state))
        return -((1 - self.share) * by_beta + self.share * by_ppr) - 1e-6 * len(state.votes)


@dataclass(frozen=True, slots=True)
class Blend(Policy):
    """Smallest blended rank first."""

    @property
    def spec(self) -> str:
        """See ``Policy.spec``."""
        return "blend"

    def learn(self, states: Sequence[State]) -> Judge:
        """See ``Policy.learn``."""
        drawn = sum(len(state.votes) for state in states)
        most = drawn + sum(state.left for state in states)
        return BlendJudge(
            certainties=tuple(sorted(map(_certainty, states))),
            ratios=tuple(sorted(map(_ratio, states))),
            share=drawn / most if most else 0.0,
        )


KIND = AllocationKind(
    name="blend",
    help="where the leader is least certain, by beta's order first and by ppr's later",
    example="blend",
    read=lambda _: Blend(),
    grid=("blend",),
    mark=Mark("P", "--", 6),
)
