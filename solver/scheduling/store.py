"""Where finished samples live: one SQLite file in a run folder, durable before a sample counts.

``append`` returns when the samples are on disk (WAL, ``synchronous=FULL``). A writer thread commits whatever has
queued up as one transaction, so that many samples share one flush and the event loop never waits for the disk.
A folder belongs to one process at a time; the lock dies with its holder, so a killed run leaves nothing to clean up.

>>> # async with Store.open(folder) as store: await store.append(samples); store.samples()
"""

from __future__ import annotations

import asyncio
import dataclasses
import fcntl
import json
import os
import queue
import socket
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import IO

from solver.base.errors import RunLocked, SolverError
from solver.sampling.sample import Sample, Status

FILE = "samples.sqlite"
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
_ANY_ORDER = "SELECT body FROM samples"
_ALL = f"{_ANY_ORDER} ORDER BY question_id, model, sample_index"


class StoreError(SolverError, OSError):
    """The run folder cannot be written or read."""


class Store:
    """The samples of one run."""

    def __init__(self, folder: Path) -> None:
        """Open or make the store in ``folder``.

        Raises:
            RunLocked: another process works in the folder.
            StoreError: the folder cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(folder / "lock")
            try:
                left = remains(folder / FILE)
                if left is not None:
                    raise StoreError(f"{folder / FILE}: only {left} bytes are left of it; use another --run folder")
                self._reader = _connect(folder / FILE)
                self._writer = _connect(folder / FILE)
            except BaseException:
                self._lock.close()
                raise
        except (OSError, sqlite3.Error) as error:
            if isinstance(error, SolverError):
                raise
            raise StoreError(
                f"{folder}: cannot keep samples there: {error}; make room or set it right, or use another --run folder"
            ) from error
        self._path = folder / FILE
        self._queue: queue.SimpleQueue[tuple[Sequence[Sample], Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="store", daemon=True)
        self._thread.start()

    async def append(self, samples: Sequence[Sample]) -> None:
        """Make samples durable; returns when they are on disk.

        Raises:
            StoreError: the disk is full or the file cannot be written.
        """
        future: Future[None] = Future()
        self._queue.put((samples, future))
        # Shielded: a sample that has landed is written even while its run is being cancelled.
        await asyncio.shield(asyncio.wrap_future(future))

    def samples(self, *, is_ordered: bool = True) -> Iterator[Sample]:
        """Yield all stored samples, by question, model and index; without order in half the time.

        Raises:
            StoreError: they cannot be read.
        """
        return _rows(self._reader, self._path, _ALL if is_ordered else _ANY_ORDER)

    def close(self) -> None:
        """Finish writing and release the folder."""
        self._queue.put(None)
        self._thread.join()
        self._reader.close()
        self._lock.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self) -> None:
        connection = self._writer
        running = True
        while running:
            batch = [self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get())
            running = None not in batch
            entries = [entry for entry in batch if entry is not None]
            try:
                with connection:
                    connection.executemany(_INSERT, [_row(sample) for samples, _ in entries for sample in samples])
            except Exception as error:  # noqa: BLE001 (whatever it is: those who wait must hear of it, or wait forever)
                text = (
                    f"{self._path}: a sample could not be written: {error}; make room, then the same command continues"
                )
                for _, future in entries:
                    future.set_exception(StoreError(text))
            else:
                for _, future in entries:
                    future.set_result(None)
        connection.close()


def remains(path: Path) -> int | None:
    """Return how many bytes are left of a database that lost all but its first few; None where that is not so.

    SQLite would take such a file for a new one: it rounds the size down to pages of 512 bytes, and drops a log that
    belongs to none. An empty file without a log is what a kill leaves between making the file and writing to it.
    """
    size = path.stat().st_size if path.exists() else 0
    log = path.with_name(f"{path.name}-wal")
    has_log = log.exists() and log.stat().st_size > 0
    is_cut = 0 < size < 512 or (size == 0 and has_log)
    return size if is_cut and not path.with_name(f"{path.name}-journal").exists() else None


def read_samples(folder: Path) -> Iterator[Sample]:
    """Yield the samples of a run folder, by question, model and index, without taking its lock.

    Raises:
        StoreError: there is no store, or it cannot be read.
    """
    return _read(folder, _ALL)


def _read(folder: Path, query: str) -> Iterator[Sample]:
    path = folder / FILE
    if not path.exists():
        raise StoreError(f"{folder}: holds no {FILE}; is it a run folder?")
    connection = sqlite3.connect(path)
    try:
        yield from _rows(connection, path, query)
    finally:
        connection.close()


def _rows(connection: sqlite3.Connection, path: Path, query: str) -> Iterator[Sample]:
    try:
        for (body,) in connection.execute(query):
            yield sample_from_json(body)
    except (sqlite3.Error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> StoreError:
    return StoreError(f"{path}: cannot be read ({error!r}); use another --run folder")


def sample_to_json(sample: Sample) -> str:
    """Write a sample as one line of JSON."""
    fields = {field.name: getattr(sample, field.name) for field in dataclasses.fields(sample)}
    return json.dumps(fields, ensure_ascii=False)


def sample_from_json(body: str) -> Sample:
    """Read a sample that ``sample_to_json`` wrote."""
    fields = json.loads(body)
    fields["status"] = Status(fields["status"])
    fields["span"] = None if fields["span"] is None else tuple(fields["span"])
    return Sample(**fields)


def _row(sample: Sample) -> tuple[str, str, str, int, str, str]:
    # A lone surrogate (a model's broken output) cannot be stored as UTF-8: keep it visible as U+FFFD.
    body = sample_to_json(sample).encode("utf-8", "replace").decode("utf-8")
    return (sample.key, sample.question_id, sample.model, sample.index, sample.status.value, body)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(_SCHEMA)
    connection.commit()
    return connection


def _lock(path: Path) -> IO[str]:
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.seek(0)
        holder = handle.read().strip() or "another process"
        handle.close()
        raise RunLocked(f"{path.parent} is in use by {holder}; wait for it, or choose another --run folder") from error
    handle.truncate(0)
    handle.write(f"process {os.getpid()} on {socket.gethostname()}")
    handle.flush()
    return handle
