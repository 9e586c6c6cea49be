"""``harness submit``: a run's answers in the contest's form.

The answers stand in the run folder's ``submission.jsonl`` already; this checks them and fills gaps if told to.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from harness.errors import RunFolderError
from solver.base.errors import UsageError
from solver.base.files import write_json_lines
from solver.problems.letters import ALPHABET
from solver.problems.question import question_id_of

SUBMISSION = "submission.jsonl"


class Written(NamedTuple):
    """What was written."""

    answers: int
    """Questions in the file."""
    empty: int
    """Questions without an answer."""


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
    source = run / SUBMISSION
    try:
        rows = [json.loads(line) for line in source.read_text(encoding="utf-8").split("\n") if line]
        questions = [
            (question_id_of(row["id"], place), question, question["answer"], len(question["options"]))
            for row in rows
            for place, question in enumerate(row["questions"])
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunFolderError(f"{source}: cannot be read ({error!r}); run 'harness eval' first") from error
    empty = 0
    for name, question, answer, n_options in questions:
        if answer is None and fill is not None:
            if ALPHABET.index(fill) >= n_options:
                raise UsageError(f"--fill {fill}: {name} has only {n_options} options")
            question["answer"] = fill
        empty += question["answer"] is None
    try:
        write_json_lines(out, rows)
    except OSError as error:
        raise UsageError(f"-o {out}: cannot be written: {error}") from error
    return Written(len(questions), empty)
