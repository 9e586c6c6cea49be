"""When a failed request is sent again: bounds, and how long to wait. No network and no clock here."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from solver.sampling.transport import Fault

_MALFORMED_RETRIES = 2
"""A server that talks nonsense seldom stops at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patient a caller is."""

    max_retries: int = 6
    """How often one request is sent again."""
    patience_s: float = 0.0
    """How long a server may say "slower" (429): it is well, so what bounds the wait for it is time, not tries."""
    first_back_off_s: float = 0.25
    back_off_cap_s: float = 20.0


@dataclass(slots=True, kw_only=True)
class Retries:
    """The retries of one request.

    Args:
        rng: for the jitter.
        began: loop time of the first try, seconds.
    """

    policy: RetryPolicy
    rng: random.Random
    began: float
    count: int = 0
    """How often it was sent again."""
    _malformed: int = field(default=0, init=False)

    def after(self, fault: Fault, now: float) -> float | None:
        """Take a fault into account.

        Args:
            now: loop time, seconds.

        Returns:
            Seconds to wait before the next try, which is counted; None where there is to be none.
        """
        self._malformed += fault.cause == "malformed"
        is_slowed = fault.cause == "429" and now - self.began < self.policy.patience_s
        if (self.count >= self.policy.max_retries and not is_slowed) or self._malformed > _MALFORMED_RETRIES:
            return None
        wait_s = self._back_off(fault)
        self.count += 1
        return wait_s

    def _back_off(self, fault: Fault) -> float:
        """Return seconds to wait: what the server asked for, else doubling, with jitter."""
        if fault.cause == "connect":
            # The pool holds the request back until an endpoint answers.
            return 0.0
        policy = self.policy
        jitter = 0.5 + self.rng.random() / 2
        asked_s = None if fault.retry_after_s is None else fault.retry_after_s + 0.1 * jitter
        # A server that keeps asking for moments, and never means them, is believed less and less.
        doublings = self.count if asked_s is None else self.count - policy.max_retries
        if asked_s is not None and doublings < 0:
            return asked_s
        back_off_s = min(policy.first_back_off_s * 2.0 ** min(doublings, 16), policy.back_off_cap_s)
        return max(asked_s or 0.0, back_off_s * jitter)
