"""``cges:p``: stop once one answer has the posterior probability p (arXiv 2511.02603).

Confidence-guided early stopping: a sample whose engine gave its letter the probability c says "this answer" with
probability c and "each other" with (1 - c) / (k - 1), k options. Starting from equal chances the answers' posterior
follows by Bayes' rule; the answer is its largest. The next sample goes where that is smallest.

Confidences are kept between chance and .98, as no recorded model is right more often than that on its surest votes.
Where the engine gave none, the share of the run's votes that agree with the others is taken for all
(``solver.voting.allocation.evidence``), which the paper does not do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from solver.voting.allocation.evidence import learn_evidence
from solver.voting.allocation.policy import AllocationKind, Judge, Policy, State, weighted_plurality
from solver.voting.rules.rule_kind import Mark
from solver.voting.rules.stopping_rule import Vote

MOST_CONFIDENT = 0.98


@dataclass(frozen=True, slots=True)
class CgesJudge(Judge):
    """The posterior of the answers."""

    p: float
    usual: float
    """Confidence of a sample whose engine gave none."""

    def weights(self, state: State) -> tuple[float, ...]:
        """Return the evidence of every sample for its answer (nats)."""
        others = state.options - 1
        found = []
        for place in range(len(state.votes)):
            said = state.confidence(place)
            chance = min(MOST_CONFIDENT, self.usual if said is None else said)
            found.append(max(0.01, log(max(chance, 1e-9) * others / (1 - chance))))
        return tuple(found)

    def posterior(self, state: State) -> float:
        """Return the largest probability of an answer."""
        sums: dict[int, float] = {}
        for vote, weight in zip(state.votes, self.weights(state), strict=True):
            if vote is not None:
                sums[vote] = sums.get(vote, 0.0) + weight
        most = max(sums.values(), default=0.0)
        unseen = max(0, state.options - len(sums))
        return 1 / (sum(exp(total - most) for total in sums.values()) + unseen * exp(-most))

    def priority(self, state: State) -> float | None:
        """See ``Judge.priority``."""
        posterior = self.posterior(state)
        return None if posterior >= self.p else -posterior - 1e-6 * len(state.votes)

    def answer(self, state: State) -> Vote:
        """See ``Judge.answer``."""
        return weighted_plurality(state.votes, self.weights(state))


@dataclass(frozen=True, slots=True)
class Cges(Policy):
    """Stop at a posterior of ``p`` (0.5 to 1)."""

    p: float

    @property
    def spec(self) -> str:
        """See ``Policy.spec``."""
        return f"cges:{self.p}"

    def learn(self, states: Sequence[State]) -> Judge:
        """See ``Policy.learn``."""
        return CgesJudge(self.p, learn_evidence(states).overall)


def probability(text: str) -> float:
    """Read a probability that something may stop at.

    Raises:
        ValueError: saying what is wanted.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.5 < value < 1:
        raise ValueError("a probability above 0.5 and below 1")
    return value


KIND = AllocationKind(
    name="cges",
    help="until one answer has the posterior probability .95, by the engine's confidences",
    example="cges:.95",
    read=lambda text: Cges(probability(text)),
    grid=("cges:.9", "cges:.99"),
    mark=Mark("D", "-.", 5.5),
)
