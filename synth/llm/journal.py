"""Durable records of what was asked, paid and answered: one SQLite file, append only.

A record is (kind, key, body): ``reply`` under its call's key, ``sent`` and ``done`` for every request, ``job`` for
batch jobs, and whatever kinds a stage adds. ``put`` returns when the records are on disk (WAL, ``synchronous=FULL``);
a record that is there is never replaced. After ``kill -9``, or with a torn last page, SQLite's own recovery leaves
exactly the records whose ``put`` had returned, and maybe some whose had not. One process at a time; the lock dies with
its holder. What a journal belongs to (its *binding*) is kept inside; another configuration is refused.

::

    with Journal(out / "journal.sqlite", binding) as journal:
        await journal.put([Record(kind="reply", key=call.key, body=text)])
        journal.get("reply", call.key)
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import queue
import socket
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple

from solver.scheduling.store import remains
from synth.errors import JournalError, JournalLocked, JournalMismatch

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


class Record(NamedTuple):
    """One record."""

    kind: str
    key: str
    """Unique within its kind."""
    body: str
    """Any text, as a rule JSON."""


class Journal:
    """The records of one folder of work; a context manager.

    Args:
        path: the SQLite file; its folder is made.
        binding: what the records belong to, JSON values, nested as you like. Compared field by field with what the
            file was made with; leave out what may change on resuming (endpoints, limits, display).

    Raises:
        JournalLocked: another process has it open.
        JournalMismatch: it was made with another binding.
        JournalError: the file cannot be written, or is no journal.
    """

    def __init__(self, path: Path, binding: Mapping[str, object]) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(path)
        except OSError as error:
            if isinstance(error, JournalError):
                raise
            raise JournalError(f"{path}: cannot be written: {error}; choose another --out") from error
        with ExitStack() as opened:
            opened.callback(self._lock.close)
            try:
                left = remains(path)
                if left is not None:
                    raise JournalError(f"{path}: only {left} bytes are left of it; choose another --out")
                self._reader = _connect(path)
                opened.callback(self._reader.close)
                _bind(self._reader, path, binding)
                self._writer = _connect(path)
            except sqlite3.Error as error:
                raise JournalError(f"{path}: is no journal, or is damaged: {error}; choose another --out") from error
            except OSError as error:
                if isinstance(error, JournalError):
                    raise
                raise JournalError(f"{path}: cannot be opened: {error}; choose another --out") from error
            opened.pop_all()
        self._end: str | None = None
        """Why nothing can be written any more."""
        self._queue: queue.SimpleQueue[tuple[Sequence[Record], Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    async def put(self, records: Sequence[Record]) -> None:
        """Append records in one transaction; returns when they are on disk. Records that are there stay as they are.

        Raises:
            JournalError: the disk is full or the file cannot be written; then no later record is taken either.
        """
        if self._end is not None:
            raise JournalError(self._end)
        future: Future[None] = Future()
        self._queue.put((records, future))
        # Shielded: what has been paid for is written even while the run is being cancelled.
        await asyncio.shield(asyncio.wrap_future(future))

    def get(self, kind: str, key: str) -> str | None:
        """Return a record's body, None where there is no such record."""
        row = self._reader.execute("SELECT body FROM records WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return None if row is None else str(row[0])

    def records(self, kind: str) -> Iterator[Record]:
        """Yield the records of a kind in the order in which they were written."""
        for key, body in self._reader.execute("SELECT key, body FROM records WHERE kind = ? ORDER BY rowid", (kind,)):
            yield Record(kind, key, body)

    def count(self, kind: str) -> int:
        """Return how many records of a kind there are."""
        return int(self._reader.execute("SELECT count(*) FROM records WHERE kind = ?", (kind,)).fetchone()[0])

    def close(self) -> None:
        """Finish writing and release the file."""
        self._end = self._end or f"{self.path}: the journal is closed"
        self._queue.put(None)
        self._thread.join()
        self._reader.close()
        self._lock.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self) -> None:
        failure: str | None = None
        running = True
        while running:
            # All that has queued up is one transaction, so that many records share one flush.
            batch = [self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get())
            running = None not in batch
            entries = [entry for entry in batch if entry is not None]
            if failure is None:
                failure = self._written([record for records, _ in entries for record in records])
                self._end = failure or self._end
            for _, future in entries:
                if failure is None:
                    future.set_result(None)
                else:
                    future.set_exception(JournalError(failure))
        self._writer.close()

    def _written(self, records: Sequence[Record]) -> str | None:
        """Write records in one transaction; returns what went wrong."""
        try:
            with self._writer:
                self._writer.executemany("INSERT OR IGNORE INTO records VALUES (?, ?, ?)", map(_encodable, records))
        except Exception as error:  # noqa: BLE001 (whatever it is: those who wait must hear of it, or wait forever)
            told = str(error) or type(error).__name__
            return f"{self.path}: a record could not be written: {told}; make room, then the same command continues"
        return None


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


def _encodable(record: Record) -> Record:
    # A lone surrogate (a model's broken output) cannot be stored as UTF-8: keep it visible as "?".
    return record._replace(body=record.body.encode("utf-8", "replace").decode("utf-8"))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(_SCHEMA)
    connection.commit()
    return connection


def _locked(path: Path) -> IO[str]:
    """Take the lock of a journal, as ``solver.scheduling.store`` does for run folders."""
    handle = path.with_name(f"{path.name}.lock").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.seek(0)
        holder = handle.read().strip() or "another process"
        handle.close()
        raise JournalLocked(f"{path.parent} is in use by {holder}; wait for it, or choose another --out") from error
    handle.truncate(0)
    handle.write(f"process {os.getpid()} on {socket.gethostname()}")
    handle.flush()
    return handle
