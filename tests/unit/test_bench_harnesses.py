"""Why harnesses disagree: kinds and parts, on made-up readings; and what is asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.harnesses.asked import benchmark_of
from bench.harnesses.disagreement import disagreements, kind_of, parts_of
from bench.harnesses.readings import Reading, foreign_readings
from bench.harnesses.tables import Row, markdown, record
from solver.problems.question import Question, question_of

OURS = Reading(text="…", answer=1, reread=1, is_failed=False, is_forced=False, is_same_data=True, tokens=9)


def questions(count: int) -> list[Question]:
    return [
        question_of(f"p{place // 2}#{place % 2}", problem="P", text=f"{place}?", options=("x", "y"), gold_letter="B")
        for place in range(count)
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        (OURS, OURS, None),
        (OURS, None, "data"),
        (OURS, replace(OURS, is_same_data=False), "data"),
        (OURS, replace(OURS, answer=None, reread=None, is_failed=True), "failed"),
        (OURS, replace(OURS, answer=None), "extraction"),
        (OURS, replace(OURS, answer=0), "extraction"),
        (OURS, replace(OURS, answer=0, reread=0), "prompt"),
        (replace(OURS, reread=None, is_forced=True), replace(OURS, answer=None, reread=None), "forcing"),
        (replace(OURS, answer=0, reread=0), replace(OURS, answer=None, reread=1), "prompt"),
    ],
)
def test_a_disagreement_has_the_first_kind_that_holds(ours: Reading, theirs: Reading | None, kind: str | None) -> None:
    assert kind_of(ours, theirs, is_same_prompt=False) == kind


def test_with_the_same_prompt_other_texts_are_the_servers_spread() -> None:
    assert kind_of(OURS, replace(OURS, answer=0, reread=0), is_same_prompt=True) == "sampling"


def test_the_parts_add_up_to_the_difference() -> None:
    asked = questions(8)
    forced = replace(OURS, reread=None, is_forced=True)
    ours = {one.id: forced if place == 0 else OURS for place, one in enumerate(asked)}
    theirs = {one.id: OURS for one in asked}
    theirs[asked[1].id] = replace(OURS, answer=None)
    theirs[asked[2].id] = replace(OURS, answer=0, reread=0)
    theirs[asked[3].id] = replace(OURS, answer=0, reread=0)
    parts = parts_of(asked, ours, theirs)
    assert parts is not None
    assert [parts.whole.value, parts.extraction.value, parts.prompt.value, parts.forcing.value] == pytest.approx(
        [-3 / 8, -1 / 8, -1 / 8, -1 / 8]
    )
    assert parts.whole.n_clusters == 4
    found = disagreements(asked, ours, theirs, is_same_prompt=False)
    assert [one.kind for one in found] == ["extraction", "prompt", "prompt"]
    row = Row(contestant="x", benchmark="all", asked=8, parts=parts, disagreements=tuple(found))
    assert record(row)["disagreements_that_change_the_score"] == {"extraction": 1, "prompt": 2}
    assert "| all | x | 8 of 8 | -37.5 " in markdown([row], {"x": 1.0})


def test_questions_that_a_harness_did_not_ask_are_no_part_of_the_difference() -> None:
    asked = questions(4)
    ours = {one.id: OURS for one in asked}
    assert parts_of(asked, ours, {}) is None
    parts = parts_of(asked, ours, {one.id: OURS for one in asked[:3]})
    assert parts is not None
    assert (parts.whole.n, parts.whole.value) == (3, 0.0)
    row = Row(contestant="x", benchmark="all", asked=4, parts=parts, disagreements=())
    assert "| all | x | 3 of 4 | 0 | 0 | 0 | 0 | 3 |" in markdown([row], {"x": 1.0})


def written(path: Path, rows: Sequence[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_part_of_a_benchmark_is_whole_problems_and_always_the_same(tmp_path: Path) -> None:
    inner = [{"question": f"{place}?", "options": ["x", "y"], "answer": "A"} for place in range(3)]
    source = written(
        tmp_path / "my.set.jsonl", [{"id": f"p{n}", "problem": f"P{n}", "questions": inner} for n in range(9)]
    )
    found = benchmark_of(str(source), tmp_path / "a", 10)
    assert (found.name, len(found.questions)) == ("my", 12)
    assert found.questions == benchmark_of(str(source), tmp_path / "b", 10).questions
    assert all(one.id.startswith("my.0") for one in found.questions)


def test_evalscopes_log_meets_our_questions(tmp_path: Path) -> None:
    source = written(tmp_path / "s.jsonl", [{"id": "p", "question": "Q?", "options": ["x", "y"], "answer": "B"}])
    (question,) = benchmark_of(str(source), tmp_path, 0).questions
    review = {
        "target": "B",
        "messages": [{"role": "user", "content": "Q?\n\nA) x\nB) y"}, {"role": "assistant", "content": "答案是：B"}],
        "sample_score": {
            "group_id": 0,
            "generation_index": 0,
            "sample_metadata": {"id": question.id},
            "score": {
                "prediction": "答案是：B",
                "extracted_prediction": "A",
                "value": {"acc": 0},
                "main_score_name": "acc",
            },
        },
    }
    written(tmp_path / "out" / "reviews" / "m" / "general_mcq_s.jsonl", [review])
    found = foreign_readings(tmp_path / "out", tmp_path / "runs", "evalscope", {question.id: question})
    assert {name: (one.answer, one.reread, one.is_same_data) for name, one in found.items()} == {
        question.id: (0, 1, True)
    }
    assert (tmp_path / "runs" / "general_mcq_s" / "results.jsonl").exists()
