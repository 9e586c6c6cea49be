"""The submission while a run goes on: written before the first sample, and again and again with what has landed.

Whoever kills the process, or whatever breaks, finds a complete file: a question without a vote gets the letter that the
others with as many options were given most often. Such a guess is in the submission alone; ``results.jsonl`` and the
scores keep the question as unanswered.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from harness.run.run import Run
from solver.base.errors import EndpointRefused
from solver.base.files import write_atomically
from solver.problems.letters import letter_or_none
from solver.problems.question import Question
from solver.voting.tally import Verdict

PERIODS = 50
"""The submission is written some 50 times in a deadline …"""
SHORTEST_S, LONGEST_S = 1.0, 60.0
"""… but not more often than every second (1,328 questions take 20 ms), and at least every minute."""


def period_s(deadline_s: float) -> float:
    """Return how long to wait between two writings."""
    return min(max(deadline_s / PERIODS, SHORTEST_S), LONGEST_S)


def letters_of(questions: Sequence[Question], verdicts: Sequence[Verdict], *, is_filled: bool) -> dict[str, str | None]:
    """Return the answers: question id -> letter, or None.

    Args:
        verdicts: one a question, in the same order.
        is_filled: give questions without an answer a letter, too.
    """
    given: dict[int, Counter[int]] = {}
    for question, verdict in zip(questions, verdicts, strict=True):
        if verdict.answer is not None:
            given.setdefault(len(question.options), Counter())[verdict.answer] += 1
    letters: dict[str, str | None] = {}
    for question, verdict in zip(questions, verdicts, strict=True):
        answer = verdict.answer
        if answer is None and is_filled:
            counts = given.get(len(question.options))
            answer = counts.most_common(1)[0][0] if counts else 0
        letters[question.id] = letter_or_none(answer)
    return letters


def write_submission(run: Run, verdicts: Sequence[Verdict]) -> dict[str, str | None]:
    """Write the submission, whole or not at all.

    Args:
        verdicts: one a question of the run, in the same order.

    Returns:
        The letter of every question in it, or None.
    """
    letters = letters_of(run.questions, verdicts, is_filled=run.config.is_filled)
    write_atomically(run.folder.submission, "".join(row.line(letters) + "\n" for row in run.loaded.rows), follows=False)
    return {name: letters.get(name) for row in run.loaded.rows for name in row.question_ids}


@asynccontextmanager
async def kept_up_to_date(run: Run, verdicts_now: Callable[[], Sequence[Verdict]]) -> AsyncIterator[None]:
    """Write the submission now and again while the block lasts, where there is a deadline."""
    deadline_s = run.config.deadline_s
    if deadline_s is None:
        yield
        return

    async def again() -> None:
        while True:
            write_submission(run, verdicts_now())
            await asyncio.sleep(period_s(deadline_s))

    async with asyncio.TaskGroup() as group:
        task = group.create_task(again())
        try:
            yield
        except EndpointRefused:
            # Nothing more will come, and what has been decided is worth the minute that is left.
            write_submission(run, verdicts_now())
            raise
        finally:
            task.cancel()
