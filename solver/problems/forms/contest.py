"""The contest's form, one problem a line; ``family``, ``level`` and ``split`` may stand beside its fields, and a
question may have a ``level`` of its own::

{"id": "p1", "problem": "…", "questions": [{"question": "…", "options": ["…", "…"], "answer": "A"}]}
"""

from __future__ import annotations

from collections.abc import Sequence

from solver.problems.forms.form import Form, Note, UnusableLine, Values, printable, question_in, text_in
from solver.problems.question import Problem


def read(values: Values, note: Note) -> Problem:
    """Read a problem with its questions."""
    # Tables and databases number their rows.
    number = values.get("id")
    problem_id = str(number) if type(number) is int else text_in(values, "id")
    if not problem_id or problem_id != printable(problem_id):
        raise UnusableLine("id", "empty, or holds control characters: give the problem a printable id")
    text, items = text_in(values, "problem"), values.get("questions")
    if not isinstance(items, list) or not items:
        raise UnusableLine("questions", "missing or empty: a list of {question, options, answer?} is wanted")
    known = {name: values.get(name) for name in ("family", "split")}
    questions = []
    for place, item in enumerate(items):
        at = f"questions[{place}]"
        if not isinstance(item, dict):
            raise UnusableLine(at, "not an object: {question, options, answer?} is wanted")
        whole = {"level": values.get("level"), **item, **known}
        questions.append(question_in(whole, note, problem_id=problem_id, problem=text, place=place, at=f"{at}."))
    return Problem(id=problem_id, text=text, questions=tuple(questions))


def answered(values: Values, letters: Sequence[str | None]) -> Values:
    """Put letters into the questions; only the contest's own fields stay: a chain would argue for another key."""
    items = values["questions"]
    assert isinstance(items, list), "was read"
    questions = [
        {"question": item["question"], "options": item["options"], "answer": letter}
        for item, letter in zip(items, letters, strict=True)
    ]
    return {"id": values["id"], "problem": values["problem"], "questions": questions}


FORM = Form(
    name="contest",
    help='{"id", "problem", "questions": [{"question", "options": ["…", "…"], "answer"?: "A"}]}: a problem a line',
    fields=("questions", "problem"),
    read=read,
    answered=answered,
    is_whole=True,
)
