"""Files and folders that are whole at any time, and folders that belong to one process; reading: ``foreign_files``.

What is written stands beside its place and takes its name when it is whole, so that a reader, a kill or a power cut
finds the old one or the new one, never a part. A lock dies with its holder: a killed run leaves nothing to clean up.

::

    write_atomically(folder / "summary.json", text)
    with replacing(out) as file:                       # text, line by line
        file.writelines(lines)
    with new_folder(Path("models/merged")) as folder:
        save(model, folder)
    with FileLock(folder / "lock", elsewhere="choose another --run folder"):
        ...
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import json
import os
import re
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from solver.base.errors import RunLocked, UsageError

_LONGEST_NAME = 120
"""Bytes of a name made of foreign text; file systems take 255, and endings are added."""


def write_atomically(path: Path, content: str | bytes, *, follows: bool = True) -> None:
    """Write a file whole or not at all; text is UTF-8, halves of surrogate pairs in it become question marks.

    Args:
        follows: see ``new_file``.

    Raises:
        OSError: it cannot be written.
    """
    with new_file(path, follows=follows) as temporary:
        # A planted link or a file of somebody else's is never written through: the name must be free.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with open(descriptor, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))


def write_json(path: Path, value: object, *, follows: bool = True) -> None:
    """Write a file with one JSON value that people read as well.

    Args:
        follows: see ``new_file``.

    Raises:
        OSError: it cannot be written.
    """
    write_atomically(path, json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n", follows=follows)


def json_line(value: object) -> str:
    """Return a value as a line of JSON, its end included."""
    return json.dumps(value, ensure_ascii=False) + "\n"


def json_lines(values: Iterable[object]) -> str:
    """Return values as lines of JSON."""
    return "".join(map(json_line, values))


def write_json_lines(path: Path, values: Iterable[object], *, follows: bool = True) -> None:
    """Write a file of JSON lines.

    Args:
        follows: see ``new_file``.

    Raises:
        OSError: it cannot be written.
    """
    with replacing(path, follows=follows) as file:
        file.writelines(map(json_line, values))


@contextmanager
def replacing(path: Path, *, follows: bool = True) -> Iterator[IO[str]]:
    """Give a text file to write to; it takes the place of ``path`` when the body ends well, and vanishes otherwise.

    Args:
        follows: see ``new_file``.

    Raises:
        OSError: it cannot be written.
    """
    with (
        new_file(path, follows=follows) as temporary,
        temporary.open("x", encoding="utf-8", errors="replace", newline="\n") as file,
    ):
        yield file


@contextmanager
def new_file(path: Path, *, follows: bool = True) -> Iterator[Path]:
    """Give a path that does not exist yet; what stands there when the body ends well takes the place of ``path``.

    Args:
        follows: a link is followed, as by every other program, and a pipe or a device (``/dev/stdout``) is written to
            as it is: for what the user named, whose folder is made where there is none. False is for files of fixed
            names in a folder that may have been made by somebody else: whatever stands there is replaced, and nothing
            elsewhere is touched.

    Raises:
        OSError: it cannot be written.
    """
    target = Path(os.path.realpath(path)) if follows else Path(os.path.realpath(path.parent)) / path.name
    is_special = follows and target.exists() and not stat.S_ISREG(target.stat().st_mode) and not target.is_dir()
    folder = Path(tempfile.gettempdir()) if is_special else target.parent
    if follows:
        folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{target.name}.{os.getpid()}.tmp"
    temporary.unlink(missing_ok=True)
    try:
        yield temporary
        if is_special:
            with target.open("wb") as out:
                out.write(temporary.read_bytes())
            return
        _sync(temporary)
        temporary.replace(target)
        _sync(target.parent)
    except OSError as error:
        # Nobody asked for a file of that name; and who writes to an open file is not told its name.
        if error.filename in (None, str(temporary)) and error.errno is not None:
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def new_folder(out: Path, flag: str = "--out") -> Iterator[Path]:
    """Give a hidden folder to write into; it takes its name when the body ends well, and vanishes otherwise.

    What was left there by a process that was killed is removed: whole models, under names that nobody looks for.

    Args:
        flag: by which ``out`` was named, for the message.

    Raises:
        UsageError: ``out`` exists and is not empty, or no other folder can take its place.
    """
    told, out = out, out.resolve()
    if out.exists() and (out == Path.cwd() or out.is_mount()):
        raise UsageError(f"{told} is where this command runs, or a file system of its own; give a folder below it")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{told} exists already; give another {flag}, or remove it")
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.parent / f".{out.name}.{os.getpid()}.tmp"
    for left in out.parent.glob(f".{glob.escape(out.name)}.[0-9]*.tmp"):
        if (held := _held(left)) is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(held)
    temporary.mkdir()
    held = _held(temporary)
    try:
        yield temporary
        follow_umask(temporary)
        if out.exists():
            out.rmdir()
        temporary.rename(out)
    except OSError as error:
        if error.errno is not None and (error.filename is None or str(error.filename).startswith(str(temporary))):
            error.filename, error.filename2 = str(told), None
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        if held is not None:
            os.close(held)


def _held(folder: Path) -> int | None:
    """Lock a folder until the descriptor that is returned is closed, or this process ends.

    None where another process holds it, or the file system knows no such locks: then nobody takes it for left behind.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def follow_umask(folder: Path) -> None:
    """Give the files of a folder the mode that the user's umask asks for.

    safetensors 0.8 writes through a temporary file that only its owner may read, and so the user of a container could
    not. Remove when it no longer does.
    """
    umask = os.umask(0o077)
    os.umask(umask)
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o666 & ~umask)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append_line(path: Path, text: str) -> None:
    """Append a line to a file; it is on the disk on return. A link is not followed.

    Raises:
        OSError: it cannot be written.
    """
    descriptor = os.open(
        path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666
    )
    with open(descriptor, "ab") as file:
        file.write(text.encode("utf-8", "replace") + b"\n")
        file.flush()
        os.fsync(file.fileno())


