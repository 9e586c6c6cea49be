"""The data of an evaluation, by the names that a user gives: files of any shape, ``-``, ``hf:…``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from solver.problems.jsonl import Loaded
from solver.problems.shapes.load import load_inputs


def load_data(names: Sequence[str], *, mapping: str | None = None, tell: Callable[[str], None] | None = None) -> Loaded:
    """Read all problems of what is named.

    Args:
        mapping: as ``--map`` takes it.
        tell: told what was found, a line an input.

    Raises:
        InputError: something cannot be opened or understood.
    """
    return load_inputs(names, mapping=mapping, tell=tell)
