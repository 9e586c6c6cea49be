"""Moodle XML: choices with one right answer and true-false questions of a quiz.

What else a quiz holds (essays, matching, descriptions, questions with pictures or several right answers) is named with
its place. Its rules: https://docs.moodle.org/en/Moodle_XML_format
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from solver.base.errors import InputError
from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input, Tell
from solver.problems.shapes.quizzes.choice import choice
from solver.problems.shapes.quizzes.markup import plain_text
from solver.problems.shapes.quizzes.paragraphs import beginning

_QUIZ = re.compile(r"\s{0,99}(?:<\?xml[^<>]{0,200}\?>\s{0,99})?(?:<!--[^<>]{0,999}-->\s{0,99})?<quiz[\s>]")
_READ = ("multichoice", "truefalse")


def _rows(found: Input, tell: Tell) -> Iterator[Line]:
    if b"<!DOCTYPE" in found.data or b"<!ENTITY" in found.data:
        # A few bytes of entities may stand for gigabytes of text; no quiz has any.
        raise InputError(f"{found.name}: XML with declarations of its own, which are not read; export the quiz again")
    try:
        quiz = ElementTree.fromstring(found.data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise InputError(f"{found.name}: no readable XML ({error}); export the quiz again") from error
    asked = (element for element in quiz.iter("question") if element.get("type") != "category")
    for number, element in enumerate(asked, 1):
        raw = ElementTree.tostring(element, encoding="unicode")
        try:
            yield Line(number, raw, _row(element))
        except UnusableLine as fault:
            yield Line(number, raw, fault)


def _row(element: ElementTree.Element) -> dict[str, object]:
    kind = element.get("type", "")
    if kind not in _READ:
        raise UnusableLine("type", f"{kind or 'none'}: {' and '.join(_READ)} are read; take this question out")
    answers = element.findall("answer")
    right = [place for place, one in enumerate(answers) if _points(one) == 100]
    if len(right) != 1:
        raise UnusableLine("answer", f"{len(right)} answers with fraction 100, where one is wanted")
    asked = _said(element.find("questiontext"), "questiontext")
    return choice(asked, [_said(one, "answer") for one in answers], right[0])


def _points(answer: ElementTree.Element) -> float:
    try:
        return float(answer.get("fraction", ""))
    except ValueError as error:
        raise UnusableLine("answer", f"a fraction of {answer.get('fraction')!r}, where a number is wanted") from error


def _said(element: ElementTree.Element | None, name: str) -> str:
    """Return what a part of a question says.

    Raises:
        UnusableLine: it has no text, or a picture.
    """
    text = None if element is None else element.find("text")
    if element is None or text is None or not (text.text or "").strip():
        raise UnusableLine(name, "has no text")
    try:
        # Texts in Moodle's own format may hold tags, too.
        return (text.text or "").strip() if element.get("format") == "plain_text" else plain_text(text.text or "")
    except UnusableLine as fault:
        raise UnusableLine(name, fault.message) from fault


CONTAINERS = (
    Container(
        name="Moodle XML",
        help="a quiz as Moodle exports it (.xml)",
        is_mine=lambda found: bool(_QUIZ.match(beginning(found))),
        rows=_rows,
    ),
)
