"""A folder that comes whole or not at all, whatever ends the command that writes it.

with new_folder(Path("models/merged")) as folder:
    save(model, folder)
"""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from solver.base.errors import UsageError


@contextmanager
def new_folder(out: Path, flag: str = "--out") -> Iterator[Path]:
    """Give a hidden folder to write into; it takes its name when the body ends well, and vanishes otherwise.

    What was left there by a process that was killed is removed: whole models, under names that nobody looks for.

    Args:
        flag: by which ``out`` was named, for the message.

    Raises:
        UsageError: ``out`` exists and is not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} exists already; give another {flag}, or remove it")
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
