"""``harness submit``: a run's answers in the contest's form.

The answers stand in the run folder's ``submission.jsonl`` already; this checks them and fills gaps if told to.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from harness.config import write_atomically
from harness.errors import RunFolderError
from solver.errors import UsageError
from solver.letters import ALPHABET

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
        UsageError: ``fill`` is no letter, or names no option of an unanswered question.
    """
    if fill is not None and (len(fill) != 1 or fill not in ALPHABET):
        raise UsageError(f"--fill {fill!r}: give one capital letter")
    source = run / SUBMISSION
    try:
        rows = [json.loads(line) for line in source.read_text(encoding="utf-8").split("\n") if line]
    except (OSError, ValueError) as error:
        raise RunFolderError(f"{source}: cannot be read ({error}); run 'harness eval' first") from error
    answers = empty = 0
    for row in rows:
        for position, question in enumerate(row["questions"]):
            answers += 1
            if question["answer"] is None and fill is not None:
                if ALPHABET.index(fill) >= len(question["options"]):
                    raise UsageError(
                        f"--fill {fill}: {row['id']}#{position} has only {len(question['options'])} options"
                    )
                question["answer"] = fill
            empty += question["answer"] is None
    write_atomically(out, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return Written(answers, empty)
