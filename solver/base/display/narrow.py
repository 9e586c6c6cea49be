"""Tables on terminals that are too narrow for them: no word is broken and no column vanishes.

A table that does not fit has its columns narrowed, none below its longest word. Where that does not do, columns that
say nothing in any row are left out, and then each row is told as lines, a heading and its cell each.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Column, Table

_LONGEST = 24
"""Cells of a word that is kept whole in a column that folds; beyond it stand paths and the like."""
_LEAST = 8
"""Cells that a column must have which takes what room there is, and is cut."""


def fitting(what: RenderableType, width: int) -> RenderableType:
    """Return what is to be printed, its tables as they can be read in so many cells."""
    from rich.console import Group
    from rich.table import Table

    if isinstance(what, Group):
        return Group(*(fitting(part, width) for part in what.renderables))
    if not isinstance(what, Table):
        return what
    for table in (what, _without_empty_columns(what)):
        room = width - _between(table)
        if sum(map(_least, table.columns)) <= room:
            return _narrowed(table, room)
    return _told_as_lines(what)


def _between(table: Table) -> int:
    """Return how many cells of a line are padding and frame."""
    _, right, _, left = table.padding
    n = len(table.columns)
    padding = (left + right) * n - (0 if table.pad_edge else left + right)
    return padding + (0 if table.box is None else n - 1 + 2 * table.show_edge)


def _least(column: Column) -> int:
    """Return how many cells a column needs so that no word of it is broken."""
    whole = _whole(column)
    if column.no_wrap:
        return whole if column.ratio is None else min(whole, _LEAST)
    longest = max((_cells(word) for text in _texts(column) for word in text.split()), default=0)
    return min(longest, _LONGEST) if column.overflow == "fold" else longest


def _whole(column: Column) -> int:
    """Return how many cells a column takes where nothing is folded."""
    return max((_cells(line) for text in _texts(column) for line in text.split("\n")), default=0)


def _texts(column: Column) -> list[str]:
    return [str(column.header), *map(str, column.cells)]


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _narrowed(table: Table, room: int) -> Table:
    """Return a table whose columns share the room: rich would narrow the widest down to the others, and break words."""
    wanted = [_whole(column) for column in table.columns]
    if sum(wanted) <= room or any(column.ratio is not None for column in table.columns):
        return table
    widths = [_least(column) for column in table.columns]
    for _ in range(room - sum(widths)):
        place = min((place for place, width in enumerate(widths) if width < wanted[place]), key=widths.__getitem__)
        widths[place] += 1
    narrow = copy(table)
    narrow.columns = [replace(column, width=width) for column, width in zip(table.columns, widths, strict=True)]
    return narrow


def _without_empty_columns(table: Table) -> Table:
    shorter = copy(table)
    kept = [column for column in table.columns if any(map(str, column.cells))]
    shorter.columns = [replace(column, _index=place) for place, column in enumerate(kept)]
    return shorter


def _told_as_lines(table: Table) -> RenderableType:
    from rich.console import Group
    from rich.table import Table as Lines

    lines = Lines.grid(padding=(0, 2, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    for number, cells in enumerate(zip(*(column.cells for column in table.columns), strict=True)):
        if number:
            lines.add_row()
        for column, cell in zip(table.columns, cells, strict=True):
            if str(cell):
                lines.add_row(column.header, cell)
    return Group(*(part for part in (table.title, lines, table.caption) if part is not None))
