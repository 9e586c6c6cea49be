"""How close generated problems come to a benchmark: character 5-grams, MinHash, Jaccard.

Word n-grams fail on Chinese, so the shingles are characters, white space aside (Broder 1997 for the estimate; the
exact Jaccard is computed for every pair that the index finds). Needs ``datasketch`` (extra ``synth``).
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SHINGLE = 5
PERMUTATIONS = 64
THRESHOLD = 0.8
"""Jaccard similarity from which two problems count as the same (near-duplicate practice since Lee et al. 2021)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Result of a check."""

    checked: int
    """Problems looked at."""
    against: int
    """Problems of the benchmark."""
    highest: float
    """Largest Jaccard similarity found among indexed neighbours (0 where there is none)."""
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


def is_available() -> bool:
    """Tell whether ``datasketch`` is installed."""
    return importlib.util.find_spec("datasketch") is not None


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
        from datasketch import MinHash, MinHashLSH

        self._sketch: type = MinHash
        self._index = MinHashLSH(threshold=THRESHOLD * 0.75, num_perm=PERMUTATIONS)
        self._known: dict[str, set[str]] = {}
        for line in lines:
            row = json.loads(line)
            self._known[row["id"]] = shingles(content_of(row))
            self._index.insert(row["id"], _sketch(self._sketch, self._known[row["id"]]))

    def overlap(self, problems: Iterable[tuple[str, str]]) -> Overlap:
        """Hold problems, each an id with what it says, against the benchmark."""
        highest, over, count = 0.0, [], 0
        for name, content in problems:
            count += 1
            grams = shingles(content)
            near = self._index.query(_sketch(self._sketch, grams))
            best = max((_jaccard(grams, self._known[one]) for one in near), default=0.0)
            highest = max(highest, best)
            if best >= THRESHOLD:
                over.append(name)
        return Overlap(checked=count, against=len(self._known), highest=highest, over=tuple(over))


def check(lines: Iterable[str], benchmark: Sequence[str]) -> Overlap:
    """Hold problems against a benchmark, both in the contest's form, one JSON object a line."""
    rows = map(json.loads, lines)
    return Benchmark(benchmark).overlap((str(row["id"]), content_of(row)) for row in rows)


def benchmark_lines(path: Path) -> list[str]:
    """Read a benchmark's lines."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _sketch(kind: type, grams: set[str]) -> object:
    sketch = kind(num_perm=PERMUTATIONS)
    sketch.update_batch([gram.encode() for gram in grams])
    return sketch


def _jaccard(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
