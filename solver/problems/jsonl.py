"""Reading files of problems in the project's three forms, and writing answers back.

Contest form, one problem a line::

    {"id": "p1", "problem": "…", "questions": [{"question": "…", "options": ["…", "…"], "answer": "A"}]}

Flat form, one question a line, as the common baseline writes it::

    {"instruction": "the problem", "input": "the question\\nA: 10; B: 14", "output": "B"}

Row form, one question a line; questions with the same ``problem`` become one problem::

    {"id"?: "q1", "problem"?: "…", "question": "…", "options": ["…", "…"], "answer"?: "A"}

Other shapes (CSV, other names of fields …) are brought into the row form by ``solver.problems.shapes``.

Files may be ``.jsonl`` or ``.jsonl.gz``, UTF-8 with or without BOM, LF or CRLF. Every unusable line is reported as
``file:line:field: what: what to do``; nothing is dropped silently. New input forms are one entry in ``_FORMS``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from solver.base.errors import InputError
from solver.problems.letters import ALPHABET
from solver.problems.question import MAX_OPTIONS, MIN_OPTIONS, Problem, Question, question_id_of, question_of

# A letter that heads an option: at a line start or after a separator, followed by a mark (A: A. A、 A) （A）).
_HEAD = re.compile(r"(?:^|(?<=[\s;；,，。？?！!：:]))[（(]?([A-Z])\s*(?:[:：.．、)）])\s*")
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


class UnusableLine(Exception):
    """A line that cannot be used; carries the field and the advice."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class Line(NamedTuple):
    """One line or row of an input."""

    number: int
    """From 1."""
    raw: str
    value: Mapping[str, object] | UnusableLine | None = None
    """What it holds, or why it cannot be used; None: ``raw`` is JSON that is still to be read."""


class _Row(NamedTuple):
    """One usable line, before questions get their ids."""

    id: str | None
    is_whole: bool
    """A problem with all its questions, not one question that may share its problem with other lines."""
    text: str
    questions: tuple[tuple[str, tuple[str, ...], str | None], ...]
    labels: tuple[str | None, int | None, str | None]


def load_problems(paths: Sequence[Path]) -> Loaded:
    """Read all problems of one or several files.

    Flat lines with the same instruction become one problem, so that their questions share a prefix.

    Raises:
        InputError: a file cannot be opened, or is no text at all.
    """
    return loaded_from((path, _lines(path)) for path in paths)


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
    count = 0
    for path, lines in sources:
        flat: dict[str, list[tuple[int, _Row]]] = {}
        for number, raw, value in lines:
            count += 1
            try:
                row = _parse(raw, value)
                if not row.is_whole or row.id is None:
                    # Without a text there is nothing that questions could share.
                    flat.setdefault(row.text or f"\0{number}", []).append((number, row))
                    continue
                if row.id in problems:
                    raise UnusableLine("id", f"{row.id!r} was used before: give every problem an id of its own")
                problems[row.id] = _problem(row.id, [row])
            except UnusableLine as fault:
                bad.append(Fault(file=str(path), line=number, field=fault.field, message=fault.message, raw=raw))
                continue
            odd += _oddities(path, number, raw, row)
        stem = _printable(path.name.removesuffix(".gz").removesuffix(".jsonl"))
        for rows in flat.values():
            problem_id = _unused(rows[0][1].id or f"{stem}-{rows[0][0]:05d}", problems)
            problems[problem_id] = _problem(problem_id, [row for _, row in rows])
    return Loaded(tuple(problems.values()), tuple(bad), tuple(odd), count)


def require_good(loaded: Loaded, *, shown: int = 50) -> None:
    """Refuse bad lines.

    Raises:
        InputError: listing every bad line (the first ``shown`` in full), or that there is nothing to do.
    """
    if loaded.bad:
        lines = [str(fault) for fault in loaded.bad[:shown]]
        if len(loaded.bad) > shown:
            lines.append(f"… and {len(loaded.bad) - shown} more")
        lines.append(f"{len(loaded.bad)} of {loaded.lines} lines cannot be used; mend them, or pass --skip-bad")
        raise InputError("\n".join(lines))
    if not loaded.problems:
        raise InputError("the input holds no problem")


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


