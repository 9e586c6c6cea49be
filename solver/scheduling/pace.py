"""How fast a run goes, and what that means for its limits on tokens and time. Pure: the time comes in."""

from __future__ import annotations

from dataclasses import dataclass

from solver.scheduling.direct_fallback import lead_s

AMPLE_SHARE = 0.5
"""A limit presses no more once every open question could be sampled to its cap in this part of what is left of it; it
presses again when that would take all that is left."""
AMPLE_AFTER = 32
"""Finished samples from which on the speed seen so far is believed."""


@dataclass(slots=True, kw_only=True)
class Pace:
    """The limits of a run and what it has spent of them."""

    token_budget: int | None
    deadline: float | None
    """On the event loop's clock (seconds), as all times here."""
    max_tokens: int
    """Bound on a chain: its length, until one has come."""
    began: float = 0.0
    flowing_since: float | None = None
    """When the first sample that landed was sent: before, an engine may have been starting."""
    spent_tokens: int = 0
    finished: int = 0
    """Samples that were drawn."""
    earlier_tokens: int = 0
    """Of samples of an earlier attempt that count in the budget."""
    earlier: int = 0
    """How many those are."""

    @property
    def is_limited(self) -> bool:
        """There is a limit."""
        return self.token_budget is not None or self.deadline is not None

    @property
    def mean_tokens(self) -> float:
        """Tokens of a sample so far, 0 before the first."""
        return self.spent_tokens / self.finished if self.finished else 0.0

    def presses(self, most_samples: int, now: float, *, has_pressed: bool) -> bool:
        """Tell whether a limit might be reached before everything is finished.

        Args:
            most_samples: how many may still be drawn.
            has_pressed: what was told before.
        """
        if self.finished < AMPLE_AFTER or self.spent_tokens == 0 or self.flowing_since is None:
            return True
        most_tokens = most_samples * self.mean_tokens
        share = AMPLE_SHARE if has_pressed else 1.0
        if self.token_budget is not None and most_tokens > share * (self.token_budget - self.spent_tokens):
            return True
        if self.deadline is None:
            return False
        return most_tokens * (now - self.flowing_since) / self.spent_tokens > share * (self.deadline - now)

    def can_afford(self, samples: int) -> bool:
        """Tell whether the budget has room for so many samples, those on their way among them."""
        if self.token_budget is None:
            return True
        spent, known = self.spent_tokens + self.earlier_tokens, self.finished + self.earlier
        return spent + (spent / known if known else self.max_tokens) * samples <= self.token_budget

    def fallback_at(self, unvoted: int, in_flight: int, now: float) -> float | None:
        """Return when questions must be asked for their letter alone; None without a deadline.

        Args:
            unvoted: questions without a vote.
        """
        if self.deadline is None:
            return None
        # Chains in flight are half written on average; without them the speed would seem low until the first land. The
        # nearer the deadline, the less they count: an engine that died has lost them.
        elapsed_s, window_s = now - self.began, self.deadline - self.began
        credit = max(0.0, 1 - elapsed_s / window_s) if window_s > 0 else 0.0
        lead = lead_s(
            unvoted,
            tokens=self.spent_tokens + int(credit * in_flight * self.mean_tokens / 2),
            elapsed_s=elapsed_s,
            window_s=window_s,
        )
        return self.deadline - lead
