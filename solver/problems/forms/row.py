"""The row form, one question a line; questions with the same ``problem`` become one problem::

    {"id"?: "q1", "problem"?: "…", "question": "…", "options": ["…", "…"], "answer"?: "A"}

Rows of any other shape are brought into it by ``solver.problems.shapes``.
"""

from __future__ import annotations

from solver.problems.forms.form import Form, Note, Values, printable, question_in, text_in
from solver.problems.question import Problem


def read(values: Values, note: Note) -> Problem:
    """Read a question."""
    text, name = text_in(values, "problem") if "problem" in values else "", values.get("id")
    problem_id = printable(str(name)) if isinstance(name, (str, int)) and str(name).strip() else ""
    question = question_in(values, note, problem_id=problem_id, problem=text)
    return Problem(id=problem_id, text=text, questions=(question,))


FORM = Form(
    name="row",
    help='{"id"?, "problem"?, "question", "options": ["…", "…"], "answer"?: "A"}: a question a line',
    fields=("options", "question"),
    read=read,
    answered=lambda values, letters: {**values, "answer": letters[0]},
    takes_others=True,
)
