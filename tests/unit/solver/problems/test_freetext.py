"""Free text to problems: the shapes that people paste, and what is said about those that do not fit."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.base.errors import InputError
from solver.problems.free_text import follow_up, problem_of, problems_of

TWO = """三人排队，甲在乙前，乙在丙前。

问题 1：谁在最前？
A. 甲
B. 乙

选择题 2：
谁在最后？
A、乙  B、丙  C、甲
答案：B
"""


def test_a_problem_with_two_questions_and_a_key() -> None:
    problem = problem_of(TWO, "p")
    assert problem.text == "三人排队，甲在乙前，乙在丙前。"
    assert [question.text for question in problem.questions] == ["谁在最前？", "谁在最后？"]
    assert [question.options for question in problem.questions] == [("甲", "乙"), ("乙", "丙", "甲")]
    assert [question.gold for question in problem.questions] == [None, 1]
    assert [question.id for question in problem.questions] == ["p#0", "p#1"]


@pytest.mark.parametrize(
    ("text", "told", "asked", "options"),
    [
        ("P。\nQ？\nA. x\nB. y", "P。", "Q？", ("x", "y")),
        ("P。Q？\nA：x；B：y", "P。", "Q？", ("x", "y")),
        ("P。Q？ A. x B. y", "P。", "Q？", ("x", "y")),
        ("P one.\nP two.\n\nWhat follows?\n(A) x\n(B) y\n\n", "P one.\nP two.", "What follows?", ("x", "y")),
        ("### 题目\nP\n\n1. 甲\n\n### 问题\n选择题 1：\nQ？\n\nA. x\n\nB. y", "P\n\n1. 甲", "Q？", ("x", "y")),
        ("题目：P\n问题：Q？\n选项：\nA. x\n  长\nB. y", "P", "Q？", ("x\n长", "y")),
        ("\ufeffP\r\nQ?\r\nA. x\r\nB. y\r\n", "P", "Q?", ("x", "y")),
        ("A. 是人名。\n多行。\n\n谁？\n**A.** x\n**B.** y", "A. 是人名。\n多行。", "谁？", ("x", "y")),
    ],
)
def test_shapes_that_people_paste(text: str, told: str, asked: str, options: tuple[str, ...]) -> None:
    problem = problem_of(text, "p")
    (question,) = problem.questions
    assert (problem.text, question.text, question.options) == (told, asked, options)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing there"),
        ("   \n ", "nothing there"),
        ("hello", "no options found"),
        ("P\nQ?\nA. x\nC. y", "line 4: option C, where B is due"),
        ("P\nQ?\nA. x\nB. x", "line 3: all options are the same"),
        ("P\nQ?\nA. x\nB.\n", "line 3: option B is empty"),
        ("P\nQ?\nA. x\nB. y\nAnswer: C", "line 5: answer C names none of the 2"),
        ("P\nQ?\nA. x\nB. y\n\nmore words", "line 6: 'more words' stands behind the last options"),
        ("P\n\nQ?\nA. x\nB. y\n\nA. z\nB. w", "line 7: no question before these options"),
        ('{"id": "p"}', "pasted:1:line"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(text: str, words: str) -> None:
    with pytest.raises(InputError, match=r".") as caught:
        problems_of(text, "pasted")
    assert words in str(caught.value)


def test_json_is_read_as_lines_or_as_one_object_over_several() -> None:
    row = {"id": "a", "problem": "P", "questions": [{"question": "Q", "options": ["x", "y"]}]}
    assert problems_of(json.dumps(row, indent=1), "pasted")[0].questions[0].options == ("x", "y")
    both = json.dumps(row) + "\n" + json.dumps(row | {"id": "b"})
    assert [problem.id for problem in problems_of(both, "pasted")] == ["a", "b"]


def test_a_further_question_joins_its_problem() -> None:
    problem = follow_up(problem_of(TWO, "p"), "谁在中间？\nA. 甲\nB. 乙", 2)
    assert problem.questions[-1].id == "p#2"
    assert problem.questions[-1].problem == problem.text
    with pytest.raises(InputError, match="no question before"):
        follow_up(problem, "A. 甲\nB. 乙", 3)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from('甲AB.、：:？?\n\n 答案问题12(（)）{"x#*') | st.characters(codec="utf-8"), max_size=120))
def test_any_text_is_a_problem_or_an_input_error(text: str) -> None:
    try:
        problems = problems_of(text, "p")
    except InputError:
        return
    for problem in problems:
        assert problem.questions
        assert all(len(set(question.options)) >= 2 for question in problem.questions)
