"""``esc:w``: early-stopping self-consistency (Li et al., arXiv 2401.10480).

Samples are drawn in windows of w; sampling stops at the end of a window in which all w samples agree. A sample
without an answer agrees with nothing. The windows do not overlap, so the order of the samples matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solver.voting.rules.rule_kind import Mark, RuleKind, count
from solver.voting.rules.stopping_rule import Rule, Vote


@dataclass(frozen=True, slots=True)
class Esc(Rule):
    """Stop at the end of a unanimous window of ``w`` samples.

    >>> Esc(3).needed([0, 0], cap=40), Esc(3).needed([0, 1], cap=40)
    (1, 4)
    """

    w: int

    @property
    def spec(self) -> str:
        """See ``Rule.spec``."""
        return f"esc:{self.w}"

    @property
    def label(self) -> str:
        """See ``Rule.label``."""
        return f"esc {self.w}"

    @property
    def is_ordered(self) -> bool:
        """See ``Rule.is_ordered``."""
        return True

    def needed(self, votes: Sequence[Vote], cap: int) -> int:
        """See ``Rule.needed``."""
        left = max(0, cap - len(votes))
        begun = len(votes) % self.w
        if begun == 0 and votes and _is_unanimous(votes[-self.w :]):
            return 0
        if begun == 0:
            return min(left, self.w)
        rest = self.w - begun
        return min(left, rest if _is_unanimous(votes[-begun:]) else rest + self.w)


def _is_unanimous(window: Sequence[Vote]) -> bool:
    first = window[0]
    return first is not None and all(vote == first for vote in window)


KIND = RuleKind(
    name="esc",
    help="after a window of 5 samples that all agree",
    example="esc:5",
    read=lambda text: Esc(count(text)),
    grid=lambda longest: [f"esc:{window}" for window in range(2, min(longest, 6) + 1)],
    mark=Mark("D", "-.", 5.5),
)
