r"""Aiken, a text format of Moodle: a question, options ``A.`` or ``A)`` a line each, ``ANSWER: B``, then a blank line.

Its rules: https://docs.moodle.org/en/Aiken_format. Problems as text that people type are read by
``solver.problems.free_text``: there a second question may be about the text of the first.

>>> [line.value for line in _lines("Who?\nA) Ann\nB) Tom\nANSWER: B\n")]
[{'question': 'Who?', 'options': [{'text': 'Ann', 'right': False}, {'text': 'Tom', 'right': True}]}]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line
from solver.problems.letters import ALPHABET
from solver.problems.shapes.container import Container, Input, Tell
from solver.problems.shapes.quizzes.choice import choice
from solver.problems.shapes.quizzes.paragraphs import beginning, paragraphs

_OPTION = re.compile(r"([A-Z])[.)]\s")
_ANSWER = re.compile(r"ANSWER:\s?([A-Z])\s*")
_HOW = "write a question, its options (A. …) and ANSWER: LETTER without a blank line among them"


def _rows(found: Input, tell: Tell) -> Iterator[Line]:
    yield from _lines(found.text())


def _lines(text: str) -> Iterator[Line]:
    for number, paragraph in paragraphs(text):
        try:
            yield Line(number, paragraph, _row(paragraph))
        except UnusableLine as fault:
            yield Line(number, paragraph, fault)


def _row(paragraph: str) -> dict[str, object]:
    *lines, last = (line.strip() for line in paragraph.split("\n"))
    answer = _ANSWER.fullmatch(last)
    if answer is None:
        raise UnusableLine("ANSWER", f"{last[:40]!r} ends a question without its answer; {_HOW}")
    first = next((place for place, line in enumerate(lines) if _OPTION.match(line)), 0)
    options, letters = [], ""
    for line in lines[first:] if first else []:
        if (head := _OPTION.match(f"{line} ")) is None:
            raise UnusableLine("options", f"{line[:40]!r} is no option; {_HOW}")
        letters += head[1]
        options.append(line[head.end() :].strip())
    if letters != ALPHABET[: len(letters)] or not letters:
        raise UnusableLine("options", f"the letters {letters or 'are none'}, where A, B, C … are wanted; {_HOW}")
    if answer[1] not in letters:
        raise UnusableLine("ANSWER", f"{answer[1]} is none of the options {'/'.join(letters)}")
    return choice("\n".join(lines[:first]), options, letters.index(answer[1]))


def _is_aiken(text: str) -> bool:
    """Tell whether the first paragraph is a question of this kind, and one more is."""
    values = [line.value for line in _lines(text)]
    return isinstance(values[0], dict) and sum(isinstance(value, dict) for value in values) > 1 if values else False


CONTAINERS = (
    Container(
        name="Aiken",
        help="questions for Moodle as text, with ANSWER: B below the options (.txt)",
        is_mine=lambda found: (
            found.ending in (".txt", "")
            and b"ANSWER:" in found.data.replace(b"\0", b"")
            and _is_aiken(beginning(found))
        ),
        rows=_rows,
    ),
)
