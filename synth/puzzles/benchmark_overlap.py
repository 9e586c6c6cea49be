"""What counts as standing in a benchmark: the one measure of ``synth check`` and of all that makes puzzles.

A row is held against every problem's text of a benchmark, and against every question with its problem and options, by
their character 5-grams (word n-grams fail on Chinese), white space aside (Broder 1997). Containment is the share of a
benchmark text's grams that the row holds; it finds a question inside a longer prompt, where the Jaccard similarity is
low. The problem, the question and each option count for themselves, so that shuffled options change nothing.

``synth check`` counts shared grams in arrays (``synth.check.overlap``), for any rows. ``Benchmark`` does for puzzles
while they are made: nearly all hold so little of any problem that nothing is counted.

>>> text = "甲比乙高，乙比丙高，丙比丁高，丁比戊高，戊比己高，己比庚高，庚比辛高，辛比壬高。"
>>> known = Benchmark([Entry("b", text), Entry("b#0", text, ("谁最高？", "甲", "乙"))])
>>> known.holds(f"请看题：{text}谁最矮？"), known.holds(text[:20])
(True, False)
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from solver.base.places import BENCHMARK_1, BENCHMARK_2
from solver.problems.jsonl import load_problems, questions_of

SHINGLE = 5
THRESHOLD = 0.8
"""Jaccard similarity from which two problems count as the same (near-duplicate practice since Lee et al. 2021)."""
CONTAINED = 0.9
"""Share of a benchmark question's grams in a row from which the row holds it."""
CONTAINED_OWN = 0.8
"""Share of the question's own grams, its problem aside, that must be there too; for a Jaccard similarity as well. With
a single limit of 0.8 for the whole, 5 of 101,636 generated rows were taken for built-in questions that share their
rules and differ in a number."""
CONTAINED_PROBLEM = 0.9
"""The same for a problem's text without its questions. Higher, and a lesser finding: a text of rules (how to find a
greatest common divisor) may be common property; 12 of 5,893 generated rows hold 0.8 of one of the built-in ones."""
CONTAINED_SHORT, SHORT_GRAMS = 0.97, 60
"""The same for questions of fewer grams, where one character is a share of its own: 2 of 22,391 rows of
``generate --format questions --seed 901`` hold 0.91 and 0.94 of one (35 grams) that names another weekday."""
LEAST_GRAMS = 30
"""A benchmark question with fewer different grams is too short for containment: common phrases would hold it."""
SEAMS = 0.1
"""Share of a benchmark text's grams that a row's form may add to those of what it shows: the words of prompts, and
where they meet the text. The most seen of a built-in problem is 0.06 (400 problems, all prompts; a test holds it)."""
_MARKS = 16
"""Of a problem's rarest grams so many must be there before it is looked at. Measured on 1,500 problems: 1 looks at 4
times as many as 16, and 32 at as many."""


class Entry(NamedTuple):
    """A text of a benchmark."""

    name: str
    """``file: id``."""
    problem: str
    own: tuple[str, ...] = ()
    """The question and its options; none for a problem's text without its questions."""


class Nearest(NamedTuple):
    """A benchmark text that a row is close to."""

    name: str
    """``file: id``; empty where no gram is shared with any."""
    jaccard: float
    containment: float
    """Share of the text's grams that the row holds; 0 for texts too short to tell."""
    own: float
    """Share of the grams of the question alone, with its options, that the row holds."""
    needed: float
    """``containment`` from which the row holds the question."""

    @property
    def holds_question(self) -> bool:
        """True where a row holds the question."""
        return self.own >= CONTAINED_OWN and (self.jaccard >= THRESHOLD or self.containment >= self.needed)

    @property
    def holds_problem(self) -> bool:
        """True where a row holds the problem's text."""
        return self.containment >= CONTAINED_PROBLEM


def nearest_of(name: str, *, jaccard: float, held: float, size: int, own: float) -> Nearest:
    """Judge a benchmark text.

    Args:
        held: its grams that the row holds.
        size: its different grams.
        own: share of the question's own grams that the row holds.
    """
    return Nearest(
        name=name,
        jaccard=jaccard,
        containment=held / size if size >= LEAST_GRAMS else 0.0,
        own=own,
        needed=CONTAINED if size >= SHORT_GRAMS else CONTAINED_SHORT,
    )


def shingles(text: str) -> set[str]:
    """Return the character 5-grams of a text, white space aside.

    >>> sorted(shingles("甲 乙丙丁戊己"))
    ['乙丙丁戊己', '甲乙丙丁戊']
    """
    dense = "".join(text.split())
    return {dense[start : start + SHINGLE] for start in range(max(len(dense) - SHINGLE + 1, 1))}


def whole_pieces(pieces: Sequence[str]) -> list[str]:
    """Return the pieces of a benchmark text that are as long as a gram, each to be cut up for itself."""
    return [piece for piece in pieces if len("".join(piece.split())) >= SHINGLE]


