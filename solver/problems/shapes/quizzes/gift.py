r"""GIFT, the text format of Moodle: ``::name:: question {=right ~wrong ~wrong}``, blank lines between questions.

Choices with one right answer and true-false questions are read; what else the format has (short answers, matching,
numbers, essays, several right answers) has no options to choose one from, and is named with its line.

Its rules: https://docs.moodle.org/en/GIFT_format

>>> [line.value for line in _lines("Who? {=Ann#Yes! ~Tom}")]
[{'question': 'Who?', 'options': [{'text': 'Ann', 'right': True}, {'text': 'Tom', 'right': False}]}]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input, Tell
from solver.problems.shapes.quizzes.choice import choice
from solver.problems.shapes.quizzes.markup import plain_text
from solver.problems.shapes.quizzes.paragraphs import beginning, paragraphs

_ESCAPED = "~=#{}:n\\"
_PRIVATE = 0xE000
"""The escaped signs stand as characters for private use while a question is cut at the signs that mean something."""
_ESCAPE = re.compile(r"\\([~=#{}:n\\])")
_KEPT = {_PRIVATE + place: "\n" if sign == "n" else sign for place, sign in enumerate(_ESCAPED)}
_ASIDE = re.compile(r"[^\S\n]{0,40}(?://|\$CATEGORY:)")
_TITLE = re.compile(r"\s*::[^:]*(?::[^:]+)*::")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TRUTH = re.compile(r"(?:(T|TRUE)|F|FALSE)\s*(?:#.*)?", re.IGNORECASE | re.DOTALL)
_WEIGHT = re.compile(r"\s*%(-?[0-9]{1,3}(?:\.[0-9]{1,5})?)%")
_MARKED = re.compile(
    r"^[^\S\n]{0,40}(?:::[^:\n]{1,200}::|\$CATEGORY:)|\{\s{0,40}(?:=[^{}~]{1,2000}~|~[^{}=]{1,2000}=)", re.MULTILINE
)
_GAP = "_____"


class _Answer(NamedTuple):
    text: str
    weight: float
    """Percent of the points."""
    is_bare: bool
    """Marked as right, without a weight."""


def _rows(found: Input, tell: Tell) -> Iterator[Line]:
    yield from _lines(found.text())


def _lines(text: str) -> Iterator[Line]:
    for number, paragraph in paragraphs(text):
        lines = paragraph.split("\n")
        first = next((place for place, line in enumerate(lines) if not _ASIDE.match(line)), None)
        if first is None:
            continue
        told = "\n".join(line for line in lines if not _ASIDE.match(line))
        try:
            yield Line(number + first, paragraph, _row(told))
        except UnusableLine as fault:
            yield Line(number + first, paragraph, fault)


def _row(told: str) -> dict[str, object]:
    text = _ESCAPE.sub(lambda match: chr(_PRIVATE + _ESCAPED.index(match[1])), told)
    text = text[title.end() :] if (title := _TITLE.match(text)) else text
    is_html = False
    if named := _FORMAT.match(text):
        text, is_html = text[named.end() :], named[1].lower() == "html"
    if text.count("{") != 1 or text.count("}") != 1 or text.index("{") > text.index("}"):
        has_none = "{" not in text and "}" not in text
        fault = "a text without answers in braces" if has_none else "braces that are not one pair"
        raise UnusableLine("answers", f"{fault}; write QUESTION {{=RIGHT ~WRONG}}, and \\{{ for a brace of the text")
    head, _, rest = text.partition("{")
    body, _, tail = rest.partition("}")

    def shown(piece: str) -> str:
        piece = piece.translate(_KEPT)
        return plain_text(piece) if is_html else piece.strip()

    question = shown(f"{head.rstrip()} {_GAP} {tail.lstrip()}" if tail.strip() else head)
    body = body.partition("####")[0].strip()
    if truth := _TRUTH.fullmatch(body):
        return choice(question, ("True", "False"), 0 if truth[1] else 1)
    answers = _answers(body)
    right = [place for place, one in enumerate(answers) if one.weight == 100]
    if len(right) != 1:
        raise UnusableLine("answers", f"{len(right)} right answers, where one is wanted (=, or %100%)")
    return choice(question, [shown(one.text) for one in answers], right[0])


def _answers(body: str) -> Sequence[_Answer]:
    """Read what stands in braces.

    Raises:
        UnusableLine: it is no choice.
    """
    first, *marked = re.split("([=~])", body)
    kind = "an essay" if not body else "a number" if body.startswith("#") else "not marked by = or ~"
    if first.strip() or not body:
        raise UnusableLine("answers", f"{kind}: there are no options to choose from")
    answers = []
    for mark, text in zip(marked[::2], marked[1::2], strict=True):
        weight = _WEIGHT.match(text)
        text = text[weight.end() :] if weight else text
        points = float(weight[1]) if weight else 100.0 if mark == "=" else 0.0
        answers.append(_Answer(text.partition("#")[0].strip(), points, mark == "="))
    if all(one.is_bare for one in answers):
        kind = "pairs to match" if "->" in body else "a short answer"
        raise UnusableLine("answers", f"{kind}: there are no wrong options (~) to choose from")
    return answers


CONTAINERS = (
    Container(
        name="GIFT",
        help="questions for Moodle as text, {=right ~wrong} (.gift, .txt)",
        is_mine=lambda found: (
            found.ending == ".gift" or (found.ending in (".txt", "") and bool(_MARKED.search(beginning(found))))
        ),
        rows=_rows,
    ),
)
