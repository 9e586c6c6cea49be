"""The submission while a run goes on: complete, honest about guesses, and replaced whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.run.config import EvalConfig
from harness.run.partial_submission import letters_of, period_s, write_submission
from harness.run.run import run_of
from solver.base.display.live import Screen
from solver.problems.question import Question
from solver.voting.tally import Verdict, verdict_of
from tests.support.scripted_sampler import a_question


def verdicts_of(questions: list[Question], answers: list[int | None]) -> list[Verdict]:
    return [
        verdict_of(question.id, () if answer is None else (answer,), stop_reason="rule", model="m")
        for question, answer in zip(questions, answers, strict=True)
    ]


def test_a_question_without_a_vote_gets_the_most_frequent_letter_of_its_kind() -> None:
    questions = [a_question(f"p#{place}", n_options=4 if place < 4 else 2) for place in range(7)]
    verdicts = verdicts_of(questions, [2, 2, 3, None, 1, 1, None])
    letters = letters_of(questions, verdicts, is_filled=True)
    assert list(letters.values()) == ["C", "C", "D", "C", "B", "B", "B"]
    letters = letters_of(questions, verdicts, is_filled=False)
    assert list(letters.values()) == ["C", "C", "D", None, "B", "B", None]


def test_with_nothing_to_go_by_the_first_letter_is_taken() -> None:
    questions = [a_question("p#0")]
    assert letters_of(questions, verdicts_of(questions, [None]), is_filled=True) == {"p#0": "A"}


def test_a_deadline_fills_unless_told_otherwise() -> None:
    assert not EvalConfig().is_filled
    assert EvalConfig.of(deadline_s=60.0).is_filled
    assert not EvalConfig.of(deadline_s=60.0, fill=False).is_filled
    assert EvalConfig.of(fill=True).is_filled


@pytest.mark.parametrize(("deadline_s", "expected"), [(10.0, 1.0), (600.0, 12.0), (14400.0, 60.0)])
def test_the_submission_is_written_some_fifty_times(deadline_s: float, expected: float) -> None:
    assert period_s(deadline_s) == expected


def test_the_file_holds_every_problem(tmp_path: Path) -> None:
    row = {"id": "a", "problem": "P", "questions": [{"question": "Q", "options": ["x", "y"]}] * 2}
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    config = EvalConfig.of(data=(str(tmp_path / "in.jsonl"),), run=str(tmp_path))
    run = run_of(config, Screen("none"), process_started=0.0)
    write_submission(run, verdicts_of(list(run.questions), [1, None]))
    (line,) = run.folder.submission.read_text(encoding="utf-8").splitlines()
    assert [question["answer"] for question in json.loads(line)["questions"]] == ["B", None]
