"""What is known of a public benchmark before it is fetched: where it is, its digests, its licence and its counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from solver.problems.jsonl import Line
from solver.problems.shapes.container import Input

Loader = Callable[[Sequence[Input]], Iterable[tuple[str, Iterable[Line]]]]
"""Files, opened, to lines in the row form, with the name that stands for each group of them."""


class SourceFile(NamedTuple):
    """One file at its makers' place."""

    path: str
    """In the repository."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A named benchmark."""

    name: str
    help: str
    """What it asks, in a few words."""
    language: str
    repository: str
    """``owner/name`` on GitHub."""
    revision: str
    """The commit, 40 hex digits."""
    files: tuple[SourceFile, ...]
    licence: str
    split: str
    questions: int
    """Usable questions."""
    set_aside: int = 0
    """Lines with a known defect (identical or missing options, several answers): counted and left out."""
    options: Mapping[int, int]
    """Number of options -> questions that have so many."""
    citation: str
    load: Loader | None = None
    """None: the files are of a shape that ``solver.problems.shapes`` knows."""