def submission_line(problem: Problem, letters: Mapping[str, str | None]) -> str:
    """Return one line of the contest's submission form, without the line end.

    Args:
        letters: question id -> letter, or None where there is no answer.
    """
    questions = [
        {"question": question.text, "options": list(question.options), "answer": letters.get(question.id)}
        for question in problem.questions
    ]
    return json.dumps({"id": problem.id, "problem": problem.text, "questions": questions}, ensure_ascii=False)


def _lines(path: Path) -> Iterator[Line]:
    """Yield every non-blank line."""
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: not UTF-8 ({error.reason}); save the file as UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    yield from lines_of_text(text)


def lines_of_text(text: str) -> Iterator[Line]:
    """Yield every line of a text that is not blank."""
    # Only LF ends a line (JSON strings may hold U+2028 and its like); a CR before it is dropped.
    for number, content in enumerate(text.split("\n"), 1):
        if content.strip():
            yield Line(number, content.rstrip("\r"))


def _parse(raw: str, value: Mapping[str, object] | UnusableLine | None) -> _Row:
    if isinstance(value, UnusableLine):
        raise value
    try:
        value = json.loads(raw) if value is None else value
    except (ValueError, RecursionError) as error:  # ValueError: also a number of more than 4,300 digits
        raise UnusableLine("line", f"not JSON ({error}): one JSON object a line is wanted") from error
    if not isinstance(value, dict):
        raise UnusableLine("line", f"a JSON {type(value).__name__}, not an object: one JSON object a line is wanted")
    for key, form in _FORMS.items():
        if key in value:
            return form(value)
    raise UnusableLine(
        "line", f"neither {' nor '.join(repr(key) for key in _FORMS)} is there: see the two forms in the README"
    )


def _contest(value: Mapping[str, object]) -> _Row:
    problem_id = _text(value, "id", "id")
    if not problem_id or problem_id != _printable(problem_id):
        raise UnusableLine("id", "empty, or holds control characters: give the problem a printable id")
    text = _text(value, "problem", "problem")
    questions = value.get("questions")
    if not isinstance(questions, list) or not questions:
        raise UnusableLine("questions", "missing or empty: a list of {question, options, answer?} is wanted")
    parsed = []
    for position, question in enumerate(questions):
        where = f"questions[{position}]"
        if not isinstance(question, dict):
            raise UnusableLine(where, "not an object: {question, options, answer?} is wanted")
        options = question.get("options")
        if not isinstance(options, list) or not all(isinstance(option, str) for option in options):
            raise UnusableLine(f"{where}.options", "not a list of texts: write every option as a JSON string")
        answer = _answer(question.get("answer"), len(options), f"{where}.answer")
        body = _text(question, "question", f"{where}.question")
        if not body.strip() and not text.strip():
            raise UnusableLine(f"{where}.question", "both problem and question are empty: write what is asked")
        parsed.append((body, _checked(options, f"{where}.options"), answer))
    return _Row(problem_id, True, text, tuple(parsed), _labels(value))


def _labels(value: Mapping[str, object]) -> tuple[str | None, int | None, str | None]:
    level = value.get("level")
    family, split = value.get("family"), value.get("split")
    return (
        _printable(family) if isinstance(family, str) else None,
        level if isinstance(level, int) and not isinstance(level, bool) and abs(level) < 10**9 else None,
        _printable(split) if isinstance(split, str) else None,
    )


def _single(value: Mapping[str, object]) -> _Row:
    text = _text(value, "problem", "problem") if "problem" in value else ""
    body, options = _text(value, "question", "question"), value.get("options")
    if not isinstance(options, (list, tuple)) or not all(isinstance(option, str) for option in options):
        raise UnusableLine("options", "not a list of texts: write every option as a JSON string")
    if not body.strip() and not text.strip():
        raise UnusableLine("question", "is empty: write what is asked")
    answer = _answer(value.get("answer"), len(options), "answer")
    name = value.get("id")
    row_id = _printable(str(name)) if isinstance(name, (str, int)) and str(name).strip() else None
    return _Row(row_id, False, text, ((body, _checked(list(options), "options"), answer),), _labels(value))


def _flat(value: Mapping[str, object]) -> _Row:
    text, body = _text(value, "instruction", "instruction"), _text(value, "input", "input")
    question, options = split_inline_options(body)
    if not options:
        raise UnusableLine("input", "no inline options found: end the question with 'A: …; B: …'")
    answer = _answer(value.get("output"), len(options), "output")
    return _Row(None, False, text, ((question, _checked(list(options), "input"), answer),), (None, None, None))


