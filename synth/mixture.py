"""Rows of several files mixed by weight: what a run learns from beside its own task decides what it forgets.

A weight is how often a file's rows come: 1 once, 2 twice, 0.25 a quarter of them. With a total, weights are shares of
it instead. Which rows a part takes depends on the seed and the rows alone; lines are passed on as they are.

>>> a, b = Part(name="a", lines=("1", "2", "3", "4"), weight=2), Part(name="b", lines=("5", "6"), weight=0.5)
>>> mixed = mix([a, b], seed=1)
>>> len(mixed), mixed.count("1"), mixed.count("5") + mixed.count("6")
(9, 2, 1)
>>> len(mix([a, b], seed=1, total=10))
10
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from solver.base.foreign_files import text_of
from solver.training_rows import RowError, read_object
from synth.errors import CheckError

__all__ = ["Part", "mix", "read_part", "sizes_of"]


_KINDS = {
    "chosen": "pairs",
    "completion": "labelled answers",
    "questions": "problems",
    "messages": "rows",
    "conversations": "rows",
    "instruction": "rows",
}
"""Field -> what a file holds whose lines have it; the first that stands in a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a mixture."""

    name: str
    lines: tuple[str, ...]
    """One row each."""
    weight: float
    """Above 0."""
    kind: str = "rows"
    """``rows``, ``pairs`` or ``problems``: what trainers take together."""


def mix(parts: Sequence[Part], *, seed: int, total: int | None = None) -> list[str]:
    """Return the rows of all parts, in an order that depends on the seed.

    Args:
        total: rows in all; weights are then shares.
    """
    sizes = sizes_of(parts, total)
    found = [line for part, size in zip(parts, sizes, strict=True) for line in _drawn(part, size, seed)]
    Random(f"mixture/{seed}").shuffle(found)
    return found


def sizes_of(parts: Sequence[Part], total: int | None = None) -> list[int]:
    """Return how many rows of the mixture come from each part; the arguments are those of ``mix``."""
    if total is not None:
        return _shared(total, [part.weight for part in parts])
    return [round(part.weight * len(part.lines)) for part in parts]


def _drawn(part: Part, size: int, seed: int) -> list[str]:
    """Take ``size`` rows: all of them as often as it goes, and some once more."""
    whole, rest = divmod(size, len(part.lines))
    return [*part.lines * whole, *Random(f"mixture/{seed}/{part.name}").sample(part.lines, rest)]


def _shared(total: int, weights: Sequence[float]) -> list[int]:
    """Split a total by weights; the parts that lose most by rounding down get what is left."""
    exact = [total * weight / sum(weights) for weight in weights]
    sizes = [int(one) for one in exact]
    by_loss = sorted(range(len(sizes)), key=lambda place: sizes[place] - exact[place])
    for place in by_loss[: total - sum(sizes)]:
        sizes[place] += 1
    return sizes


def read_part(path: Path, weight: float) -> Part:
    """Read a file of JSON lines as a part.

    Raises:
        CheckError: it cannot be read, is empty, holds a line that is no row, or rows of several kinds.
    """
    text = text_of(path, error=CheckError)
    lines, kinds = [], set()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = read_object(line.encode())
        except RowError as error:
            raise CheckError(f"{path}:{number}: {error}") from error
        lines.append(line.strip())
        kind = next((kind for field, kind in _KINDS.items() if field in row), None)
        if kind is None:
            told = f"it has {', '.join(list(row)[:8])}" if row else "it is empty"
            raise CheckError(f"{path}:{number}: no row of training: {told}; wanted are {', '.join(_KINDS)}")
        kinds.add(kind)
    if len(kinds) != 1:
        told = " and ".join(sorted(kinds)) or "no rows"
        raise CheckError(
            f"{path} holds {told}; give files that each hold one kind of {', '.join(dict.fromkeys(_KINDS.values()))}"
        )
    return Part(name=path.name, lines=tuple(lines), weight=weight, kind=kinds.pop())
