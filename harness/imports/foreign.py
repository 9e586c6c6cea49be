"""What is taken from another tool's log: questions, and of each sample its text and the letter that the tool read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import RecordError
from solver.problems.letters import ALPHABET, letter_of

_LETTER = re.compile(r"\W*([A-Za-z])\W*")
_LISTS = ("choices", "options", "endings", "answers", "candidates")
_STEMS = ("question", "query", "input", "stem", "question_stem", "instruction", "prompt", "problem", "sentence")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignQuestion:
    """A question as a log tells it."""

    id: str
    text: str
    options: tuple[str, ...]
    """In the order shown; empty where the log does not tell them."""
    gold: str | None
    """Letter of the right option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignSample:
    """A sample as a log tells it."""

    question_id: str
    text: str
    letter: str | None
    """What the tool read from it; None is no answer."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    began_at: float = 0.0
    """Unix time, seconds; 0 where the log does not tell."""
    took_s: float = 0.0
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRun:
    """One task by one model."""

    tool: str
    task: str
    model: str
    questions: tuple[ForeignQuestion, ...]
    samples: tuple[ForeignSample, ...]
    """In the order drawn."""
    told: float | None = None
    """The accuracy that the tool told, 0 to 1."""
    notes: tuple[str, ...] = ()
    """What the user should know of how it was read."""


Reader = Callable[[Path], Sequence[ForeignRun]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """An entry of the registry."""

    name: str
    help: str
    """Which of its files are read."""
    knows: Callable[[Path], bool]
    """Tells whether a file or folder holds logs of it, without reading them whole."""
    read: Reader


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Name the place of whatever a log holds that no sample of its tool has.

    Args:
        where: the file, or ``file:line``.

    Raises:
        RecordError: the block could not make sense of it.
    """
    try:
        yield
    except RecordError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise RecordError(f"{where}: cannot be read as what the tool writes ({error!r:.200})") from error


def letter_in(answer: object, options: Sequence[str]) -> str | None:
    """Return the letter that an answer stands for: a letter, an option's text, or its place from 0.

    >>> letter_in("(b)", ("x", "y")), letter_in("y", ("x", "y")), letter_in(1, ("x", "y")), letter_in("?", ("x", "y"))
    ('B', 'B', 'B', None)
    """
    if isinstance(answer, bool) or answer is None:
        return None
    if isinstance(answer, int):
        return letter_of(answer) if 0 <= answer < min(len(options) or len(ALPHABET), len(ALPHABET)) else None
    text = str(answer).strip()
    match = _LETTER.fullmatch(text)
    place = ALPHABET.index(match[1].upper()) if match else len(ALPHABET)
    # A letter first: the option that is called B may be "A".
    if place < (len(options) or len(ALPHABET)):
        return letter_of(place)
    return letter_of(options.index(text)) if text in options else None


def options_in(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the options that a data set's row holds: a list, texts under labels, or fields A, B, C; else none.

    >>> options_in({"choices": {"text": ["x", "y"], "label": ["A", "B"]}}), options_in({"A": "x", "B": "y"})
    (('x', 'y'), ('x', 'y'))
    """
    for name in _LISTS:
        value = row.get(name)
        if isinstance(value, Mapping) and isinstance(value.get("text"), list):
            value = value["text"]
        elif isinstance(value, Mapping) and value and set(value) <= set(ALPHABET):
            value = [value[letter] for letter in sorted(value)]
        if isinstance(value, list) and len(value) >= 2:
            texts = [one.get("text") if isinstance(one, Mapping) else one for one in value]
            if all(isinstance(text, str | int | float) for text in texts):
                return tuple(str(text) for text in texts)
    fields = []
    for letter in ALPHABET:
        if not isinstance(row.get(letter), str):
            break
        fields.append(str(row[letter]))
    return tuple(fields) if len(fields) >= 2 else ()


def stem_in(row: Mapping[str, Any]) -> str | None:
    """Return the question's text in a data set's row, where a field has one of the usual names."""
    return next((str(row[name]) for name in _STEMS if isinstance(row.get(name), str) and row[name].strip()), None)


def id_in(row: Mapping[str, Any], otherwise: object) -> str:
    """Return a row's own id, so that runs of several tools on one data set meet; else its place."""
    for name in ("question_id", "qid", "id"):
        value = row.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return str(otherwise)
