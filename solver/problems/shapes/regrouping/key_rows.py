"""Answers that stand apart from their questions, on a sheet or in a file of their own, are joined by their ids.

They are joined only where both have the same ids, each of them once, and the questions have no answers of their own.

>>> keys = keys_of([{"id": "1", "answer": "B"}, {"id": "2", "answer": "A"}])
>>> joined([{"id": "2", "question": "q"}, {"id": "1", "question": "r"}], keys)
[{'id': '2', 'question': 'q', 'answer': 'A'}, {'id': '1', 'question': 'r', 'answer': 'B'}]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from solver.base.errors import InputError
from solver.problems.shapes.answer_reading import is_empty
from solver.problems.shapes.fields import all_named, are_of_people, is_given, option_runs, part_named, simple
from solver.problems.shapes.option_reading import text_of
from solver.problems.shapes.regrouping.option_rows import IDS
from solver.problems.shapes.regrouping.passages import SEVERAL

_HOW = "write the answers into a column beside the questions"

Row = Mapping[str, object]


class Keys(NamedTuple):
    """Answers by the ids of their questions."""

    id: str
    """The column of ids."""
    answer: str
    """The column of answers."""
    by_id: Mapping[str, object]


def keys_of(rows: Sequence[Row]) -> Keys | None:
    """Read rows of an id and an answer; None where the rows are something else.

    Raises:
        InputError: an id stands there twice.
    """
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    answers = [name for name in all_named(names, "answer") if not is_given(name)]
    ids = [name for name in _ids_in(names) if name not in answers]
    if len(answers) != 1 or len(ids) != 1 or are_of_people(names):
        return None
    if part_named(names, "question") or option_runs(names) or part_named(names, "options"):
        return None
    found: dict[str, object] = {}
    for row in rows:
        name = _cell(row, ids[0])
        if name in found:
            raise InputError(f"two answers for {ids[0]} {name[:40]!r}; {_HOW}")
        if name:
            found[name] = row.get(answers[0])
    return Keys(ids[0], answers[0], found) if found else None


def joined(rows: Sequence[Row], keys: Keys) -> list[dict[str, object]] | None:
    """Give rows of questions their answers; None where no id of theirs is among the keys'.

    Raises:
        InputError: some ids are, but not all of them, or the questions have other answers of their own.
    """
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    same = [name for name in names if simple(name) == simple(keys.id)]
    id_name = next(
        (name for name in (*same, *_ids_in(names)) if any(_cell(row, name) in keys.by_id for row in rows)), None
    )
    if id_name is None or any(isinstance(row.get(name), list) for row in rows for name in SEVERAL):
        return None
    counts = Counter(_cell(row, id_name) for row in rows)
    odd = next((one for one, count in counts.items() if count > 1 or one not in keys.by_id), None)
    odd = next((one for one in keys.by_id if one not in counts), None) if odd is None else odd
    if odd is not None:
        raise InputError(
            f"the {id_name} of questions and answers are not the same ones (the first: {odd[:40]!r}); {_HOW}"
        )
    own = [name for name in all_named(names, "answer") if not is_given(name) and name != id_name]
    filled = next((name for name in own if any(not is_empty(row.get(name)) for row in rows)), None)
    if filled is not None:
        if all(text_of(row.get(filled)).strip() == text_of(keys.by_id[_cell(row, id_name)]).strip() for row in rows):
            return [dict(row) for row in rows]
        raise InputError(f"two readings of the answers: {filled} beside the questions, and {keys.answer} apart; {_HOW}")
    return [
        {name: one for name, one in row.items() if name not in own} | {keys.answer: keys.by_id[_cell(row, id_name)]}
        for row in rows
    ]


def _ids_in(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(name for name in names if simple(name) in IDS), *part_named(names, "id"))))


def _cell(row: Row, name: str) -> str:
    return text_of(row.get(name)).strip()
