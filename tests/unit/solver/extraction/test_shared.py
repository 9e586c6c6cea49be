"""A last sentence that shares its content with one option that is a sentence, in words of its own, made up."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

JOBS = (
    "Lena is sent to the office in Oslo.",
    "Piet is sent to the office in Lima.",
    "Lena is not sent to any office.",
    "Piet and Lena are sent to one office.",
)
FLAWS = (
    "takes for granted that old machines cannot be repaired at all",
    "overlooks the possibility that two causes have one effect",
    "fails to ask whether the survey was answered by many people",
)
RULES = ("所有去过北城的学生都去过南城的博物馆", "没有去过北城的学生都没有去过南城的博物馆", "有些老师去过东城的图书馆")
MUST = "Which one of the following must be true?"
FLAW = "The reasoning is flawed in that it"
Row = tuple[str, tuple[str, ...], str, str | None]

ROWS: tuple[Row, ...] = (
    ("So, if Piet is ill, Lena must be sent to the office in Oslo.", JOBS, MUST, None),
    ("Piet is ill.\nTherefore, Lena must be sent to the Oslo office.", JOBS, MUST, "A"),
    ("Piet is ill.\nTherefore, Lena must not be sent to the Oslo office.", JOBS, MUST, None),
    ("Piet is ill.\nTherefore, Lena might be sent to the office in Oslo.", JOBS, MUST, None),
    ("Piet is ill.\nTherefore, Lena is sent to the office in Lima.", JOBS, MUST, None),
    ("Piet is ill.\nTherefore, Lena is sent to the office in Oslo or in Bern.", JOBS, MUST, None),
    ("Piet is ill.\nTherefore, Lena must be sent to the Oslo office.", JOBS, "Which one cannot be true?", None),
    (
        "It is old.\nThe argument is flawed because it takes for granted that old machines cannot be repaired at all.",
        FLAWS,
        FLAW,
        "A",
    ),
    ("It is old.\nTherefore, the flaw is that it overlooks that two causes may have one effect.", FLAWS, FLAW, None),
    ("It is old.\nTherefore, it overlooks the possibility that two causes have the one effect.", FLAWS, FLAW, "B"),
    ("条件很多。\n因此，可以推出去过北城的所有学生也都去过南城的博物馆。", RULES, "可以推出哪一项？", "A"),
    ("条件很多。\n因此，去过北城的老师也都去过南城的图书馆。", RULES, "可以推出哪一项？", None),
)


@pytest.mark.parametrize(("text", "options", "question", "letter"), ROWS)
def test_shared_content_is_the_answer_or_none(
    text: str, options: tuple[str, ...], question: str, letter: str | None
) -> None:
    assert extract(text, len(options), options, question).letter == letter


@pytest.mark.parametrize(
    "said", ["it is false that", "it is unlikely that", "we reject that", "Tom claims that", "when"]
)
def test_what_is_denied_or_reported_is_not_the_option_it_tells_again(said: str) -> None:
    books = ("The red book is left of the blue pen.", "The red pen is left of the green book.")
    text = f"The table is old. Therefore, {said} the red book is to the left of the blue pen."
    assert extract(text, 2, books, "Which must be true?").letter is None
