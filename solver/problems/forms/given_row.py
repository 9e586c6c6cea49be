"""A row as it was given, and the same row with answers: what a submission is made of.

Flat and row form come back as they came, field for field, with letters where the form keeps its answers; the contest's
with the contest's own fields, as those who take it want it. Rows of any other shape (a CSV's, those of a JSON file with
names of its own) come back in the row form that they were brought into: what their answers may be is the file's own
affair (an index, a text, a truth word), and a letter put in there would be read as something else.

>>> from solver.problems.forms.registry import FORMS
>>> GivenRow(FORMS["flat"], {"instruction": "P", "input": "?\\nA: 1; B: 2"}, ("f-00001#0",)).line({"f-00001#0": "B"})
'{"instruction": "P", "input": "?\\\\nA: 1; B: 2", "output": "B"}'
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from solver.problems.forms.form import Form, Values
from solver.problems.question import Question

_DEEPEST = 20
"""Levels of a row that are written; a reader gets through more than a writer, which stands on a higher stack."""


class GivenRow(NamedTuple):
    """One line of an input that can be used."""

    form: Form
    values: Values
    """What stood there, or what it was brought into."""
    question_ids: tuple[str, ...]
    """Of its questions, in order."""

    def questions(self) -> tuple[Question, ...]:
        """Read the questions again; their ids are in ``question_ids``.

        Raises:
            UnusableLine: the row was changed since.
        """
        return self.form.read(self.values, lambda field, message: None).questions

    def line(self, letters: Mapping[str, str | None]) -> str:
        """Return the row with answers as a line of JSON, without the line end.

        Args:
            letters: question id -> letter, or None where there is no answer.
        """
        return json_of(self.form.answered(self.values, [letters.get(name) for name in self.question_ids]))


def json_of(row: Values) -> str:
    """Return a row as JSON that can be written as UTF-8."""
    try:
        text = json.dumps(row, ensure_ascii=False, default=str)
    except RecursionError:
        text = json.dumps(_cut(row, _DEEPEST), ensure_ascii=False, default=str)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, in a field that nobody reads
        text = json.dumps(json.loads(text))
    return text


def _cut(value: object, levels: int) -> object:
    if not isinstance(value, (dict, list, tuple)):
        return value
    if not levels:
        return None
    if isinstance(value, dict):
        return {name: _cut(one, levels - 1) for name, one in value.items()}
    return [_cut(one, levels - 1) for one in value]
