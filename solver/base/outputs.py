"""What a command is about to write, looked at before it reads, asks or computes anything.

No command writes over what it reads, under whatever spelling or link, nor over a file that is none of its own: a name
that was mistyped must not cost somebody's work. And what cannot be written is said at once, not after hours::

    check_outputs([Output("-o", out, begins("<!doctype html>"))], reads=[*runs, *data])
    check_outputs([Output("--out", folder, names=("train.*.jsonl", "report.json"))], reads=files)
"""

from __future__ import annotations

import errno
import fnmatch
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from solver.base.errors import UsageError

_DASH = Path("-")
_HEAD_BYTES = 64 * 1024
"""Enough of a file to know it by; the first line of JSON lines may be long."""


@dataclass(frozen=True, slots=True)
class Output:
    """One file or folder that a command writes."""

    flag: str
    """What names it, for messages."""
    path: Path | None
    """None is not written."""
    is_ours: Callable[[str], bool] | None = None
    """Tells from the beginning of a file whether this command wrote such; None: whatever is there may go."""
    names: tuple[str, ...] = ()
    """Of a folder: patterns of the files that the command writes in it."""
    beside: str = ""
    """Of a file: what else is written beside it. A pipe or a device has no place for that."""


def begins(*heads: str) -> Callable[[str], bool]:
    """Return a test for files that begin with one of these words, whatever their case."""
    return lambda text: text.lstrip("\ufeff \n").lower().startswith(tuple(head.lower() for head in heads))


def holds_rows(*fields: str) -> Callable[[str], bool]:
    """Return a test for JSON lines whose first object has all of these fields.

    >>> holds_rows("id", "questions")('{"id": 1, "questions": []}\\n'), holds_rows("id")("notes"), holds_rows("id")("{")
    (True, False, False)
    """

    def test(text: str) -> bool:
        first, _, _ = text.lstrip("\ufeff \n").partition("\n")
        if first.startswith("{") and len(first) > _HEAD_BYTES // 2:
            return all(json.dumps(field) in first for field in fields)
        try:
            row = json.loads(first)
        except (ValueError, RecursionError):
            return False
        return isinstance(row, dict) and set(fields) <= row.keys()

    return test


def check_outputs(outputs: Sequence[Output], *, reads: Iterable[object] = ()) -> None:
    """Refuse outputs that would take the place of something else, or that cannot be written.

    Args:
        reads: files and folders that the command reads; what is no path (``-``, a name of a hub) is nothing here.

    Raises:
        UsageError: naming the flag and what to do.
    """
    paths = [Path(str(read)) for read in reads]
    inputs = [path for path in paths if path.exists()]
    named = [output for output in outputs if output.path is not None]
    for place, output in enumerate(named):
        assert output.path is not None
        twin = next((one for one in named[:place] if _is_same(output.path, one.path)), None)
        if twin is not None:
            raise UsageError(f"{twin.flag} and {output.flag} are both {output.path}; name two places")
        if output.path == _DASH:
            kind = "folder" if output.names else "file" if output.beside else "file, or /dev/stdout"
            raise UsageError(f"{output.flag} {output.path}: does not mean stdout here; name a {kind}")
        if output.names:
            _check_folder(output, output.path, inputs)
        elif not _is_special(output.path):
            _check_file(output, output.path, inputs)
        elif output.beside:
            raise UsageError(
                f"{output.flag} {output.path}: is a pipe or a device, and {output.beside} is written beside it; "
                "name a file"
            )


def _check_folder(output: Output, folder: Path, inputs: Sequence[Path]) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{output.flag} {folder}: is a file; name a folder")
    for read in inputs:
        for file in [read, *(read.iterdir() if read.is_dir() else ())]:
            is_inside = _real(file).parent == _real(folder)
            if is_inside and any(fnmatch.fnmatch(_real(file).name, name) for name in output.names):
                raise UsageError(
                    f"{output.flag} {folder}: {file}, which this command reads, would be overwritten there; "
                    "name another folder"
                )
    _check_place(output, folder)


def _check_file(output: Output, path: Path, inputs: Sequence[Path]) -> None:
    if path.is_dir():
        raise UsageError(f"{output.flag} {path}: is a folder; name a file")
    read = next((read for read in inputs if _is_same(path, read)), None)
    if read is not None:
        raise UsageError(f"{output.flag} {path}: is {read}, which this command reads; name another file")
    if path.exists() and path.stat().st_size:
        is_known = output.is_ours is not None and output.is_ours(_head_of(path))
        within = next((read for read in inputs if read.is_dir() and _is_within(path, read)), None)
        if within is not None and not is_known:
            raise UsageError(
                f"{output.flag} {path}: is a file of {within}, which this command reads; name another file"
            )
        if output.is_ours is not None and not is_known:
            raise UsageError(
                f"{output.flag} {path}: is there already and looks like none that this command writes; "
                "name another file, or move that one away"
            )
    _check_place(output, path.parent)


def _check_place(output: Output, folder: Path) -> None:
    """Hold that files can be made in a folder, or the folder itself where it is not there yet.

    Raises:
        OSError: they cannot, as the system would say it.
    """
    there = next((one for one in (folder, *folder.parents) if os.path.lexists(one)), Path())
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"{there} is no folder", f"{output.flag} {output.path}")
    if not os.access(there, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        why = errno.EROFS if os.statvfs(there).f_flag & os.ST_RDONLY else errno.EACCES
        raise OSError(why, f"{there}: {os.strerror(why)}", f"{output.flag} {output.path}")


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _is_same(path: Path, other: Path | None) -> bool:
    """Tell whether two names mean one file: spelt otherwise, linked, or hard-linked."""
    if other is None:
        return False
    if path.exists() and other.exists():
        return path.samefile(other)
    return _real(path) == _real(other)


def _is_within(path: Path, folder: Path) -> bool:
    """Tell whether an existing file is one of a folder, or linked to one."""
    if _real(path).is_relative_to(_real(folder)):
        return True
    return any(file.is_file() and path.samefile(file) for file in folder.iterdir())


def _is_special(path: Path) -> bool:
    """A pipe or a device is written to as it is."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _head_of(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES).decode("utf-8", "replace")
