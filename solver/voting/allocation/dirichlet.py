"""``dirichlet:p``: stop once the leader is the likeliest answer with probability p, under a prior learned from the run.

A question's answers have unknown shares; over questions the shares are spread as a symmetric Dirichlet distribution,
whose concentration is the one under which all votes seen so far are likeliest (empirical Bayes; Minka, "Estimating a
Dirichlet distribution", 2000). Models that mostly agree with themselves get a small concentration, and stop sooner;
those that waver get a large one. ``beta`` is the same with a flat prior over two answers, whatever the model is like.

As in Adaptive-Consistency (arXiv 2305.11860) the leader is compared with the runner-up alone: given the shares of these
two, the first is larger with probability I_.5(b + alpha, a + alpha) for a and b votes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, log

from solver.voting.allocation.cges import probability
from solver.voting.allocation.empirical_bayes import likeliest
from solver.voting.allocation.policy import AllocationKind, Judge, Policy, State
from solver.voting.rules.rule_kind import Mark
from solver.voting.rules.stopping_rule import top_two

CONCENTRATIONS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 4.0)
"""Of one answer; those to choose from."""
AT_FIRST = 1.0
"""Before anything is known: a flat prior, as ``beta`` has."""


@lru_cache(maxsize=65536)
def chance_of_first(first: float, second: float) -> float:
    """Return P(X > 1/2), X ~ Beta(first, second), by the continued fraction (NIST DLMF 8.17.22).

    >>> round(chance_of_first(5, 1), 5), round(chance_of_first(0.3, 0.3), 5)
    (0.96875, 0.5)
    """
    if first < second:
        return 1 - chance_of_first(second, first)
    # P(X > 1/2) = 1 - I_.5(first, second); the fraction converges fast where the first is the larger.
    a, b, x = first, second, 0.5
    factor = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + (a + b) * log(x)) / a
    # Lentz's method.
    c, d = 1.0, 1 / max(1e-300, 1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 400):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / (1 + step * d), 1 + step / c
            fraction *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return 1 - factor * fraction


def learn_concentration(states: Sequence[State]) -> float:
    """Return the concentration under which the votes are likeliest; the flat one without votes.

    >>> learn_concentration([State(votes=(0, 0, 0, 0), left=1)] * 9) < learn_concentration(
    ...     [State(votes=(0, 1, 0, 2), left=1)] * 9)
    True
    """
    return likeliest(states, CONCENTRATIONS, AT_FIRST, _log_likelihood)


def _log_likelihood(alpha: float, options: int, counts: Sequence[int]) -> float:
    whole = lgamma(options * alpha) - lgamma(options * alpha + sum(counts))
    return whole + sum(lgamma(count + alpha) - lgamma(alpha) for count in counts)


@dataclass(frozen=True, slots=True)
class DirichletJudge(Judge):
    """The chance that the leader is the likeliest answer."""

    p: float
    alpha: float
    """Concentration of one answer."""

    def priority(self, state: State) -> float | None:
        """See ``Judge.priority``."""
        leader, runner_up = top_two(state.votes)
        chance = chance_of_first(leader + self.alpha, runner_up + self.alpha) if leader else 0.5
        return None if leader and chance >= self.p else -chance - 1e-6 * len(state.votes)


@dataclass(frozen=True, slots=True)
class Dirichlet(Policy):
    """Stop at a chance of ``p`` (0.5 to 1)."""

    p: float

    @property
    def spec(self) -> str:
        """See ``Policy.spec``."""
        return f"dirichlet:{self.p}"

    def learn(self, states: Sequence[State]) -> Judge:
        """See ``Policy.learn``."""
        return DirichletJudge(self.p, learn_concentration(states))


KIND = AllocationKind(
    name="dirichlet",
    help="until the leader is the likeliest answer with probability .95, by a prior learned from the run",
    example="dirichlet:.95",
    read=lambda text: Dirichlet(probability(text)),
    grid=("dirichlet:.9", "dirichlet:.95", "dirichlet:.99"),
    mark=Mark("^", ":", 7),
)
