"""CSV and TSV: names, maybe below a title, then a row a line. Read by the standard module, UTF-8, UTF-16 or GB18030."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from solver.base.display.figures import counted
from solver.base.errors import InputError
from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input, Tell
from solver.problems.shapes.fields import all_named, option_runs, part_named
from solver.problems.shapes.headings import LOOKED_AT, are_names, headings_of, names_of_unnamed

_LONGEST_CELL = 16 * 2**20
"""The standard module's own bound is 131,072 characters; passages are longer at times."""

_TOLD = re.compile(r"\s{0,4}\"?sep=([,;\t|])\"?[ \t]*\r?\n", re.IGNORECASE)
_PAIR = re.compile(rb"[\x80-\xff]{2}")
_QUOTED = re.compile(r"\"[^\"\n]*\"")
_DELIMITERS = ",;\t|"
_HEAD = 1 << 14
"""Bytes, or characters, at the beginning that tell how a text is written."""


def _encodings(found: Input) -> tuple[str, ...]:
    # A spreadsheet saves CSV as UTF-16 with a mark ("Unicode text") or, in China, in the system's GB code.
    if found.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    if found.data[:_HEAD].count(b"\0") > len(found.data[:_HEAD]) // 8:
        # Without a mark: of ASCII, such as what parts the cells, every second byte is null. (One or two are rubbish.)
        is_little = found.data[1:_HEAD:2].count(0) > found.data[0:_HEAD:2].count(0)
        return ("utf-16-le" if is_little else "utf-16-be",)
    # In the West it is the system's code of one byte a letter; in Chinese, letters of two bytes stand side by side.
    return ("utf-8-sig", *(("gb18030", "big5hkscs") if _PAIR.search(found.data) else ("cp1252",)))


def _text(found: Input) -> str:
    texts = []
    for encoding in _encodings(found):
        try:
            texts.append(found.data.decode(encoding))
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig":
            break
    if texts:
        # Most bytes mean something in several codes: the one in which names are names, else the commonest.
        return next((text for text in texts if len(texts) > 1 and _begins_with_names(text)), texts[0])
    raise InputError(f"{found.name}: neither UTF-8 nor GB18030; save the file as UTF-8")


def _rows(found: Input, tell: Tell) -> Iterator[Line]:
    text = _text(found)
    # Excel reads, and others write for it, a first line that names the delimiter.
    told = _TOLD.match(text)
    text = text if told is None else "\n" + text[told.end() :]
    delimiter = told[1] if told else "\t" if found.ending == ".tsv" else _delimiter(text)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = _filled(reader)
        looked_at = list(islice(rows, LOOKED_AT))
        if not looked_at:
            return
        shown = [[cell.strip() for cell in cells] for _, cells in looked_at]
        told_names = headings_of(shown)
        unnamed = names_of_unnamed(shown) if told_names is None else None
        if unnamed is not None:
            tell(f"{found.name}: no names; its columns are read as {', '.join(unnamed)}")
        end, number = told_names.end if told_names else 0 if unnamed else 1, looked_at[0][0]
        names = _names(found, number, told_names.names if told_names else unnamed or shown[0])
        for number, cells in chain(looked_at[end:], rows):
            if end and [cell.strip() for cell in cells] == shown[end - 1]:
                continue  # tables put one below the other bring their names along
            yield _line(names, number, cells, delimiter)
    except csv.Error as error:
        raise InputError(
            f"{found.name}:{reader.line_num}: {error}; quotes must be closed and doubled inside"
        ) from error


def _begins_with_names(text: str) -> bool:
    lines = islice((line for line in text[:_HEAD].splitlines() if line.strip()), LOOKED_AT)
    return any(are_names([cell.strip('" \t') for cell in line.split(_delimiter(line))]) for line in lines)


def _delimiter(text: str) -> str:
    """Return what parts the cells of the first line, which says it best outside of quotes."""
    head = _QUOTED.sub("", text.lstrip("\r\n").split("\n", 1)[0])
    return max(_DELIMITERS, key=head.count)


def _filled(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the line it begins on."""
    start = 1
    for cells in reader:
        number, start = start, reader.line_num + 1
        if any(cell.strip() for cell in cells):
            yield number, cells


def _line(names: Sequence[str], number: int, cells: list[str], delimiter: str) -> Line:
    raw = delimiter.join(cells)
    if any(cell.strip() for cell in cells[len(names) :]):
        fault = (
            f"{counted(len(cells), 'cell')} under {len(names)} names: put a cell with the delimiter in it into quotes"
        )
        return Line(number, raw, UnusableLine("row", fault))
    values = dict(zip(names, cells, strict=False))
    return Line(number, json.dumps(values, ensure_ascii=False), values)


def _names(found: Input, number: int, names: Sequence[str]) -> list[str]:
    named = [name for name in names if name]
    if twice := next((name for name in named if named.count(name) > 1), None):
        raise InputError(f"{found.name}:{number}: two columns are called {twice!r}: give each a name of its own")
    return [name or f"column {place}" for place, name in enumerate(names, 1)]


def _has_names(found: Input) -> bool:
    """Tell whether a text whose name does not say what it is begins with names: from stdin, or a spreadsheet's."""
    return any(map(_are_names, (found.data[:4096].decode(encoding, "ignore") for encoding in _encodings(found))))


def _are_names(head: str) -> bool:
    first, *rest = [line for line in head.splitlines() if line.strip()] or [""]
    names = [name.strip().strip('"') for name in first.split(_delimiter(first))]
    return (
        len(names) > 2
        # A sentence may end its parts on such words, too: no row is below it.
        and (not rest or _delimiter(first) in rest[0])
        and bool(part_named(names, "question"))
        and bool(option_runs(names) or all_named(names, "options"))
    )


CONTAINERS = (
    Container(
        name="CSV",
        help="names, then a row a line (.csv, .tsv)",
        is_mine=lambda found: (
            found.ending in (".csv", ".tsv") or (found.ending in ("", ".txt", ".xls") and _has_names(found))
        ),
        rows=_rows,
    ),
)
