"""Making data in bulk: proven problems over all cores, byte-identical for a seed and version on any machine.

Problem ``index`` of a call depends on (version, seed, index) and the call's filters alone, so the number of processes
changes nothing but the time. Output is written to a temporary file and renamed when whole.

>>> order = Order(count=2, seed=1, families=("reachability",), langs=("zh",), difficulty=1)
>>> [item.family for item in items(order, range(2))]
['reachability', 'reachability']
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
from random import Random
from typing import Literal, NamedTuple

from solver.base.errors import advice_on
from solver.base.files import json_line, json_lines, replacing
from solver.base.signals import left_to_the_parent
from solver.problems.prompt import load_template, render
from solver.problems.question import Problem
from synth.errors import FamilyError, OutputError
from synth.puzzles.benchmark_overlap import benchmark_of, built_in
from synth.puzzles.compose import compose
from synth.puzzles.families import FAMILIES, trained
from synth.puzzles.item import Item
from synth.puzzles.reasoning.registry import reasoner_of
from synth.puzzles.reasoning.steps import Manner
from synth.puzzles.refusal import is_held
from synth.puzzles.stream import LEVELS, training_problem
from synth.puzzles.voice import Lang, Style

__all__ = ["Order", "Written", "check_families", "generate", "items", "to_lines", "training_problem"]

Format = Literal["contest", "messages", "questions"]
MAX_LEVEL = 9
_CHUNK = 50
"""Problems made by a worker at a time: about 50 ms of work, so that the bar moves and the last worker ends soon."""
_SELDOM = (50_000, 20, 100)
"""Thresholds of the garbage collector: hardly any garbage goes round in circles. A tenth of the gate was collecting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to make."""

    count: int
    """Problems."""
    seed: int
    families: tuple[str, ...] = field(default_factory=lambda: tuple(family.name for family in trained()))
    langs: tuple[Lang, ...] = ("zh", "zh", "zh", "en")
    """Drawn from with equal weight."""
    difficulty: int | None = None
    """1 to 9, or None for a mix of those of training."""
    format: Format = "contest"
    brief_share: float = 0.15
    """Share of items with brief chains."""
    manner: Manner | None = None
    """How chains in words are told; None for traces."""
    apart_from: tuple[Path, ...] = field(default_factory=built_in)
    """Benchmarks: what ``synth check`` would find in one of them is refused, and what is drawn next takes its place."""


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
        self.problems += other.problems
        self.questions += other.questions
        self.chain_characters += other.chain_characters
        for mine, more in (
            (self.by_family, other.by_family),
            (self.by_lang, other.by_lang),
            (self.by_letter, other.by_letter),
        ):
            mine.update(more)
        self.by_difficulty.update(other.by_difficulty)
        self.by_level.update(other.by_level)
        self.by_options.update(other.by_options)
        self.refused += other.refused


class _Part(NamedTuple):
    text: str
    written: Written
    problems: tuple[Problem, ...] = ()


def check_families(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, or say which is unknown.

    Raises:
        FamilyError: with the nearest known name.
    """
    for name in names:
        if name not in FAMILIES:
            near = FAMILIES.near(name)
            hint = f"did you mean {near.name!r}?" if near else f"use one of {', '.join(sorted(FAMILIES.names))}"
            raise FamilyError(f"no family is called {name!r}; {hint}")
    return tuple(names)


def with_words(names: Sequence[str]) -> tuple[str, ...]:
    """Return those of the families that have chains in words."""
    return tuple(name for name in names if reasoner_of(name) is not None)


def items(order: Order, indices: range) -> Iterator[Item]:
    """Make the problems with these indices."""
    refuses = partial(is_held, benchmark=benchmark_of(order.apart_from)) if order.apart_from else None
    for index in indices:
        rng = Random(f"generate/{order.seed}/{index}")
        name = order.families[int(rng.random() * len(order.families))]
        difficulty = order.difficulty or LEVELS[int(rng.random() * len(LEVELS))]
        lang = order.langs[int(rng.random() * len(order.langs))]
        style: Style = "brief" if rng.random() < order.brief_share else "full"
        # Odd seeds: training_problem uses seed * 2**40 + index, the benchmark negative ones.
        yield compose(
            FAMILIES[name],
            seed=2**64 + order.seed * 2**40 + index,
            level=difficulty,
            lang=lang,
            style=style,
            item_id=f"{name}-{order.seed}-{index:07d}",
            manner=order.manner,
            refuses=refuses,
        ).item


def to_lines(item: Item, form: Format, apart_from: tuple[Path, ...] = ()) -> str:
    """Write an item in the contest's form (one line), or one line a question: to answer it, or to write it.

    Args:
        apart_from: benchmarks, as of ``Order``, for the form that shows other problems beside the item.
    """
    if form == "questions":
        from synth.augment.question_rows import rows_of

        rows = rows_of(item, benchmark_of(apart_from) if apart_from else None)
        return json_lines(rows)
    if form == "contest":
        return json_line(item.contest_row())
    lines = []
    for one in item.questions:
        is_brief = one.telling.length == "short" if one.telling else item.style == "brief"
        template = load_template("english" if item.lang == "en" else "concise" if is_brief else "cot")
        messages = [
            {"role": "user", "content": render(template, one.question)},
            {"role": "assistant", "content": one.chain},
        ]
        row = {
            "id": one.question.id,
            "messages": messages,
            "family": item.family,
            "answer": one.gold_letter,
            **one.told,
        }
        lines.append(json_line(row))
    return "".join(lines)


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
