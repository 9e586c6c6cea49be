"""``fixed:k``: always k samples, as plain self-consistency does (Wang et al., arXiv 2203.11171)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solver.voting.rules.rule_kind import Mark, RuleKind, count
from solver.voting.rules.stopping_rule import Rule, Vote


@dataclass(frozen=True, slots=True)
class Fixed(Rule):
    """Stop after ``k`` samples.

    >>> Fixed(5).needed([0, 0], cap=40)
    3
    """

    k: int

    @property
    def spec(self) -> str:
        """See ``Rule.spec``."""
        return f"fixed:{self.k}"

    @property
    def label(self) -> str:
        """See ``Rule.label``."""
        return f"fixed {self.k}"

    def needed(self, votes: Sequence[Vote], cap: int) -> int:
        """See ``Rule.needed``."""
        return max(0, min(self.k, cap) - len(votes))


def _grid(longest: int) -> list[str]:
    sizes = {*range(1, min(longest, 5) + 1), *range(7, min(longest, 16) + 1, 2), *range(20, longest + 1, 4)}
    return [f"fixed:{size}" for size in sorted(sizes)]


KIND = RuleKind(
    name="fixed",
    help="after 5 samples, always",
    example="fixed:5",
    read=lambda text: Fixed(count(text)),
    grid=_grid,
    mark=Mark("o", "-", 6),
)
