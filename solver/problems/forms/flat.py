"""The flat form, one question a line, as the common baseline writes it::

    {"instruction": "the problem", "input": "the question\\nA: 10; B: 14", "output": "B"}

Questions with the same ``instruction`` become one problem, so that they share a prefix. Where ``input`` is
empty, question and options stand in ``instruction``.
"""

from __future__ import annotations

from solver.problems.forms.form import Form, Note, UnusableLine, Values, question_in, text_in
from solver.problems.inline_options import split_inline_options
from solver.problems.question import Problem

_NAMES = ("input", "input", "output")
_ALONE = ("instruction", "instruction", "output")


def read(values: Values, note: Note) -> Problem:
    """Read a question."""
    text, body, names = text_in(values, "instruction"), text_in(values, "input"), _NAMES
    if not body.strip():
        text, body, names = "", text, _ALONE
    question, options = split_inline_options(body)
    if not options:
        raise UnusableLine(names[0], "no inline options found: end the question with 'A: …; B: …'")
    found = {"question": question, "options": options, "answer": values.get("output")}
    return Problem(id="", text=text, questions=(question_in(found, note, problem_id="", problem=text, names=names),))


FORM = Form(
    name="flat",
    help='{"instruction": "the problem", "input": "the question\\\\nA: …; B: …", "output"?: "B"}: a question a line',
    fields=("instruction", "input"),
    read=read,
    answered=lambda values, letters: {**values, "output": letters[0]},
)
