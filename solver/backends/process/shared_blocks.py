"""Blocks of shared memory that an engine leaves behind when it is killed, and who takes them away.

The processes of vLLM share memory through files in ``/dev/shm`` (Python's ``psm_…``, 160 MiB and more each): one that
is killed takes none of its own away, and they stay until the machine starts anew. So an engine's guard writes down
which ones the engine's processes hold, and removes them when these have ended. Where the guard was killed as well,
the next guard does: only what such a record names, of this user, of the same inode, that no process holds any more.
Whoever writes a record holds a lock on it, so that a living guard's is not touched; nor is one of another container.

Standard library only, since the guard imports it; what cannot be read or removed is left.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDER = Path("/dev/shm")
MARK = "logic-vote-engine-"
"""How the name of a record begins."""
_PROC = Path("/proc")
_MOST_BYTES = 2**20
"""Of a record."""


class SharedBlocks:
    """What the processes of one engine hold, written down; also takes away what earlier ones left.

    Args:
        session: of the engine's processes.
    """

    def __init__(self, session: int, folder: Path = FOLDER) -> None:
        self._session, self._folder = session, folder
        self._seen: dict[str, int] = {}
        """Name -> inode."""
        self._changed_ns = 0
        self._record: int | None = None
        with contextlib.suppress(OSError):
            sweep(folder)

    def look(self) -> None:
        """Write down what they hold now; costs next to nothing where no block came or went since the last look."""
        with contextlib.suppress(OSError):
            changed_ns = self._folder.stat().st_mtime_ns
            if changed_ns == self._changed_ns:
                return
            held = {name for process in _processes(self._session) for name in _held(process, self._folder)}
            found = {name: inode for name in held - self._seen.keys() if (inode := _own_inode(self._folder / name))}
            if found:
                self._seen |= found
                self._write()
            self._changed_ns = self._folder.stat().st_mtime_ns if found else changed_ns

    def clear(self) -> None:
        """Take away what is left of them, once the engine has ended, and the record."""
        with contextlib.suppress(OSError):
            if self._record is not None and _remove(self._folder, self._seen):
                self._path.unlink()

    @property
    def _path(self) -> Path:
        return self._folder / f"{MARK}{os.getpid()}-{self._session}"

    def _write(self) -> None:
        if self._record is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._record = os.open(self._path, flags, 0o600)
            fcntl.flock(self._record, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lines = [_namespace(), *(f"{inode} {name}" for name, inode in self._seen.items())]
        os.ftruncate(self._record, 0)
        os.pwrite(self._record, "".join(f"{line}\n" for line in lines).encode(), 0)


def sweep(folder: Path = FOLDER) -> None:
    """Take away what engines left whose guards were killed.

    Raises:
        OSError: the folder cannot be listed.
    """
    for path in sorted(folder.glob(f"{MARK}*")):
        with contextlib.suppress(OSError, ValueError):
            _sweep_one(path)


def _sweep_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        # Anyone may write into the folder: what another user claims to have left is none of ours.
        if _own_inode(path) != os.fstat(descriptor).st_ino:
            return
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        namespace, *lines = os.pread(descriptor, _MOST_BYTES, 0).decode().splitlines() or [""]
        if namespace != _namespace():
            return
        named = {name: int(inode) for inode, _, name in (line.partition(" ") for line in lines)}
        if _remove(path.parent, named):
            path.unlink()
    finally:
        os.close(descriptor)


def _remove(folder: Path, named: Mapping[str, int]) -> bool:
    """Remove blocks that are still those that were written down and that nobody holds; returns whether none is left."""
    left = {name for name, inode in named.items() if "/" not in name and _own_inode(folder / name) == inode}
    left -= {name for name in left if name.startswith(MARK)}
    free = left - {name for process in _processes() for name in _held(process, folder)} if left else left
    for name in free:
        (folder / name).unlink()
    return free == left


def _own_inode(path: Path) -> int:
    """Return a file's inode; 0 where there is none, or one of another user."""
    try:
        found = path.lstat()
    except OSError:
        return 0
    return found.st_ino if found.st_uid == os.getuid() and stat.S_ISREG(found.st_mode) else 0


def _namespace() -> str:
    """Return which processes are seen here, in words."""
    return os.readlink(_PROC / "self" / "ns" / "pid")


def _processes(session: int | None = None) -> Iterator[Path]:
    """Return the folders of the processes that are seen here, of one session or of all."""
    for process in _PROC.iterdir():
        if process.name.isdigit() and (session is None or _session_of(process) == session):
            yield process


def _session_of(process: Path) -> int | None:
    try:
        return int((process / "stat").read_text(errors="replace").rpartition(")")[2].split()[3])
    except (OSError, ValueError, IndexError):
        return None


def _held(process: Path, folder: Path) -> set[str]:
    """Return the names of the blocks that a process has open or mapped; none where it may not be looked at."""
    found: set[str] = set()
    with contextlib.suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                target = Path(os.readlink(descriptor))
                if target.parent == folder:
                    found.add(target.name)
    with contextlib.suppress(OSError):
        maps = (process / "maps").read_text(errors="replace")
        found.update(re.findall(rf" {re.escape(str(folder))}/([^/\n]+)$", maps, re.MULTILINE))
    return {name.removesuffix(" (deleted)") for name in found if not name.startswith(MARK)}
