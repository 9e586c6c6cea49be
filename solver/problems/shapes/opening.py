"""Opening inputs by name: a path, a folder of files, ``-`` for stdin, ``hf:…``; gzip and zip are opened on the way."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import shlex
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from solver.base.errors import InputError, advice_on
from solver.base.foreign_files import MOST_BYTES
from solver.base.inputs import meant, reason_of, tell_if_typed
from solver.hub.model_name import parse_model_name
from solver.problems.shapes.container import Input
from solver.problems.shapes.hub_data_set import PREFIX

STDIN = "-"
_OF_DATASETS = ("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json")
"""What the datasets library writes beside its data."""
ENDINGS = ".jsonl, .json, .csv, .tsv, .parquet, .xlsx, .gift, also .gz or .zip"
_ENDING = re.compile(r"\.(jsonl|json|csv|tsv|parquet|xlsx|gift)(\.gz)?$|\.zip$", re.IGNORECASE)
_ZIP = b"PK\x03\x04"
_XLSX_PART = "xl/workbook.xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of Office before 2007 begin, and newer ones behind a password."""
_AS_TABLE = "save it as .xlsx or CSV"
_OTHER_PARTS = {
    "xl/workbook.bin": f"a binary spreadsheet (.xlsb); {_AS_TABLE}",
    "content.xml": f"an OpenDocument file; {_AS_TABLE}",
    "word/document.xml": "a text document; save it as plain text (.txt)",
}
"""What a zip file is that has such a part."""
_MOST_LAYERS = 8
_BROKEN = (zipfile.BadZipFile, RuntimeError, zlib.error, EOFError, OSError, ValueError, LookupError, lzma.LZMAError)
"""What zipfile raises over a damaged archive; ``ValueError`` is of offsets before its beginning."""


def open_input(name: str) -> Iterator[Input]:
    """Open one input; a folder and a zip file give one for each of their files.

    Raises:
        InputError: it cannot be read.
    """
    if name.startswith(PREFIX):
        yield Input(name, b"")
        return
    if name == STDIN:
        tell_if_typed()
        yield from unpacked(Input("stdin", _bounded(sys.stdin.buffer, "stdin")))
        return
    # A tilde in quotes comes here as it is.
    path = Path(name).expanduser() if name.startswith("~") else Path(name)
    for file in _files(name, path) if path.is_dir() else [path]:
        shown = name if file == path else str(file)
        try:
            with file.open("rb") as raw:
                data = _bounded(raw, shown)
        except FileNotFoundError as error:
            raise InputError(_not_there(name, path)) from error
        except (OSError, ValueError) as error:
            raise InputError(f"{shown}: cannot be read: {reason_of(error, file)}") from error
        yield from unpacked(Input(shown, data))


def _files(name: str, folder: Path) -> list[Path]:
    """Return the files of a folder that may hold questions, by their endings.

    Raises:
        InputError: it holds none, or is a run's.
    """
    found = _questions_in(folder.iterdir())
    if {"config.json", "results.jsonl"} <= {path.name for path in found}:
        raise InputError(f"{name}: the folder of a run, not of questions; 'harness report {name}' is about a run")
    if next(folder.glob("*.arrow"), None) is not None:
        how = f"load_from_disk({str(folder)!r}).to_parquet('questions.parquet')"
        raise InputError(f"{name}: a data set as the datasets library keeps it; write it as Parquet: {how}")
    # A data set of the hub keeps its files one or two folders below.
    found = found or _questions_in(folder.glob("*/*")) or _questions_in(folder.glob("*/*/*"))
    if not found:
        raise InputError(f"{name}: a folder without a file of questions ({ENDINGS}); name the file")
    return found


def _questions_in(paths: Iterable[Path]) -> list[Path]:
    return sorted(
        path
        for path in paths
        if path.is_file() and _ENDING.search(path.name) and path.name not in _OF_DATASETS and not _is_hidden(str(path))
    )


def _not_there(name: str, path: Path) -> str:
    """Return what to say of a file that there is not."""
    if re.match(r"[a-z][a-z0-9+.-]+://", name):
        set_name = re.match(r"https?://[^/]+/datasets/([\w.-]+/[\w.-]+)", name)
        instead = (
            f"read the data set as hf:{set_name[1]}" if set_name else f"fetch it first: curl -fLO {shlex.quote(name)}"
        )
        return f"{name}: an address, and files are read from the disk; {instead}"
    hint = meant(path)
    is_elsewhere = not path.parent.is_dir() or not any(path.parent.iterdir())
    if is_elsewhere and parse_model_name(name) is not None:
        hint = f"; a model is named with --serve {name}, a data set of the hub as hf:{name}"
    return f"{name}: cannot be read: no such file{hint}"


def _bounded(raw: IO[bytes] | gzip.GzipFile, name: str) -> bytes:
    """Read all of an input that has an end.

    Raises:
        InputError: it is longer than what is read: a device, or data that unpack to more than they should.
    """
    data = raw.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError(f"{name}: more than {MOST_BYTES:,} bytes, the most that is read; split it into several files")
    return data


def unpacked(found: Input, depth: int = 0) -> Iterator[Input]:
    """Open what is packed, as often as it is; what is not comes back as it is.

    Raises:
        InputError: it is of a kind that is not read, or packed, but broken, behind a password, larger than what is
            read, or packed again and again.
    """
    is_gzip = found.data[:2] == b"\x1f\x8b"
    if depth > _MOST_LAYERS and (is_gzip or found.data[:4] == _ZIP):
        # Some archives hold themselves.
        raise InputError(f"{found.name[:200]}: packed more than {_MOST_LAYERS} times; unpack it")
    if is_gzip:
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(found.data)) as packed:
                inner = _bounded(packed, found.name)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{found.name}: cannot be read: {advice_on(error)}") from error
        name = found.name[:-3] if found.ending == ".gz" else found.name
        yield from unpacked(Input(name, inner), depth + 1)
    elif found.data[:4] == _ZIP:
        for member in _members(found):
            yield from (member,) if member.ending == ".xlsx" else unpacked(member, depth + 1)
    elif found.data.startswith(_OLE):
        raise InputError(
            f"{found.name}: an old Office file (.xls), or one with a password; without a password {_AS_TABLE}"
        )
    elif found.ending == ".xls" and found.data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise InputError(f"{found.name}: a page that is called .xls; open it and {_AS_TABLE}")
    else:
        yield found


def _members(found: Input) -> Iterator[Input]:
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(found.data)) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/") and not _is_hidden(name)]
            if _XLSX_PART in names:
                # A spreadsheet is a zip file, too.
                yield found if found.ending == ".xlsx" else Input(f"{found.name}.xlsx", found.data)
                return
            if kind := next((_OTHER_PARTS[name] for name in names if name in _OTHER_PARTS), None):
                raise InputError(f"{found.name}: {kind}")
            for name in sorted(names):
                with archive.open(name) as member:
                    data = _bounded(member, f"{found.name}/{name}")
                left -= len(data)
                if left < 0:
                    # Many members may share one stretch of the archive (Fifield, "A better zip bomb", 2019).
                    raise InputError(f"{found.name}: unpacks to more than {MOST_BYTES:,} bytes; unpack it yourself")
                yield Input(f"{found.name}/{name}", data)
    except InputError:
        raise
    except _BROKEN as error:
        raise InputError(f"{found.name}: cannot be read: {advice_on(error)}") from error


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
