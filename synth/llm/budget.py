"""The budget and its gate: what was spent, what is out, and whether one more request may go.

A request is let out only where the limits would hold even if it cost all it may cost (its prompt, and ``max_tokens``
for every choice). While others are out, it waits for them to come back for less; when nothing is out and it still does
not fit, the budget is spent. So a limit is never passed, and never given up too early.

>>> import asyncio
>>> gate = BudgetGate(Budget(max_requests=1))
>>> asyncio.run(gate.take(Decimal(0))), gate.requests
(None, 1)
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from solver.base.errors import UsageError
from synth.errors import BudgetSpent, Stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits over the whole life of a journal, earlier attempts included."""

    max_cost: Decimal | None = None
    """In the currency of the price table, or None."""
    max_requests: int | None = None
    """Requests sent, those sent again included, or None."""


def amount_of(text: str | None) -> Decimal | None:
    """Read ``--max-cost``.

    Raises:
        UsageError: it is no decimal number of at least 0.
    """
    if text is None:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        raise UsageError(f"--max-cost {text!r}: a decimal number of at least 0 is wanted")
    return found


class BudgetGate:
    """The state of a budget.

    Args:
        spent: cost so far.
        requests: requests so far.
    """

    def __init__(self, budget: Budget, *, spent: Decimal = Decimal(0), requests: int = 0) -> None:
        self.budget = budget
        self.spent = spent
        self.requests = requests
        self.reserved = Decimal(0)
        """What the requests that are out may cost at most."""
        self._out = 0
        self._is_stopped = False
        self._changed = asyncio.Condition()

    async def take(self, estimate: Decimal) -> None:
        """Let one request out, once it fits.

        Args:
            estimate: what it may cost at most; 0 where the price is unknown.

        Raises:
            BudgetSpent: it fits no more.
            Stopped: ``stop`` was called.
        """
        async with self._changed:
            while not self._fits(estimate) and self._out:
                await self._changed.wait()
            self.take_now(estimate)

    def take_now(self, estimate: Decimal) -> None:
        """Let one request out, or refuse at once; see ``take``."""
        if not self._fits(estimate):
            cap, reserved = self.budget.max_cost, f", {self.reserved:.6f} out" if self._out else ""
            raise BudgetSpent(
                f"--max-cost {cap} reached: {self.spent:.6f} spent{reserved}, the next may cost {estimate:.6f}"
            )
        self.requests += 1
        self.reserved += estimate
        self._out += 1

    def _fits(self, estimate: Decimal) -> bool:
        """Tell whether the cost allows a request.

        Raises:
            BudgetSpent, Stopped: for another reason nothing may go out at all.
        """
        if self._is_stopped:
            raise Stopped("stopped; no further request is sent")
        limit = self.budget.max_requests
        if limit is not None and self.requests >= limit:
            raise BudgetSpent(f"--max-requests {limit} reached")
        cap = self.budget.max_cost
        return cap is None or self.spent + self.reserved + estimate <= cap

    async def settle(self, estimate: Decimal, cost: Decimal, *, was_taken: bool = True) -> None:
        """Book a request that came back, or was lost.

        Args:
            estimate: what ``take`` was given.
            cost: what it cost; for a lost one the estimate, for nobody knows.
            was_taken: False for a request of an earlier process, whose estimate counts as spent so far.
        """
        async with self._changed:
            if was_taken:
                self.reserved -= estimate
                self._out -= 1
            else:
                self.spent -= estimate
            self.spent += cost
            self._changed.notify_all()

    async def stop(self) -> None:
        """Let nothing out any more."""
        async with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    @property
    def is_stopped(self) -> bool:
        """True after ``stop``."""
        return self._is_stopped
