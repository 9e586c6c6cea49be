"""``beta:p``: Adaptive-Consistency (Aggarwal et al., arXiv 2305.11860).

With a and b votes for the two leading answers and a flat prior, the share of the first against the second is
Beta(a + 1, b + 1); stop when it exceeds one half with probability at least p, that is 1 - I_.5(a + 1, b + 1) >= p.
For whole numbers I_.5(a + 1, b + 1) = P(X >= a + 1), X ~ Binomial(a + b + 1, 1/2) (NIST DLMF 8.17.5), so the test is
made exactly, in whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb

from solver.voting.rules.rule_kind import Mark, RuleKind, exact_number
from solver.voting.rules.stopping_rule import CountRule


def confidence(leader: int, runner_up: int) -> Fraction:
    """Return 1 - I_.5(leader + 1, runner_up + 1), exactly.

    >>> confidence(4, 0), confidence(2, 2)
    (Fraction(31, 32), Fraction(1, 2))
    """
    trials = leader + runner_up + 1
    return Fraction(sum(comb(trials, hits) for hits in range(leader + 1)), 2**trials)


@lru_cache(maxsize=65536)
def _least_leader(numerator: int, denominator: int, runner_up: int) -> int:
    # Whole numbers as cache keys: hashing a Fraction costs more than all the rest of a replayed decision.
    leader = runner_up
    while confidence(leader, runner_up) < Fraction(numerator, denominator):
        leader += 1
    return leader


@dataclass(frozen=True, slots=True)
class Beta(CountRule):
    """Stop once the leader is the majority's choice with probability ``p`` (0.5 < p < 1).

    >>> Beta(Fraction("0.95")).needed([0, 0, 0], cap=40)
    1
    """

    p: Fraction

    @property
    def spec(self) -> str:
        """See ``Rule.spec``."""
        return f"beta:{float(self.p)}"

    @property
    def label(self) -> str:
        """See ``Rule.label``."""
        return f"beta {float(self.p)}"

    def target(self, runner_up: int, left: int) -> int:
        """See ``CountRule.target``."""
        return _least_leader(self.p.numerator, self.p.denominator, runner_up)


def _probability(text: str) -> Fraction:
    value = exact_number(text)
    # Above 0.999999 a rule would need some 20 votes in a row and more; it is a slip of the pen.
    if value is None or not Fraction(1, 2) < value <= Fraction("0.999999"):
        raise ValueError("a probability above 0.5 and up to 0.999999")
    return value


_GRID = ((".8", 2), (".9", 3), (".95", 4), (".99", 6))
"""Probabilities to replay, and the samples in a row that each needs."""
KIND = RuleKind(
    name="beta",
    help="once the leading answer is the majority's with probability .95",
    example="beta:.95",
    read=lambda text: Beta(_probability(text)),
    grid=lambda longest: [f"beta:{chance}" for chance, least in _GRID if longest >= least],
    mark=Mark("^", ":", 7),
)
