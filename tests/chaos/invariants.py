"""What holds of a run folder after any fault, kill or cut, and how the ``eval`` command is run in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from harness.cli import main
from solver.problems.jsonl import load_problems, questions_of
from solver.sampling.sample import Sample, Status
from solver.scheduling.store import read_samples
from tests.support.command import rows_of
from tests.support.fault_server import POISON

WORDS = ("--seeded", "--prompt", "direct", "--max-tokens", "50", "--slots", "8", "--display", "none", "--no-close")
"""Settings of every evaluation here."""


class Ran(NamedTuple):
    """A command that has ended."""

    code: int
    out: str
    err: str


def evaluate(capsys: pytest.CaptureFixture[str], *words: object) -> Ran:
    """Run ``harness eval`` in this process; no trace of an exception may reach the user."""
    code = main(["eval", *map(str, words), *WORDS])
    out, err = capsys.readouterr()
    no_trace(err)
    return Ran(code, out, err)


def no_trace(err: str) -> None:
    """Check that what the user reads is words and no trace."""
    assert "Traceback" not in err, err
    assert "a bug" not in err, err


def samples_of(run: Path) -> dict[tuple[str, str, int], Sample]:
    """Return a run's samples by question, model and index; none is there twice, none holds an error's text."""
    samples = list(read_samples(run))
    found = {(sample.question_id, sample.model, sample.index): sample for sample in samples}
    assert len(found) == len(samples) == len({sample.key for sample in samples})
    for sample in samples:
        assert "POISON" not in sample.text
        if sample.status is Status.FAILED:
            assert (sample.text, sample.option_class, sample.shown_letter) == ("", None, None)
            assert sample.error
        if sample.status is Status.ANSWERED:
            assert sample.shown_letter is not None
            assert sample.shown_letter in sample.text
            assert sample.shown_letter != POISON[4]
    return found


def accounted(run: Path, data: Path) -> list[dict[str, Any]]:
    """Return the run's results; every question of the data stands there once, and in the submission too."""
    problems = load_problems([data]).problems
    results = rows_of(run / "results.jsonl")
    assert [row["question_id"] for row in results] == [question.id for question in questions_of(problems)]
    submitted = rows_of(run / "submission.jsonl")
    assert [row["id"] for row in submitted] == [problem.id for problem in problems]
    assert [len(row["questions"]) for row in submitted] == [len(problem.questions) for problem in problems]
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    assert summary["n_questions"] == len(results)
    # What is said of the samples is what is there.
    assert summary["n_samples"] == len(samples_of(run))
    return results


def votes_of(results: list[dict[str, Any]]) -> list[tuple[str, Any, Any, Any]]:
    """Reduce results to what a fault may not change: votes, answer and reason of every question."""
    return [(row["question_id"], row["answer"], row["votes"], row["stop_reason"]) for row in results]
