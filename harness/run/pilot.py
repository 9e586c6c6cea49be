"""Which questions a pilot asks, a random few of each kind by its share; its samples, which the run takes over."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from harness.errors import RunFolderError
from solver.problems.question import Question
from solver.sampling.sample import Sample, Status
from solver.scheduling.store import FILE as SAMPLES
from solver.scheduling.store import read_samples

ItemT = TypeVar("ItemT")
LEAST_QUESTIONS = 2
"""Of fewer nothing says how much questions differ."""


def stratified(strata: Sequence[Sequence[ItemT]], n: int, rng: random.Random) -> list[ItemT]:
    """Draw from every stratum by its share, at random inside.

    All are put in a row, stratum by stratum, each mixed, and every (all / n)-th is taken from a random beginning
    (systematic sampling): every item has the same chance, and every stratum its share, one more or less.

    >>> sorted(stratified([["a"] * 8, ["b"] * 4], 3, random.Random(0)))
    ['a', 'a', 'b']
    """
    row = [item for stratum in strata for item in rng.sample(list(stratum), len(stratum))]
    if n >= len(row):
        return row
    step = len(row) / n
    begin = rng.random() * step
    return [row[min(len(row) - 1, int(begin + place * step))] for place in range(n)]


def pilot_of(questions: Sequence[Question], n: int, seed: int) -> tuple[Question, ...]:
    """Choose a pilot's questions by family and number of options, in the order of the file.

    Args:
        n: how many, at most.
        seed: the same pilot for the same seed.
    """
    strata: dict[tuple[str, int], list[Question]] = {}
    for one in questions:
        strata.setdefault((one.family or "", len(one.options)), []).append(one)
    chosen = {one.id for one in stratified(list(strata.values()), n, random.Random(f"pilot {seed}"))}
    return tuple(one for one in questions if one.id in chosen)


def pilot_samples(path: Path, folder: Path) -> tuple[Sample, ...]:
    """Return the finished samples of the pilot that a forecast was made of; none where they are in the folder already.

    Raises:
        RunFolderError: there is no pilot.
    """
    if not (path.parent / SAMPLES).is_file():
        raise RunFolderError(f"{path}: the samples of its pilot are not beside it ({SAMPLES})")
    if path.parent.resolve() == folder.resolve():
        return ()
    return tuple(sample for sample in read_samples(path.parent) if sample.status is not Status.FAILED)
