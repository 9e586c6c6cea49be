"""Requests and tokens a minute, kept below an endpoint's quota with two leaky buckets.

``aiolimiter`` alone lets twice the quota through in the first minute (a full bucket at once, and its refill), and
wakes small acquisitions before large ones that waited longer. So the bucket here holds a tenth of the quota, refills
with the rest, and is entered one at a time, in order.
"""

from __future__ import annotations

import asyncio

from aiolimiter import AsyncLimiter

# Characters of Chinese text a token, for the estimate before a reply tells the true figure (Qwen2.5's tokenizer: 1.5
# to 1.8 on puzzle texts; the low end errs on the safe side).
_CHARS_PER_TOKEN = 1.5


def bucket_of(per_minute: float) -> AsyncLimiter:
    """Return a bucket that lets through at most ``per_minute`` in any 60 seconds.

    >>> bucket_of(600).max_rate, round(bucket_of(600).time_period, 2)
    (60.0, 6.67)
    """
    burst = max(1.0, per_minute / 10)
    refill = max(per_minute - burst, per_minute / 2)
    return AsyncLimiter(burst, 60 * burst / refill)


class Throttle:
    """The two quotas of one endpoint; each may be absent."""

    def __init__(self, *, requests_per_minute: float | None, tokens_per_minute: float | None) -> None:
        self._requests = bucket_of(requests_per_minute) if requests_per_minute else None
        self._tokens = bucket_of(tokens_per_minute) if tokens_per_minute else None
        self._turn = asyncio.Lock()
        self._owed = 0.0
        self._mean_chain: float | None = None

    @property
    def is_open(self) -> bool:
        """True where no quota is set, so that nobody need ask."""
        return self._requests is None and self._tokens is None

    async def enter(self, *, prompt_chars: int, chains: int, max_tokens: int) -> float:
        """Wait until a request may go out.

        Args:
            prompt_chars: length of the prompt, characters.
            chains: choices asked for.
            max_tokens: bound on each; stands for the mean until replies tell it.

        Returns:
            The tokens paid in advance, for ``settle``.
        """
        mean = max_tokens if self._mean_chain is None else min(self._mean_chain, max_tokens)
        paid = prompt_chars / _CHARS_PER_TOKEN + chains * mean
        async with self._turn:
            if self._requests is not None:
                await self._requests.acquire()
            if self._tokens is not None:
                due = paid + self._owed
                self._owed = min(due, 0.0)
                while due > 0:
                    portion = min(due, self._tokens.max_rate)
                    await self._tokens.acquire(portion)
                    due -= portion
        return paid

    def settle(self, paid: float, *, prompt_tokens: int, completion_tokens: int, chains: int) -> None:
        """Book the true cost: the next request pays what this one underpaid, or the other way round."""
        if not completion_tokens:
            return
        self._owed += prompt_tokens + completion_tokens - paid
        mean = completion_tokens / max(1, chains)
        self._mean_chain = mean if self._mean_chain is None else 0.9 * self._mean_chain + 0.1 * mean
