"""Parquet and Arrow files, read by pyarrow."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

from solver.base.errors import InputError
from solver.base.extras import require
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input, Tell


def _rows(found: Input, tell: Tell) -> Iterator[Line]:
    require("pyarrow")
    import pyarrow.parquet

    try:
        rows = pyarrow.parquet.read_table(io.BytesIO(found.data)).to_pylist()
    except Exception as error:
        # Its own exceptions, and those of values that are none: text that is no UTF-8, days beyond the calendar.
        raise InputError(f"{found.name}: no readable Parquet file ({str(error)[:200]})") from error
    for number, values in enumerate(rows, 1):
        yield Line(number, json.dumps(values, ensure_ascii=False, default=str), values)


def _arrow_rows(found: Input, tell: Tell) -> Iterator[Line]:
    require("pyarrow")
    import pyarrow.ipc

    try:
        is_file = found.data.startswith(_ARROW)
        opened = pyarrow.ipc.open_file(found.data) if is_file else pyarrow.ipc.open_stream(found.data)
        rows = opened.read_all().to_pylist()
    except Exception as error:
        raise InputError(f"{found.name}: no readable Arrow file ({str(error)[:200]})") from error
    for number, values in enumerate(rows, 1):
        yield Line(number, json.dumps(values, ensure_ascii=False, default=str), values)


_ARROW = b"ARROW1"
CONTAINERS = (
    Container(name="Parquet", help=".parquet", is_mine=lambda found: found.data[:4] == b"PAR1", rows=_rows),
    Container(
        name="Arrow",
        help=".arrow, .feather",
        is_mine=lambda found: found.data.startswith(_ARROW) or found.ending == ".arrow",
        rows=_arrow_rows,
    ),
)
