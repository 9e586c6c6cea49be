"""``gain``: each next sample goes where it is expected to gain most right answers for a token.

The project's own. Over questions with k options the right one is any of them, and the shares of the answers are spread
as a Dirichlet distribution with a for every option and d more for the right one; a and d are those under which the
votes so far are likeliest (no gold labels: the right option is summed over). So an answer with n votes is right with
a probability proportional to Gamma(n + a + d) / Gamma(n + a), and the next vote has a known distribution. The worth of
h further samples is how much larger the largest such probability is expected to be after them; a question's gain is the
largest worth per sample over h up to 6 (with a lead of two, one more sample changes nothing, two may), and
divided by the tokens that a sample of this question is expected to take.

Votes are weighed by the confidence of the engine, as learned from the run (``solver.voting.allocation.evidence``), and
the answer is the class with the largest sum of weights; ``gain:votes`` counts every vote as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, lgamma, log

from solver.voting.allocation.empirical_bayes import likeliest
from solver.voting.allocation.evidence import Evidence, learn_evidence
from solver.voting.allocation.policy import AllocationKind, Judge, Policy, State, weighted_plurality
from solver.voting.rules.rule_kind import Mark
from solver.voting.rules.stopping_rule import Vote

HORIZON = 6
"""Further samples that are looked at."""
MOST_OPTIONS = 5
"""Answers that are looked at: the leading ones."""
GRID = tuple((a, d) for a in (0.1, 0.2, 0.4, 0.8) for d in (0.4, 0.8, 1.5, 3.0))
"""Concentrations (of every option, more for the right one) to choose from."""
AT_FIRST = (0.4, 1.5)
STEP = 0.5
"""Sums of weights are rounded to this, so that like votes are computed once."""
PRIOR_SAMPLES = 2
"""Samples of the run's mean length that are added to a question's own."""

Counts = tuple[float, ...]
"""Votes of each option, the largest first; as many as there are options."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What further samples are worth, by the counts of a question."""

    a: float
    d: float
    _worth: dict[tuple[Counts, int], float] = field(default_factory=dict, compare=False)
    _best: dict[tuple[Counts, int], float] = field(default_factory=dict, compare=False)

    def chances(self, counts: Counts) -> tuple[float, ...]:
        """Return the probability of each option to be the right one.

        >>> [round(chance, 2) for chance in Outlook(0.5, 1.0).chances((2.0, 0.0))]
        [0.83, 0.17]
        """
        logs = [lgamma(count + self.a + self.d) - lgamma(count + self.a) for count in counts]
        most = max(logs)
        raw = [exp(one - most) for one in logs]
        total = sum(raw)
        return tuple(one / total for one in raw)

    def after(self, counts: Counts, samples: int) -> float:
        """Return the probability of a right answer that is expected after further samples."""
        chances = self.chances(counts)
        if samples == 0:
            return chances[0]
        known = self._worth.get((counts, samples))
        if known is not None:
            return known
        spread = sum(counts) + len(counts) * self.a + self.d
        expected = 0.0
        for place, count in enumerate(counts):
            vote = (count + self.a + self.d * chances[place]) / spread
            more = sorted((*counts[:place], count + 1, *counts[place + 1 :]), reverse=True)
            expected += vote * self.after(tuple(more), samples - 1)
        self._worth[counts, samples] = expected
        return expected

    def gain(self, counts: Counts, left: int) -> float:
        """Return the largest expected gain per sample over up to ``left`` further samples."""
        horizon = min(left, HORIZON)
        known = self._best.get((counts, horizon))
        if known is None:
            now = self.after(counts, 0)
            known = max(((self.after(counts, h) - now) / h for h in range(1, horizon + 1)), default=0.0)
            self._best[counts, horizon] = known
        return known


@lru_cache(maxsize=len(GRID) + 1)
def outlook(a: float, d: float) -> Outlook:
    """Return the outlook for two concentrations; kept, since it remembers what it has computed."""
    return Outlook(a, d)


def learn_concentrations(states: Sequence[State]) -> tuple[float, float]:
    """Return the concentrations under which the votes are likeliest, whatever option is the right one."""
    return likeliest(states, GRID, AT_FIRST, _log_likelihood)


def _log_likelihood(pair: tuple[float, float], options: int, counts: Sequence[int]) -> float:
    a, d = pair
    whole = options * a + d
    alone = sum(lgamma(count + a) - lgamma(a) for count in counts)
    base = lgamma(whole) - lgamma(whole + sum(counts)) + alone
    # The right option has d more: the ratio of its own term with and without, averaged over the options.
    right = sum(
        exp(lgamma(n + a + d) - lgamma(n + a) - lgamma(a + d) + lgamma(a))
        for n in (*counts, *(0,) * max(0, options - len(counts)))
    )
    return base + log(right / options)


@dataclass(frozen=True, slots=True)
class GainJudge(Judge):
    """The expected gain per token."""

    outlook: Outlook
    evidence: Evidence | None
    """None where every vote counts as one."""
    tokens: float
    """Mean of a sample over the run."""

    def _weights(self, state: State) -> tuple[float, ...]:
        return self.evidence.weights_of(state) if self.evidence else (1.0,) * len(state.votes)

    def priority(self, state: State) -> float | None:
        """See ``Judge.priority``."""
        sums: dict[int, float] = {}
        for vote, weight in zip(state.votes, self._weights(state), strict=True):
            if vote is not None:
                sums[vote] = sums.get(vote, 0.0) + weight
        size = min(state.options, MOST_OPTIONS)
        rounded = sorted((round(total / STEP) * STEP for total in sums.values()), reverse=True)[:size]
        counts = (*rounded, *(0.0,) * (size - len(rounded)))
        landed = len(state.votes) - state.expected
        cost = (state.tokens + PRIOR_SAMPLES * self.tokens) / (landed + PRIOR_SAMPLES)
        return self.outlook.gain(counts, state.left) / max(cost, 1e-9)

    def answer(self, state: State) -> Vote:
        """See ``Judge.answer``."""
        return weighted_plurality(state.votes, self._weights(state))


@dataclass(frozen=True, slots=True)
class Gain(Policy):
    """Largest expected gain per token first."""

    is_weighted: bool = True

    @property
    def spec(self) -> str:
        """See ``Policy.spec``."""
        return "gain" if self.is_weighted else "gain:votes"

    def learn(self, states: Sequence[State]) -> Judge:
        """See ``Policy.learn``."""
        samples = sum(len(state.votes) for state in states)
        return GainJudge(
            outlook=outlook(*learn_concentrations(states)),
            evidence=learn_evidence(states) if self.is_weighted else None,
            tokens=max(1.0, sum(state.tokens for state in states) / samples if samples else 1.0),
        )


def _weighing(text: str) -> Gain:
    if text not in ("", "votes"):
        raise ValueError("'votes', or nothing")
    return Gain(is_weighted=not text)


KIND = AllocationKind(
    name="gain",
    help="where a token is expected to gain most right answers, votes weighed by learned confidence",
    example="gain",
    read=_weighing,
    grid=("gain:votes", "gain"),
    mark=Mark("*", "-", 10),
)
