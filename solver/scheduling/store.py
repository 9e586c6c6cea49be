"""Where finished samples live: one SQLite file in a run folder, durable before a sample counts.

``append`` returns when the samples are on disk; how, and what a kill leaves: ``solver.base.durable``.

>>> # with Store(folder) as store: await store.append(samples); store.samples()
"""

from __future__ import annotations

import dataclasses
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from solver.base.durable import DurableLog, Row, opened_for_reading, storable
from solver.base.errors import StoreError
from solver.problems.letters import ALPHABET
from solver.sampling.sample import Sample, Status

FILE, LOCK = "samples.sqlite", "lock"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS samples (
    key TEXT PRIMARY KEY,          -- Request.key
    question_id TEXT NOT NULL,
    model TEXT NOT NULL,
    sample_index INTEGER NOT NULL,
    status TEXT NOT NULL,
    body TEXT NOT NULL             -- the whole Sample as JSON
) WITHOUT ROWID
"""
# A failed sample may be drawn again; a finished one is never replaced.
_INSERT = """
INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET status = excluded.status, body = excluded.body WHERE samples.status = 'failed'
"""
_LATER = {field.name: field.default for field in dataclasses.fields(Sample) if field.default is not dataclasses.MISSING}
"""Fields that came after the first ones, with what they are where they do not stand in a row."""
_ANY_ORDER = "SELECT body FROM samples"
_ALL = f"{_ANY_ORDER} ORDER BY question_id, model, sample_index"

_NUMBERS = (int, float)
_LARGEST = 1 << 62
"""SQLite's whole numbers have 64 bits."""
_NONE = type(None)
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("key", "question_id", "model", "status", "text"), (str,)),
    **dict.fromkeys(("shown_letter", "rule", "finish_reason", "error"), (str, _NONE)),
    **dict.fromkeys(("index", "prompt_tokens", "completion_tokens", "retries", "thought_tokens"), (int,)),
    **dict.fromkeys(("mean_logprob", "letter_logprob"), (float, int, _NONE)),
    **dict.fromkeys(("launched_at", "finished_at"), (float, int)),
    "option_class": (int, _NONE),
    "span": (list, _NONE),
    **dict.fromkeys(("is_closed", "are_thoughts_told"), (bool,)),
}
"""What each field of a sample may be, in JSON."""


class Store(DurableLog[Sample]):
    """The samples of one run.

    Raises:
        RunLocked: another process works in the folder.
        StoreError: the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder / FILE,
            lock=folder / LOCK,
            schema=_SCHEMA,
            insert=_INSERT,
            row_of=_row,
            what="sample",
            elsewhere="use another --run folder",
        )

    @property
    def is_empty(self) -> bool:
        """No sample is stored."""
        return next(self.samples(is_ordered=False), None) is None

    def samples(self, *, is_ordered: bool = True) -> Iterator[Sample]:
        """Yield all stored samples, by question, model and index; without order in half the time.

        Raises:
            StoreError: they cannot be read.
        """
        return _rows(self.reader, self.path, _ALL if is_ordered else _ANY_ORDER)


def read_samples(folder: Path) -> Iterator[Sample]:
    """Yield the samples of a run folder, by question, model and index, without taking its lock.

    Raises:
        StoreError: there is no store, or it cannot be read.
    """
    return _read(folder, _ALL)


def _read(folder: Path, query: str) -> Iterator[Sample]:
    path = folder / FILE
    if not os.path.lexists(path):
        raise StoreError(f"{folder}: holds no {FILE}; is it a run folder?")
    try:
        with opened_for_reading(path) as connection:
            yield from _rows(connection, path, query)
    except StoreError:
        raise
    except (sqlite3.Error, OSError, UnicodeError) as error:
        raise _unreadable(path, error) from error


def _rows(connection: sqlite3.Connection, path: Path, query: str) -> Iterator[Sample]:
    number = 0
    try:
        for (body,) in connection.execute(query):
            number += 1
            yield sample_from_json(body)
    except (ValueError, TypeError) as error:
        raise StoreError(f"{path}: sample {number} cannot be used: {error}; use another --run folder") from error
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> StoreError:
    return StoreError(f"{path}: cannot be read ({error}); use another --run folder")


def sample_to_json(sample: Sample) -> str:
    """Write a sample as one line of JSON."""
    fields = {field.name: getattr(sample, field.name) for field in dataclasses.fields(sample)}
    for name, default in _LATER.items():
        if fields[name] == default:
            del fields[name]  # most models do not think, and runs have millions of samples
    return json.dumps(fields, ensure_ascii=False)


def sample_from_json(body: str) -> Sample:
    """Read a sample that ``sample_to_json`` wrote.

    Raises:
        ValueError: something else is there; names the field.
    """
    try:
        fields = json.loads(body)
    except (TypeError, RecursionError) as error:
        raise ValueError(f"no JSON ({error})") from None
    fields = {**_LATER, **fields} if isinstance(fields, dict) else fields
    if not isinstance(fields, dict) or fields.keys() != _KINDS.keys():
        odd = sorted(fields.keys() ^ _KINDS.keys()) if isinstance(fields, dict) else [type(fields).__name__]
        raise ValueError(f"other fields than a sample has ({', '.join(odd)[:200]})")
    for name, kinds in _KINDS.items():
        value = fields[name]
        # By the type itself: True is no number. A comparison with NaN is never true.
        if type(value) not in kinds or (type(value) in _NUMBERS and not abs(value) < _LARGEST):
            raise ValueError(f"field {name!r} is {value!r:.80}")
    span = fields["span"]
    if span is not None and not (len(span) == 2 and all(type(place) is int and place >= 0 for place in span)):
        raise ValueError(f"field 'span' is {span!r:.80}")
    if not 0 <= (fields["option_class"] or 0) < len(ALPHABET) or fields["index"] < 0:
        raise ValueError("field 'option_class' or 'index' is out of bounds")
    return Sample(**{**fields, "status": Status(fields["status"]), "span": None if span is None else tuple(span)})


def _row(sample: Sample) -> Row:
    return (
        sample.key,
        sample.question_id,
        sample.model,
        sample.index,
        sample.status.value,
        storable(sample_to_json(sample)),
    )
