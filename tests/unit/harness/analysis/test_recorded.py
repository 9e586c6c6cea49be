"""Reading recorded votes, with their traps."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.analysis.recorded_votes import Recording, pool, read_recordings
from harness.errors import HarnessError, RecordError, RunFolderError


def write(path: Path, *rows: Mapping[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def samples(**changes: object) -> dict[str, object]:
    row = {"dataset": "d", "model": "m", "prompt": "p", "question_id": "q", "gold": "B", "n_options": 4}
    return {**row, "answers": ["A", None, "B"], **changes}


def test_answers_become_classes_and_null_casts_no_vote(tmp_path: Path) -> None:
    (found,) = pool(tuple(read_recordings(write(tmp_path / "a.jsonl", samples()))), ())
    assert (found.gold, found.votes) == (0, (1, None, 0))


def test_letters_are_compared_without_case_only_in_multiple_choice(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        samples(answers=[" b", "B", "f"]),
        samples(n_options=None, gold="x", answers=["X", "x", "True", "true"]),
    )
    letters, free = pool(tuple(read_recordings(path)), ())
    assert letters.votes == (0, 0, 1)
    assert free.votes == (1, 0, 2, 3)


def test_answers_may_be_any_scalars(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", samples(n_options=None, gold=7, answers=[7, "7", "", "''", True]))
    (found,) = pool(tuple(read_recordings(path)), ())
    assert found.votes == (0, 0, None, 1, 2)


def test_rows_are_pooled_in_their_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", samples(), samples(model="n"), samples(prompt="other", answers=["C", "B"]))
    pooled = pool(tuple(read_recordings(path)), ("dataset", "model", "question_id"))
    assert [(one.key, one.votes) for one in pooled] == [
        (("d", "m", "q"), (1, None, 0, 2, 0)),
        (("d", "n", "q"), (1, None, 0)),
    ]


def test_letters_by_model_are_a_row_each_and_the_corrected_key_counts(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl.gz"
    row = {"qid": "p1#0", "gold": "D", "gold_fix": "A", "samples": {"x": "AB?", "y": "D"}}
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n\n")
        file.write(json.dumps({**row, "qid": "p1#1", "gold_fix": None}) + "\n")
    first, second, third, _ = pool(tuple(read_recordings(path)), ())
    assert (first.gold, first.votes, second.votes) == (0, (0, 1, None), (1,))
    assert third.gold is None
    assert first.cluster == third.cluster


def test_a_row_per_question_and_model_pools_over_models(tmp_path: Path) -> None:
    row = {"qid": "p1#0", "gold": "D", "samples": {"x": "AB?", "y": "D"}}
    (one,) = pool(tuple(read_recordings(write(tmp_path / "v.jsonl", row))), ("question_id",))
    assert one.votes == (1, 2, None, 0)


def test_a_run_folder_is_read_through_its_results(tmp_path: Path) -> None:
    row = {"question_id": "p#0", "problem_id": "p", "n_options": 3, "gold": 0, "answer": 1, "votes": [1, None, 1]}
    write(tmp_path / "results.jsonl", row)
    (one,) = pool(tuple(read_recordings(tmp_path)), ())
    assert (one.gold, one.votes) == (0, (1, None, 1))


def test_an_ensemble_s_results_give_a_row_for_each_member(tmp_path: Path) -> None:
    members = {"x": {"answer": 1, "votes": [1, 1]}, "y": {"answer": 0, "votes": [0]}}
    row = {"question_id": "p#0", "problem_id": "p", "n_options": 3, "gold": 0, "answer": 1, "votes": [1, 1, 0]}
    write(tmp_path / "results.jsonl", {**row, "members": members})
    pooled = pool(tuple(read_recordings(tmp_path)), ("model",))
    assert [(one.key, one.votes) for one in pooled] == [(("x",), (1, 1)), (("y",), (0,))]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", ":2: not JSON"),
        ("[1]", ":2: each line must be one JSON object"),
        ('{"x": 1}', ":2: field 'answers' is missing"),
        (json.dumps(samples(answers="AB")), ":2: field 'answers' must be a list"),
        (json.dumps(samples(answers=[["A"]])), ":2: field 'answers' must be a list"),
        (json.dumps(samples(gold=["A"])), ":2: field 'gold' must be a string or null"),
        (json.dumps(samples(question_id="")), ":2: field 'question_id' must be a string"),
        (json.dumps(samples(n_options="4")), ":2: field 'n_options' must be a whole number"),
        ('{"qid": "a", "gold": "A", "samples": {"m": ["A"]}}', ":2: field 'samples' must be a string of letters"),
        ('{"qid": "a", "samples": {"m": "A"}}', ":2: field 'gold' must be"),
        ('{"question_id": "a", "votes": []}', ":2: field 'problem_id' must be"),
        ('{"question_id": "a", "problem_id": "a", "n_options": 2, "votes": ["A"]}', ":2: field 'votes' must be"),
        ("[" * 100_000, ":2: "),
    ],
)
def test_a_bad_line_is_named_by_file_line_and_field(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(samples()) + "\n" + row + "\n", encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        tuple(read_recordings(path))
    assert f"{path}{message}" in str(caught.value)


def test_rows_with_different_keys_do_not_pool(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", samples(), samples(gold="A"))
    with pytest.raises(RecordError, match=r"a\.jsonl:2: field 'gold' is 'A' but 'B'"):
        pool(tuple(read_recordings(path)), ("question_id",))


def test_a_field_to_pool_by_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"a\.jsonl:1: field 'topic' to pool by is missing; it has dataset"):
        pool(tuple(read_recordings(write(tmp_path / "a.jsonl", samples()))), ("topic",))


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="missing"):
        tuple(read_recordings(tmp_path / "missing.jsonl"))
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(gzip.compress(b"{}" * 1000)[:20])
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"a": "\xe4"}\n')
    plain = tmp_path / "plain.gz"
    plain.write_bytes(b"{}")
    for path in (broken, latin, plain):
        with pytest.raises(HarnessError, match=path.name):
            tuple(read_recordings(path))


def notes_of(path: Path) -> tuple[list[Recording], list[str]]:
    said: list[str] = []
    return list(read_recordings(path, said.append)), said


def test_letters_in_any_spelling_are_one_vote_and_placeholders_are_none(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", samples(answers=["(B)", "b", "选项B", "B. yes", "N/A", "-", "?"], gold="（b）"))
    (found,), said = notes_of(path)
    assert (found.gold, found.answers) == ("B", ("B",) * 4 + (None,) * 3)
    assert [one.split(" ")[1] for one in said] == ["4", "3"]


def test_a_placeholder_that_is_the_key_is_an_answer(tmp_path: Path) -> None:
    (found,), _ = notes_of(write(tmp_path / "a.jsonl", samples(n_options=None, gold="-", answers=["-", "+", "n/a"])))
    assert found.answers == ("-", "+", None)


@pytest.mark.parametrize(
    "row", [samples(gold="E"), samples(gold="2"), {"qid": "q#0", "gold": "both", "samples": {"m": "AB"}}]
)
def test_a_key_that_can_never_be_met_is_said(tmp_path: Path, row: dict[str, object]) -> None:
    _, said = notes_of(write(tmp_path / "a.jsonl", row))
    assert len(said) == 1
    assert "can never be met" in said[0]
    assert "a.jsonl:1" in said[0]
