"""A log on disk that many tasks append to: one SQLite file, durable before ``append`` returns. The base of stores.

A writer thread commits whatever has queued up as one transaction, so that many rows share one flush (WAL,
``synchronous=FULL``) and the event loop never waits for the disk. After ``kill -9``, or with a torn last page, SQLite's
own recovery leaves exactly the rows whose ``append`` had returned, and maybe some whose had not. A log belongs to one
process at a time, and notices when its file is taken away: rows that nobody will find again are no rows.

What rows look like, and what happens to one that is there already, is the business of those who build on it: the
samples of a run (``solver.scheduling.store``), the requests and replies of ``synth.llm.journal``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import shutil
import sqlite3
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Generic, Self, TypeVar
from urllib.parse import quote

from solver.base.display.printing import tell
from solver.base.errors import StoreError, words_of
from solver.base.files import FileLock, is_same

Entry = TypeVar("Entry")
Row = tuple[str | int | float | None, ...]


class DurableLog(Generic[Entry]):
    """An open log; a context manager.

    Args:
        path: the SQLite file; its folder is made.
        lock: the file of the lock.
        schema: statements that make the tables, where they are not there.
        insert: the statement that appends one row.
        row_of: what is appended, as that statement's values; called in the writer thread.
        what: one entry, for messages.
        elsewhere: what the user may do instead, for messages.

    Raises:
        RunLocked: another process has it open.
        StoreError: the file cannot be written, or is no such log.
    """

    def __init__(
        self,
        path: Path,
        *,
        lock: Path,
        schema: str,
        insert: str,
        row_of: Callable[[Entry], Row],
        what: str,
        elsewhere: str,
    ) -> None:
        self.path, self._insert, self._row_of, self._what = path, insert, row_of, what
        with ExitStack() as opened:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._lock = opened.enter_context(FileLock(lock, elsewhere=elsewhere))
                refuse_links(path)
                left = remains(path)
                if left is not None:
                    raise StoreError(f"{path}: only {left} bytes are left of it; {elsewhere}")
                self.reader = opened.enter_context(contextlib.closing(_connected(path, schema)))
                """For queries, in the thread that opened the log."""
                self._writer = opened.enter_context(contextlib.closing(_connected(path, schema)))
                self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except StoreError:
                raise
            except (OSError, sqlite3.Error, UnicodeError) as error:  # UnicodeError: SQLite quotes a damaged schema
                raise StoreError(
                    f"{path}: cannot keep {what}s there: {words_of(error)}; make room or set it right, or {elsewhere}"
                ) from error
            opened.pop_all()
        if self._lock.left_by is not None:
            tell(
                f"{path.parent} was in use by {self._lock.left_by}, which did not end by itself: make sure that it "
                "works here no more, since two machines do not see each other's locks on every file system"
            )
        self._end: str | None = None
        """Why nothing is taken any more."""
        self._queue: queue.SimpleQueue[tuple[Sequence[Entry], Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"writer of {path.name}", daemon=True)
        self._thread.start()

    async def append(self, entries: Sequence[Entry]) -> None:
        """Append entries in one transaction; returns when they are on disk.

        Raises:
            StoreError: the disk is full or the file cannot be written; then nothing later is taken either.
        """
        if self._end is not None:
            raise StoreError(self._end)
        future: Future[None] = Future()
        self._queue.put((entries, future))
        # Shielded: what has landed is written even while its run is being cancelled.
        await asyncio.shield(asyncio.wrap_future(future))

    def close(self) -> None:
        """Finish writing and release the file."""
        self._end = self._end or f"{self.path}: the log is closed"
        self._queue.put(None)
        self._thread.join()
        self.reader.close()
        os.close(self._file)
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self) -> None:
        """Write what comes, until the end; runs in a thread of its own."""
        failure: str | None = None
        is_open = True
        while is_open:
            batch = [self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get())
            is_open = None not in batch
            waiting = [one for one in batch if one is not None]
            if failure is None and waiting:
                failure = self._written([entry for entries, _ in waiting for entry in entries])
                self._end = failure or self._end
            for _, future in waiting:
                if failure is None:
                    future.set_result(None)
                else:
                    future.set_exception(StoreError(failure))
        self._writer.close()

    def _written(self, entries: Sequence[Entry]) -> str | None:
        """Write entries in one transaction; returns what went wrong."""
        if not is_same(self._file, self.path):
            return f"{self.path}: was taken away while it was written to; put it back, or begin anew"
        if not self._lock.is_in_place:
            return f"{self._lock.path}: was taken away, so another process may write here too; run the command again"
        try:
            with self._writer:
                self._writer.executemany(self._insert, map(self._row_of, entries))
        except Exception as error:  # noqa: BLE001 (whatever it is: those who wait must hear of it, or wait forever)
            told = f"a {self._what} could not be written: {str(error) or type(error).__name__}"
            return f"{self.path}: {told}; make room, then the same command continues"
        return None


def storable(text: str) -> str:
    """Return text that can be stored as UTF-8: half a surrogate pair (a model's broken output) becomes ``?``."""
    return text.encode("utf-8", "replace").decode("utf-8")


def refuse_links(path: Path) -> None:
    """Hold that a log and the files beside it are files: SQLite would follow a link, and write what it leads to.

    Raises:
        StoreError: one is a link, a pipe or a folder.
    """
    for ending in ("", "-wal", "-shm", "-journal"):
        file = path.with_name(path.name + ending)
        if os.path.lexists(file) and not stat.S_ISREG(file.lstat().st_mode):
            raise StoreError(f"{file}: is a link, a folder or a pipe, and no file; put the file itself there")


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


@contextmanager
def opened_for_reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection to a log that may be in use, or lie where nothing can be written; takes no lock.

    Raises:
        StoreError: it is no file.
        sqlite3.Error, OSError: it cannot be opened.
    """
    refuse_links(path)
    with ExitStack() as stack:
        log = path.with_name(f"{path.name}-wal")
        if os.access(path.parent, os.W_OK):
            connection = sqlite3.connect(path)
        elif not log.exists() or not log.stat().st_size:
            # All is in the one file, which SQLite then reads without making others beside it.
            connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?immutable=1", uri=True)
        else:
            # The run's end is in the log beside it, which SQLite only reads where it may write.
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory())) / path.name
            shutil.copyfile(path, copy)
            shutil.copyfile(log, copy.with_name(log.name))
            connection = sqlite3.connect(copy)
        yield stack.enter_context(contextlib.closing(connection))


def _connected(path: Path, schema: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(schema)
        connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection
