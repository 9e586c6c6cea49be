"""JSON lines, a JSON array of objects, and an object that holds such an array (``{"data": […]}``)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from solver.base.errors import InputError
from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line, lines_of_text
from solver.problems.shapes.container import Container, Input, Tell
from solver.problems.shapes.fields import all_named, option_runs, part_named
from solver.problems.shapes.headings import are_names
from solver.problems.shapes.option_reading import options_in

_BLANK = re.compile(r"\s+")
_OPENS = re.compile(r"\{[ \t]*\r?\n")


def _lines(found: Input, tell: Tell) -> Iterator[Line]:
    text = found.text()
    lines = _objects(text) or list(lines_of_text(text))
    if len(lines) == 1 and (columns := _columns_in(lines[0].raw)) is not None:
        yield from (Line(number, json.dumps(row, ensure_ascii=False), row) for number, row in enumerate(columns, 1))
        return
    for line in lines:
        try:
            value = json.loads(line.raw)
        except (ValueError, RecursionError):
            yield line  # told by whoever reads the line
        else:
            yield line._replace(value=_out_of_viewer(value)) if isinstance(value, dict) else line


def _columns_in(raw: str) -> list[dict[str, object]] | None:
    """Return the rows of a table that stands by its columns in the only line there is."""
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    rows = _of_columns(whole) if isinstance(whole, dict) and "questions" not in whole else None
    return None if rows is None else [row for row in rows if isinstance(row, dict)]


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


def _array(found: Input, tell: Tell) -> Iterator[Line]:
    text = found.text()
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        how = "; JSON has no comments, and no comma behind the last of a list"
        raise InputError(f"{found.name}: not JSON ({error}){how}") from error
    items = _named(whole) if isinstance(whole, list) else _inner(whole)
    if items is None and len(lists := _lists_of_objects(whole)) > 1:
        told = ", ".join(f"{name} ({len(rows)})" for name, rows in lists.items())
        raise InputError(
            f"{found.name}: several lists of rows: {told}; write the one that is meant into a file of its own"
        )
    if items is None:
        raise InputError(f"{found.name}: an object without a list of rows: a JSON array of objects is wanted")
    for number, item in enumerate(items, 1):
        raw, kind = json.dumps(item, ensure_ascii=False), type(item).__name__
        value = _out_of_viewer(item) if isinstance(item, dict) else UnusableLine("row", f"a JSON {kind}, no object")
        yield Line(number, raw, value)


def _named(items: list[object]) -> list[object]:
    """Return rows that are lists, below one of names, as objects; else what is given.

    >>> _named([["question", "A", "B"], ["q", "x", "y"]])
    [{'question': 'q', 'A': 'x', 'B': 'y'}]
    """
    lists = [item for item in items if isinstance(item, list)]
    if lists and len(lists) == len(items) and all(map(_is_dialogue, lists)):
        return [{"id": one[2], "passage": "\n".join(one[0]), "questions": one[1]} for one in lists]
    if not lists or len(lists) < len(items) or not are_names([str(cell).strip() for cell in lists[0]]):
        return items
    names = [str(cell).strip() for cell in lists[0]]
    return [dict(zip(names, cells, strict=False)) for cells in lists[1:]]


def _is_dialogue(item: list[object]) -> bool:
    """Tell whether a list is lines, questions about them and an id, as DREAM and C3 have them."""
    if len(item) != 3 or not isinstance(item[2], (str, int)):
        return False
    kinds = ((item[0], str), (item[1], dict))
    return all(isinstance(one, list) and one and all(isinstance(part, kind) for part in one) for one, kind in kinds)


def _out_of_viewer(item: dict[str, object]) -> dict[str, object] | UnusableLine:
    """Take a row out of what the viewer of the hub's data sets puts around it, which cuts long cells."""
    row, cut = item.get("row"), item.get("truncated_cells")
    if not isinstance(row, dict) or "row_idx" not in item:
        return item
    parts = ("question", "problem", "options", "answer")
    names = [name for name in cut if isinstance(name, str)] if isinstance(cut, list) else []
    if name := next((name for name in names if any(all_named([name], part) for part in parts)), None):
        return UnusableLine(name, "was cut by the viewer of data sets: read the set itself, hf:org/set")
    return row


def _inner(whole: object) -> list[object] | None:
    """Return the rows in an object: its one list of objects (``examples``, ``data`` …), or a table's columns."""
    if not isinstance(whole, dict) or _is_row(whole):
        return None
    names, values = whole.get("columns"), whole.get("values")
    if isinstance(names, list) and isinstance(whole.get("data"), list):
        # pandas, orient="split"
        names = list(map(str, names))  # a frame's own may be numbers, or none
        return [dict(zip(names, row, strict=False)) if isinstance(row, list) else row for row in whole["data"]]
    if isinstance(values, list) and (rows := _named(values)) is not values:
        return rows  # as an online spreadsheet gives a range of cells
    if part_named(tuple(whole), "question") and (columns := _of_columns(whole)) is not None:
        return columns
    found = [value for name, value in _lists_of_objects(whole).items() if name != "features"]
    return found[0] if len(found) == 1 else _of_columns(whole)


