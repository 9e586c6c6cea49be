"""Character 5-grams as numbers: exact sets, MinHash sketches (``datasketch``), and near duplicates among many rows.

The grams are those of ``synth.puzzles.benchmark_overlap`` (white space aside; words fail on Chinese), hashed to 64
bits by numpy, since
hashing each gram in Python would take most of the time of a check. What many rows share, the prompt's template, says
nothing about a question: ``Template`` finds it in a sample of the rows and takes it out.

Near duplicates are found by locality-sensitive hashing (Indyk and Motwani 1998; Leskovec, Rajaraman, Ullman, Mining of
Massive Datasets, ch. 3): ``BANDS`` bands of ``ROWS`` values of each sketch; rows that agree in a whole band are
compared by their sketches. The index is arrays sorted band by band, not ``datasketch.MinHashLSH``, which keeps a Python
set for every band and row; a row costs 512 bytes here. A row is compared with the
first row of its bucket and with the one before it, not with all, so that a bucket of many costs no square.

>>> grams_of("甲 乙丙丁戊己").size, round(jaccard(grams_of("甲乙丙丁戊己庚"), grams_of("甲乙丙丁戊己辛")), 2)
(2, 0.5)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from datasketch import MinHash

from synth.puzzles.benchmark_overlap import SHINGLE

Grams = npt.NDArray[np.uint64]
"""Sorted different gram hashes of a text."""
Sketch = npt.NDArray[np.uint32]

PERMUTATIONS = 128
"""Standard error of an estimated Jaccard similarity of 0.8: sqrt(0.8 * 0.2 / 128) = 0.035."""
BANDS, ROWS = 32, 4
"""A pair with similarity 0.8 shares a band with probability 1 - (1 - 0.8^4)^32 = 0.99999995, one with 0.5 with 0.87."""
SHARED = 0.2
"""Share of the sampled questions from which a gram or line belongs to the template."""
LEAST_SAMPLE = 50
"""Different questions below which nothing is called a template."""
_FACTORS = np.array([0x9E3779B97F4A7C15**power % 2**64 for power in range(SHINGLE, 0, -1)], dtype=np.uint64)
_SLICE = 200_000
"""Pairs of sketches compared at a time: 200,000 * 128 * 4 bytes twice is 200 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What the prompts of a data set share."""

    grams: Grams
    lines: frozenset[str]

    @staticmethod
    def empty() -> Template:
        """Return the template of prompts that share nothing."""
        return Template(grams=np.empty(0, np.uint64), lines=frozenset())


class Near(NamedTuple):
    """Two rows that are close."""

    row: int
    """Position of the later row."""
    other: int
    """Position of the earlier one."""
    similarity: float
    """Estimated Jaccard, 0 to 1."""


def grams_of(text: str) -> Grams:
    """Return the hashes of a text's character 5-grams; one gram for a text that is shorter."""
    dense = "".join(text.split())
    points = np.frombuffer(dense.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    if points.size < SHINGLE:
        points = np.concatenate([points, np.zeros(SHINGLE - points.size, np.uint64)])
    # A polynomial modulo 2^64, then the finaliser of SplitMix64 (Steele, Lea, Flood 2014), so that all bits are mixed.
    values: Grams = np.zeros(points.size - SHINGLE + 1, np.uint64)
    for place in range(SHINGLE):
        values += points[place : place + values.size] * _FACTORS[place]
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.unique(values ^ (values >> np.uint64(31)))


def without(grams: Grams, template: Template) -> Grams:
    """Return the grams that are not the template's; all of them where fewer than five would be left."""
    if not template.grams.size:
        return grams
    places = np.minimum(np.searchsorted(template.grams, grams), template.grams.size - 1)
    kept = grams[template.grams[places] != grams]
    return kept if kept.size >= SHINGLE else grams


def jaccard(one: Grams, other: Grams) -> float:
    """Return the exact Jaccard similarity of two sets of grams, 0 to 1."""
    shared = np.intersect1d(one, other, assume_unique=True).size
    return shared / max(one.size + other.size - shared, 1)


def sketch_of(grams: Grams) -> Sketch:
    """Return the MinHash sketch: shape (PERMUTATIONS,)."""
    sketch = _blank().copy()
    sketch.update_batch((grams & np.uint64(0xFFFFFFFF)).tolist())
    return np.asarray(sketch.hashvalues, dtype=np.uint32)


@cache
def _blank() -> MinHash:
    # Drawing the permutations takes three times as long as a sketch.
    return MinHash(num_perm=PERMUTATIONS, hashfunc=int, scheme="affine32")


def template_of(prompts: Iterable[str]) -> Template:
    """Find what a sample of different prompts shares."""
    grams: Counter[int] = Counter()
    lines: Counter[str] = Counter()
    count = 0
    for prompt in dict.fromkeys(prompts):
        count += 1
        grams.update(grams_of(prompt).tolist())
        lines.update({line.strip() for line in prompt.split("\n")})
    if count < LEAST_SAMPLE:
        return Template.empty()
    least = SHARED * count
    return Template(
        grams=np.array(sorted(gram for gram, times in grams.items() if times > least), dtype=np.uint64),
        lines=frozenset(line for line, times in lines.items() if times > least),
    )


def near_duplicates(
    sketches: npt.NDArray[np.uint32], groups: npt.NDArray[np.uint64], *, threshold: float
) -> tuple[Near, ...]:
    """Find rows whose question is close to one of an earlier row of another group.

    Args:
        sketches: shape (rows, PERMUTATIONS).
        groups: shape (rows,); rows of one group (one problem) are never compared.
        threshold: estimated Jaccard similarity from which two are close.

    Returns:
        For every such row its closest earlier row among those compared, by position.
    """
    count = len(sketches)
    best = np.zeros(count, np.float32)
    other = np.full(count, -1, np.int64)
    for band in range(BANDS):
        keys = np.ascontiguousarray(sketches[:, band * ROWS : (band + 1) * ROWS]).view(np.dtype((np.void, 4 * ROWS)))
        _, buckets = np.unique(keys.ravel(), return_inverse=True)
        order = np.argsort(buckets, kind="stable")
        places = buckets[order]
        is_first = np.ones(count, bool)
        is_first[1:] = places[1:] != places[:-1]
        first = order[np.maximum.accumulate(np.where(is_first, np.arange(count), 0))]
        later = np.flatnonzero(~is_first)
        for earlier in (order[later - 1], first[later]):
            _compare(sketches, groups, order[later], earlier, best, other)
    return tuple(
        Near(int(row), int(other[row]), float(best[row])) for row in np.flatnonzero((best >= threshold) & (other >= 0))
    )


def _compare(
    sketches: npt.NDArray[np.uint32],
    groups: npt.NDArray[np.uint64],
    rows: npt.NDArray[np.int64],
    others: npt.NDArray[np.int64],
    best: npt.NDArray[np.float32],
    partner: npt.NDArray[np.int64],
) -> None:
    """Note for each row the similarity to its partner, where it is the largest so far; each row comes once."""
    is_apart = groups[rows] != groups[others]
    rows, others = rows[is_apart], others[is_apart]
    for start in range(0, len(rows), _SLICE):
        some, against = rows[start : start + _SLICE], others[start : start + _SLICE]
        alike = (sketches[some] == sketches[against]).mean(axis=1, dtype=np.float32)
        is_better = alike > best[some]
        best[some[is_better]] = alike[is_better]
        partner[some[is_better]] = against[is_better]


def repeats(digests: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return for each position the first position with the same digest (its own where it is the first).

    >>> repeats(np.array([7, 9, 7], dtype=np.uint64)).tolist()
    [0, 1, 0]
    """
    _, first, inverse = np.unique(digests, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)


def stacked(parts: Sequence[npt.NDArray[np.uint32]]) -> npt.NDArray[np.uint32]:
    """Join parts of sketches into shape (rows, PERMUTATIONS)."""
    return np.concatenate(parts) if parts else np.empty((0, PERMUTATIONS), np.uint32)