_FORMS: dict[str, Callable[[Mapping[str, object]], _Row]] = {
    "questions": _contest,
    "options": _single,
    "problem": _contest,
    "instruction": _flat,
}


def split_inline_options(text: str) -> tuple[str, tuple[str, ...]]:
    """Split a question from the options written behind it.

    The options are the last run of heads A, B, C … in order.

    >>> split_inline_options("几只？\\nA: 10; B: 14")
    ('几只？', ('10', '14'))
    """
    heads = [(match.group(1), match.start(), match.end()) for match in _HEAD.finditer(text)]
    # The last A that a B follows. (Trying every A from the end took quadratic time on a text of many.)
    last_b = max((place for place, head in enumerate(heads) if head[0] == "B"), default=0)
    start = max((place for place, head in enumerate(heads[:last_b]) if head[0] == "A"), default=None)
    if start is None:
        return text, ()
    run = [heads[start]]
    for head in heads[start + 1 :]:
        if len(run) < len(ALPHABET) and head[0] == ALPHABET[len(run)]:
            run.append(head)
    ends = [head[1] for head in run[1:]] + [len(text)]
    options = tuple(
        text[begin:end].strip().rstrip(";；").rstrip() for (_, _, begin), end in zip(run, ends, strict=True)
    )
    return text[: run[0][1]].rstrip(), options


def _unused(name: str, taken: Mapping[str, Problem]) -> str:
    """Return ``name``, or with the first free number behind it: two folders may hold files of the same name."""
    names = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


def _printable(text: str) -> str:
    """Return a name with U+FFFD for what no name holds and no terminal should get: controls, half surrogate pairs."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in ("Cc", "Cs") else char for char in text)


def _text(value: Mapping[str, object], key: str, where: str) -> str:
    found = value.get(key)
    if not isinstance(found, str):
        kind = "missing" if key not in value else f"a JSON {type(found).__name__}"
        raise UnusableLine(where, f"{kind}, where a text is wanted")
    if any("\ud800" <= char <= "\udfff" for char in found):
        raise UnusableLine(where, "holds half of a surrogate pair: mend the \\ud… escapes")
    return found


def _checked(options: list[str], where: str) -> tuple[str, ...]:
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        raise UnusableLine(where, f"{len(options)} options, where {MIN_OPTIONS} to {MAX_OPTIONS} are wanted")
    for position, option in enumerate(options):
        if any("\ud800" <= char <= "\udfff" for char in option):
            raise UnusableLine(f"{where}[{position}]", "holds half of a surrogate pair: mend the \\ud… escapes")
    if len({option.strip() for option in options}) < 2:
        raise UnusableLine(where, "all options are the same text: there is nothing to choose")
    return tuple(options)


def _answer(found: object, n_options: int, where: str) -> str | None:
    if found is None or (isinstance(found, str) and not found.strip()):
        return None
    letters = ALPHABET[:n_options]
    letter = found.strip().upper() if isinstance(found, str) else ""
    if len(letter) != 1 or letter not in letters:
        raise UnusableLine(
            where, f"{str(found)[:80]!r} is none of {'/'.join(letters)}: give one letter, or leave it empty"
        )
    return letter


def _problem(problem_id: str, rows: Sequence[_Row]) -> Problem:
    parts = [(part, row.labels) for row in rows for part in row.questions]
    questions = tuple(
        question_of(
            question_id_of(problem_id, position),
            problem=rows[0].text,
            text=text,
            options=options,
            gold_letter=answer,
            family=labels[0],
            level=labels[1],
            split=labels[2],
        )
        for position, ((text, options, answer), labels) in enumerate(parts)
    )
    return Problem(id=problem_id, text=rows[0].text, questions=questions)


def _oddities(path: Path, number: int, raw: str, row: _Row) -> Iterator[Fault]:
    for position, (_, options, _answer_letter) in enumerate(row.questions):
        for index, option in enumerate(options):
            if not option.strip():
                field = f"questions[{position}].options[{index}]"
                message = "is empty; used as it is"
                yield Fault(file=str(path), line=number, field=field, message=message, raw=raw)
            if _SWALLOWED.search(option):
                field = f"questions[{position}].options[{index}]"
                message = "seems to hold further lettered options; used as it is, split it if it does"
                yield Fault(file=str(path), line=number, field=field, message=message, raw=raw)
