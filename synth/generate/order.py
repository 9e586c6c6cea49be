"""What is to be made, and its problems one by one: problem ``index`` depends on (version, seed, index) and the order's
filters alone, so the number of processes changes nothing but the time.

>>> order = Order(count=2, seed=1, families=("reachability",), langs=("zh",), difficulty=1)
>>> [item.family for item in items(order, range(2))]
['reachability', 'reachability']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Literal

from synth.errors import FamilyError
from synth.puzzles.benchmark_overlap import benchmark_of, built_in
from synth.puzzles.compose import compose
from synth.puzzles.families import FAMILIES, trained
from synth.puzzles.item import Item
from synth.puzzles.reasoning.registry import reasoner_of
from synth.puzzles.reasoning.steps import Manner
from synth.puzzles.refusal import is_held
from synth.puzzles.stream import LEVELS
from synth.puzzles.voice import Lang, Style

Format = Literal["contest", "messages", "questions"]
MAX_LEVEL = 9


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
