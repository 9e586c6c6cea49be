"""``exact``: stop when the leader can no longer be overtaken by the samples left under the cap.

It saves samples and never changes the answer: a runner-up that could still draw level would reach the common count
later than the leader, and ties go to the class that reached the count first (``solver.voting.tally``).
"""

from __future__ import annotations

from dataclasses import dataclass

from solver.voting.rules.rule_kind import Mark, RuleKind
from solver.voting.rules.stopping_rule import CountRule


@dataclass(frozen=True, slots=True)
class Exact(CountRule):
    """Stop once the verdict under the cap is certain.

    >>> Exact().needed([0, 0], cap=5)
    1
    """

    @property
    def spec(self) -> str:
        """See ``Rule.spec``."""
        return "exact"

    @property
    def label(self) -> str:
        """See ``Rule.label``."""
        return "exact"

    def target(self, runner_up: int, left: int) -> int:
        """See ``CountRule.target``."""
        return runner_up + max(left, 1)


KIND = RuleKind(
    name="exact",
    help="once no sample left under the cap can change the answer",
    example="exact",
    read=lambda _: Exact(),
    grid=lambda longest: ["exact"] if longest > 1 else [],
    mark=Mark("*", "", 10),
)
