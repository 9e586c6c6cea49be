"""Rows of one option each, as databases and spreadsheets keep them, become a row for each question.

Wanted are a column that tells the questions apart and is the same in several rows, the question's text, a text that
differs within each question, and what is right: a flag of each option, or a key that all rows of a question share.

>>> cells = [("1", "Who?", "A", "Ann", "0"), ("1", "Who?", "B", "Tom", "1")]
>>> names = ("question_id", "question", "label", "option", "is_correct")
>>> joined = joined_options([Line(n, "", dict(zip(names, one))) for n, one in enumerate(cells, 2)])
>>> joined.by, joined.rows[0].value["options"]
('question_id', [{'label': 'A', 'text': 'Ann', 'right': False}, {'label': 'B', 'text': 'Tom', 'right': True}])
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from solver.base.errors import InputError
from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line
from solver.problems.letters import ALPHABET
from solver.problems.shapes.fields import all_named, are_of_people, is_given, option_runs, part_named, simple
from solver.problems.shapes.option_reading import flags_of, options_in, text_of

IDS = ("questionid", "qid", "itemid", "problemid", "题号", "题目编号", "题目id", "试题编号", "问题编号", "问题id")
_FLAGS = ("iscorrect", "correct", "isanswer", "isright", "istrue", "right", "是否正确", "是否答案", "正确", "正误")
_SURE_TEXTS = (
    "optiontext",
    "choicetext",
    "answertext",
    "optioncontent",
    "option",
    "choice",
    "选项内容",
    "选项文本",
    "选项",
)
_TEXTS = ("text", "content", "内容")
_LOOKED_AT = 100
"""Rows that are looked at for options of their own."""
_LABELS = (
    "optionlabel",
    "choicelabel",
    "optionletter",
    "label",
    "letter",
    "option",
    "choice",
    "选项",
    "选项标号",
    "标号",
)
_LABEL = re.compile(r"[（(]?(?:[A-Za-z]|[1-9][0-9]?|[①-⑳])[)）.、]?")

Row = Mapping[str, object]


class Joined(NamedTuple):
    """Rows of one question each."""

    rows: list[Line]
    by: str
    """The column that tells the questions apart."""


class _Columns(NamedTuple):
    by: str
    question: str
    text: str
    label: str | None
    flag: str | None
    """None: a key that all rows of a question share."""


def joined_options(lines: Sequence[Line]) -> Joined | None:
    """Join rows of one option each; None where the rows are not that.

    Raises:
        InputError: they are, but the questions' texts are not there.
    """
    rows = [line.value for line in lines if isinstance(line.value, Mapping)]
    columns = _columns(rows) if len(rows) > 1 else None
    if columns is None:
        return None
    groups: dict[str, list[Line]] = {}
    found: list[Line] = []
    for line in lines:
        name = _cell(line.value, columns.by) if isinstance(line.value, Mapping) else ""
        if not name:
            found.append(line)
        elif name in groups:
            groups[name].append(line)
        else:
            groups[name] = [line]
            found.append(line)
    return Joined([_joined(groups.get(_name(line, columns), [line]), columns) for line in found], columns.by)


def _name(line: Line, columns: _Columns) -> str:
    return _cell(line.value, columns.by) if isinstance(line.value, Mapping) else ""


def _cell(row: Row, name: str) -> str:
    return text_of(row.get(name)).strip()


def _columns(rows: Sequence[Row]) -> _Columns | None:
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    asked = part_named([name for name in names if simple(name) not in (*_SURE_TEXTS, *_TEXTS)], "question")
    by = next((name for name in names if simple(name) in IDS), None)
    flags = [name for name in names if simple(name) in _FLAGS and flags_of([row.get(name) for row in rows])]
    if option_runs(names) or are_of_people(names) or not (asked or (by and flags)):
        return None
    question = asked[0] if asked else ""
    texts = [
        name for wanted in (*_SURE_TEXTS, *_TEXTS) for name in names if simple(name) == wanted and name != question
    ]
    texts = [name for name in texts if all(_is_one_text(row.get(name)) for row in rows)]
    if any(options_in(row.get(name)) for row in rows[:_LOOKED_AT] for name in all_named(names, "options")):
        return None
    tells_questions = by
    by = by or question
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(_cell(row, by), []).append(row)
    groups.pop("", None)
    if not groups or 2 * len(groups) > len(rows):
        return None  # a question has two options at least
    labels = [name for wanted in _LABELS for name in names if simple(name) == wanted and name not in (question, by)]
    label = next((one for one in labels if all(_LABEL.fullmatch(_cell(row, one)) for row in rows)), None)
    text = next((name for name in texts if name != label and _tells_apart(groups, name)), None)
    if text is None or (label is not None and not _tells_apart(groups, label)):
        return None
    if not tells_questions and label is None and simple(text) not in _SURE_TEXTS:
        return None  # statements under one question, each of them right or wrong
    keys = [name for name in all_named(names, "answer") if not is_given(name)]
    if not flags and (label is None or not any(_is_shared(groups, name) for name in keys)):
        return None
    if not asked:
        raise InputError(
            f"rows of one option each ({by}, {text}, {flags[0]}) without the text of their questions; "
            "write it into a column called question"
        )
    return _Columns(by, question, text, label, flags[0] if flags else None)


def _is_one_text(value: object) -> bool:
    return isinstance(value, (str, int, float)) and options_in(value) is None


def _tells_apart(groups: Mapping[str, Sequence[Row]], name: str) -> bool:
    """Tell whether a column is filled, and differs in nearly all groups from row to row."""
    good = sum(len({_cell(row, name) for row in rows} - {""}) == len(rows) for rows in groups.values())
    return good >= 0.9 * len(groups)


def _is_shared(groups: Mapping[str, Sequence[Row]], name: str) -> bool:
    """Tell whether a column is the same in all rows of every group."""
    return all(len({_cell(row, name) for row in rows}) == 1 for rows in groups.values())


def _joined(lines: Sequence[Line], columns: _Columns) -> Line:
    """Make one row of a question's rows; what they should share and do not is its fault."""
    first = lines[0]
    rows = [line.value for line in lines if isinstance(line.value, Mapping)]
    if not rows or not _cell(rows[0], columns.by):
        fault = f"no {columns.by}: it tells of which question a row is an option"
        return first if not rows else first._replace(value=UnusableLine(columns.by, fault))
    asked = {_cell(row, columns.question) for row in rows} - {""}
    if len(asked) != 1:
        fault = f"{len(asked)} texts under {columns.by} {_cell(rows[0], columns.by)[:40]!r}, where one is wanted"
        return first._replace(value=UnusableLine(columns.question, fault))
    if columns.label is not None:
        rows = sorted(rows, key=lambda row: _order(_cell(row, columns.label or "")))
    options = [_option(row, columns) for row in rows]
    own = {columns.by, columns.question, columns.text, columns.label, columns.flag}
    shared = {
        name: one for name, one in rows[0].items() if name not in own and all(row.get(name) == one for row in rows)
    }
    if columns.flag is not None:
        right = sum(flags_of([row.get(columns.flag) for row in rows] * 2)[: len(rows)])
        if right > 1:
            fault = f"{right} right options of {columns.by} {_cell(rows[0], columns.by)[:40]!r}, where one is wanted"
            return first._replace(value=UnusableLine(columns.flag, fault))
        shared = {name: one for name, one in shared.items() if not all_named([name], "answer")}
    ids = {} if columns.by == columns.question else {"id": rows[0][columns.by]}
    value = {**ids, **shared, "question": next(iter(asked)), "options": options}
    return first._replace(value=value)


def _option(row: Row, columns: _Columns) -> dict[str, object]:
    label = {} if columns.label is None else {"label": _cell(row, columns.label).strip("（()）.、")}
    right = {} if columns.flag is None else {"right": any(flags_of([row.get(columns.flag)] * 2))}
    return {**label, "text": _cell(row, columns.text), **right}


def _order(label: str) -> int:
    """Return the place that a label says."""
    bare = label.strip("（()）.、").upper()
    if bare in ALPHABET:
        return ALPHABET.index(bare)
    return int(bare) if bare.isdecimal() else ord(bare)
