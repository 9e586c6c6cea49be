"""Opening inputs by name: a path, a folder of files, ``-`` for stdin, ``hf:…``; gzip and zip are opened on the way."""

from __future__ import annotations

import difflib
import gzip
import io
import re
import shlex
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from solver.base.errors import InputError
from solver.hub.model_name import parse_model_name
from solver.problems.shapes.container import Input
from solver.problems.shapes.hub_data_set import PREFIX

STDIN = "-"
ENDINGS = ".jsonl, .json, .csv, .tsv, .parquet, .xlsx, also .gz or .zip"
_ENDING = re.compile(r"\.(jsonl|json|csv|tsv|parquet|xlsx)(\.gz)?$|\.zip$", re.IGNORECASE)
_ZIP = b"PK\x03\x04"
_XLSX_PART = "xl/workbook.xml"


def open_input(name: str) -> Iterator[Input]:
    """Open one input; a folder and a zip file give one for each of their files.

    Raises:
        InputError: it cannot be read.
    """
    if name.startswith(PREFIX):
        yield Input(name, b"")
        return
    if name == STDIN:
        yield from unpacked(Input("stdin", sys.stdin.buffer.read()))
        return
    # A tilde in quotes comes here as it is.
    path = Path(name).expanduser() if name.startswith("~") else Path(name)
    for file in _files(name, path) if path.is_dir() else [path]:
        shown = name if file == path else str(file)
        try:
            data = file.read_bytes()
        except FileNotFoundError as error:
            raise InputError(_not_there(name, path)) from error
        except (OSError, ValueError) as error:
            raise InputError(f"{shown}: cannot be read: {error}") from error
        yield from unpacked(Input(shown, data))


def _files(name: str, folder: Path) -> list[Path]:
    """Return the files of a folder that may hold questions, by their endings.

    Raises:
        InputError: it holds none, or is a run's.
    """
    found = sorted(path for path in folder.iterdir() if path.is_file() and _ENDING.search(path.name))
    if {"config.json", "results.jsonl"} <= {path.name for path in found}:
        raise InputError(f"{name}: the folder of a run, not of questions; 'harness report {name}' is about a run")
    if not found:
        raise InputError(f"{name}: a folder without a file of questions ({ENDINGS}); name the file")
    return found


def _not_there(name: str, path: Path) -> str:
    """Return what to say of a file that there is not."""
    if re.match(r"[a-z][a-z0-9+.-]+://", name):
        set_name = re.match(r"https?://[^/]+/datasets/([\w.-]+/[\w.-]+)", name)
        instead = (
            f"read the data set as hf:{set_name[1]}" if set_name else f"fetch it first: curl -fLO {shlex.quote(name)}"
        )
        return f"{name}: an address, and files are read from the disk; {instead}"
    beside = sorted(one.name for one in path.parent.iterdir()) if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, beside, n=2)
    hint = f"; did you mean {' or '.join(str(path.parent / one) for one in near)}?" if near else ""
    if not beside and parse_model_name(name) is not None:
        hint = f"; a model is named with --serve {name}, a data set of the hub as hf:{name}"
    return f"{name}: cannot be read: no such file{hint}"


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
