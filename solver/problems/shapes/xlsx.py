"""Spreadsheets (XLSX), read by openpyxl: names, then rows, on all sheets that have such a table.

Titles above the names (``solver.problems.shapes.headings``) and sheets without questions (a cover) are passed over. A
sheet without names whose rows are filled as the table before it goes on with that table. A merged cell is that of each
of its rows. Two different tables are a question to the user.
"""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from itertools import islice
from typing import Any, NamedTuple

from solver.base.errors import InputError
from solver.base.extras import require
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input, Tell
from solver.problems.shapes.fields import all_named, is_given, part_named
from solver.problems.shapes.headings import LOOKED_AT, headings_of, names_of_unnamed
from solver.problems.shapes.regrouping.key_rows import Keys, joined, keys_of

_MOST_ROWS, _MOST_CELLS = 1_000_000, 10_000_000
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=\"([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})\"")
_LETTER = re.compile("[A-Za-zＡ-Ｚａ-ｚ]")
_PIECE, _LONGEST_TAG, _MOST_XML = 1 << 20, 200, 1 << 30
"""Bytes of a sheet that are searched at once, of a merged cell's tag, and of a sheet."""


class _Row(NamedTuple):
    """A row that is not blank."""

    number: int
    """From 1."""
    cells: tuple[Any, ...]
    whole: tuple[Any, ...]
    """With what is merged from above."""


class _Sheet(NamedTuple):
    """A sheet with something on it."""

    title: str
    names: tuple[str, ...]
    is_named: bool
    """The names are known to be some; else they are what stands first."""
    rows: list[_Row]
    """Below the names."""
    head: _Row
    """The row that the names are from."""


def _rows(found: Input, tell: Tell) -> Iterator[Line]:
    require("openpyxl")
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(found.data), read_only=True, data_only=True)
        sheets = [read for sheet in book.worksheets if (read := _read(sheet)) is not None]
        yield from _of_sheets(sheets, lambda text: tell(f"{found.name}: {text}"))
    except InputError as error:
        raise InputError(f"{found.name}: {error}") from None
    except Exception as error:
        # openpyxl checks little of what it reads: an odd file ends in whatever exception its parts do.
        raise InputError(f"{found.name}: no readable XLSX file ({str(error)[:200]})") from error


def _of_sheets(sheets: Sequence[_Sheet], tell: Tell) -> list[Line]:
    """Return the rows of the sheets that hold questions, one after the other; those of the first where none does.

    Raises:
        InputError: two hold questions under different names.
    """
    if not any(part_named(sheet.names, "question") for sheet in sheets):
        sheets = [_under_letters(sheet, tell) for sheet in sheets]
    asked = {sheet.title: sheet for sheet in sheets if part_named(sheet.names, "question")}
    if len({sheet.names for sheet in asked.values()}) > 1:
        raise InputError(f"several tables of questions, on the sheets {', '.join(asked)}; save the one meant as CSV")
    if not sheets:
        return []
    asked = asked or {sheets[0].title: sheets[0]}
    table = next(iter(asked.values()))
    lines: list[Line] = []
    apart = {sheet.title: keys for sheet in sheets if sheet.title not in asked and (keys := _keys(sheet)) is not None}
    for sheet in sheets:
        rows = sheet.rows
        if sheet.title in apart:
            continue
        if sheet.title not in asked and _goes_on(sheet, table):
            tell(f"sheet {sheet.title} has no names and is read under those of {table.title}")
            rows = [sheet.head, *rows]
        elif sheet.title not in asked:
            if len(names := [name for name in sheet.names if name]) > 1:
                tell(f"sheet {sheet.title} is not read: no question among {', '.join(names)[:80]}")
            continue
        # Numbers go on from sheet to sheet: rows of one number are taken for one problem's.
        before = lines[-1].number if lines else 0
        lines += [_line(table.names, row, before) for row in rows]
    for title, keys in apart.items():
        values = joined([line.value for line in lines if isinstance(line.value, dict)], keys)
        if values is None:
            tell(f"sheet {title} is not read: no {keys.id} of its answers is that of a question")
            continue
        tell(f"the answers on sheet {title} are joined to the questions by {keys.id}")
        lines = [line._replace(value=value) for line, value in zip(lines, values, strict=True)]
    return lines


def _keys(sheet: _Sheet) -> Keys | None:
    return None if is_given(sheet.title) else keys_of([_values(sheet.names, row) for row in sheet.rows])


def _under_letters(sheet: _Sheet, tell: Tell) -> _Sheet:
    """Give a sheet without names those of a question, its options and its answer, where its rows are that."""
    rows = [sheet.head, *sheet.rows]
    names = names_of_unnamed([_shown(row.cells) for row in rows[:LOOKED_AT]])
    if names is None:
        return sheet
    tell(f"sheet {sheet.title} has no names; its columns are read as {', '.join(names)}")
    return sheet._replace(names=names, rows=rows)


