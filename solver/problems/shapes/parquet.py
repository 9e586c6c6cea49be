"""Parquet files, read by pyarrow."""

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


CONTAINERS = (Container(name="Parquet", help=".parquet", is_mine=lambda found: found.data[:4] == b"PAR1", rows=_rows),)
