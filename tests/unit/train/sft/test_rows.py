"""Rows of fine-tuning data: three forms, errors that name file, line and field, answers that must agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solver.training_rows import Message, TrainingRow
from synth.generate.bulk import generate
from synth.generate.order import Format, Order
from train.errors import RowsError
from train.sft.row_files import load_rows

PROMPT = "题目\n谁在左边？\nA. 小明\nB. 小红\nC. 小刚"


def _file(folder: Path, *lines: object) -> Path:
    path = folder / "rows.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def _messages(said: str = "所以小红。\n答案是：B", **more: object) -> dict[str, object]:
    listed = [{"role": "user", "content": PROMPT}, {"role": "assistant", "content": said}]
    return {"messages": listed, **more}


def _one(folder: Path, line: object) -> TrainingRow:
    (row,) = load_rows([_file(folder, line)])
    return row


def test_a_row_of_messages_is_read_with_its_letter_and_its_place(tmp_path: Path) -> None:
    row = _one(tmp_path, _messages(answer="B"))
    assert (row.letter, row.n_options) == ("B", 3)
    assert row.prompt == (Message("user", PROMPT),)
    assert row.where == f"{tmp_path / 'rows.jsonl'}:1"


def test_what_synth_writes_is_read_without_complaint(tmp_path: Path) -> None:
    forms: tuple[Format, ...] = ("messages", "contest")
    for form in forms:
        path = tmp_path / f"{form}.jsonl"
        generate(Order(count=20, seed=3, format=form), path, processes=1)
        rows = load_rows([path])
        assert len(rows) > 20
        assert all(row.letter and row.n_options for row in rows)


def test_an_alpaca_row_joins_instruction_and_input(tmp_path: Path) -> None:
    line = {"system": "s", "instruction": "问", "input": "甲", "output": "乙", "history": [["一", "二"]]}
    row = _one(tmp_path, line)
    roles = [(one.role, one.content) for one in row.prompt]
    assert roles == [("system", "s"), ("user", "一"), ("assistant", "二"), ("user", "问\n甲")]
    assert (row.answer, row.letter) == ("乙", None)


def test_a_contest_row_is_rendered_with_the_named_template(tmp_path: Path) -> None:
    question = {"question": "Who?", "options": ["x", "y"], "answer": "A", "chain": "The answer is A"}
    path = _file(tmp_path, {"problem": "P", "questions": [question, question]})
    rows = load_rows([path], prompt="english")
    assert len(rows) == 2
    assert rows[0].prompt[0].content.endswith("A. x\nB. y")


def test_a_row_of_another_kind_of_data_needs_no_letter(tmp_path: Path) -> None:
    listed = [{"role": "user", "content": "6 乘 7？"}, {"role": "assistant", "content": "42"}]
    assert _one(tmp_path, {"messages": listed, "answer": "42"}).letter is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (_messages(""), ":1: messages[1]: content: is empty"),
        (_messages("答案是：C", answer="B"), ":1: messages[1]: ends in C, but answer is B"),
        (_messages("答案是：E"), ":1: messages[1]: says E, but the options are A to C"),
        (_messages("答案是：B", answer="D"), ":1: answer: says D, but the options are A to C"),
        (_messages("不知道。", answer="B"), ":1: messages[1]: announces no letter, but answer is B"),
        (_messages("答案是：C", options=["小明", "小红"]), "says C, but the options are A to B"),
        (_messages(answer="BC"), "answer: is 'BC'; a question with options needs one letter"),
        ("{", ":1: no JSON"),
        ("[]", ":1: list, not an object"),
        ({"text": "x"}, ":1: has the keys text; needs messages"),
        ({"messages": [{"role": "user", "content": "x"}]}, "messages: must be a list that ends"),
        (
            {"messages": [{"role": "bot", "content": "x"}, {"role": "user", "content": "y"}]},
            "messages[0].role: is 'bot'",
        ),
        ({"instruction": "x"}, ":1: output: is missing"),
        ({"problem": "p", "questions": [{"question": "q", "options": ["a", "b"]}]}, "questions[0].chain: is missing"),
    ],
)
def test_a_bad_row_is_named_with_line_and_field(tmp_path: Path, line: object, told: str) -> None:
    with pytest.raises(RowsError) as caught:
        load_rows([_file(tmp_path, line)])
    assert told in str(caught.value)


def test_all_bad_rows_are_counted_and_ten_are_shown(tmp_path: Path) -> None:
    path = _file(tmp_path, _messages(), *["{"] * 14)
    with pytest.raises(RowsError) as caught:
        load_rows([path])
    text = str(caught.value)
    assert text.startswith("14 bad rows beside 1 good ones")
    assert text.count("no JSON") == 10
    assert text.endswith("… and 4 more")


def test_a_missing_or_empty_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RowsError, match="cannot be read"):
        load_rows([tmp_path / "none.jsonl"])
    with pytest.raises(RowsError, match="holds no rows"):
        load_rows([_file(tmp_path, "")])


def test_questions_of_one_problem_share_a_group_whatever_their_prompt_looks_like() -> None:
    from train.sft.tokens import _group

    def row(name: str | None, prompt: str) -> TrainingRow:
        return TrainingRow(id=name, prompt=(Message("user", prompt),), answer="答案是：A")

    assert _group(row("p#0", "【题目】\n甲\n【问题】\n谁先？")) == _group(
        row("p#1/2", "【题目】\n甲\n【问题】\n谁后？")
    )
    assert _group(row("p#0", "x")) != _group(row("q#0", "x"))
    assert _group(row(None, "### 题目\n甲\n### 问题\n谁先？")) == _group(row(None, "### 题目\n甲\n### 问题\n谁后？"))
