"""Reading files of problems in the project's own forms of JSON lines.

What a line may look like is in ``solver.problems.forms``, one module a form. Other shapes (CSV, other names of fields)
are brought into the row form by ``solver.problems.shapes``.

Files may be ``.jsonl`` or ``.jsonl.gz``, UTF-8 with or without BOM, LF or CRLF. Every unusable line is reported as
``file:line:field: what: what to do``; nothing is dropped, and nothing made sense of, silently.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from solver.base.display.figures import counted
from solver.base.errors import InputError
from solver.base.foreign_files import lines_of
from solver.problems.forms.form import Form, UnusableLine, printable
from solver.problems.forms.given_row import GivenRow
from solver.problems.forms.registry import FORMS, form_of
from solver.problems.question import Problem, Question, question_id_of

# An option that swallowed the next ones: a later line of it starts like a lettered option.
# (No ``\s`` after the line feed: it would walk through a run of blank lines once for each of them.)
_SWALLOWED = re.compile(r"\n[^\S\n]*[B-Z][^\S\n]*[.．、:：)）]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong, or odd, in an input file."""

    file: str
    line: int
    """From 1."""
    field: str
    message: str
    """What is wrong and what to do."""
    raw: str
    """The line as read."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.field}: {self.message}"


class Loaded(NamedTuple):
    """What came out of the input files."""

    problems: tuple[Problem, ...]
    bad: tuple[Fault, ...]
    """Lines that could not be used."""
    odd: tuple[Fault, ...]
    """Lines that were used, but look wrong."""
    lines: int
    """Non-blank lines read: good problems' lines plus bad lines."""
    rows: tuple[GivenRow, ...]
    """The lines that could be used, in their order."""
    names: tuple[str, ...] = ()
    """The inputs, as messages call them."""


class Line(NamedTuple):
    """One line or row of an input."""

    number: int
    """From 1."""
    raw: str
    value: Mapping[str, object] | UnusableLine | None = None
    """What it holds, or why it cannot be used; None: ``raw`` is JSON that is still to be read."""
    given: Mapping[str, object] | None = None
    """The row as it stood, where that is in the row form, too, and ``value`` is what was made of it."""


class _Notes:
    """What was odd, or made sense of, in one file: each kind is told once, however many lines it is true of."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: dict[str, tuple[Fault, int]] = {}

    def add(self, number: int, raw: str, field: str, message: str, kind: str | None = None) -> None:
        """Take in a note on a field of a line.

        Args:
            kind: of the note; None: all that is made sense of in such a field is one.
        """
        fault = Fault(file=self._file, line=number, field=field, message=message, raw=raw)
        key = field.rpartition(".")[2] if kind is None else kind
        first, count = self._found.get(key, (fault, 0))
        self._found[key] = first, count + 1

    def faults(self) -> Iterator[Fault]:
        """Yield the first of each kind, with the number of others."""
        for fault, count in self._found.values():
            yield fault if count == 1 else replace(fault, message=f"{fault.message}; {count - 1} more like it")


def load_problems(paths: Sequence[Path]) -> Loaded:
    """Read all problems of one or several files.

    Flat lines with the same instruction become one problem, so that their questions share a prefix.

    Raises:
        InputError: a file cannot be opened, or is no text at all.
    """
    return loaded_from((path, (Line(number, text.rstrip("\r\n")) for number, text in lines_of(path))) for path in paths)


def load_text(text: str, name: str) -> Loaded:
    """Read JSON lines that are no file: pasted, or from stdin.

    Args:
        name: what stands for the file's name in messages and in the ids of flat lines.
    """
    return loaded_from([(Path(name), lines_of_text(text.removeprefix("\ufeff")))])


def loaded_from(sources: Iterable[tuple[Path, Iterable[Line]]]) -> Loaded:
    """Read problems from lines, by the names of the files that they are from."""
    problems: dict[str, Problem] = {}
    bad: list[Fault] = []
    odd: list[Fault] = []
    rows: list[GivenRow] = []
    count = 0
    names: list[str] = []
    for path, lines in sources:
        names.append(str(path))
        parts: dict[str, list[tuple[int, int, Problem]]] = {}
        order: list[str | tuple[str, None]] = []
        notes = _Notes(str(path))
        for number, raw, value, given in lines:
            count += 1
            try:
                values = _values(raw, value)
                form = _form(values)
                problem = form.read(values, partial(notes.add, number, raw))
                for field, message in _oddities(problem, is_whole=form.is_whole):
                    notes.add(number, raw, field, message, kind=message)
                if not form.is_whole:
                    # Without a text there is nothing that questions could share.
                    group = problem.text or f"\0{number}"
                    if group not in parts:
                        order.append((group, None))
                    parts.setdefault(group, []).append((number, len(rows), problem))
                    rows.append(GivenRow(form, values if given is None else given, ()))
                    continue
                if problem.id in problems:
                    raise UnusableLine("id", f"{problem.id!r} was used before: give every problem an id of its own")
                problems[problem.id] = problem
                order.append(problem.id)
                rows.append(GivenRow(form, values, tuple(question.id for question in problem.questions)))
            except UnusableLine as fault:
                bad.append(Fault(file=str(path), line=number, field=fault.field, message=fault.message, raw=raw))
                continue
        odd += notes.faults()
        stem = printable(path.name.removesuffix(".gz").removesuffix(".jsonl"))
        for place in order:
            if isinstance(place, str):
                # Taken out and put in again: problems stand in the order of their first lines, whatever their forms.
                problems[place] = problems.pop(place)
                continue
            found = parts[place[0]]
            number, _, first = found[0]
            problem_id = _unused(first.id or f"{stem}-{number:05d}", problems)
            problems[problem_id] = joined = _joined(problem_id, [problem for *_, problem in found])
            ids = iter(question.id for question in joined.questions)
            for _, row, problem in found:
                rows[row] = rows[row]._replace(question_ids=tuple(islice(ids, len(problem.questions))))
    return Loaded(tuple(problems.values()), tuple(bad), tuple(odd), count, tuple(rows), tuple(names))


def require_good(loaded: Loaded, *, is_skipping: bool = False, shown: int = 50) -> None:
    """Refuse bad lines.

    Args:
        is_skipping: the command has the flag ``--skip-bad``, which the message names then.

    Raises:
        InputError: listing every bad line (the first ``shown`` in full), or that there is nothing to do.
    """
    if loaded.bad:
        lines = [str(fault) for fault in loaded.bad[:shown]]
        if len(loaded.bad) > shown:
            lines.append(f"… and {len(loaded.bad) - shown} more")
        skip = ", or pass --skip-bad" if is_skipping else ""
        lines.append(f"{len(loaded.bad)} of {counted(loaded.lines, 'line')} cannot be used; fix them{skip}")
        raise InputError("\n".join(lines))
    if not loaded.problems:
        raise InputError(
            f"{', '.join(loaded.names) or 'the input'}: holds no problem; name a file with one a line, or a row"
        )


def questions_of(problems: Iterable[Problem]) -> tuple[Question, ...]:
    """Return all questions, those of one problem next to each other."""
    return tuple(question for problem in problems for question in problem.questions)


def digest_of(questions: Iterable[Question]) -> str:
    """Return the SHA-256 of the questions' content and gold: the identity of a benchmark."""
    state = hashlib.sha256()
    for question in questions:
        content = [question.id, question.problem, question.text, question.options, question.gold]
        state.update(json.dumps(content, ensure_ascii=False).encode() + b"\n")
    return state.hexdigest()


