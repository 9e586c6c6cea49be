"""Saving from the terminal: answers are added to files of saved answers, and to no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solver.problems.question import Problem
from solver.scheduling.settings import SamplingSettings
from solver.terminal.files import save
from solver.terminal.state import Stage, State
from solver.terminal.watch import Watch
from tests.support.scripted_sampler import a_question
from tests.unit.solver.scheduling.test_solve import solved


def a_state() -> State:
    """A state that shows an answered question."""
    settings = SamplingSettings(models=("m",), rule="fixed:2")
    question = a_question()
    watch = Watch(question, 0.0, settings=settings)
    watch.outcome = solved([0, 0], settings, question=question)[0]
    problem = Problem(id=question.problem_id, text=question.problem, questions=(question,))
    return State(settings=settings, models=("m",), problem=problem, watches={question: watch}, stage=Stage.READ)


@pytest.mark.parametrize("name", ["saved.jsonl", "saved.json", "saved.txt", "saved.md"])
def test_answers_are_added_to_what_was_saved_before(tmp_path: Path, name: str) -> None:
    for times in (1, 2):
        state = a_state()
        save(state, str(tmp_path / name))
        assert not state.is_bad, state.message
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert len(text) % times == 0
        assert text == text[: len(text) // times] * times


@pytest.mark.parametrize(("name", "text"), [
    ("notes.md", "# what I found in three weeks\n"),
    ("thesis.txt", "votes in order: of appearance\n"),
    ("problems.jsonl", json.dumps({"id": "p", "problem": "P", "questions": []}) + "\n"),
    ("results.jsonl", json.dumps({"question_id": "p#0", "gold": 1}) + "\n"),
    ("config.json", '{"a": 1}\n'),
    ("picture.png", "\udc89PNG\n"),
])  # fmt: skip
def test_nothing_is_added_to_a_file_of_another_kind(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    before = path.read_bytes()
    state = a_state()
    save(state, str(path))
    assert path.read_bytes() == before
    assert state.is_bad
    assert "holds no saved answers" in state.message


def test_an_empty_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / "new.txt").touch()
    state = a_state()
    save(state, str(tmp_path / "new.txt"))
    assert not state.is_bad
    assert "votes in order" in (tmp_path / "new.txt").read_text(encoding="utf-8")
