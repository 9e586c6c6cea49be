"""One request, solved: ``solver.scheduling.solve`` over the sampler that all requests share, with a time limit.

The sampler's pool is the queue between requests: the clients in turn, at most so many chains at each endpoint.
Cancelling ``solve`` cancels what is in flight, which closes the connections to the endpoint.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from solver.base.errors import LogicVoteError, RequestRefused, UpstreamFailed
from solver.gateway.ask import How
from solver.problems.prompt import Template
from solver.problems.question import Problem
from solver.sampling.sample import Sampler
from solver.scheduling.outcome import Outcome
from solver.scheduling.solve import SolveEvent, Solving


class Solved(NamedTuple):
    """What came of a request."""

    outcomes: tuple[Outcome, ...]
    """One a question."""
    seconds: float
    """From its beginning."""


class Running:
    """A request that is being solved; a shutdown can end it.

    Args:
        template: of the request's prompt.
        listener: told of every event.
    """

    def __init__(
        self,
        problem: Problem,
        how: How,
        sampler: Sampler,
        template: Template,
        listener: Callable[[SolveEvent], None] = lambda event: None,
    ) -> None:
        self._limit_s = how.time_limit_s
        self._is_stopped = False
        self._solving = Solving(problem.questions, how.sampling, sampler, template=template, listener=listener)

    def stop(self) -> None:
        """End it now: the gateway shuts down."""
        self._is_stopped = True
        self._solving.stop("shutdown")

    async def solve(self) -> Solved:
        """Draw samples until every question is decided.

        Raises:
            RequestRefused: the endpoint failed (502), time ran out before the first vote (504), or the gateway shut
                down meanwhile (503).
        """
        started = time.monotonic()
        # Not a deadline of the run: that makes every question wait for its first sample before more are launched.
        timer = asyncio.get_running_loop().call_later(self._limit_s, self._solving.stop, "deadline")
        try:
            outcomes = await self._solving.run()
        except LogicVoteError as error:
            raise UpstreamFailed(str(error)) from error
        finally:
            timer.cancel()
        if self._is_stopped:
            raise RequestRefused("the gateway shuts down; ask again", status=503, code="shutting_down", retry_after_s=5)
        self._check(outcomes)
        return Solved(outcomes, time.monotonic() - started)

    def _check(self, outcomes: Sequence[Outcome]) -> None:
        """Refuse to call half a vote an answer where the other half was lost and not left out on purpose."""
        for outcome in outcomes:
            if "failed" in outcome.stop_reasons:
                raise UpstreamFailed(next((found.error for found in outcomes if found.error), None))
            if "deadline" in outcome.stop_reasons and outcome.answer is None:
                raise RequestRefused(
                    f"no sample came within {self._limit_s:g} s; ask again, or allow more time",
                    status=504,
                    code="timeout",
                )
