"""``harness submit`` copies a run's answers, counts the gaps, and fills them only if told to."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from harness.errors import RunFolderError
from harness.run.submission import NO_VOTE, NOT_ASKED, Written, told, write
from solver.base.errors import UsageError


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


def test_questions_that_the_run_did_not_ask_are_told_apart_from_those_without_a_vote(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    (run / "results.jsonl").write_text('{"question_id": "p0#0"}\n', encoding="utf-8")
    written = write(run, tmp_path / "out.jsonl")
    assert told(written) == f"2 questions, 1 of them null (1 {NOT_ASKED})"


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
    with pytest.raises(UsageError, match="no-such-folder"):
        write(a_run(tmp_path), tmp_path / "no-such-folder" / "out.jsonl")
