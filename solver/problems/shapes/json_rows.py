"""JSON lines, a JSON array of objects, and an object that holds such an array (``{"data": […]}``)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from solver.base.errors import InputError
from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line, lines_of_text
from solver.problems.shapes.container import Container, Input

_BLANK = re.compile(r"\s+")
_OPENS = re.compile(r"\{[ \t]*\r?\n")


def _lines(found: Input) -> Iterator[Line]:
    text = found.text()
    for line in _objects(text) or lines_of_text(text):
        try:
            value = json.loads(line.raw)
        except (ValueError, RecursionError):
            yield line  # told by whoever reads the line
        else:
            yield line._replace(value=value) if isinstance(value, dict) else line


def _objects(text: str) -> list[Line]:
    """Return the objects of a text that are written over several lines each; none where that is not what it holds."""
    start = len(text) - len(text.lstrip())
    if not _OPENS.match(text, start):
        return []
    found, decoder, number, before = [], json.JSONDecoder(), 1, 0
    try:
        while start < len(text):
            value, end = decoder.raw_decode(text, start)
            number += text.count("\n", before, start)
            before = start
            found.append(Line(number, json.dumps(value, ensure_ascii=False)))
            blank = _BLANK.match(text, end)
            start = end if blank is None else blank.end()
    except (ValueError, RecursionError):
        return []
    return found


def _array(found: Input) -> Iterator[Line]:
    try:
        whole = json.loads(found.text())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{found.name}: not JSON ({error})") from error
    items = whole if isinstance(whole, list) else _inner(whole)
    if items is None:
        raise InputError(f"{found.name}: an object without a list of rows: a JSON array of objects is wanted")
    for number, item in enumerate(items, 1):
        raw = json.dumps(item, ensure_ascii=False)
        kind = type(item).__name__
        yield Line(number, raw, item if isinstance(item, dict) else UnusableLine("row", f"a JSON {kind}, no object"))


def _inner(whole: object) -> list[object] | None:
    """Return the one list of objects that an object holds: ``examples``, ``data``, ``samples`` …"""
    lists = [value for value in whole.values() if isinstance(value, list)] if isinstance(whole, dict) else []
    found = [value for value in lists if value and all(isinstance(item, dict) for item in value)]
    return found[0] if len(found) == 1 else None


def _is_array(found: Input) -> bool:
    head = found.data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"["):
        return True
    if not head.startswith(b"{") or found.ending == ".jsonl":
        return False
    # One object over the whole file, written over several lines: its first line is no object of its own.
    first = found.data.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)
    try:
        whole = json.loads(first[0])
    except (ValueError, RecursionError):
        try:
            whole = json.loads(found.data)
        except (ValueError, RecursionError):
            return False
        return _inner(whole) is not None and "questions" not in whole
    is_only = len(first) == 1 or not first[1].strip()
    return is_only and _inner(whole) is not None and "questions" not in whole


ARRAY = Container(name="JSON", help="an array of objects, or an object that holds one", is_mine=_is_array, rows=_array)
LINES = Container(
    name="JSON lines",
    help="one object a line (.jsonl, or anything that begins with {)",
    is_mine=lambda found: (
        found.ending in (".jsonl", ".ndjson", ".json")
        or found.data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    ),
    rows=_lines,
)
CONTAINERS = (ARRAY, LINES)
