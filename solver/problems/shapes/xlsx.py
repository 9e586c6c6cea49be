"""Spreadsheets (XLSX), read by openpyxl: a row of names, then rows, on all sheets that have such a table.

A title above the names and sheets without questions (a cover) are passed over; two different tables are a question to
the user.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from solver.base.errors import InputError
from solver.base.extras import require
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input
from solver.problems.shapes.fields import part_named

_MOST_ROWS, _MOST_CELLS = 1_000_000, 10_000_000
_MOST_TITLES = 6
"""Rows that are looked at for titles above the names."""


def _rows(found: Input) -> Iterator[Line]:
    require("openpyxl")
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(found.data), read_only=True, data_only=True)
        yield from _of_sheets(book.worksheets)
    except InputError as error:
        raise InputError(f"{found.name}: {error}") from None
    except Exception as error:
        # openpyxl checks little of what it reads: an odd file ends in whatever exception its parts do.
        raise InputError(f"{found.name}: no readable XLSX file ({str(error)[:200]})") from error


def _of_sheets(sheets: Sequence[Any]) -> list[Line]:
    """Return the rows of the sheets that hold questions, one after the other; those of the first where none does.

    Raises:
        InputError: two hold questions under different names.
    """
    found = [(sheet.title, list(_lines(sheet))) for sheet in sheets]
    named = {title: tuple(lines[0].value or ()) for title, lines in found if lines and isinstance(lines[0].value, dict)}
    asked = {title: names for title, names in named.items() if part_named(names, "question")}
    if len(set(asked.values())) > 1:
        raise InputError(f"several tables of questions, on the sheets {', '.join(asked)}; save the one meant as CSV")
    rows: list[Line] = []
    for lines in [lines for title, lines in found if title in asked] or [found[0][1]]:
        # Numbers go on from sheet to sheet: rows of one number are taken for one problem's.
        before = rows[-1].number if rows else 0
        rows += [line._replace(number=before + line.number) for line in lines]
    return rows


def _names_row(sheet: Any) -> int:
    """Return which row has the names, from 1: the first, or the first of several cells below a title of one."""
    head = []
    for number, cells in enumerate(islice(sheet.iter_rows(values_only=True), _MOST_TITLES), 1):
        if filled := sum(cell is not None and bool(str(cell).strip()) for cell in cells):
            head.append((number, filled))
    several = next((number for number, filled in head if filled > 1), None)
    return several or (head[0][0] if head else 1)


def _lines(sheet: Any) -> Iterator[Line]:
    names: list[str] | None = None
    read, first = 0, _names_row(sheet)
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        read += len(cells)
        if number > _MOST_ROWS or read > _MOST_CELLS:
            # A file of a few kilobytes may say that its one cell stands in the last row and column there are.
            raise InputError(f"more than {_MOST_ROWS:,} rows or {_MOST_CELLS:,} cells; save it as CSV")
        if number < first or all(cell is None or not str(cell).strip() for cell in cells):
            continue
        if names is None:
            names = [
                str(cell).strip() if cell is not None else f"column {place}" for place, cell in enumerate(cells, 1)
            ]
            continue
        values = dict(zip(names, cells, strict=False))
        yield Line(number, json.dumps(values, ensure_ascii=False, default=str), values)


CONTAINERS = (
    Container(
        name="XLSX",
        help="names in the first row of a sheet, or below a title",
        is_mine=lambda found: found.ending == ".xlsx",
        rows=_rows,
    ),
)
