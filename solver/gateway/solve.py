"""One request, solved: a scheduler of its own over the sampler that all requests share.

The sampler's pool is the queue between requests: first come, first served, at most so many chains at each endpoint.
Cancelling ``solve`` cancels what is in flight, which closes the connections to the endpoint.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from solver.base.errors import RequestRefused, SolverError, UpstreamFailed, UsageError
from solver.gateway.answer import Solved, is_complete
from solver.gateway.ask import How
from solver.gateway.settings import GatewayConfig
from solver.problems.prompt import load_template
from solver.problems.question import Problem
from solver.sampling.sample import Sample, Sampler
from solver.scheduling.scheduler import Listener, Scheduler
from solver.voting.tally import Verdict

Progress = Callable[[Sequence[Sample]], None]
"""Told of samples as they land."""


class Running:
    """A request that is being solved; a shutdown can end it.

    Args:
        listener: told of the scheduler's events.
        progress: told of every sample that lands.
    """

    def __init__(
        self,
        problem: Problem,
        how: How,
        sampler: Sampler,
        *,
        config: GatewayConfig,
        listener: Listener = lambda event: None,
        progress: Progress = lambda samples: None,
    ) -> None:
        self._problem, self._how, self._progress = problem, how, progress
        self._samples: list[Sample] = []
        self._is_stopped = False
        settings = how.sampling
        self._scheduler = Scheduler(
            problem.questions, settings, load_template(settings.prompt), sampler, self._keep, listener=listener
        )

    def stop(self) -> None:
        """End it now: the gateway shuts down."""
        self._is_stopped = True
        self._scheduler.stop("shutdown")

    async def solve(self) -> Solved:
        """Draw samples until every question is decided.

        Raises:
            RequestRefused: the endpoint failed (502), time ran out before the first vote (504), or the gateway shut
                down meanwhile (503).
        """
        started = time.monotonic()
        # Not the plan's deadline: that makes every question wait for its first sample before more are launched.
        timer = asyncio.get_running_loop().call_later(self._how.time_limit_s, self._scheduler.stop, "deadline")
        try:
            verdicts = await self._scheduler.run()
        except ExceptionGroup as group:
            raise _upstream(_first(group)) from group
        finally:
            timer.cancel()
        if self._is_stopped:
            raise RequestRefused("the gateway shuts down; ask again", status=503, code="shutting_down", retry_after_s=5)
        decided = _combined(verdicts, self._how)
        for verdict in decided:
            self._check(verdict)
        return Solved(self._problem.questions, decided, tuple(self._samples), time.monotonic() - started)

    async def _keep(self, samples: Sequence[Sample]) -> None:
        self._samples += samples
        self._progress(samples)

    def _check(self, verdict: Verdict) -> None:
        """Refuse to call half a vote an answer where the other half was lost and not left out on purpose."""
        reasons = verdict.stop_reason.split(" + ")
        if "failed" in reasons:
            raise _upstream(next((sample.error for sample in self._samples if sample.error), None))
        if "deadline" in reasons and verdict.answer is None and not is_complete(verdict):
            raise RequestRefused(
                f"no sample came within {self._how.time_limit_s:g} s; ask again, or allow more time",
                status=504,
                code="timeout",
            )


def _upstream(cause: BaseException | str | None) -> RequestRefused:
    if isinstance(cause, BaseException) and not isinstance(cause, SolverError):
        raise cause
    return UpstreamFailed(None if cause is None else str(cause))


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first plain exception of a group."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def _combined(verdicts: Sequence[Verdict], how: How) -> tuple[Verdict, ...]:
    """Return one verdict a question.

    Raises:
        RequestRefused: the ensemble does not fit the models.
    """
    size, ensemble = len(how.sampling.models), how.sampling.combination
    if size == 1:
        return tuple(verdicts)
    try:
        return tuple(ensemble.combine(verdicts[place : place + size]) for place in range(0, len(verdicts), size))
    except UsageError as error:
        raise RequestRefused(str(error), param="vote.ensemble") from error
