"""Rows of one option each become questions where it is certain that they are that."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest

from solver.base.errors import InputError
from solver.problems.jsonl import Loaded, questions_of
from solver.problems.shapes.container import Input
from solver.problems.shapes.load import load_opened
from tests.support.linear_time import is_linear

NAMES = ("question_id", "question", "label", "text", "is_correct")
ROWS = [
    ("7", "Who is first?", "A", "Ann", "0"),
    ("7", "Who is first?", "B", "Tom", "1"),
    ("8", "Who is last?", "A", "Kim", "1"),
    ("8", "Who is last?", "B", "Bob", "0"),
    ("8", "Who is last?", "C", "Tom", "0"),
]
FOUND = [("Who is first?", ("Ann", "Tom"), 1), ("Who is last?", ("Kim", "Bob", "Tom"), 0)]


def loaded_from(names: Sequence[str], rows: Sequence[Sequence[object]], said: list[str] | None = None) -> Loaded:
    lines = "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows)
    return load_opened([Input("t.jsonl", lines.encode())], tell=(said if said is not None else []).append)


def found_in(names: Sequence[str], rows: Sequence[Sequence[object]]) -> list[tuple[str, tuple[str, ...], int | None]]:
    loaded = loaded_from(names, rows)
    assert loaded.bad == ()
    return [(one.text, one.options, one.gold) for one in questions_of(loaded.problems)]


def test_rows_of_one_question_are_joined_and_it_is_told() -> None:
    said: list[str] = []
    loaded = loaded_from(NAMES, ROWS, said)
    assert [problem.id for problem in loaded.problems] == ["7", "8"]
    assert said[0] == "t.jsonl: 5 rows of one option each, those of one question joined by question_id"
    assert found_in(NAMES, ROWS) == FOUND


@pytest.mark.parametrize("order", [(2, 0, 4, 1, 3), (4, 3, 2, 1, 0)])
def test_options_stand_in_the_order_of_their_letters(order: Sequence[int]) -> None:
    assert sorted(found_in(NAMES, [ROWS[place] for place in order])) == sorted(FOUND)


@pytest.mark.parametrize(
    "names",
    [
        ("qid", "stem", "option_label", "option_text", "correct"),
        ("题号", "题目", "选项", "内容", "是否正确"),
        ("item_id", "question", "letter", "option", "is_answer"),
    ],
)
@pytest.mark.parametrize("flags", [("0", "1"), ("FALSE", "TRUE"), (False, True), ("否", "是")])
def test_columns_by_other_names_are_known(names: Sequence[str], flags: Sequence[object]) -> None:
    assert found_in(names, [(*row[:4], flags[int(row[4])]) for row in ROWS]) == FOUND


def test_a_key_that_all_rows_of_a_question_share_is_its_key() -> None:
    names = (*NAMES[:4], "answer")
    assert found_in(names, [(*row[:4], "B" if row[0] == "7" else "A") for row in ROWS]) == FOUND


def test_options_without_letters_are_joined_by_their_question() -> None:
    names = ("question", "option", "is_correct")
    assert found_in(names, [(row[1], row[3], row[4]) for row in ROWS]) == FOUND


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        ((0, 4, "1"), "is_correct", "2 right options of question_id '7', where one is wanted"),
        ((1, 1, "Who else?"), "question", "2 texts under question_id '7', where one is wanted"),
        ((1, 0, ""), "question_id", "no question_id"),
    ],
)
def test_a_question_whose_rows_do_not_fit_is_named(change: tuple[int, int, str], field: str, told: str) -> None:
    rows = [list(row) for row in ROWS]
    rows[change[0]][change[1]] = change[2]
    faults = loaded_from(NAMES, rows).bad
    assert (field, told) in [(fault.field, fault.message[: len(told)]) for fault in faults]


def test_statements_that_are_right_or_wrong_are_no_options() -> None:
    rows = [("True or false?", f"statement {n}", n % 2 == 0) for n in range(4)]
    found = found_in(("question", "text", "correct"), rows)
    assert [(options, gold) for _, options, gold in found] == [(("True", "False"), n % 2) for n in range(4)]


def test_what_students_wrote_is_no_option() -> None:
    rows = [(row[0], row[1], f"s{n % 2}", row[3], row[4]) for n, row in enumerate(ROWS)]
    with pytest.raises(InputError, match="no options found"):
        loaded_from(("question_id", "question", "student", "text", "correct"), rows)


def test_options_without_the_text_of_their_questions_are_refused() -> None:
    names = ("question_id", *NAMES[2:])
    with pytest.raises(
        InputError, match=r"t\.jsonl: rows of one option each \(question_id, text, is_correct\) without"
    ):
        loaded_from(names, [(row[0], *row[2:]) for row in ROWS])


def test_rows_of_one_option_are_joined_in_linear_time() -> None:
    def make(size: int) -> Callable[[], object]:
        rows = [(str(n // 2), f"q{n // 2}", "AB"[n % 2], f"t{n}", str(n % 2)) for n in range(size)]
        return lambda: loaded_from(NAMES, rows)

    good, times = is_linear(make, 4000)
    assert good, times
