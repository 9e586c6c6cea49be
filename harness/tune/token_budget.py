"""The token budget of a search: what is asked for is reserved with its bound before it is sent.

So neither a slow disk nor a late event loop can spend more than the budget; only a server that writes more than it was
asked for can, and what was given up or broken off is not counted, since nobody tells what it cost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from solver.sampling.answer_forcing import most_tokens
from solver.sampling.sample import Request, Sample, Sampler, Told


class Metered(Sampler):
    """Sends a call once what it may cost at most fits into the budget, beside all that is out; near the end sample by
    sample.

    Args:
        sampler: draws.
        budget: generated tokens at most, None for no bound.
        spent: of them before.
        gone: told when a call does not fit though nothing else is out; the call then waits to be cancelled.
    """

    def __init__(self, sampler: Sampler, *, budget: int | None, spent: int, gone: Callable[[], None]) -> None:
        self.spent = spent
        """Generated tokens of all samples that came, durable or not."""
        self._sampler, self._budget, self._gone = sampler, budget, gone
        self._reserved = 0
        self._changed = asyncio.Event()

    @property
    def is_by_one(self) -> bool:
        """See ``Sampler``."""
        return self._sampler.is_by_one

    @property
    def places(self) -> int | None:
        """See ``Sampler``."""
        return self._sampler.places

    @property
    def left(self) -> float:
        """Tokens that may still be spent, what is out aside."""
        return float("inf") if self._budget is None else max(0, self._budget - self.spent)

    async def draw(self, requests: Sequence[Request], told: Told) -> None:
        """See ``Sampler``."""
        most = most_tokens(requests[0].sampling)
        while self._reserved + most * len(requests) > self.left:
            if not self._reserved and len(requests) > 1:
                for request in requests:
                    await self.draw([request], told)
                return
            if not self._reserved:
                self._gone()
            self._changed.clear()
            await self._changed.wait()
        call = _Call(self, most, len(requests), told)
        self._reserved += most * len(requests)
        try:
            await self._sampler.draw(requests, call)
        finally:
            self.settle(most * call.waiting)

    def settle(self, reserved: int, spent: int = 0) -> None:
        """Exchange what was reserved for what was spent."""
        self._reserved -= reserved
        self.spent += spent
        self._changed.set()


class _Call:
    """One call: counts its samples as they come. A ``Told``."""

    def __init__(self, meter: Metered, most: int, waiting: int, told: Told) -> None:
        self.waiting = waiting
        self._meter, self._most, self._told = meter, most, told

    def ended(self, request: Request) -> None:
        """See ``Told``."""
        self._told.ended(request)

    def landed(self, sample: Sample) -> None:
        """See ``Told``."""
        self.waiting -= 1
        self._meter.settle(self._most, sample.completion_tokens)
        self._told.landed(sample)
