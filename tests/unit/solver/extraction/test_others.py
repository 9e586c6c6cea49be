"""Sentences on somebody or something else than the question asks for give no letter; on what is asked they do."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract
from solver.extraction.unannounced.others import is_of_another

NAMES = ("小林", "小周", "小吴")
FAMILY = ("Bob", "Dee", "Adam")
NUMBERS = ("5", "8", "3")
Row = tuple[str, tuple[str, ...], str, str | None]

ROWS: tuple[Row, ...] = (
    # whose it is
    ("Bob是Dee的父亲。", FAMILY, "谁是Bob的父亲？", None),
    ("所以 **Bob** 是 Dee 的父亲。", FAMILY, "谁是Bob的父亲？", None),
    ("Adam是Bob的父亲。", FAMILY, "谁是Bob的父亲？", "C"),
    ("因此Bob的父亲是Adam。", FAMILY, "谁是Bob的父亲？", "C"),
    ("因此Bob的父亲是Adam。", FAMILY, "家里有三个人。\nBob的父亲是谁？", "C"),
    ("因此Dee的父亲是Adam。", FAMILY, "家里有三个人。\nBob的父亲是谁？", None),
    ("Dee的父亲是Bob，所以Bob的父亲是Adam。", FAMILY, "谁是Bob的父亲？", "C"),
    ("Bob没有兄弟，所以他的父亲是Adam。", FAMILY, "谁是Bob的父亲？", "C"),
    ("小林是小周的老师。", NAMES, "谁是小林的老师？", None),
    ("小周是小林的老师。", NAMES, "谁是小林的老师？", "B"),
    ("Bob is Dee's father.", FAMILY, "Who is Bob's father?", None),
    ("Therefore Adam is Bob's father.", FAMILY, "Who is Bob's father?", "C"),
    # the other end
    ("小林的得分最高。", NAMES, "谁的得分最低？", None),
    ("所以小林最高。", NAMES, "三人中谁最矮？", None),
    ("所以小林最矮。", NAMES, "三人中谁最矮？", "A"),
    ("小林最高，所以最矮的是小周。", NAMES, "三人中谁最矮？", "B"),
    ("Dee is the tallest.", FAMILY, "Who is the shortest?", None),
    ("So Dee is the shortest.", FAMILY, "Who is the shortest?", "B"),
    ("Bob is the tallest, so Dee is the shortest.", FAMILY, "Who is the shortest?", "B"),
    # the value of something else
    ("因此 y = 8。", NUMBERS, "x是多少？", None),
    ("x=5，而 y=8。", NUMBERS, "x是多少？", None),
    ("因此 x = 8。", NUMBERS, "x是多少？", "B"),
    ("So y = 8.", NUMBERS, "What is the value of x?", None),
    ("So x = 8.", NUMBERS, "What is the value of x?", "B"),
)


@pytest.mark.parametrize(("text", "options", "question", "letter"), ROWS)
def test_a_sentence_on_another_than_the_asked_is_no_answer(
    text: str, options: tuple[str, ...], question: str, letter: str | None
) -> None:
    assert extract(text, len(options), options, question).letter == letter


def test_without_the_question_nothing_is_taken_back() -> None:
    assert extract("Bob是Dee的父亲。", 3, FAMILY).letter == "A"
    assert extract("小林的得分最高。", 3, NAMES).letter == "A"


@pytest.mark.parametrize("question", ["Bob和Adam谁年长？", "下列说法正确的是？", "小林最高吗？", "", "？"])
def test_a_question_of_another_form_takes_nothing_back(question: str) -> None:
    assert not is_of_another("Bob是Dee的父亲，Dee最矮，y = 8。", 26, question)


def test_the_last_sentence_of_the_question_is_the_one_that_asks() -> None:
    told = "谁最高还不知道。小林最高的那天在下雨。\n谁最矮？"
    assert is_of_another("小林最高。", 0, told)
    assert not is_of_another("小林最矮。", 0, told)
