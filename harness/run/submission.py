"""``harness submit``: a run's answers in the contest's form.

The answers stand in the run folder's ``submission.jsonl`` already; this checks them and fills gaps if told to.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from harness.run.folder import RunFolder
from solver.base.errors import UsageError
from solver.base.files import write_json_lines
from solver.problems.letters import ALPHABET
from solver.problems.question import question_id_of

NOT_ASKED, NO_VOTE = "not asked (--limit)", "no sample named an option"


class Written(NamedTuple):
    """What was written."""

    questions: int
    """In the file."""
    empty: Counter[str]
    """Those without an answer, by why."""


def told(written: Written) -> str:
    """Say what was written.

    >>> told(Written(3, Counter({NO_VOTE: 1}))), told(Written(2, Counter()))
    ('3 questions, 1 of them null (1 no sample named an option)', '2 questions')
    """
    if not written.empty:
        return f"{written.questions:,} questions"
    why = ", ".join(f"{count:,} {reason}" for reason, count in written.empty.most_common())
    return f"{written.questions:,} questions, {written.empty.total():,} of them null ({why})"


def write(run: Path, out: Path, *, fill: str | None = None) -> Written:
    """Write a run's submission.

    Args:
        fill: a letter for questions without an answer; None leaves them null.

    Raises:
        RunFolderError: the folder holds no submission.
        UsageError: ``fill`` is no letter, or names no option of an unanswered question; or ``out`` cannot be written.
    """
    if fill is not None and (len(fill) != 1 or fill not in ALPHABET):
        raise UsageError(f"--fill {fill!r}: give one capital letter")
    rows = RunFolder(run).read_submission()
    asked = _asked(run)
    count, empty = 0, Counter[str]()
    for row in rows:
        for place, question in enumerate(row["questions"]):
            n_options = len(question["options"])
            if question["answer"] is None and fill is not None:
                if ALPHABET.index(fill) >= n_options:
                    raise UsageError(f"--fill {fill}: {question_id_of(row['id'], place)} has only {n_options} options")
                question["answer"] = fill
            count += 1
            if question["answer"] is None:
                was_asked = asked is None or question_id_of(row["id"], place) in asked
                empty[NO_VOTE if was_asked else NOT_ASKED] += 1
    try:
        write_json_lines(out, rows)
    except OSError as error:
        raise UsageError(f"-o {out}: cannot be written: {error}") from error
    return Written(count, empty)


def _asked(run: Path) -> set[str] | None:
    """Return the questions that a run asked; None where it left no results."""
    try:
        lines = RunFolder(run).results.read_text(encoding="utf-8").splitlines()
        return {json.loads(line)["question_id"] for line in lines}
    except (OSError, ValueError, KeyError, TypeError):
        return None
