"""Overlap of rows with benchmarks: exact Jaccard and containment over character 5-grams, counted in arrays.

What they mean and from where on a row holds a benchmark's text: ``synth.puzzles.benchmark_overlap``. A benchmark is
small enough for an inverted index from gram to texts, in two arrays. Only the rows' own near duplicates need sketches
(``synth.check.ngrams``).

>>> text = "甲比乙高，乙比丙高，丙比丁高，丁比戊高，戊比己高，己比庚高，庚比辛高，辛比壬高。"
>>> index = Index.build([Entry("b#0", text)])
>>> _, near = index.nearest(grams_of(f"请看题：{text}谁最高？"), grams_of("别的题"))
>>> near.name, near.containment
('b#0', 1.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth.check.ngrams import Grams, grams_of, jaccard
from synth.puzzles.benchmark_overlap import CONTAINED, LEAST_GRAMS, Entry, Nearest, nearest_of, whole_pieces

NOTHING = Nearest("", 0.0, 0.0, 0.0, CONTAINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Texts of benchmarks by their grams."""

    names: tuple[str, ...]
    is_problem: npt.NDArray[np.bool_]
    sizes: npt.NDArray[np.int64]
    """Different grams of each text."""
    grams: Grams
    """Different grams of all texts, sorted."""
    starts: npt.NDArray[np.int64]
    """For each gram, where its owners begin; one entry more, the end."""
    owners: npt.NDArray[np.int32]
    """The texts that have the grams, gram after gram."""
    texts: tuple[Grams, ...]
    """The grams of each text."""
    own: tuple[Grams, ...]
    """The grams of its question alone; none for a problem's text."""

    @staticmethod
    def build(entries: Sequence[Entry]) -> Index:
        """Build the index."""
        parts = [_grams_of((entry.problem, *entry.own)) for entry in entries]
        sizes = np.array([part.size for part in parts], dtype=np.int64)
        every = np.concatenate(parts) if parts else np.empty(0, np.uint64)
        order = np.argsort(every, kind="stable")
        grams, starts = np.unique(every[order], return_index=True)
        return Index(
            names=tuple(entry.name for entry in entries),
            is_problem=np.array([not entry.own for entry in entries], dtype=np.bool_),
            sizes=sizes,
            grams=grams,
            starts=np.append(starts, every.size).astype(np.int64),
            owners=np.repeat(np.arange(len(entries), dtype=np.int32), sizes)[order],
            texts=tuple(parts),
            own=tuple(_grams_of(entry.own) for entry in entries),
        )

    def nearest(self, whole: Grams, own: Grams) -> tuple[Nearest, Nearest]:
        """Find the question and the problem's text that a row is closest to.

        Args:
            whole: all grams of the row's prompt, for containment.
            own: those without the prompt's template, for the Jaccard similarity.
        """
        held = self._shared(whole)
        if not held.any():
            return NOTHING, NOTHING
        contained = np.where(self.sizes >= LEAST_GRAMS, held / np.maximum(self.sizes, 1), 0.0)
        # Above the Jaccard similarity always; the exact one is computed for the best alone.
        alike = held / np.maximum(np.maximum(self.sizes, own.size), 1)
        score = np.maximum(alike, contained)
        return (
            self._at(int(np.argmax(np.where(self.is_problem, -1.0, score))), whole, own, held),
            self._at(int(np.argmax(np.where(self.is_problem, contained, -1.0))), whole, own, held),
        )

    def _at(self, place: int, whole: Grams, own: Grams, held: npt.NDArray[np.int64]) -> Nearest:
        question = self.own[place]
        return nearest_of(
            self.names[place],
            jaccard=jaccard(own, self.texts[place]),
            held=int(held[place]),
            size=int(self.sizes[place]),
            # A question that is not a word longer than its options' marks has no grams: the whole decides.
            own=np.intersect1d(whole, question, assume_unique=True).size / question.size if question.size else 1.0,
        )

    def _shared(self, grams: Grams) -> npt.NDArray[np.int64]:
        """Return how many grams each text shares; shape (texts,)."""
        if not self.grams.size:
            return np.zeros(len(self.names), np.int64)
        places = np.minimum(np.searchsorted(self.grams, grams), self.grams.size - 1)
        places = places[self.grams[places] == grams]
        starts = self.starts[places]
        counts = self.starts[places + 1] - starts
        # The positions start, start + 1 … of every gram's owners, one gram after the other.
        ends = np.cumsum(counts)
        total = int(ends[-1]) if ends.size else 0
        every = np.repeat(starts - ends + counts, counts) + np.arange(total)
        return np.bincount(self.owners[every], minlength=len(self.names))


def _grams_of(pieces: Sequence[str]) -> Grams:
    """Return the grams within the pieces; pieces shorter than a gram have none."""
    parts = [grams_of(piece) for piece in whole_pieces(pieces)]
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.uint64)
