"""From any form of data to a submission and back: eval, submit and combine keep rows, ids and order."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.golden.command import ran
from tests.support.command import rows_of, serving

CONTEST = {"id": "p", "problem": "甲比乙高。", "questions": [{"question": "谁高？", "options": ["甲", "乙"]}]}
FLAT = {"instruction": "三人排队。", "input": "谁先？\nA: 甲; B: 乙", "output": ""}
ROW = {"question": "1 + 1?", "options": ["1", "2"], "source": "mine"}
FORMS: dict[str, list[dict[str, Any]]] = {
    "contest": [CONTEST, {**CONTEST, "id": "q"}],
    "flat": [FLAT, {**FLAT, "instruction": "又"}, {**FLAT, "input": "谁后？\nA: 甲; B: 乙", "id": "7"}],
    "row": [ROW, {**ROW, "question": "2 + 2?", "id": "x"}],
    "mixed": [FLAT, CONTEST, {**FLAT, "input": "谁后？\nA: 甲; B: 乙"}, ROW, {**CONTEST, "id": "q"}],
}


def without_answers(row: dict[str, Any]) -> dict[str, Any]:
    if "questions" in row:
        return {**row, "questions": [without_answers(one) for one in row["questions"]]}
    return {name: value for name, value in row.items() if name not in ("answer", "output")}


def evaluated(folder: Path, data: str, *words: object, run: str = "run") -> str:
    with serving() as server:
        ending = ran("harness", "eval", data, "--endpoint", server.url, "--run", run, *words, folder=folder)
    assert ending.code == 0, ending.err
    return ending.err


@pytest.mark.parametrize("form", FORMS)
def test_eval_submit_and_combine_give_back_the_rows_of_the_data(tmp_path: Path, form: str) -> None:
    rows = FORMS[form]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "in.jsonl").write_text(text, encoding="utf-8")
    evaluated(tmp_path, "in.jsonl")
    evaluated(tmp_path, "in.jsonl", "--seed", 9, run="other")
    for words in (("submit", "run"), ("combine", "run", "other")):
        ending = ran("harness", *words, "-o", "out.jsonl", folder=tmp_path)
        assert ending.code == 0, ending.err
        written = rows_of(tmp_path / "out.jsonl")
        assert [without_answers(row) for row in written] == [without_answers(row) for row in rows]
    # What was made of the data is data.
    assert "null" not in evaluated(tmp_path, "out.jsonl", run="again")


COLUMNS = ("name", "stem", "A", "B", "key")
TABLE = [("n1", "1 + 1?", "1", "2", "1"), ("n2", "0 + 1?", "1", "2", "0")]


def as_csv(path: Path, delimiter: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([COLUMNS, *TABLE])


@pytest.mark.parametrize("name", ["in.csv", "in.tsv", "in.json", "in.jsonl"])
def test_rows_with_names_of_their_own_come_back_in_the_row_form_one_by_one(tmp_path: Path, name: str) -> None:
    rows = [dict(zip(COLUMNS, one, strict=True)) for one in TABLE]
    if name.endswith("sv"):
        as_csv(tmp_path / name, "\t" if name == "in.tsv" else ",")
    else:
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / name).write_text(json.dumps(rows) if name == "in.json" else lines, encoding="utf-8")
    evaluated(tmp_path, name, "--map", "id=name,question=stem,options=A+B,answer=key:0")
    ending = ran("harness", "submit", "run", "-o", "out.jsonl", folder=tmp_path)
    assert ending.code == 0, ending.err
    written = rows_of(tmp_path / "out.jsonl")
    assert [without_answers(row) for row in written] == [
        {"id": one[0], "question": one[1], "options": ["1", "2"]} for one in TABLE
    ]
    assert {row["answer"] for row in written} <= {"A", "B"}


def test_a_run_over_part_of_the_data_says_how_many_are_null_and_why(tmp_path: Path) -> None:
    rows = FORMS["mixed"]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    why = "5 questions, 3 of them null (3 not asked (--limit))"
    assert f"submission.jsonl: {why}" in evaluated(tmp_path, "in.jsonl", "--limit", 2)
    assert why in ran("harness", "submit", "run", "-o", "out.jsonl", folder=tmp_path).err
    assert [without_answers(row) for row in rows_of(tmp_path / "out.jsonl")] == [without_answers(row) for row in rows]
