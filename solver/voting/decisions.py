"""What a person decided in a file of disputed keys, kept when the file is written anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from solver.base.foreign_files import json_lines_of


def with_decisions(rows: Sequence[Mapping[str, object]], path: Path) -> list[Mapping[str, object]]:
    """Return rows for a file with the decisions, and the remarks in further fields, that stand in it already.

    A decided row whose question is no longer disputed stays as it is, behind the others.

    Raises:
        InputError: what stands there cannot be read, so that nobody knows what would be lost.
    """
    there = [row for _, row in json_lines_of(path)] if path.is_file() else []
    decided = {
        str(row.get("question_id")): row for row in there if isinstance(row, dict) and row.get("decision") is not None
    }
    found: list[Mapping[str, object]] = []
    for row in rows:
        old = decided.pop(str(row["question_id"]), None)
        further = {} if old is None else {name: value for name, value in old.items() if name not in row}
        found.append(row if old is None else {**row, **further, "decision": old["decision"]})
    return [*found, *decided.values()]
