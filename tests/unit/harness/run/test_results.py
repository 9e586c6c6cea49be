"""The lines of results.jsonl come back as they went."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import RecordError, RunFolderError
from harness.run.results import line_of, read_results
from solver.problems.question import question_of
from solver.scheduling.outcome import outcome_of
from solver.voting.ensemble import parse_ensemble
from solver.voting.tally import verdict_of

QUESTION = question_of(
    "p\u2028#0", problem="题", text="?", options=("x", "y", "x"), gold_letter="C", family="f", level=0, split="seen"
)


def test_results_are_read_back_as_written(tmp_path: Path) -> None:
    members = [verdict_of(QUESTION.id, votes, stop_reason="cap", model=name) for name, votes in MEMBERS.items()]
    alone = outcome_of(QUESTION, verdict_of(QUESTION.id, [1, None, 0, 0], stop_reason="lead 1"), [])
    (tmp_path / "results.jsonl").write_text(line_of(alone), encoding="utf-8")
    assert read_results(tmp_path) == (alone,)
    together = outcome_of(QUESTION, parse_ensemble("plurality").combine(members), [])
    (tmp_path / "results.jsonl").write_text(line_of(together), encoding="utf-8")
    assert read_results(tmp_path / "results.jsonl") == (together,)


def test_a_line_has_the_fields_that_others_rely_on() -> None:
    row = json.loads(line_of(outcome_of(QUESTION, verdict_of(QUESTION.id, [0, None], stop_reason="cap"), [])))
    assert row["gold"] == 0
    assert (row["answer"], row["answer_letter"], row["correct"]) == (0, "A", True)
    assert (row["votes"], row["samples"], row["level"], row["members"]) == ([0, None], 2, 0, None)


def test_no_answer_is_wrong_and_has_no_letter() -> None:
    row = json.loads(line_of(outcome_of(QUESTION, verdict_of(QUESTION.id, [None], stop_reason="cap"), [])))
    assert (row["answer"], row["answer_letter"], row["correct"], row["vote_share"]) == (None, None, False, None)


def test_a_question_that_comes_twice_is_an_error(tmp_path: Path) -> None:
    line = line_of(outcome_of(QUESTION, verdict_of(QUESTION.id, [0], stop_reason="cap"), []))
    (tmp_path / "results.jsonl").write_text(line + line, encoding="utf-8")
    with pytest.raises(RecordError, match=r"results\.jsonl:2: field 'question_id'"):
        read_results(tmp_path)


def test_a_folder_without_results_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"is not there; has the run finished\? .*give the folder of a run"):
        read_results(tmp_path)


MEMBERS: dict[str, list[int | None]] = {"a": [1, 1, None], "b": [0]}
