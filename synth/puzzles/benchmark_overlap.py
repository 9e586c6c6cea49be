"""How close generated problems come to a benchmark: the exact Jaccard similarity of character 5-grams.

Word n-grams fail on Chinese, so the shingles are characters, white space aside (Broder 1997). A benchmark is small
enough for an index from each of its shingles to the problems that have it, and most of what is generated has too few
of them to be like any problem: it is looked at no further.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

SHINGLE = 5
THRESHOLD = 0.8
"""Jaccard similarity from which two problems count as the same (near-duplicate practice since Lee et al. 2021)."""
LIKE = 0.6
"""Similarity below which two problems are not like each other at all: it is not worked out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Result of a check."""

    checked: int
    """Problems looked at."""
    against: int
    """Problems of the benchmark."""
    highest: float
    """Largest Jaccard similarity with a problem of the benchmark (0 where none is like one)."""
    over: tuple[str, ...]
    """Ids of problems at or over the threshold."""

    def joined(self, other: Overlap) -> Overlap:
        """Add the result of a later part."""
        return Overlap(
            checked=self.checked + other.checked,
            against=self.against,
            highest=max(self.highest, other.highest),
            over=self.over + other.over,
        )


def shingles(text: str) -> set[str]:
    """Return the character 5-grams of a text, white space aside.

    >>> sorted(shingles("甲 乙丙丁戊己"))
    ['乙丙丁戊己', '甲乙丙丁戊']
    """
    dense = "".join(text.split())
    return {dense[start : start + SHINGLE] for start in range(max(len(dense) - SHINGLE + 1, 1))}


def content_of(row: dict[str, object]) -> str:
    """Return what a contest line says: the problem, its questions and options."""
    parts = [str(row.get("problem", ""))]
    questions = row.get("questions")
    for question in questions if isinstance(questions, list) else ():
        parts += [str(question["question"]), *map(str, question["options"])]
    return "\n".join(parts)


class Benchmark:
    """A benchmark's problems, indexed for likeness.

    Args:
        lines: its problems in the contest's form, one JSON object each.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._sizes: list[int] = []
        self._having: dict[str, list[int]] = defaultdict(list)
        for line in lines:
            grams = shingles(content_of(json.loads(line)))
            for gram in grams:
                self._having[gram].append(len(self._sizes))
            self._sizes.append(len(grams))
        # A set is looked through twice as fast as a mapping's keys.
        self._known = frozenset(self._having)

    def nearest(self, content: str) -> float:
        """Return the largest Jaccard similarity of a text with a problem; 0 where none is like it."""
        grams = shingles(content)
        known = grams & self._known
        if len(known) < LIKE * len(grams):
            return 0.0
        shared = Counter(chain.from_iterable(map(self._having.__getitem__, known)))
        if max(shared.values()) < LIKE * len(grams):
            return 0.0
        best = max(count / (len(grams) + self._sizes[at] - count) for at, count in shared.items())
        return best if best >= LIKE else 0.0

    def overlap(self, problems: Iterable[tuple[str, str]]) -> Overlap:
        """Hold problems, each an id with what it says, against the benchmark."""
        found = [(name, self.nearest(content)) for name, content in problems]
        return Overlap(
            checked=len(found),
            against=len(self._sizes),
            highest=max((best for _, best in found), default=0.0),
            over=tuple(name for name, best in found if best >= THRESHOLD),
        )


def check(lines: Iterable[str], benchmark: Sequence[str]) -> Overlap:
    """Hold problems against a benchmark, both in the contest's form, one JSON object a line."""
    rows = map(json.loads, lines)
    return Benchmark(benchmark).overlap((str(row["id"]), content_of(row)) for row in rows)


def benchmark_lines(path: Path) -> list[str]:
    """Read a benchmark's lines."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
