"""Which chat messages are questions, and which ones."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest

from solver.base.errors import RequestRefused
from solver.gateway.message import NO_OPTIONS, named, problem_of, unrendered, unwrapped
from solver.problems.prompt import built_in_names, load_template, render
from solver.problems.question import Question, question_of

TEMPLATES = tuple(load_template(name) for name in built_in_names())
PROBLEM, ASKED, OPTIONS = "三人排队，甲在乙前，\n乙在丙前。", "选择题 2：\n谁在最前？", ("甲", "乙 先生", "丙")


def only(text: str) -> Question:
    """Return the one question of a message."""
    (question,) = problem_of(text, TEMPLATES).questions
    return question


def test_the_contest_form_keeps_its_ids_and_all_its_questions() -> None:
    line = {
        "id": "p7",
        "problem": PROBLEM,
        "questions": [{"question": "甲？", "options": ["是", "否"], "answer": "A"}] * 2,
    }
    problem = problem_of(json.dumps(line, ensure_ascii=False), TEMPLATES)
    assert [question.id for question in problem.questions] == ["p7#0", "p7#1"]
    assert problem.questions[0].options == ("是", "否")


def test_the_flat_form_gets_an_id_from_its_content() -> None:
    flat = json.dumps({"instruction": PROBLEM, "input": "谁在最前？\nA: 甲; B: 乙", "output": "A"})
    first, other = only(flat), only(flat.replace("A: ", "A. "))
    assert first.options == ("甲", "乙")
    assert first.id == other.id
    assert first.id.startswith("m-")


@pytest.mark.parametrize("name", ["cot", "concise", "english"])
def test_a_prompt_of_our_own_gives_its_question_back(name: str) -> None:
    question = question_of("p#0", problem=PROBLEM, text=ASKED, options=OPTIONS)
    found = only(render(load_template(name), question))
    assert (found.problem, found.text, found.options) == (PROBLEM, ASKED, OPTIONS)


def test_a_prompt_of_our_own_is_told_from_a_text_that_only_begins_like_it() -> None:
    template = load_template("cot")
    head = template.text.partition("{problem}")[0]
    assert unrendered(template, head + "没有选项") is None
    assert unrendered(template, "别的" + head) is None


def test_inspect_s_multiple_choice_prompt_is_read() -> None:
    prompt = (
        "Answer the following multiple choice question. The entire content of your response should be of the following "
        "format: 'ANSWER: $LETTER' (without quotes) where LETTER is one of A,B,C.\n\n"
        f"{PROBLEM}\n\n谁在最前？\n\nA) 甲\nB) 乙 先生\nC) 丙"
    )
    found = only(prompt)
    assert (found.problem, found.text, found.options) == (PROBLEM, "谁在最前？", OPTIONS)


def test_a_few_shot_prompt_asks_its_last_question() -> None:
    prompt = (
        "The following are multiple choice questions (with answers) about logic.\n\n"
        "Who is first?\nA. Ann\nB. Bob\nAnswer: B\n\n"
        "Ann is before Bob.\nWho is last?\nA. Ann\nB. Bob\nAnswer:"
    )
    found = only(prompt)
    assert (found.problem, found.text, found.options) == ("Ann is before Bob.", "Who is last?", ("Ann", "Bob"))


@pytest.mark.parametrize(
    "tail",
    [
        "答案：",
        "正确答案是：",
        "Answer:",
        "The answer is:",
        "\nAnswer:\nLet's think step by step.",
        "\n请一步一步推理，最后只写一个字母。",
    ],
)
def test_what_only_asks_for_the_answer_is_no_part_of_the_last_option(tail: str) -> None:
    assert only(f"{PROBLEM}\n\n谁在最前？\nA. 甲\nB. 乙\n{tail}").options == ("甲", "乙")


def test_a_question_behind_its_options_is_not_taken_for_an_instruction() -> None:
    assert unwrapped("A. 甲\nB. 乙\n\n谁在最前？").endswith("谁在最前？")


def test_equal_questions_get_equal_ids_and_a_name_given_goes_first() -> None:
    text = f"{PROBLEM}\n\n谁在最前？\nA. 甲\nB. 乙"
    assert only(text).id == only(f"  {text}\n答案：").id != only(text.replace("乙", "丁")).id
    assert problem_of(text, TEMPLATES, name="p1").questions[0].id == "p1#0"
    assert named(problem_of(text, ()), "x").questions[0].problem_id == "x"


@pytest.mark.parametrize("text", ["今天天气怎么样？", "", "{}", '{"id": 1}', "{" * 5000, "A. 甲", "A. 甲\nB. 甲"])
def test_a_message_without_options_is_refused_with_advice(text: str) -> None:
    with pytest.raises(RequestRefused, match="JSON in the contest's form") as caught:
        problem_of(text, TEMPLATES)
    assert (caught.value.status, caught.value.code) == (400, NO_OPTIONS)
    assert "skip-bad" not in str(caught.value)


def test_more_questions_than_are_taken_at_once_are_refused() -> None:
    line = {"id": "p", "problem": "x", "questions": [{"question": "?", "options": ["是", "否"]}] * 17}
    with pytest.raises(RequestRefused, match="17 questions"):
        problem_of(json.dumps(line), TEMPLATES)


@pytest.mark.parametrize(
    "piece",
    [
        "A. x\n",
        "A. ",
        "A: x; ",
        "\n\n",
        "Answer: A\n",
        "B. \n",
        "### 问题\n",
        "「（(",
        "Answer:\n",
        "A. x\nB. y\n\n",
        "{",
        "以下是 ",
    ],
)
def test_no_text_of_the_longest_length_takes_long(piece: str) -> None:
    text = (piece * 32_000)[:32_000]
    for prompt in (text, TEMPLATES[0].text.partition("{")[0] + text):
        started = time.process_time()
        with suppress(RequestRefused):
            problem_of(prompt, TEMPLATES)
        assert time.process_time() - started < 1.0