_LONGEST_HOLDER = 200
"""Characters of a lock's file that are read: it may be somebody else's."""


class FileLock:
    """Says that a folder, or a file, belongs to this process; held until ``close``, or until the process ends.

    Args:
        path: the lock's own file; it stays behind and holds who has it.
        elsewhere: what the user may do instead, for the message.

    Raises:
        RunLocked: another process has it.
        OSError: the file cannot be made.
    """

    def __init__(self, path: Path, *, elsewhere: str) -> None:
        self.path = path
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        self._file = open(descriptor, "r+", encoding="utf-8", errors="replace")  # noqa: SIM115
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = self._file.read(_LONGEST_HOLDER).strip() or "another process"
            self._file.close()
            raise RunLocked(f"{path.parent} is in use by {holder}; wait for it, or {elsewhere}") from error
        except OSError:
            self._file.close()
            raise
        own = f"process {os.getpid()} on {socket.gethostname()}"
        left, here = self._file.read(_LONGEST_HOLDER).strip(), own.partition(" on ")[2]
        self.left_by = left if " on " in left and left.partition(" on ")[2] != here else None
        """A process of another machine that did not let go: it was killed, or works here still, where locks of one
        machine do not hold on another (some network file systems)."""
        self._file.seek(0)
        self._file.truncate(0)
        self._file.write(own)
        self._file.flush()

    @property
    def is_in_place(self) -> bool:
        """Whether the file is still the one under its name: where it is not, another process may think it has it."""
        return is_same(self._file.fileno(), self.path)

    def close(self) -> None:
        """Let go, and leave no name behind."""
        if not self._file.closed:
            with contextlib.suppress(OSError):
                self._file.truncate(0)
            self._file.close()

    def __enter__(self) -> FileLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def file_name_of(text: str) -> str:
    """Make a file's name of foreign text: letters and digits of any script and ``-_+=@.`` stay; no leading dot.

    >>> file_name_of("Qwen/Qwen2.5-7B"), file_name_of(".."), file_name_of(""), file_name_of("m\\x1b]0;x\\x07")
    ('Qwen__Qwen2.5-7B', '_', '_', 'm_0_x_')
    """
    name = re.sub(r"[^\w.+=@-]+", "_", text.replace("/", "__")).lstrip(".")
    while len(name.encode()) > _LONGEST_NAME:
        name = name[:-1]
    return name or "_"


def below(folder: Path, name: str) -> Path:
    """Return a path in a folder, whatever foreign text its name was made of.

    Raises:
        ValueError: it would be elsewhere.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or path.resolve() == folder.resolve():
        raise ValueError(f"{name!r} leads out of {folder}")
    return path


def is_same(descriptor: int, path: Path) -> bool:
    """Tell whether an open file is the one that stands under a path."""
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False
