"""CSV and TSV: a line of names, then a row a line. Read by the standard module, UTF-8, UTF-16 or GB18030."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

from solver.base.display.figures import counted
from solver.base.errors import InputError
from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input
from solver.problems.shapes.fields import all_named, option_runs, part_named

_LONGEST_CELL = 16 * 2**20
"""The standard module's own bound is 131,072 characters; passages are longer at times."""

_TOLD = re.compile(r"\s{0,4}\"?sep=([,;\t|])\"?[ \t]*\r?\n", re.IGNORECASE)


def _text(found: Input) -> str:
    # A spreadsheet saves CSV as UTF-16 with a mark ("Unicode text") or, in China, in the system's GB code.
    order = ("utf-16",) if found.data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in order:
        try:
            return found.data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{found.name}: neither UTF-8 nor GB18030; save the file as UTF-8")


def _rows(found: Input) -> Iterator[Line]:
    text = _text(found)
    # Excel reads, and others write for it, a first line that names the delimiter.
    told = _TOLD.match(text)
    text = text if told is None else "\n" + text[told.end() :]
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = told[1] if told else "\t" if found.ending == ".tsv" else max(",;\t", key=head.count)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] | None = None
    start = 1
    try:
        for cells in reader:
            number, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = _names(found, cells)
                continue
            raw = delimiter.join(cells)
            if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                fault = (
                    f"{counted(len(cells), 'cell')} under {len(names)} names: put a cell with the delimiter in it "
                    "into quotes"
                )
                yield Line(number, raw, UnusableLine("row", fault))
            else:
                values = dict(zip(names, cells, strict=False))
                yield Line(number, json.dumps(values, ensure_ascii=False), values)
    except csv.Error as error:
        raise InputError(
            f"{found.name}:{reader.line_num}: {error}; quotes must be closed and doubled inside"
        ) from error


def _names(found: Input, cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    named = [name for name in names if name]
    if twice := next((name for name in named if named.count(name) > 1), None):
        raise InputError(f"{found.name}:1: two columns are called {twice!r}: give each a name of its own")
    return [name or f"column {place}" for place, name in enumerate(names, 1)]


def _has_names(found: Input) -> bool:
    """Tell whether a text that says not what it is (from stdin) begins with names of columns."""
    head = found.data[:4096].decode("utf-8-sig", "replace").split("\n", 1)[0]
    names = [name.strip().strip('"') for name in head.split(max(",;\t", key=head.count))]
    return (
        len(names) > 2
        and bool(part_named(names, "question"))
        and bool(option_runs(names) or all_named(names, "options"))
    )


CONTAINERS = (
    Container(
        name="CSV",
        help="a line of names, then a row a line (.csv, .tsv)",
        is_mine=lambda found: found.ending in (".csv", ".tsv") or (not found.ending and _has_names(found)),
        rows=_rows,
    ),
)
