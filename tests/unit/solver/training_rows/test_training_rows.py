"""Training rows: what is written is read back as it was; a row that teaches to ask announces no letter."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import pytest

from solver.training_rows import (
    Message,
    RowError,
    TrainingRow,
    alpaca_row,
    contest_rows,
    contradiction,
    messages_row,
    read_object,
    read_rows,
)

ROW = TrainingRow(
    id="p#0",
    problem_id="p",
    problem="甲比乙高。",
    question="谁高？",
    options=("甲", "乙"),
    letter="A",
    prompt=(Message("user", "甲比乙高。\n谁高？\nA. 甲\nB. 乙"),),
    answer="甲比乙高。\n答案是：A",
)


@pytest.mark.parametrize("write", [messages_row, alpaca_row, lambda row: contest_rows([row])[0]])
def test_a_row_is_read_back_from_every_form_with_its_letter(write: Callable[[TrainingRow], object]) -> None:
    (row,) = read_rows(read_object(json.dumps(write(ROW))))
    assert (row.id, row.answer, row.letter, row.options, row.n_options) == ("p#0", ROW.answer, "A", ("甲", "乙"), 2)


def test_rows_of_one_problem_share_a_line_of_the_contests_form() -> None:
    other = dataclasses.replace(ROW, id="p#1", question="谁矮？", letter="B", answer="答案是：B")
    (line,) = contest_rows([ROW, other])
    assert [row.letter for row in read_rows(line)] == ["A", "B"]


def test_a_row_that_contradicts_itself_is_refused_strictly_and_read_leniently() -> None:
    values = messages_row(dataclasses.replace(ROW, letter="B"))
    with pytest.raises(RowError, match=r"messages\[1\]: ends in A, but answer is B"):
        read_rows(values)
    (row,) = read_rows(values, is_lenient=True)
    assert row.answer == ROW.answer


def test_an_announced_letter_beyond_the_options_is_a_contradiction_and_not_silence() -> None:
    row = dataclasses.replace(ROW, letter=None, answer="答案是：D", n_options=2)
    assert contradiction(row) == "chain: says D, but the options are A to B; fix the row"


ASKED = "### 题目\nA：比B高。\nB：比C高。\n\n### 已有问题\n（无）\n\n### 新问题"
NEW = '<think>谁最矮？\n答案是：D</think>{"question": "谁最矮？", "options": ["甲", "乙", "丙", "丁"], "answer": "D"}'


def test_names_in_a_problem_are_no_options_of_a_row_that_teaches_to_write_questions() -> None:
    turns = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": NEW}]
    (row,) = read_rows({"messages": turns})
    assert (row.letter, row.n_options) == (None, None)


def test_a_row_whose_answer_is_a_letter_in_json_is_still_held_against_its_options() -> None:
    turns = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": '{"answer": "D"}'}]
    with pytest.raises(RowError, match="says D, but the options are A to B"):
        read_rows({"messages": turns})
