"""``harness submit`` copies a run's answers, counts the gaps, and fills them only if told to."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from harness.cli import main
from harness.errors import RunFolderError
from harness.run.results import line_of
from harness.run.submission import FAILED, NO_VOTE, NOT_ASKED, Written, told, write
from solver.base.errors import UsageError
from solver.problems.question import question_of
from solver.scheduling.outcome import outcome_of
from solver.voting.tally import verdict_of


def a_run(folder: Path) -> Path:
    questions = [
        {"question": "谁？", "options": ["甲", "乙", "丙"], "answer": "C"},
        {"question": "是吗？", "options": ["是", "否"], "answer": None},
    ]
    row = {"id": "p0", "problem": "题", "questions": questions}
    (folder / "submission.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    return folder


def answers_in(path: Path) -> list[str | None]:
    row = json.loads(path.read_text(encoding="utf-8"))
    return [question["answer"] for question in row["questions"]]


def test_gaps_stay_null_and_are_counted(tmp_path: Path) -> None:
    assert write(a_run(tmp_path), tmp_path / "out.jsonl") == Written(2, Counter({NO_VOTE: 1}))
    assert answers_in(tmp_path / "out.jsonl") == ["C", None]


@pytest.mark.parametrize(("asked", "votes", "stop_reason", "why"), [
    ("p0#0", [2], "lead 1", NOT_ASKED),
    ("p0#1", [None, None], "cap", NO_VOTE),
    ("p0#1", [], "failed", FAILED),
    ("p0#1", [], "deadline", "not reached (deadline)"),
    ("p0#1", [], "interrupted", "not reached (interrupted)"),
])  # fmt: skip
def test_a_question_without_an_answer_says_why(
    tmp_path: Path, asked: str, votes: list[int | None], stop_reason: str, why: str
) -> None:
    run = a_run(tmp_path)
    question = question_of(asked, problem="题", text="？", options=("甲", "乙", "丙"))
    outcome = outcome_of(question, verdict_of(asked, votes, stop_reason=stop_reason), [])
    (run / "results.jsonl").write_text(line_of(outcome), encoding="utf-8")
    assert told(write(run, tmp_path / "out.jsonl")) == f"2 questions, 1 of them null (1 {why})"


def test_gaps_are_filled_where_told(tmp_path: Path) -> None:
    assert write(a_run(tmp_path), tmp_path / "out.jsonl", fill="B") == Written(2, Counter())
    assert answers_in(tmp_path / "out.jsonl") == ["C", "B"]


@pytest.mark.parametrize("fill", ["b", "", "AB", "1", "C"])
def test_a_fill_that_is_no_letter_of_the_question_is_refused_and_nothing_is_written(tmp_path: Path, fill: str) -> None:
    with pytest.raises(UsageError):
        write(a_run(tmp_path), tmp_path / "out.jsonl", fill=fill)
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("text", [None, "{", "[]", '{"id": "x"}', '{"id": "x", "questions": [{}]}'])
def test_a_folder_without_a_readable_submission_is_named(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "submission.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"submission\.jsonl"):
        write(tmp_path, tmp_path / "out.jsonl")


def test_an_output_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match="a-file"):
        write(a_run(tmp_path), tmp_path / "a-file" / "out.jsonl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_a_failed_run_and_no_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", str(a_run(tmp_path)), "-o", "/dev/full"]) == 1
    assert "harness: /dev/full: No space left on device; make room" in capsys.readouterr().err
