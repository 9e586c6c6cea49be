"""Reading files that others may have made or damaged. What is wrong with one is an error that names file and line.

A run folder that was passed on, a model from a hub, a card, a log of another tool: each of their files is read through
here. A device, a pipe or a file without end is refused before anything of it is read; JSON nested too deep, with
numbers that nothing can hold, or with one name twice is no JSON; NaN is null; halves of surrogate pairs become U+FFFD,
since no file could be written with them. What the values *mean* is for the readers above to check.

>>> parsed_json('{"a": "\\\\ud800"}')
{'a': '�'}
>>> parsed_json('{"a": 1, "a": 2}')
Traceback (most recent call last):
ValueError: the name 'a' stands there twice
"""

from __future__ import annotations

import gzip
import json
import math
import os
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from solver.base.errors import InputError, LogicVoteError
from solver.base.inputs import reason_of
from solver.base.text_safety import HALVES

MOST_BYTES = 1 << 30
"""Of a file that is read whole, and of a line."""
MOST_OF_SETTINGS = 16 << 20
"""Bytes of a file that people could have written: settings, cards, headers."""
_LARGEST = 1 << 64
"""A whole number beyond it is in no file of ours, and overflows what counts with it."""
_LONGEST_NUMBER = 400
_DEEPEST = 100
_TOO_DEEP = "it is nested too deeply"
_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_HEADS = {b"PAR1": "a Parquet file", b"PK\x03\x04": "a zip file (XLSX is one)", b"\x1f\x8b": "a gzip file"}
"""How files of other kinds begin."""


def open_regular(path: Path) -> IO[bytes]:
    """Open a file for reading; never waits, and never opens anything but a file.

    Raises:
        OSError: it is missing, or a folder, a pipe or a device.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise OSError(f"is {'a folder' if stat.S_ISDIR(mode) else 'a pipe or a device'}, and no file")
    return open(descriptor, "rb")


def bytes_of(path: Path, *, error: type[LogicVoteError] = InputError, most: int = MOST_BYTES) -> bytes:
    """Return what a file holds.

    Args:
        most: bytes; a longer file is refused.

    Raises:
        error: it cannot be read, or is too long.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > most:
                raise error(f"{path}: has {size:,} bytes; at most {most:,} are read")
            return file.read(most)
    except OSError as found:
        raise error(f"{path}: cannot be read: {reason_of(found, path)}") from found


def text_of(path: Path, *, error: type[LogicVoteError] = InputError, most: int = MOST_BYTES) -> str:
    """Return the text of a UTF-8 file.

    Raises:
        error: it cannot be read, is too long, or holds something else.
    """
    raw = bytes_of(path, error=error, most=most)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as found:
        if (kind := next((kind for head, kind in _HEADS.items() if raw.startswith(head)), None)) is not None:
            raise error(f"{path}: is {kind}, where a file of text is wanted") from found
        line = raw.count(b"\n", 0, found.start) + 1
        raise error(f"{path}:{line}: not UTF-8 ({found.reason}); save it as UTF-8") from found


def json_of(path: Path, *, error: type[LogicVoteError] = InputError, most: int = MOST_BYTES) -> Any:
    """Return the one JSON value of a file.

    Raises:
        error: it cannot be read, or is none.
    """
    text = text_of(path, error=error, most=most)
    try:
        return parsed_json(text)
    except ValueError as found:
        line = found.lineno if isinstance(found, json.JSONDecodeError) else None
        raise error(f"{path}{'' if line is None else f':{line}'}: not JSON that can be used ({found})") from found


def object_of(path: Path, *, error: type[LogicVoteError] = InputError, most: int = MOST_OF_SETTINGS) -> dict[str, Any]:
    """Return the one JSON object of a file.

    Raises:
        error: it cannot be read, or is none.
    """
    value = json_of(path, error=error, most=most)
    if not isinstance(value, dict):
        raise error(f"{path}: must hold one JSON object, and holds a {type(value).__name__}")
    return value


def lines_of(path: Path, *, error: type[LogicVoteError] = InputError) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 text file, gzipped or not, with their numbers from 1; blank ones are left out.

    Raises:
        error: it cannot be read, or holds something else than UTF-8; the message names file and line.
    """
    number = 0
    try:
        with open_regular(path) as raw:
            is_packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw, "rb") if is_packed else raw as lines:
                while line := lines.readline(MOST_BYTES):
                    number += 1
                    if len(line) >= MOST_BYTES:
                        raise error(f"{path}:{number}: a line of more than {MOST_BYTES:,} bytes")
                    text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                    if text.strip():
                        yield number, text
    except UnicodeDecodeError as found:
        raise error(f"{path}:{number}: not UTF-8 ({found.reason}); save it as UTF-8") from found
    except (OSError, EOFError, zlib.error) as found:
        raise error(f"{path}: cannot be read: {reason_of(found, path)}") from found


def json_lines_of(path: Path, *, error: type[LogicVoteError] = InputError) -> Iterator[tuple[int, Any]]:
    """Yield the values of a file of JSON lines with the numbers of their lines.

    Raises:
        error: it cannot be read, or a line is not JSON; the message names file and line.
    """
    for number, text in lines_of(path, error=error):
        try:
            yield number, parsed_json(text)
        except ValueError as found:
            raise error(f"{path}:{number}: not JSON that can be used ({found})") from found


def parsed_json(text: str | bytes) -> Any:
    """Read JSON from elsewhere.

    Raises:
        ValueError: it is none, or holds what no JSON of ours does.
    """
    text = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_number, parse_int=whole_number, parse_float=finite_number
        )
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    is_plain = text.count("[") + text.count("{") <= _DEEPEST and not _HALF.search(text)
    return value if is_plain else _mended(value, _DEEPEST)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:80]!r} stands there twice")
    return found


def _no_number(text: str) -> None:
    """NaN and Infinity, which no JSON has, are how some programs write that there is no number."""


def whole_number(text: str) -> int:
    """Read a whole number of JSON.

    Raises:
        ValueError: it is larger than anything that is meant.
    """
    if len(text) > _LONGEST_NUMBER or abs(value := int(text)) > _LARGEST:
        raise ValueError(f"a number of {len(text)} digits, {text[:20]}…")
    return value


def finite_number(text: str) -> float:
    """Read a number of JSON with a point or an exponent.

    Raises:
        ValueError: it is larger than any.
    """
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"a number beyond all bounds, {text[:40]}")
    return value


def _mended(value: Any, deepest: int) -> Any:
    """Return a value whose texts are Unicode.

    Raises:
        ValueError: it is nested deeper than so many levels, and what writes it again would give up.
    """
    if not deepest:
        raise ValueError(_TOO_DEEP)
    if isinstance(value, str):
        return value.translate(HALVES)
    if isinstance(value, list):
        return [_mended(one, deepest - 1) for one in value]
    if isinstance(value, dict):
        return {_mended(name, deepest): _mended(one, deepest - 1) for name, one in value.items()}
    return value
