"""What a form of JSON lines is, and what all forms check: texts, options, keys, names.

A form is one module of this package, with its name in ``solver.problems.forms.registry``. It makes a line's object a
problem, or says which field cannot be used and why::

    FORM = Form(name="pair", help='{"ask": …, "choose": [A, B, …]}', fields=("choose", "ask"), read=read)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from solver.base.display.figures import counted
from solver.problems.labels import LabelContradiction, bare_options, letter_in
from solver.problems.question import MAX_OPTIONS, MIN_OPTIONS, Problem, Question, question_id_of, question_of

Values = Mapping[str, object]
Note = Callable[[str, str], None]
"""Told of a field that had to be made sense of, and what was done."""
Names = tuple[str, str, str]
NAMES: Names = ("question", "options", "answer")


class UnusableLine(Exception):
    """A line that cannot be used; carries the field and the advice."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of JSON lines."""

    name: str
    help: str
    """How a line looks."""
    fields: tuple[str, ...]
    """Fields that it cannot do without, the most telling first."""
    read: Callable[[Values, Note], Problem]
    """Makes a line's object a problem, with an empty id where it has none; raises ``UnusableLine``."""
    answered: Callable[[Values, Sequence[str | None]], Values]
    """Gives a line's object back with the letters of its questions, all else as it was; None is no answer."""
    is_whole: bool = False
    """A line is a problem with all its questions; else lines with the same text of the problem are one problem."""
    takes_others: bool = False
    """Rows of any other shape are brought into it, so its own fields may mean something else in a file."""


def question_in(
    values: Values, note: Note, *, problem_id: str, problem: str, place: int = 0, at: str = "", names: Names = NAMES
) -> Question:
    """Read a question with its options and its key, which may be missing.

    Args:
        values: holds ``question``, ``options`` and ``answer``; ``family``, ``level`` and ``split`` where known.
        problem_id: empty where it is not known yet.
        place: among the questions of its problem.
        at: where in its line the question stands, put before the names of fields in messages.
        names: what the line calls the three fields.

    Raises:
        UnusableLine: one of them cannot be used.
    """
    asked, chosen, key = (f"{at}{name}" for name in names)
    options = values.get("options")
    if not isinstance(options, (list, tuple)) or not all(isinstance(option, str) for option in options):
        raise UnusableLine(chosen, "not a list of texts: write every option as a JSON string")
    text = text_in(values, "question", asked)
    if not text.strip() and not problem.strip():
        raise UnusableLine(asked, "is empty, and there is no problem: write what is asked")
    _check_options(options, chosen)
    try:
        bare = bare_options(options)
    except LabelContradiction as error:
        raise UnusableLine(chosen, str(error)) from error
    if bare.note is not None:
        note(chosen, bare.note)
    try:
        answer = letter_in(values.get("answer"), bare.texts, base=bare.base)
    except LabelContradiction as error:
        raise UnusableLine(key, f"{error}; give one letter, or leave it empty") from error
    if answer.note is not None:
        note(key, answer.note)
    family, level, split = values.get("family"), values.get("level"), values.get("split")
    return question_of(
        question_id_of(problem_id, place),
        problem=problem,
        text=text,
        options=bare.texts,
        gold_letter=answer.letter,
        family=printable(family) if isinstance(family, str) else None,
        level=level if isinstance(level, int) and not isinstance(level, bool) and abs(level) < 10**9 else None,
        split=printable(split) if isinstance(split, str) else None,
    )


def _check_options(options: Sequence[str], where: str) -> None:
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        raise UnusableLine(where, f"{counted(len(options), 'option')}, where {MIN_OPTIONS} to {MAX_OPTIONS} are wanted")
    for position, option in enumerate(options):
        if any("\ud800" <= char <= "\udfff" for char in option):
            raise UnusableLine(f"{where}[{position}]", "holds half of a surrogate pair: fix the \\ud… escapes")
    if len({option.strip() for option in options}) < 2:
        raise UnusableLine(where, "all options are the same text: there is nothing to choose")


def text_in(values: Values, key: str, where: str | None = None) -> str:
    """Return a field that must be a text.

    Args:
        where: how messages name the field; None: as it is called.
    """
    found = values.get(key)
    if not isinstance(found, str):
        kind = "missing" if key not in values else f"a JSON {type(found).__name__}"
        raise UnusableLine(where or key, f"{kind}, where a text is wanted")
    if any("\ud800" <= char <= "\udfff" for char in found):
        raise UnusableLine(where or key, "holds half of a surrogate pair: fix the \\ud… escapes")
    return found


def printable(text: str) -> str:
    """Return a name with U+FFFD for what no name holds and no terminal should get: controls, half surrogate pairs."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in ("Cc", "Cs") else char for char in text)
