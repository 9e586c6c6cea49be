"""Reading problems: both forms, and every fault named with file, line and field."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from solver.base.errors import InputError
from solver.problems.inline_options import split_inline_options
from solver.problems.jsonl import load_problems, questions_of, require_good

GOOD: dict[str, Any] = {
    "id": "p1",
    "problem": "甲比乙高。",
    "questions": [{"question": "谁高？", "options": ["甲", "乙"], "answer": "A"}],
}


def write(path: Path, *rows: object, end: str = "\n") -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_bytes((end.join(lines) + end).encode())
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_do_not_matter(tmp_path: Path, end: str, mark: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes((mark + json.dumps(GOOD) + end + end + json.dumps({**GOOD, "id": "p2"})).encode())
    loaded = load_problems([path])
    assert not loaded.bad
    assert [question.id for question in questions_of(loaded.problems)] == ["p1#0", "p2#0"]


def test_gzip_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(GOOD).encode()))
    assert load_problems([path]).problems[0].text == "甲比乙高。"


def test_a_flat_line_without_input_holds_all_in_its_instruction(tmp_path: Path) -> None:
    rows = [
        {"instruction": f"谁{n}？\nA. 甲\nB. 乙", "input": blank, "output": "B"} for n, blank in enumerate(("", " \n"))
    ]
    loaded = load_problems([write(tmp_path / "flat.jsonl", *rows)])
    found = [(one.problem, one.text, one.options, one.gold) for one in questions_of(loaded.problems)]
    assert found == [("", "谁0？", ("甲", "乙"), 1), ("", "谁1？", ("甲", "乙"), 1)]
    assert loaded.bad == ()


def test_letters_in_the_text_of_a_problem_are_no_options_of_a_question_beside_it(tmp_path: Path) -> None:
    row = {"instruction": "A: B lies.\nB: A lies.", "input": "Who lies?", "output": "B"}
    (fault,) = load_problems([write(tmp_path / "flat.jsonl", row)]).bad
    assert fault.field == "input"


def test_flat_lines_of_one_instruction_become_one_problem(tmp_path: Path) -> None:
    rows = [{"instruction": "数一数。", "input": f"第{n}问？\nA: 10; B: 14", "output": "B"} for n in range(2)]
    loaded = load_problems([write(tmp_path / "flat.jsonl", *rows)])
    assert len(loaded.problems) == 1
    assert [(q.text, q.options, q.gold) for q in loaded.problems[0].questions] == [
        ("第0问？", ("10", "14"), 1),
        ("第1问？", ("10", "14"), 1),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("几只？\nA: 10; B: 14", ("几只？", ("10", "14"))),
        ("问？A. 甲 B. 乙 C. 丙", ("问？", ("甲", "乙", "丙"))),
        ("选A还是B？\nA、是\nB、否", ("选A还是B？", ("是", "否"))),
        ("没有选项", ("没有选项", ())),
        ("谁？\nＡ．甲　Ｂ．乙", ("谁？", ("甲", "乙"))),
        ("Which?\nA. vitamin A, B. or C\nB. iron", ("Which?", ("vitamin A, B. or C", "iron"))),
        ("Which?\nA. see B. below\nB. x\nC. y", ("Which?", ("see B. below", "x", "y"))),
    ],
)
def test_inline_options_are_split_off(text: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert split_inline_options(text) == expected


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("{", "line"),
        ("[1]", "line"),
        ({"x": 1}, "line"),
        ({**GOOD, "id": [3]}, "id"),
        ({**GOOD, "id": True}, "id"),
        ({**GOOD, "id": "a\nb"}, "id"),
        ({"id": "x", "questions": GOOD["questions"]}, "problem"),
        ({**GOOD, "questions": []}, "questions"),
        ({**GOOD, "questions": ["x"]}, "questions[0]"),
        ({**GOOD, "questions": [{"question": "?", "options": ["only"]}]}, "questions[0].options"),
        ({**GOOD, "questions": [{"question": "?", "options": ["same", "same "]}]}, "questions[0].options"),
        ({**GOOD, "questions": [{"question": "?", "options": [str(n) for n in range(27)]}]}, "questions[0].options"),
        ({**GOOD, "questions": [{"question": "?", "options": [1, 2]}]}, "questions[0].options"),
        ({**GOOD, "questions": [{"question": "?", "options": ["a", "b"], "answer": "C"}]}, "questions[0].answer"),
        ({"instruction": "i", "input": "no options", "output": ""}, "input"),
    ],
)
def test_a_bad_line_is_named_with_line_and_field(tmp_path: Path, row: object, field: str) -> None:
    path = write(tmp_path / "a.jsonl", GOOD, row)
    loaded = load_problems([path])
    assert [(fault.line, fault.field) for fault in loaded.bad] == [(2, field)]
    assert len(loaded.problems) + len(loaded.bad) == loaded.lines == 2
    with pytest.raises(InputError, match=r"a\.jsonl:2:" + field.replace("[", r"\[").replace("]", r"\]")):
        require_good(loaded)


def test_all_bad_lines_are_listed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", "{", GOOD, "}", GOOD)
    loaded = load_problems([path])
    assert [fault.line for fault in loaded.bad] == [1, 3, 4]
    assert "used before" in loaded.bad[2].message


def test_one_option_is_told_of_in_the_singular(tmp_path: Path) -> None:
    row = {**GOOD, "questions": [{"question": "?", "options": ["only"]}]}
    (fault,) = load_problems([write(tmp_path / "a.jsonl", row)]).bad
    assert fault.message == "1 option, where 2 to 26 are wanted"


def test_twin_options_are_one_class(tmp_path: Path) -> None:
    row = {**GOOD, "questions": [{"question": "?", "options": ["x", "y", "x"], "answer": "C"}]}
    question = load_problems([write(tmp_path / "a.jsonl", row)]).problems[0].questions[0]
    assert question.classes == (0, 1, 0)
    assert question.gold == 0


def test_an_option_that_swallowed_others_is_noted_not_dropped(tmp_path: Path) -> None:
    row = {**GOOD, "questions": [{"question": "?", "options": ["x", "y\nC. z"]}]}
    loaded = load_problems([write(tmp_path / "a.jsonl", row)])
    assert len(loaded.problems) == 1
    assert [fault.field for fault in loaded.odd] == ["questions[0].options[1]"]


def test_a_missing_file_and_a_wrong_encoding_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_problems([tmp_path / "none.jsonl"])
    (tmp_path / "gbk.jsonl").write_bytes("逻辑".encode("gbk"))
    with pytest.raises(InputError, match="UTF-8"):
        load_problems([tmp_path / "gbk.jsonl"])


def test_a_contest_row_with_answers_has_the_contests_own_fields(tmp_path: Path) -> None:
    questions = [{**question, "chain": "so it is A"} for question in GOOD["questions"]]
    (row,) = load_problems([write(tmp_path / "a.jsonl", {"family": "f", **GOOD, "questions": questions})]).rows
    assert json.loads(row.line({})) == {**GOOD, "questions": [{**GOOD["questions"][0], "answer": None}]}
    assert json.loads(row.line({"p1#0": "B"}))["questions"][0]["answer"] == "B"


@pytest.mark.parametrize("row", [
    {"instruction": "题", "input": "问\nA: 甲; B: 乙", "output": ""},
    {"question": "问", "options": ["甲", "乙"]},
])  # fmt: skip
def test_a_row_that_no_writer_can_write_whole_is_written_as_far_as_it_can_be(
    tmp_path: Path, row: dict[str, object]
) -> None:
    text = json.dumps(row)[:-1] + ', "deep": ' + "[" * 900 + "]" * 900 + ', "half": "\\ud800", "mine": 1}'
    (tmp_path / "a.jsonl").write_text(text + "\n", encoding="utf-8")
    (read,) = load_problems([tmp_path / "a.jsonl"]).rows

    def on_a_high_stack(frames: int) -> str:
        return on_a_high_stack(frames - 1) if frames else read.line({read.question_ids[0]: "B"})

    written = on_a_high_stack(200)
    assert written.encode()
    found = json.loads(written)
    assert found["mine"] == 1
    assert "B" in (found.get("output"), found.get("answer"))


LABELLED = ["(A)甲", "(B) 乙", "C、丙"]


@pytest.mark.parametrize(
    "row",
    [
        {"id": "p", "problem": "P", "questions": [{"question": "?", "options": LABELLED, "answer": "(B)"}]},
        {"question": "?", "options": LABELLED, "answer": "乙"},
        {"question": "?", "options": LABELLED, "answer": "B. 乙"},
        {"instruction": "P", "input": "?\nA: 甲; B: 乙; C: 丙", "output": "选项B"},
        {"id": "p", "problem": "P", "questions": [{"question": "?", "options": ["①甲", "②乙", "③丙"], "answer": "②"}]},
        {
            "id": "p",
            "problem": "P",
            "questions": [{"question": "?", "options": ["1. 甲", "2. 乙", "3. 丙"], "answer": 2}],
        },
    ],
)
def test_labels_printed_in_the_data_are_read_in_every_form_and_said(tmp_path: Path, row: dict[str, object]) -> None:
    loaded = load_problems([write(tmp_path / "a.jsonl", row)])
    (question,) = questions_of(loaded.problems)
    assert (question.options, question.gold) == (("甲", "乙", "丙"), 1)
    said = " ".join(fault.message for fault in loaded.odd)
    assert ("taken off" in said) == ("input" not in row)
    assert "is read as B" in said


def test_what_is_said_of_labels_is_said_once_a_file(tmp_path: Path) -> None:
    rows = [{"question": f"{n}?", "options": ["A. x", "B. y"], "answer": "b"} for n in range(9)]
    odd = load_problems([write(tmp_path / "a.jsonl", *rows)]).odd
    assert [(fault.line, fault.field, "8 more like it" in fault.message) for fault in odd] == [
        (1, "options", True),
        (1, "answer", True),
    ]


@pytest.mark.parametrize(
    ("options", "answer", "field"),
    [
        (["B. x", "A. y"], None, "options"),
        (["x", "y"], "A. y", "answer"),
        (["x", "y"], "(C)", "answer"),
        (["x", "y"], 1, "answer"),
        (["1. x", "2. y"], "3", "answer"),
        (["A. x", "B. y", "D. z"], "B", "options"),
        (["x", "y"], "z", "answer"),
    ],
)
def test_labels_that_say_two_things_or_nothing_are_refused(
    tmp_path: Path, options: list[str], answer: object, field: str
) -> None:
    row = {"question": "?", "options": options, "answer": answer}
    (fault,) = load_problems([write(tmp_path / "a.jsonl", row)]).bad
    assert fault.field == field


@pytest.mark.parametrize("answer", [None, "", " ", "?", "N/A", "-"])
def test_a_placeholder_is_no_key(tmp_path: Path, answer: object) -> None:
    row = {"question": "?", "options": ["x", "y"], "answer": answer}
    assert load_problems([write(tmp_path / "a.jsonl", row)]).problems[0].questions[0].gold is None


def test_problems_of_mixed_forms_stand_in_the_order_of_their_first_lines(tmp_path: Path) -> None:
    def contest(name: str) -> dict[str, object]:
        return {"id": name, "problem": name, "questions": [{"question": "?", "options": ["x", "y"], "answer": "A"}]}

    flat = [{"instruction": text, "input": "问？\nA: 1; B: 2", "output": "B"} for text in ("甲", "乙", "甲")]
    loaded = load_problems([write(tmp_path / "m.jsonl", contest("p"), flat[0], contest("q"), flat[1], flat[2])])
    assert [problem.id for problem in loaded.problems] == ["p", "m-00002", "q", "m-00004"]
    assert [len(problem.questions) for problem in loaded.problems] == [1, 2, 1, 1]
