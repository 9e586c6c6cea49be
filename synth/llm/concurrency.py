"""How many chains may be in flight at an endpoint: halved on a 429, grown slowly while all goes well.

Additive increase, multiplicative decrease, as in TCP (Chiu and Jain, Computer Networks 17, 1989). Requests that were
sent before a halving and refused after it say nothing new, so one burst of 429 halves once.

>>> pace = ConcurrencyLimit(16)
>>> pace.refused(sent_at=1.0, now=2.0), pace.refused(sent_at=1.5, now=2.1), pace.refused(sent_at=2.5, now=3.0)
(8, 8, 4)
"""

from __future__ import annotations


class ConcurrencyLimit:
    """The limit of one endpoint.

    Args:
        ceiling: chains in flight at most.
    """

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.limit = ceiling
        """Chains in flight at present."""
        self._halved_at = float("-inf")
        self._landed = 0

    def refused(self, *, sent_at: float, now: float) -> int:
        """Take in a 429 and return the limit.

        Args:
            sent_at: when the refused request was sent, seconds on the clock of ``now``.
        """
        if sent_at >= self._halved_at:
            self.limit = max(1, self.limit // 2)
            self._halved_at = now
            self._landed = 0
        return self.limit

    def landed(self, chains: int) -> int:
        """Take in chains that came back and return the limit: one more for every limit's worth of them."""
        self._landed += chains
        if self._landed >= self.limit:
            self._landed = 0
            self.limit = min(self.ceiling, self.limit + 1)
        return self.limit
