"""Opening inputs by name: a path, ``-`` for stdin, ``hf:…``; gzip and zip are opened on the way."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from solver.base.errors import InputError
from solver.problems.shapes.container import Input
from solver.problems.shapes.hub_data_set import PREFIX

STDIN = "-"
_ZIP = b"PK\x03\x04"
_XLSX_PART = "xl/workbook.xml"


def open_input(name: str) -> Iterator[Input]:
    """Open one input; a zip file gives one for each of its files.

    Raises:
        InputError: it cannot be read.
    """
    if name.startswith(PREFIX):
        yield Input(name, b"")
        return
    try:
        data = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error}") from error
    yield from unpacked(Input("stdin" if name == STDIN else name, data))


def unpacked(found: Input) -> Iterator[Input]:
    """Open what is packed, as often as it is; what is not comes back as it is.

    Raises:
        InputError: it is packed, but broken or behind a password.
    """
    if found.data[:2] == b"\x1f\x8b":
        try:
            inner = gzip.decompress(found.data)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{found.name}: cannot be read: {error}") from error
        name = found.name[:-3] if found.ending == ".gz" else found.name
        yield from unpacked(Input(name, inner))
    elif found.data[:4] == _ZIP:
        yield from _members(found)
    else:
        yield found


def _members(found: Input) -> Iterator[Input]:
    try:
        with zipfile.ZipFile(io.BytesIO(found.data)) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/") and not _is_hidden(name)]
            if _XLSX_PART in names:
                # A spreadsheet is a zip file, too.
                yield found if found.ending == ".xlsx" else Input(f"{found.name}.xlsx", found.data)
                return
            for name in sorted(names):
                yield from unpacked(Input(f"{found.name}/{name}", archive.read(name)))
    except (zipfile.BadZipFile, RuntimeError, zlib.error, EOFError) as error:
        raise InputError(f"{found.name}: cannot be read: {error}") from error


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
