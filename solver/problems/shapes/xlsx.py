"""Spreadsheets (XLSX), read by openpyxl: the first sheet, a row of names, then rows."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

from solver.base.errors import InputError
from solver.base.extras import require
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input


def _rows(found: Input) -> Iterator[Line]:
    require("openpyxl")
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(found.data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise InputError(f"{found.name}: no readable XLSX file ({error})") from error
    names: list[str] | None = None
    for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
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
