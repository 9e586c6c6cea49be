"""``harness submit``: a run's answers in the contest's form.

The answers stand in the run folder's ``submission.jsonl`` already; this checks them and fills gaps if told to.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from harness.run.folder import RunFolder
from solver.base.errors import UsageError
from solver.base.files import write_json_lines
from solver.problems.letters import ALPHABET
from solver.problems.question import question_id_of


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
    rows = RunFolder(run).read_submission()
    count = empty = 0
    for row in rows:
        for place, question in enumerate(row["questions"]):
            n_options = len(question["options"])
            if question["answer"] is None and fill is not None:
                if ALPHABET.index(fill) >= n_options:
                    raise UsageError(f"--fill {fill}: {question_id_of(row['id'], place)} has only {n_options} options")
                question["answer"] = fill
            count += 1
            empty += question["answer"] is None
    try:
        write_json_lines(out, rows)
    except OSError as error:
        raise UsageError(f"-o {out}: cannot be written: {error}") from error
    return Written(count, empty)
