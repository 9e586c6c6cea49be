"""``harness submit``: a run's answers, in the rows of its data.

They stand in the run folder's ``submission.jsonl`` already; this checks them and fills gaps if told to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from harness.errors import HarnessError
from harness.run.folder import RunFolder
from harness.run.results import read_results
from solver.base.display.figures import counted
from solver.base.errors import UsageError
from solver.base.files import replacing
from solver.base.outputs import holds_rows
from solver.problems.forms.registry import FORMS
from solver.problems.letters import ALPHABET, letter_of
from solver.problems.question import Question
from solver.scheduling.outcome import Outcome

NOT_ASKED, NO_VOTE, FAILED = "not asked (--limit)", "no sample named an option", "all requests failed"


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
        return counted(written.questions, "question")
    why = ", ".join(f"{count:,} {reason}" for reason, count in written.empty.most_common())
    return f"{counted(written.questions, 'question')}, {written.empty.total():,} of them null ({why})"


def is_submission(text: str) -> bool:
    """Tell from the beginning of a file whether it may hold a submission, in any form."""
    return any(holds_rows(*one.fields)(text) for one in FORMS)


def why_empty(question_id: str, outcomes: Mapping[str, Outcome] | None) -> str:
    """Say why a question has no answer.

    Args:
        outcomes: of all questions that were asked; None where the run left none.
    """
    if outcomes is None:
        return NO_VOTE
    outcome = outcomes.get(question_id)
    if outcome is None:
        return NOT_ASKED
    if outcome.votes:
        return NO_VOTE
    return FAILED if "failed" in outcome.stop_reasons else f"not reached ({outcome.stop_reason})"


def written_of(letters: Mapping[str, str | None], outcomes: Mapping[str, Outcome] | None) -> Written:
    """Count what is in a submission; ``outcomes`` as in ``why_empty``."""
    return Written(len(letters), Counter(why_empty(name, outcomes) for name, found in letters.items() if found is None))


def write(run: Path, out: Path, *, fill: str | None = None) -> Written:
    """Write a run's submission.

    Args:
        fill: a letter for questions without an answer; None leaves them null.

    Raises:
        RunFolderError: the folder holds no submission.
        UsageError: ``fill`` is no letter, or names no option of an unanswered question.
        OSError: ``out`` cannot be written.
    """
    if fill is not None and (len(fill) != 1 or fill not in ALPHABET):
        raise UsageError(f"--fill {fill!r}: give one capital letter")

    def letter(question_id: str, question: Question) -> str | None:
        if question.gold is None and fill is not None and ALPHABET.index(fill) >= len(question.options):
            raise UsageError(f"--fill {fill}: {question_id} has only {len(question.options)} options")
        return fill if question.gold is None else letter_of(question.gold)

    return write_rows(run, out, letter)


def write_rows(run: Path, out: Path, letter: Callable[[str, Question], str | None]) -> Written:
    """Write the rows of a run's data with letters.

    Args:
        letter: called with a question's id and the question, whose key is the run's own answer.

    Raises:
        RunFolderError: the folder holds no submission.
        OSError: ``out`` cannot be written.
    """
    rows = RunFolder(run).read_submission()
    letters = {
        question_id: letter(question_id, question)
        for row in rows
        for question_id, question in zip(row.question_ids, row.questions(), strict=True)
    }
    outcomes = _outcomes(run)
    with replacing(out) as file:
        file.writelines(row.line(letters) + "\n" for row in rows)
    return written_of(letters, outcomes)


def _outcomes(run: Path) -> dict[str, Outcome] | None:
    try:
        return {outcome.question_id: outcome for outcome in read_results(run)}
    except HarnessError:
        return None
