"""How fast a run goes, and what that means for its limits on tokens and time. Pure: the time comes in."""

from __future__ import annotations

import math
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
    """Tokens at most: passed by less than one sample, whatever the timing."""
    mean_budget: int | None
    """Tokens that samples of a mean length may come to: what is on its way may be longer."""
    deadline: float | None
    """On the event loop's clock (seconds), as all times here."""
    max_tokens: int
    """Bound on a chain: its length, until one has come."""
    most_tokens: int
    """Bound on a sample."""
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
    reserved_tokens: int = 0
    """Bound on what has been sent and is not settled."""

    @property
    def is_limited(self) -> bool:
        """There is a limit."""
        return self.budget is not None or self.deadline is not None

    @property
    def budget(self) -> int | None:
        """The smaller budget, None where there is none."""
        return min((one for one in (self.token_budget, self.mean_budget) if one is not None), default=None)

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
        if self.budget is not None and most_tokens > share * (self.budget - self.spent_tokens):
            return True
        if self.deadline is None:
            return False
        return most_tokens * (now - self.flowing_since) / self.spent_tokens > share * (self.deadline - now)

    def affordable(self, wanted: int, in_flight: int) -> int:
        """Return how many of the wanted samples the budgets have room for beside those on their way.

        Those count with their bound, and so do the new ones but for one: short samples come first, and a mean over them
        would let a flood of long ones pass the budget. That one counts as a mean one, or the last of the budget, as
        much as a bound, would never be spent.
        """
        spent, known = self.spent_tokens + self.earlier_tokens, self.finished + self.earlier
        mean = spent / known if known else self.max_tokens
        if self.mean_budget is not None:
            room = (self.mean_budget - spent) / mean - in_flight if mean else math.inf
            wanted = min(wanted, math.floor(min(room, wanted)))
        if self.token_budget is not None:
            room = self.token_budget - spent - self.reserved_tokens - mean
            wanted = min(wanted, 1 + math.floor(room / self.most_tokens))
        return max(0, wanted)

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
