"""``msprt:a``: a mixture sequential probability ratio test on the two leading answers (ConSol, arXiv 2503.17587).

With a and b votes for the two leading answers, the hypothesis "both are equally likely" is tested against "the first is
likelier, by any share from one half to one". Sampling stops once the ratio of the two likelihoods is at least 1 / a:
under the first hypothesis that ever happens with probability a at most, however often one looks (Ville's inequality;
Robbins, Ann. Math. Statist. 41, 1970). With a flat share the ratio is, in closed form,

    2^(a + b + 1) B(a + 1, b + 1) P(Beta(a + 1, b + 1) > 1/2)

and is computed exactly, in whole numbers. ConSol's own settings (shares drawn from Beta(10^6, 10^6) above one half, a
threshold of 1.0012) come to nothing else than a lead of three votes, and its SPRT to a lead of two: ``lead:3`` and
``lead:2`` are those rules (``tests/unit/solver/voting/test_rules.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb

from solver.voting.rules.beta import confidence
from solver.voting.rules.rule_kind import Mark, RuleKind, exact_number
from solver.voting.rules.stopping_rule import CountRule


def likelihood_ratio(leader: int, runner_up: int) -> Fraction:
    """Return how much likelier the votes are where the leader is the likelier answer, its share being unknown.

    >>> likelihood_ratio(0, 0), likelihood_ratio(3, 0)
    (Fraction(1, 1), Fraction(15, 4))
    """
    votes = leader + runner_up
    return Fraction(2 ** (votes + 1), (votes + 1) * comb(votes, runner_up)) * confidence(leader, runner_up)


@lru_cache(maxsize=65536)
def _least_leader(numerator: int, denominator: int, runner_up: int) -> int:
    leader = runner_up
    while likelihood_ratio(leader, runner_up) * numerator < denominator:
        leader += 1
    return leader


@dataclass(frozen=True, slots=True)
class Msprt(CountRule):
    """Stop once two equally likely answers would give such votes with probability ``alpha`` at most (0 to 0.5).

    >>> Msprt(Fraction("0.1")).needed([0, 0, 0], cap=40)
    2
    """

    alpha: Fraction

    @property
    def spec(self) -> str:
        """See ``Rule.spec``."""
        return f"msprt:{float(self.alpha)}"

    @property
    def label(self) -> str:
        """See ``Rule.label``."""
        return f"msprt {float(self.alpha)}"

    def target(self, runner_up: int, left: int) -> int:
        """See ``CountRule.target``."""
        return _least_leader(self.alpha.numerator, self.alpha.denominator, runner_up)


def _error_rate(text: str) -> Fraction:
    value = exact_number(text)
    if value is None or not Fraction("0.000001") <= value <= Fraction(1, 2):
        raise ValueError("a probability of error from 0.000001 to 0.5")
    return value


_GRID = ((".5", 2), (".2", 4), (".1", 6), (".05", 7))
"""Error rates to replay, and the samples in a row that each needs."""
KIND = RuleKind(
    name="msprt",
    help="once a tie of the two leading answers is refuted at an error rate of .1",
    example="msprt:.1",
    read=lambda text: Msprt(_error_rate(text)),
    grid=lambda longest: [f"msprt:{rate}" for rate, least in _GRID if longest >= least],
    mark=Mark("v", "--", 7),
)
