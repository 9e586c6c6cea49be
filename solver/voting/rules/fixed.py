"""``fixed:k``: always k samples, as plain self-consistency does (Wang et al., arXiv 2203.11171)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
