"""Spreadsheets (XLSX), read by openpyxl: the first sheet, a row of names, then rows."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from solver.base.errors import InputError
from solver.base.extras import require
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input

_MOST_ROWS, _MOST_CELLS = 1_000_000, 10_000_000


def _rows(found: Input) -> Iterator[Line]:
    require("openpyxl")
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(found.data), read_only=True, data_only=True)
        yield from _lines(book.worksheets[0])
    except InputError as error:
        raise InputError(f"{found.name}: {error}") from None
    except Exception as error:
        # openpyxl checks little of what it reads: an odd file ends in whatever exception its parts do.
        raise InputError(f"{found.name}: no readable XLSX file ({str(error)[:200]})") from error


def _lines(sheet: Any) -> Iterator[Line]:
    names: list[str] | None = None
    read = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        read += len(cells)
        if number > _MOST_ROWS or read > _MOST_CELLS:
            # A file of a few kilobytes may say that its one cell stands in the last row and column there are.
            raise InputError(f"more than {_MOST_ROWS:,} rows or {_MOST_CELLS:,} cells; save it as CSV")
        if all(cell is None or not str(cell).strip() for cell in cells):
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
        help="the first sheet, names in its first row",
        is_mine=lambda found: found.ending == ".xlsx",
        rows=_rows,
    ),
)
