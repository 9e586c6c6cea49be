"""Making data in bulk: an order's problems over all cores, byte-identical for a seed and version on any machine.

Output is written to a temporary file and renamed when whole.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from solver.base.errors import advice_on
from solver.base.files import replacing
from solver.base.signals import left_to_the_parent
from solver.problems.question import Problem
from synth.errors import FamilyError, OutputError
from synth.generate.item_lines import to_lines
from synth.generate.order import MAX_LEVEL, Order, check_families, items
from synth.puzzles.benchmark_overlap import benchmark_of

_CHUNK = 50
"""Problems made by a worker at a time: about 50 ms of work, so that the bar moves and the last worker ends soon."""
_SELDOM = (50_000, 20, 100)
"""Thresholds of the garbage collector: hardly any garbage goes round in circles. A tenth of the gate was collecting."""


@dataclass(slots=True)
class Written:
    """What was written, for the data card."""

    problems: int = 0
    questions: int = 0
    by_family: Counter[str] = field(default_factory=Counter)
    by_difficulty: Counter[int] = field(default_factory=Counter)
    """Problems by what was asked for."""
    by_level: Counter[int] = field(default_factory=Counter)
    """Questions by how hard they came out."""
    by_lang: Counter[str] = field(default_factory=Counter)
    by_letter: Counter[str] = field(default_factory=Counter)
    by_options: Counter[int] = field(default_factory=Counter)
    chain_characters: int = 0
    refused: int = 0
    """Problems in whose place others stand, since a benchmark holds them."""

    def add(self, other: Written) -> None:
        """Add another part's counts."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class _Part(NamedTuple):
    text: str
    written: Written
    problems: tuple[Problem, ...] = ()


def generate(
    order: Order,
    out: Path,
    *,
    processes: int | None = None,
    first: int = 0,
    with_first: Callable[[tuple[Problem, ...]], object] = lambda problems: None,
    tick: Callable[[int], None] = lambda n: None,
) -> Written:
    """Make all problems of an order and write them to ``out``.

    Args:
        first: so many of the first problems, or a few more, are handed over as records, to be measured.
        with_first: called with them as soon as they are there, while others are made; must not take long.
        tick: called with the number of problems done so far.

    Raises:
        FamilyError: an unknown family or difficulty.
        OutputError: ``out`` cannot be written.
    """
    check_families(order.families)
    if order.difficulty is not None and not 1 <= order.difficulty <= MAX_LEVEL:
        raise FamilyError(f"difficulty {order.difficulty} does not exist; use 1 to {MAX_LEVEL}")
    chunks = [range(start, min(start + _CHUNK, order.count)) for start in range(0, order.count, _CHUNK)]
    total, records = Written(), list[Problem]()
    workers = min(processes or os.cpu_count() or 1, max(len(chunks), 1))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if order.apart_from:
            benchmark_of(order.apart_from)  # workers are forked with it
        with replacing(out) as file:
            for part in _parts(partial(_make, order, first), chunks, workers):
                file.write(part.text)
                total.add(part.written)
                records += part.problems
                if part.problems and total.problems >= min(first, order.count):
                    with_first(tuple(records))
                tick(total.problems)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {advice_on(error)}") from error
    return total


def _parts(make: Callable[[range], _Part], chunks: Sequence[range], workers: int) -> Iterator[_Part]:
    """Yield the chunks' texts in order, made by one process or several."""
    if workers == 1:
        yield from map(make, chunks)
        return
    with ProcessPoolExecutor(workers, initializer=_begin_work) as pool:
        yield from pool.map(make, chunks, chunksize=1)


def _begin_work() -> None:
    """Set a worker up: it ends with its parent, and collects garbage seldom."""
    left_to_the_parent()
    gc.freeze()
    gc.set_threshold(*_SELDOM)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Collect garbage seldom."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _make(order: Order, first: int, indices: range) -> _Part:
    written = Written()
    lines, problems = [], []
    for item in items(order, indices):
        lines.append(to_lines(item, order.format, order.apart_from))
        if indices.start < first:
            problems.append(item.problem)
        written.problems += 1
        written.refused += item.refused
        written.by_family[item.family] += 1
        written.by_difficulty[item.difficulty] += 1
        written.by_lang[item.lang] += 1
        for one in item.questions:
            written.questions += 1
            written.by_letter[one.gold_letter] += 1
            written.by_options[len(one.question.options)] += 1
            written.by_level[one.level] += 1
            written.chain_characters += len(one.chain)
    return _Part("".join(lines), written, tuple(problems))
