"""A benchmark of what the generators make now: 300 problems at a fixed seed, in four splits that are reported apart.

* ``seen``: trained families at trained difficulties, the higher of them;
* ``harder``: trained families at a difficulty that training never sees, two above the highest trained;
* ``hardest``: the same, four above it;
* ``unseen``: families that training never sees.

The splits alternate, so that the first so many questions (``harness eval --limit``) are a fair part of the whole.

``python -m synth benchmark --number 3`` writes it. It moves with the generators, so no file of it is shipped:
benchmarks 1 (``builtin``, version 3 of the generators, which gave many answers away) and 2 (``builtin-2``, version 4,
by this code) are files that stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from solver.base.files import json_line
from synth.puzzles.compose import AnyFamily, compose
from synth.puzzles.families import trained, unseen
from synth.puzzles.item import Item
from synth.puzzles.voice import Lang

Split = Literal["seen", "harder", "hardest", "unseen"]
SEED = 20262
SIZES: dict[Split, int] = {"seen": 60, "harder": 90, "hardest": 114, "unseen": 36}
"""Problems a split, as of benchmark 1."""
LEVELS: dict[Split, tuple[int, ...]] = {"seen": (4, 5), "harder": (7,), "hardest": (9,), "unseen": (4, 5, 3, 5)}
"""Difficulties of a split, taken in turn; training sees 1 to 5."""


def benchmark() -> Iterator[tuple[Split, Item]]:
    """Make the benchmark's problems: families in turn, splits interleaved in proportion to their sizes."""
    placed = [((place + 0.5) / SIZES[split], split, item) for place, (split, item) in _numbered()]
    placed.sort(key=lambda entry: entry[0])
    yield from ((split, item) for _, split, item in placed)


def _numbered() -> Iterator[tuple[int, tuple[Split, Item]]]:
    for split, size in SIZES.items():
        families: tuple[AnyFamily, ...] = unseen() if split == "unseen" else trained()
        for place in range(size):
            family = families[place % len(families)]
            level = LEVELS[split][place // len(families) % len(LEVELS[split])]
            lang: Lang = "en" if place % 5 == 4 else "zh"
            # Negative seeds: no stream of training data uses them.
            seed = -(SEED * 10_000 + place)
            name = f"3-{split}-{place:03d}-{family.name}"
            item = compose(family, seed=seed, level=level, lang=lang, style="full", item_id=name).item
            yield place, (split, item)


def line_of(split: Split, item: Item) -> str:
    """Write one problem in the contest's form, without chains."""
    row = item.contest_row()
    del row["lang"]
    for question in row["questions"]:
        del question["chain"]
    row["split"] = split
    return json_line(row)
