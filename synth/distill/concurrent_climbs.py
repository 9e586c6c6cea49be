"""Driving many climbs at once: which question starts when, when to stop, and what the view is told.

Exactly N accepted rows: a question is started only while accepted plus running ones are fewer than N. So no climb is
paid for that could end in a row too many, and the questions that are started are, whatever the order in which replies
come back, the shortest prefix of the input that holds N acceptable ones.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from solver.base.errors import LogicVoteError
from solver.problems.question import Question
from synth.distill.ladder import Climb, Outcome, climb
from synth.distill.ladder_config import Ladder
from synth.errors import Stopped
from synth.llm.call import Call, Reply


class Asks(Protocol):
    """Whatever answers calls: the asker, the batch asker, or a scripted one in tests."""

    async def ask(self, calls: Sequence[Call]) -> tuple[Reply, ...]:
        """Return one reply a call, in order."""
        ...

    async def stop(self) -> None:
        """Ask for nothing more; what waits raises ``Stopped``."""
        ...


@dataclass(slots=True)
class Progress:
    """Counters of a run, read by the view at any time."""

    questions: int
    wanted: int | None
    """Accepted rows that were asked for, None for all there are."""
    started_at: float = field(default_factory=time.monotonic)
    """Seconds on the monotonic clock."""
    decided: int = 0
    running: int = 0
    status: Counter[str] = field(default_factory=Counter)
    """Decided questions by status."""
    entered: Counter[str] = field(default_factory=Counter)
    """Questions that reached a rung."""
    accepted: Counter[str] = field(default_factory=Counter)
    """Questions accepted by a rung."""
    now_on: Counter[str] = field(default_factory=Counter)
    """Questions on a rung at present."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Climbed:
    """How far a run came."""

    outcomes: tuple[Outcome, ...]
    """Of the questions that were decided, in the input's order."""
    questions: int
    """In the input."""
    started: int
    """Of these."""
    halt: str | None
    """Why it ended early, None where it did not."""
    error: LogicVoteError | None
    """What ended it, where that was no limit and nobody's wish."""


async def climb_all(
    questions: Sequence[Question],
    ladder: Ladder,
    asker: Asks,
    progress: Progress,
    *,
    width: int,
    use_gold: bool = True,
    accept: int | None = None,
) -> Climbed:
    """Take questions up the ladder, many at once.

    Args:
        width: questions under way at once.
        accept: stop once this many are accepted.

    Returns:
        All that was decided; an error of an endpoint is in it, for what others brought is kept.
    """
    outcomes: dict[int, Outcome] = {}
    ended: asyncio.Queue[tuple[int, Outcome | LogicVoteError]] = asyncio.Queue()
    halt: str | None = None
    failure: LogicVoteError | None = None
    started = accepted = 0

    async def one(place: int) -> None:
        try:
            result: Outcome | LogicVoteError = await _drive(
                climb(questions[place], ladder, use_gold=use_gold), asker, progress
            )
        except LogicVoteError as error:
            result = error
        ended.put_nowait((place, result))

    async with asyncio.TaskGroup() as tasks:
        while True:
            while (
                halt is None
                and started < len(questions)
                and progress.running < width
                and (accept is None or accepted + progress.running < accept)
            ):
                tasks.create_task(one(started))
                started += 1
                progress.running += 1
            if not progress.running:
                break
            place, result = await ended.get()
            progress.running -= 1
            if isinstance(result, Outcome):
                outcomes[place] = result
                accepted += result.status == "accepted"
                _note(progress, result)
            elif isinstance(result, Stopped):
                halt = halt or str(result)
            else:
                # The first error is the cause; those that follow come of stopping.
                halt, failure = halt or str(result), failure or result
                await asker.stop()
    return Climbed(
        outcomes=tuple(outcomes[place] for place in sorted(outcomes)),
        questions=len(questions),
        started=started,
        halt=halt,
        error=failure,
    )


async def _drive(climbing: Climb, asker: Asks, progress: Progress) -> Outcome:
    """Answer a climb's calls until it has its outcome."""
    stage: str | None = None
    try:
        calls = next(climbing)
        while True:
            if calls[0].stage != stage:
                progress.now_on[stage or ""] -= 1
                stage = calls[0].stage
                progress.entered[stage] += 1
                progress.now_on[stage] += 1
            calls = climbing.send(await asker.ask(calls))
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome
    finally:
        progress.now_on[stage or ""] -= 1
        climbing.close()


def _note(progress: Progress, outcome: Outcome) -> None:
    progress.decided += 1
    progress.status[outcome.status] += 1
    if outcome.status == "accepted" and outcome.rung is not None:
        progress.accepted[outcome.rung] += 1