def entries_of(path: Path) -> list[Entry]:
    """Read a benchmark: every problem's text, and every question with problem and options.

    Raises:
        InputError: the file cannot be read at all; lines that cannot be used are left out.
    """
    problems = load_problems([path]).problems
    entries = [Entry(f"{path.name}: {one.id}", one.text) for one in problems if one.text.strip()]
    for question in questions_of(problems):
        entries.append(Entry(f"{path.name}: {question.id}", question.problem, (question.text, *question.options)))
    return entries


def built_in() -> tuple[Path, ...]:
    """Return the files of the benchmarks that are shipped."""
    return tuple(path for path in (BENCHMARK_1, BENCHMARK_2) if path.exists())


class _Known(NamedTuple):
    """A benchmark problem as it is looked for."""

    problem: frozenset[str]
    questions: tuple[frozenset[str], ...]
    """Grams of each question with its options."""
    is_alone: bool
    """Whether the problem's text is an entry of its own."""

    def least(self) -> int:
        """Return how many of the problem's grams a text that holds one of its entries has, at the least."""
        size = len(self.problem)
        found = [CONTAINED_PROBLEM * size] if self.is_alone and size >= LEAST_GRAMS else []
        found += [THRESHOLD * len(self.problem | own) - len(own - self.problem) for own in self.questions]
        return math.ceil(min(found, default=size + 1) - SEAMS * size)

    def is_held(self, grams: set[str], *, added: float = 0.0) -> bool:
        """Tell whether a row of these grams could be found by a check, whatever else stands beside it in its file.

        Args:
            added: share of each text's grams that the row may have beside these.
        """
        held = len(self.problem & grams)
        if self.is_alone and _judged(held, len(self.problem), 1.0, added).holds_problem:
            return True
        for own in self.questions:
            also = own - self.problem
            # Of a question of few grams, a form may add any share.
            share = len(own & grams) / len(own) if own and not added else 1.0
            if _judged(held + len(also & grams), len(self.problem) + len(also), share, added).holds_question:
                return True
        return False


def _judged(held: int, size: int, own: float, added: float) -> Nearest:
    most = held + added * size
    # A check leaves out of a Jaccard similarity what many rows of its file share. At the most that leaves the shared
    # grams alone, and then it is the containment.
    return nearest_of("", jaccard=most / max(size, 1), held=most, size=size, own=own)


class Benchmark:
    """Texts of benchmarks, looked for in puzzles that are made.

    Args:
        entries: as ``entries_of`` reads them.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        own: dict[str, list[frozenset[str]]] = defaultdict(list)
        alone = set()
        for entry in entries:
            if entry.own:
                own[entry.problem].append(_grams_in(entry.own))
            else:
                own[entry.problem] += []
                alone.add(entry.problem)
        self._known = [_Known(_grams_in((text,)), tuple(own[text]), text in alone) for text in own]
        owners = Counter(chain.from_iterable(one.problem for one in self._known))
        self._marked: dict[str, list[int]] = defaultdict(list)
        self._wanted: list[int] = []
        for at, one in enumerate(self._known):
            least = one.least()
            wanted = min(_MARKS, least)
            self._wanted.append(wanted)
            # Whoever has so many of all has ``wanted`` of these.
            rarest = sorted(one.problem, key=lambda gram: (owners[gram], gram))
            for gram in rarest[: len(rarest) - least + wanted]:
                self._marked[gram].append(at)
        self._always = [at for at, wanted in enumerate(self._wanted) if wanted <= 0]
        # A set is looked through twice as fast as a mapping's keys.
        self._marks = frozenset(self._marked)

    def __len__(self) -> int:
        """Return the number of different problem texts."""
        return len(self._known)

    def holds(self, text: str, rows: Iterable[str] = ()) -> bool:
        """Tell whether a check would find a text in the benchmark.

        Args:
            text: all that is said.
            rows: the same as rows show it, each held for itself; without them the text is a row. They may show parts
                of the text, in prompts that are shipped, and are looked at where the text is close enough.
        """
        grams = shingles(text)
        close = [one for one in self._close(grams) if one.is_held(grams, added=SEAMS)]
        if not close:
            return False
        shown = [shingles(row) for row in rows] or [grams]
        return any(one.is_held(row) for row in shown for one in close)

    def _close(self, grams: set[str]) -> list[_Known]:
        """Return the problems of which a row that shows these grams can hold an entry."""
        marks = Counter(chain.from_iterable(map(self._marked.__getitem__, grams & self._marks)))
        close = [at for at, count in marks.items() if count >= self._wanted[at] > 0]
        return [self._known[at] for at in (*close, *self._always)]


@cache
def benchmark_of(paths: tuple[Path, ...]) -> Benchmark:
    """Return benchmarks' texts, read once a process."""
    return Benchmark(entry for path in paths for entry in entries_of(path))


def _grams_in(pieces: Sequence[str]) -> frozenset[str]:
    return frozenset(chain.from_iterable(map(shingles, whole_pieces(pieces))))
