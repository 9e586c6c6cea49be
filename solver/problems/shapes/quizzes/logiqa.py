r"""The text files of LogiQA: the answer's letter, the text, the question and four options, a line each.

Liu et al., "LogiQA" (2020), https://github.com/lgw863/LogiQA-dataset

>>> (line,) = _lines("b\nTom is tall.\nWho is?\nA.Ann\nB.Tom\nC.Bob\nD.Kim\n")
>>> line.value["problem"], line.value["question"], line.value["options"][1]
('Tom is tall.', 'Who is?', {'text': 'Tom', 'right': True})
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input, Tell
from solver.problems.shapes.quizzes.choice import choice
from solver.problems.shapes.quizzes.paragraphs import beginning, paragraphs

_WHOLE = re.compile(r"([a-d])\n([^\n]+(?:\n[^\n]+)*)\n([^\n]+)\nA\.([^\n]+)\nB\.([^\n]+)\nC\.([^\n]+)\nD\.([^\n]+)")
_FIRST = re.compile(r"\s{0,9}[a-d][^\S\n]{0,9}\r?\n")


def _rows(found: Input, tell: Tell) -> Iterator[Line]:
    yield from _lines(found.text())


def _lines(text: str) -> Iterator[Line]:
    for number, paragraph in paragraphs(text):
        parts = _WHOLE.fullmatch("\n".join(line.strip() for line in paragraph.split("\n")))
        if parts is None:
            fault = "not a letter, a text, a question and options A. to D., a line each, and a blank line between"
            yield Line(number, paragraph, UnusableLine("question", fault))
            continue
        letter, problem, question, *options = (part.strip() for part in parts.groups())
        yield Line(number, paragraph, choice(question, options, "abcd".index(letter), problem=problem))


def _is_logiqa(text: str) -> bool:
    first = next(iter(_lines(text)), None)
    return first is not None and isinstance(first.value, dict)


CONTAINERS = (
    Container(
        name="LogiQA",
        help="a letter, a text, a question, options A. to D., a line each (.txt)",
        is_mine=lambda found: (
            found.ending == ".txt" and bool(_FIRST.match(head := beginning(found))) and _is_logiqa(head)
        ),
        rows=_rows,
    ),
)