def lines_of_text(text: str) -> Iterator[Line]:
    """Yield every line of a text that is not blank."""
    # Only LF ends a line (JSON strings may hold U+2028 and its like); a CR before it is dropped.
    for number, content in enumerate(text.split("\n"), 1):
        if content.strip():
            yield Line(number, content.rstrip("\r"))


def _values(raw: str, value: Mapping[str, object] | UnusableLine | None) -> Mapping[str, object]:
    if isinstance(value, UnusableLine):
        raise value
    try:
        value = json.loads(raw) if value is None else value
    except (ValueError, RecursionError) as error:  # ValueError: also a number of more than 4,300 digits
        raise UnusableLine("line", f"not JSON ({error}): one JSON object a line is wanted") from error
    if not isinstance(value, dict):
        raise UnusableLine("line", f"a JSON {type(value).__name__}, not an object: one JSON object a line is wanted")
    return value


def _form(values: Mapping[str, object]) -> Form:
    form = form_of(values)
    if form is None:
        names = " nor ".join(repr(one.fields[0]) for one in FORMS)
        forms = "; ".join(f"{one.name} {one.help}" for one in FORMS)
        raise UnusableLine("line", f"neither {names} is there: write it as one of {forms}")
    return form


def _unused(name: str, taken: Mapping[str, Problem]) -> str:
    """Return ``name``, or with the first free number behind it: two folders may hold files of the same name."""
    names = chain((name,), (f"{name}-{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


def _joined(problem_id: str, parts: Sequence[Problem]) -> Problem:
    """Make one problem of those that share its text, and give its questions their ids."""
    questions = [question for part in parts for question in part.questions]
    return Problem(
        id=problem_id,
        text=parts[0].text,
        questions=tuple(
            replace(question, id=question_id_of(problem_id, place), problem_id=problem_id)
            for place, question in enumerate(questions)
        ),
    )


def _oddities(problem: Problem, *, is_whole: bool) -> Iterator[tuple[str, str]]:
    """Yield fields whose content is used, but looks wrong, with what is odd about it."""
    for position, question in enumerate(problem.questions):
        at = f"questions[{position}]." if is_whole else ""
        for index, option in enumerate(question.options):
            if not option.strip():
                yield f"{at}options[{index}]", "is empty; used as it is"
            if _SWALLOWED.search(option):
                message = "seems to hold further lettered options; used as it is, split it if it does"
                yield f"{at}options[{index}]", message