def _is_row(whole: Mapping[str, object]) -> bool:
    """Tell whether an object is a question itself, whatever lists it holds, and not what is around rows.

    >>> _is_row({"question": "q", "answer": "B", "hints": [{}]}), _is_row({"prompt": "Choose.", "data": [{}]})
    (True, False)
    """
    names = tuple(whole)
    asked = (whole[name] for name in part_named(names, "question"))
    if not any(isinstance(one, str) or (isinstance(one, dict) and part_named(tuple(one), "question")) for one in asked):
        return False
    return bool(part_named(names, "answer") or part_named(names, "options") or option_runs(names))


def _lists_of_objects(whole: object) -> dict[str, list[object]]:
    """Return the lists of objects that an object holds, but for options of a single question."""
    if not isinstance(whole, dict) or _is_row(whole):
        return {}
    lists = {
        name: value for name, value in whole.items() if isinstance(value, list) and not part_named((name,), "options")
    }
    return {name: value for name, value in lists.items() if value and all(isinstance(item, dict) for item in value)}


def _of_columns(whole: Mapping[str, object]) -> list[object] | None:
    """Return the rows of a table that is written by its columns, or as an object of objects; None where it is none.

    >>> _of_columns({"question": ["p", "q"], "answer": ["A", "B"]})
    [{'question': 'p', 'answer': 'A'}, {'question': 'q', 'answer': 'B'}]
    >>> _of_columns({"question": {"0": "p"}, "answer": {"0": "A"}}), _of_columns({"x1": {"question": "p"}})
    ([{'question': 'p', 'answer': 'A'}], [{'id': 'x1', 'question': 'p'}])
    """
    values = list(whole.values())
    if len(values) > 1 and all(isinstance(value, list) for value in values):
        columns = {name: value for name, value in whole.items() if isinstance(value, list)}
        of_objects = [name for name, column in columns.items() if all(isinstance(cell, dict) for cell in column)]
        if of_objects and not part_named(tuple(columns), "question"):
            return None
        # A list of options, not of each row's options.
        if any(part_named((name,), "options") and None in map(options_in, columns[name]) for name in of_objects):
            return None
        lengths = {len(column) for column in columns.values()}
        if len(lengths) == 1 and 0 not in lengths:
            return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
        return None
    if not values or not all(isinstance(value, dict) and value for value in values):
        return None
    objects = {name: value for name, value in whole.items() if isinstance(value, dict)}
    first = next(iter(objects.values()))
    if all(part_named(tuple(one), "question") for one in objects.values()):
        return [one if part_named(tuple(one), "id") else {"id": name, **one} for name, one in objects.items()]
    if part_named(tuple(objects), "question") and all(one.keys() == first.keys() for one in objects.values()):
        return [{name: column[key] for name, column in objects.items()} for key in first]
    return None


def _body(found: Input) -> bytes:
    """Return what an input holds as UTF-8, without mark and blanks at its beginning."""
    if found.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return found.data.decode("utf-16", "ignore").encode("utf-8", "ignore").lstrip()
    return found.data.removeprefix(b"\xef\xbb\xbf").lstrip()


def _is_array(found: Input) -> bool:
    body = _body(found)
    if body.startswith(b"["):
        return True
    if not body.startswith(b"{") or found.ending == ".jsonl":
        return False
    # One object over the whole file, written over several lines: its first line is no object of its own.
    first = body.split(b"\n", 1)
    try:
        whole = json.loads(first[0])
    except (ValueError, RecursionError):
        try:
            whole = json.loads(body)
        except (ValueError, RecursionError):
            return False
        return _holds_rows(whole)
    return (len(first) == 1 or not first[1].strip()) and _holds_rows(whole)


def _holds_rows(whole: object) -> bool:
    has_rows = _inner(whole) is not None or len(_lists_of_objects(whole)) > 1
    return isinstance(whole, dict) and has_rows and "questions" not in whole


ARRAY = Container(name="JSON", help="an array of objects, or an object that holds one", is_mine=_is_array, rows=_array)
LINES = Container(
    name="JSON lines",
    help="one object a line (.jsonl, or anything that begins with {)",
    is_mine=lambda found: found.ending in (".jsonl", ".ndjson", ".json") or _body(found).startswith(b"{"),
    rows=_lines,
)
CONTAINERS = (ARRAY, LINES)
