"""``lead:m``: stop when the leader is m votes ahead of the runner-up.

For two answers this is Wald's sequential probability ratio test between "the leader is right" and "the runner-up is"
(Ann. Math. Statist. 16, 1945): the likelihood ratio of two counts depends on their difference alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from solver.voting.rules.rule_kind import Mark, RuleKind, count
from solver.voting.rules.stopping_rule import CountRule


@dataclass(frozen=True, slots=True)
class Lead(CountRule):
    """Stop once leader minus runner-up is at least ``m``.

    >>> Lead(3).needed([0, 0, 1], cap=40)
    2
    """

    m: int

    @property
    def spec(self) -> str:
        """See ``Rule.spec``."""
        return f"lead:{self.m}"

    @property
    def label(self) -> str:
        """See ``Rule.label``."""
        return f"lead {self.m}"

    def target(self, runner_up: int, left: int) -> int:
        """See ``CountRule.target``."""
        return runner_up + self.m


KIND = RuleKind(
    name="lead",
    help="once the leading answer is 3 votes ahead of the next",
    example="lead:3",
    read=lambda text: Lead(count(text)),
    grid=lambda longest: [f"lead:{lead}" for lead in range(1, min(longest, 6) + 1)],
    mark=Mark("s", "--", 6),
)
