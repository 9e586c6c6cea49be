"""How close generated problems come to a benchmark: character 5-grams, MinHash, Jaccard.

Word n-grams fail on Chinese, so the shingles are characters, white space aside (Broder 1997 for the estimate; the
exact Jaccard is computed for every pair that the index finds). Needs ``datasketch`` (extra ``synth``).
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterable, Sequence
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


def check(lines: Iterable[str], benchmark: Sequence[str], *, tick: Callable[[int], None] = lambda n: None) -> Overlap:
    """Hold problems against a benchmark.

    Args:
        lines: problems in the contest's form, one JSON object each.
        benchmark: the benchmark's problems, likewise.
    """
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD * 0.75, num_perm=PERMUTATIONS)
    known: dict[str, set[str]] = {}
    for line in benchmark:
        row = json.loads(line)
        known[row["id"]] = shingles(content_of(row))
        index.insert(row["id"], _sketch(MinHash, known[row["id"]]))
    highest, over, count = 0.0, [], 0
    for line in lines:
        row = json.loads(line)
        count += 1
        grams = shingles(content_of(row))
        best = max((_jaccard(grams, known[name]) for name in index.query(_sketch(MinHash, grams))), default=0.0)
        highest = max(highest, best)
        if best >= THRESHOLD:
            over.append(str(row["id"]))
        tick(count)
    return Overlap(checked=count, against=len(known), highest=highest, over=tuple(over))


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
