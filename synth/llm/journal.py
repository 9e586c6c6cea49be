"""Durable records of what was asked, paid and answered: one SQLite file, append only.

A record is (kind, key, body): ``reply`` under its call's key, ``sent`` and ``done`` for every request, ``job`` for
batch jobs, and whatever kinds a stage adds. ``append`` returns when the records are on disk (``solver.base.durable``);
a record that is there is never replaced. What a journal belongs to (its *binding*) is kept inside; another
configuration is refused.

::

    with Journal(out / "journal.sqlite", binding) as journal:
        await journal.append([Record(kind="reply", key=call.key, body=text)])
        journal.get("reply", call.key)
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from solver.base.durable import DurableLog, storable
from solver.base.errors import StoreError
from synth.errors import JournalMismatch

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, key)
);
CREATE TABLE IF NOT EXISTS binding (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_SHOWN = 10
Meant = TypeVar("Meant")


class Record(NamedTuple):
    """One record."""

    kind: str
    key: str
    """Unique within its kind."""
    body: str
    """Any text, as a rule JSON."""


class Journal(DurableLog[Record]):
    """The records of one folder of work.

    Args:
        path: the SQLite file; its folder is made.
        binding: what the records belong to, JSON values, nested as you like. Compared field by field with what the
            file was made with; leave out what may change on resuming (endpoints, limits, display).

    Raises:
        RunLocked: another process has it open.
        JournalMismatch: it was made with another binding.
        StoreError: the file cannot be written, or is no journal.
    """

    def __init__(self, path: Path, binding: Mapping[str, object]) -> None:
        super().__init__(
            path,
            lock=path.with_name(f"{path.name}.lock"),
            schema=_SCHEMA,
            insert="INSERT OR IGNORE INTO records VALUES (?, ?, ?)",
            row_of=lambda record: record._replace(body=storable(record.body)),
            what="record",
            elsewhere="choose another --out",
        )
        try:
            _bind(self.reader, path, binding)
        except (sqlite3.Error, UnicodeError) as error:
            self.close()
            raise StoreError(f"{path}: is no journal, or is damaged: {error}; choose another --out") from error
        except JournalMismatch:
            self.close()
            raise

    def get(self, kind: str, key: str) -> str | None:
        """Return a record's body, None where there is no such record."""
        rows = list(self._rows("SELECT body FROM records WHERE kind = ? AND key = ?", kind, key))
        return str(rows[0][0]) if rows else None

    def records(self, kind: str) -> Iterator[Record]:
        """Yield the records of a kind in the order in which they were written."""
        for key, body in self._rows("SELECT key, body FROM records WHERE kind = ? ORDER BY rowid", kind):
            yield Record(kind, str(key), str(body))

    def understood(self, record: Record, read: Callable[[str], Meant]) -> Meant:
        """Return what a record's body means; a journal may have been made by somebody else, or be damaged.

        Args:
            read: takes the body.

        Raises:
            StoreError: ``read`` cannot make sense of it.
        """
        try:
            return read(record.body)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            what = f"the record {record.kind} {record.key[:40]} cannot be read ({error!r:.200})"
            raise StoreError(f"{self.path}: {what}; choose another --out") from error

    def count(self, kind: str) -> int:
        """Return how many records of a kind there are."""
        return int(next(self._rows("SELECT count(*) FROM records WHERE kind = ?", kind))[0])

    def _rows(self, query: str, *values: str) -> Iterator[tuple[Any, ...]]:
        """Yield rows of the file, which may be damaged.

        Raises:
            StoreError: it is.
        """
        try:
            yield from self.reader.execute(query, values)
        except (sqlite3.Error, UnicodeError) as error:
            raise StoreError(f"{self.path}: is damaged: {error}; choose another --out") from error


def flattened(value: object, name: str = "") -> dict[str, str]:
    """Flatten a nested JSON value to dotted names and JSON texts.

    >>> flattened({"ladder": [{"samples": 4}], "seed": 0})
    {'ladder[0].samples': '4', 'seed': '0'}
    """
    if isinstance(value, Mapping) and value:
        pairs = [(f"{name}.{key}" if name else str(key), one) for key, one in value.items()]
    elif isinstance(value, list | tuple) and value:
        pairs = [(f"{name}[{index}]", one) for index, one in enumerate(value)]
    else:
        return {name: json.dumps(value, ensure_ascii=False, sort_keys=True)}
    return {key: text for part, one in pairs for key, text in flattened(one, part).items()}


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return one line for each field that differs."""
    names = [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    return [f"{name}: {then.get(name, 'absent')} there, {now.get(name, 'absent')} now" for name in names]


def _bind(connection: sqlite3.Connection, path: Path, binding: Mapping[str, object]) -> None:
    now = flattened(binding)
    then = {str(name): str(value) for name, value in connection.execute("SELECT name, value FROM binding")}
    if not then:
        with connection:
            connection.executemany("INSERT INTO binding VALUES (?, ?)", sorted(now.items()))
        return
    lines = differences(then, now)
    if lines:
        more = f"\n  … and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        text = "\n  ".join(lines[:_SHOWN])
        raise JournalMismatch(
            f"{path.parent} holds work with another configuration:\n  {text}{more}\n"
            "set it back, or choose another --out"
        )
