"""What a harness made of each question, read from run folders: our own one, or one that ``harness import`` wrote."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.imports.registry import TOOLS
from harness.imports.run_folder import write_run
from harness.run.folder import RunFolder
from harness.run.results import read_results
from solver.extraction.extract import extract
from solver.problems.jsonl import load_problems, questions_of
from solver.problems.letters import index_of
from solver.problems.question import Question
from solver.sampling.sample import Sample, Status
from solver.scheduling.store import read_samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A harness's one sample of a question."""

    text: str
    answer: int | None
    """What the harness read, as the class of an option; None is nothing."""
    reread: int | None
    """What our reader reads from the same text, before any answer is forced."""
    is_failed: bool
    """There is no text."""
    is_forced: bool
    """The answer was asked for once more, which only we do."""
    is_same_data: bool
    """Options and key are those that the others got."""
    tokens: int
    """Generated; 0 where the log does not tell."""


def own_readings(folder: Path, questions: Mapping[str, Question]) -> dict[str, Reading]:
    """Read a run of ours."""
    return {one.question_id: _reading(one, questions[one.question_id], True) for one in read_samples(folder)}


def foreign_readings(logs: Path, runs: Path, tool: str, questions: Mapping[str, Question]) -> dict[str, Reading]:
    """Bring another tool's logs into run folders below ``runs``, as ``harness import`` does, and read these.

    Raises:
        RecordError: a log is not as it should be.
    """
    shutil.rmtree(runs, ignore_errors=True)
    found: dict[str, Reading] = {}
    for run in TOOLS[tool].read(logs):
        folder = runs / run.task
        write_run(run, folder)
        asked = {one.id: one for one in questions_of(load_problems([folder / "problems.jsonl"]).problems)}
        for sample in read_samples(folder):
            question = questions[sample.question_id]
            is_same = _is_same(asked[sample.question_id], question)
            found[sample.question_id] = _reading(sample, question, is_same)
    return found


def scores(folders: Iterable[Path]) -> dict[str, bool]:
    """Return whether each question is right, as the runs' own results tell."""
    return {
        one.question_id: one.is_correct is True for folder in folders for one in read_results(RunFolder(folder).path)
    }


def _reading(sample: Sample, question: Question, is_same: bool) -> Reading:
    letter = extract(sample.text, len(question.options), question.options, question.text).letter
    return Reading(
        text=sample.text,
        answer=None if sample.shown_letter is None else _class(sample.shown_letter, question),
        reread=None if letter is None else _class(letter, question),
        is_failed=sample.status is Status.FAILED,
        is_forced=sample.is_closed,
        is_same_data=is_same,
        tokens=sample.completion_tokens,
    )


def _class(letter: str, question: Question) -> int | None:
    place = index_of(letter)
    return question.classes[place] if place < len(question.classes) else None


def _is_same(theirs: Question, question: Question) -> bool:
    # evalscope's log tells options by the prompt's lines, so one of several lines is seen by its first.
    first = tuple(option.strip().split("\n")[0].strip() for option in question.options)
    return (
        theirs.gold == question.gold
        and tuple(option.strip().split("\n")[0].strip() for option in theirs.options) == first
    )
