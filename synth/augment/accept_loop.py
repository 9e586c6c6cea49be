"""Attempts worked on several at a time and settled in their order, one by one, until enough questions are accepted.

When questions are counted, only as many attempts are under way as are likely to be needed (by the share accepted so
far), so that little is paid in vain.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from solver.base.errors import LogicVoteError
from solver.problems.question import Problem, Question
from synth.augment.candidate import Candidate, Outcome, WritingContext, candidates, settle, work
from synth.augment.panel import Ask

_WINDOW = 32
"""Candidates under way at most; a candidate keeps several requests in flight."""


@dataclass(slots=True)
class Result:
    """What has been settled so far, in the candidates' order."""

    accepted: list[Outcome] = field(default_factory=list)
    malformed: list[Outcome] = field(default_factory=list)
    rejected: list[tuple[Outcome, str]] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    halt: Exception | None = None
    """Why nothing more was asked, where something else than the end stopped it."""

    def add(self, outcome: Outcome, reason: str) -> None:
        """Count a settled candidate."""
        self.settled += 1
        self.reasons[reason] += 1
        if reason == "accepted":
            self.accepted.append(outcome)
        elif reason.startswith("malformed"):
            self.malformed.append(outcome)
        elif reason == "failed" or reason == "panel: failed":
            self.failed.append(outcome)
        else:
            self.rejected.append((outcome, reason))


async def settle_all(
    problems: tuple[Problem, ...],
    context: WritingContext,
    ask: Ask,
    result: Result,
    *,
    on_full: Callable[[], Awaitable[None]] | None = None,
    tick: Callable[[Result], None] = lambda result: None,
) -> None:
    """Work on candidates until enough questions are accepted, or none are left, or nothing more may be asked.

    Args:
        result: filled as candidates are settled.
        on_full: awaited once enough are accepted, so that nothing more goes out.
        tick: called with the result whenever a candidate is settled.
    """
    wanted = context.plan.count
    waiting = candidates(problems, context.plan.writer.attempts)
    running: deque[asyncio.Task[Outcome]] = deque()
    new: dict[str, list[Question]] = {}
    try:
        while True:
            _fill(running, waiting, context, ask, window(wanted, result))
            if not running:
                return
            outcome = await running[0]
            running.popleft()
            siblings = new.setdefault(outcome.candidate.problem.id, [])
            reason = settle(outcome, siblings, context.screen)
            result.add(outcome, reason)
            if reason == "accepted" and outcome.question is not None:
                siblings.append(outcome.question)
            tick(result)
            if wanted is not None and len(result.accepted) >= wanted:
                if on_full is not None:
                    await on_full()
                return
    except LogicVoteError as halt:
        result.halt = halt
    finally:
        # What is in flight comes back and is kept; nothing new goes out for it.
        await asyncio.gather(*running, return_exceptions=True)


def window(wanted: int | None, result: Result) -> int:
    """Return how many candidates should be under way.

    >>> window(None, Result()), window(5, Result())
    (32, 10)
    """
    if wanted is None:
        return _WINDOW
    # One success and one failure imagined beforehand (Laplace), so that the first guess is one half.
    rate = (len(result.accepted) + 1) / (result.settled + 2)
    return max(1, min(_WINDOW, math.ceil((wanted - len(result.accepted)) / rate)))


def _fill(
    running: deque[asyncio.Task[Outcome]], waiting: Iterator[Candidate], context: WritingContext, ask: Ask, most: int
) -> None:
    while len(running) < most:
        candidate = next(waiting, None)
        if candidate is None:
            return
        running.append(asyncio.get_running_loop().create_task(work(candidate, context, ask)))
