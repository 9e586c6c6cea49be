"""The submission while a run goes on: written before the first sample, and again and again with what has landed.

Whoever kills the process, or whatever breaks, finds a complete file: a question without a vote gets the letter that the
others with as many options were given most often. Such a guess is in the submission alone; ``results.jsonl`` and the
scores keep the question as unanswered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from solver.base.files import write_atomically
from solver.problems.jsonl import submission_line
from solver.problems.letters import letter_of
from solver.problems.question import Problem, Question
from solver.voting.tally import Verdict

PERIODS = 50
"""The submission is written some 50 times in a deadline …"""
SHORTEST_S, LONGEST_S = 1.0, 60.0
"""… but not more often than every second (1,328 questions take 20 ms), and at least every minute."""


class Letters(NamedTuple):
    """Answers of a submission."""

    letters: dict[str, str | None]
    """Question id -> letter, or None."""
    filled: int
    """Questions that got a letter without a vote."""


def period_s(deadline_s: float) -> float:
    """Return how long to wait between two writings."""
    return min(max(deadline_s / PERIODS, SHORTEST_S), LONGEST_S)


def letters_of(questions: Sequence[Question], verdicts: Sequence[Verdict], *, is_filled: bool) -> Letters:
    """Return the answers.

    Args:
        verdicts: one a question, in the same order.
        is_filled: give questions without an answer a letter, too.
    """
    given: dict[int, Counter[int]] = {}
    for question, verdict in zip(questions, verdicts, strict=True):
        if verdict.answer is not None:
            given.setdefault(len(question.options), Counter())[verdict.answer] += 1
    letters: dict[str, str | None] = {}
    filled = 0
    for question, verdict in zip(questions, verdicts, strict=True):
        answer = verdict.answer
        if answer is None and is_filled:
            counts = given.get(len(question.options))
            answer = counts.most_common(1)[0][0] if counts else 0
            filled += 1
        letters[question.id] = None if answer is None else letter_of(answer)
    return Letters(letters, filled)


def write_submission(path: Path, problems: Sequence[Problem], letters: Letters) -> None:
    """Write the submission, whole or not at all."""
    write_atomically(path, "".join(submission_line(problem, letters.letters) + "\n" for problem in problems))
