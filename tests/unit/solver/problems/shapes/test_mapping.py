"""Rows in the shapes of public benchmarks become questions; what can be read in two ways is refused."""

from __future__ import annotations

import pytest

from solver.base.errors import InputError
from solver.problems.forms.form import UnusableLine
from solver.problems.shapes.mapping import find_mapping, parse_map

SAME = {"question": "1 + 1?", "options": ("1", "2", "3"), "answer": "B"}
SHAPES: dict[str, dict[str, object]] = {
    "a list and a letter": {"question": "1 + 1?", "options": ["1", "2", "3"], "answer": "B"},
    "lettered fields": {"Question": "1 + 1?", "A": "1", "B": "2", "C": "3", "Answer": "(B)"},
    "numbered fields": {"query": "1 + 1?", "choice1": 1, "choice2": 2, "choice3": 3, "answer": "B."},
    "labels and texts": {
        "stem": "1 + 1?",
        "choices": {"label": ["A", "B", "C"], "text": ["1", "2", "3"]},
        "answerKey": "B",
    },
    "a nested question": {
        "question": {"stem": "1 + 1?", "choices": [{"label": c, "text": t} for c, t in zip("ABC", "123", strict=True)]},
        "answerKey": "B",
    },
    "letters to texts": {"question": "1 + 1?", "options": {"A": "1", "B": "2", "C": "3"}, "answer_idx": "B"},
    "letters to texts, empty where there is none": {
        "question": "1 + 1?",
        "options": {"A": "1", "B": "2", "C": "3", "D": None, "E": ""},
        "answer": "B",
    },
    "named choices": {
        "question": "1 + 1?",
        "choices": {f"choice_{n}": f"{n}" for n in (1, 2, 3)},
        "answer": "choice_2",
    },
    "options with letters before them": {"question": "1 + 1?", "options": ["A. 1", "B. 2", "C. 3"], "label": "B"},
    "a list written as a text": {"question": "1 + 1?", "choices": "['1', '2', '3']", "answer": "B"},
    "options inside the question": {"input": "1 + 1?\nOptions:\n(A) 1\n(B) 2\n(C) 3", "target": "(B)"},
    "bullets inside the question": {"input": "1 + 1?\nOptions:\n- 1\n- 2\n- 3", "target": "B"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_question(shape: str) -> None:
    row = SHAPES[shape]
    assert find_mapping([row], {}).row(row) == SAME


@pytest.mark.parametrize(
    ("answers", "meaning", "letters"),
    [
        ([0, 1, 2], "an index from 0", "ABC"),
        ([1, 2, 3], "an index from 1", "ABC"),
        (["1.0", "3.0", "2"], "an index from 1", "ACB"),
        (["cat", "Dog ", "cow."], "the option's text", "ABC"),
        (["a", "(C)", "Option B"], "a letter", "ACB"),
        ([["A"], ["B"], ["C"]], "a letter", "ABC"),
        (["Ａ", "Ｃ", "Ｂ"], "a letter", "ACB"),
    ],
)
def test_the_meaning_of_answers_is_found_over_all_rows(answers: list[object], meaning: str, letters: str) -> None:
    rows = [{"question": f"q{n}", "options": ["cat", "dog", "cow"], "gold": one} for n, one in enumerate(answers)]
    mapping = find_mapping(rows, {})
    assert meaning in str(mapping)
    assert [mapping.row(row)["answer"] for row in rows] == list(letters)


def test_an_index_that_may_count_from_zero_or_one_is_refused_with_both_readings() -> None:
    rows = [{"question": "q", "options": ["x", "y", "z"], "answer": one} for one in (1, 2)]
    with pytest.raises(InputError, match=r"answer as an index from 0, or answer as an index from 1.*answer=answer:0"):
        find_mapping(rows, {})
    assert find_mapping(rows, parse_map("answer=answer:1")).row(rows[0])["answer"] == "A"
    assert find_mapping(rows, parse_map("answer=answer:0")).row(rows[0])["answer"] == "B"


def test_two_answers_that_agree_are_no_question_and_two_that_differ_are() -> None:
    row = {"question": "q", "options": ["x", "y"], "answer": "y", "answer_idx": "B"}
    assert find_mapping([row], {}).row(row)["answer"] == "B"
    with pytest.raises(InputError, match="two readings of the answers"):
        find_mapping([row | {"answer_idx": "A"}], {})


def test_two_fields_that_may_be_the_options_are_refused_with_both_readings() -> None:
    row = {"question": "q", "options": ["x", "y"], "A": "v", "B": "w", "answer": "A"}
    with pytest.raises(InputError, match=r"two readings of the options: options and A\+B"):
        find_mapping([row], {})
    assert find_mapping([row], parse_map("options=A+B")).row(row)["options"] == ("v", "w")


def test_true_and_false_are_options_where_a_file_has_none() -> None:
    rows = [{"passage": "p", "question": "q", "answer": one} for one in (True, False)]
    mapping = find_mapping(rows, {})
    assert mapping.row(rows[1]) == {"problem": "p", "question": "q", "options": ("True", "False"), "answer": "B"}


def test_a_truth_value_names_the_option_that_says_so() -> None:
    rows = [{"question": "q", "options": ["No", "Yes"], "answer": one} for one in (True, False)]
    assert [find_mapping(rows, {}).row(row)["answer"] for row in rows] == ["B", "A"]


def test_premises_are_the_problem_and_their_conclusion_the_question() -> None:
    rows = [{"premises": ["a", "b"], "conclusion": "c", "label": one} for one in ("True", "False", "Uncertain")]
    found = find_mapping(rows, {}).row(rows[2])
    assert found == {"problem": "a\nb", "question": "c", "options": ("True", "False", "Uncertain"), "answer": "C"}


def test_a_row_whose_answer_fits_no_option_is_named_and_no_default_is_given() -> None:
    rows: list[dict[str, object]] = [{"question": "q", "options": ["x", "y"], "answer": "B"}] * 9
    bad = {"question": "q", "options": ["x", "y"], "answer": "AB"}
    with pytest.raises(UnusableLine, match="'AB' is not a letter of the 2 options"):
        find_mapping([*rows, bad], {}).row(bad)


def test_questions_without_answers_are_read_without() -> None:
    row = {"question": "q", "options": ["x", "y"]}
    assert "answer" not in find_mapping([row], {}).row(row)


def test_fields_of_options_that_are_empty_at_the_end_are_none() -> None:
    row = {"question": "q", "A": "x", "B": "y", "C": "", "answer": "A"}
    assert find_mapping([row], {}).row(row)["options"] == ("x", "y")


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("question=stm", r"no field 'stm'; did you mean 'stem'\? There are: stem"),
        ("ask=stem", "write id=FIELD"),
        ("answer=key:2", "the meaning is one of letter"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_what_can(told: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        find_mapping([{"stem": "q", "options": ["x", "y"], "key": "A"}], parse_map(told))


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (["①甲", "②乙", "③丙"], "③"),
        (["1. 甲", "2. 乙", "3. 丙"], "C"),
        (["（1）甲", "（2）乙", "（3）丙"], "C"),
        (["1、甲", "2、乙", "3、丙"], "3"),
    ],
)
def test_numbers_that_head_all_options_are_their_labels(options: list[str], key: str) -> None:
    found = find_mapping([{"question": "q?", "options": options, "answer": key}], {}).row(
        {"question": "q?", "options": options, "answer": key}
    )
    assert (found["options"], found["answer"]) == (("甲", "乙", "丙"), "C")


@pytest.mark.parametrize(
    "options", [["1.5", "2.5"], ["2. 甲", "1. 乙"], ["1. 甲", "乙"], ["1 2", "2 3"], ["1.x", "2.y"]]
)
def test_numbers_that_are_no_labels_stay(options: list[str]) -> None:
    row = {"question": "q?", "options": options, "answer": "B"}
    assert find_mapping([row], {}).row(row)["options"] == tuple(options)