def _goes_on(sheet: _Sheet, table: _Sheet) -> bool:
    """Tell whether a sheet without names has rows as a table: in the first the same cells filled, text for text."""
    if sheet.is_named or not table.rows or len(table.names) < 3:
        return False
    # A log of changes may be as wide; its cells are no answers.
    rows, answers = (sheet.head, *sheet.rows), all_named(table.names, "answer")
    return _kinds(sheet.head.cells) == _kinds(table.rows[0].cells) and all(
        _forms(rows, place) <= _forms(table.rows, place)
        for place, name in enumerate(table.names)
        if name in answers and not is_given(name)
    )


def _forms(rows: Sequence[_Row], place: int) -> set[str]:
    """Return what a column holds: letters and numbers as such, other texts as they are."""
    cells = (
        str(row.cells[place]).strip() for row in rows if place < len(row.cells) and not _is_blank(row.cells[place])
    )
    return {"A" if _LETTER.fullmatch(cell) else "1" if cell.isdecimal() else cell for cell in cells}


def _kinds(cells: Sequence[Any]) -> Mapping[int, bool]:
    """Return column -> whether it holds text, of cells that are not blank."""
    return {place: isinstance(cell, str) for place, cell in enumerate(cells) if not _is_blank(cell)}


def _values(names: Sequence[str], row: _Row) -> dict[str, Any]:
    shown = (name or f"column {place}" for place, name in enumerate(names, 1))
    return dict(zip(shown, map(_value, row.whole), strict=False))


def _line(names: Sequence[str], row: _Row, before: int) -> Line:
    values = _values(names, row)
    return Line(before + row.number, json.dumps(values, ensure_ascii=False, default=str), values)


def _value(cell: Any) -> Any:
    """Return a cell as it is read; of a day without a time the day alone."""
    return cell.date() if isinstance(cell, datetime) and cell.time() == time() else cell


def _read(sheet: Any) -> _Sheet | None:
    """Read a sheet; None where it is blank."""
    rows = _filled(sheet)
    looked_at = list(islice(rows, LOOKED_AT))
    if not looked_at:
        return None
    shown = [_shown(row.cells) for row in looked_at]
    told = headings_of(shown)
    # Else the first of several cells, below titles of one.
    end = told.end if told else next((place for place, row in enumerate(shown, 1) if sum(map(bool, row)) > 1), 1)
    names = told.names if told else shown[end - 1]
    below = [*looked_at[end:], *rows]
    if told:
        # Tables put one below the other bring their names along.
        below = [row for row in below if _shown(row.cells) != shown[end - 1]]
    return _Sheet(sheet.title, names, told is not None, below, looked_at[end - 1])


def _filled(sheet: Any) -> Iterator[_Row]:
    """Yield the rows that are not blank.

    Raises:
        InputError: there are more than are read.
    """
    read, begins = 0, _merged(sheet)
    above: dict[int, tuple[int, Any]] = {}
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        above = {column: one for column, one in above.items() if one[0] >= number}
        for column, last in begins.get(number, ()):
            above[column] = last, cells[column] if column < len(cells) else None
        width = max((len(cells), *(column + 1 for column in above)))
        read += width
        if number > _MOST_ROWS or read > _MOST_CELLS:
            # A file of a few kilobytes may say that its one cell stands in the last row and column there are.
            raise InputError(f"more than {_MOST_ROWS:,} rows or {_MOST_CELLS:,} cells; save it as CSV")
        if all(map(_is_blank, cells)):
            continue
        wide = (*cells, *[None] * (width - len(cells)))
        yield _Row(number, cells, tuple(above.get(place, (0, cell))[1] for place, cell in enumerate(wide)))


def _is_blank(cell: Any) -> bool:
    return cell is None or not str(cell).strip()


def _shown(cells: Sequence[Any]) -> tuple[str, ...]:
    """Return cells as names, without blank ones at the end."""
    shown = ["" if cell is None else str(cell).strip() for cell in cells]
    while shown and not shown[-1]:
        shown.pop()
    return tuple(shown)


def _merged(sheet: Any) -> Mapping[int, set[tuple[int, int]]]:
    """Return where cells are merged over several rows: first row -> columns from 0, with their last row.

    The library tells it only of books that it holds in memory whole, so the sheet's XML is searched.
    """
    found: dict[int, set[tuple[int, int]]] = defaultdict(set)
    with sheet._get_source() as source:
        kept, read = b"", 0
        while (piece := source.read(_PIECE)) and read < _MOST_XML:
            read += len(piece)
            text = kept + piece
            for match in _MERGED.finditer(text):
                column = sum((one - 64) * 26**power for power, one in enumerate(reversed(match[1]))) - 1
                first, last = int(match[2]), int(match[3])
                if last > first:
                    found[first].add((column, last))
            kept = text[-_LONGEST_TAG:]
    return found


CONTAINERS = (
    Container(
        name="XLSX",
        help="names in the first row of a sheet, or below titles",
        is_mine=lambda found: found.ending == ".xlsx",
        rows=_rows,
    ),
)
