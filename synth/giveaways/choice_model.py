"""A conditional logit: which of a question's options is right, from numbers about each option.

P(option i) = exp(w . x_i) / sum over the question's options of exp(w . x_j) (McFadden, "Conditional logit analysis of
qualitative choice behavior", 1974), fitted with a ridge by Newton's method. The logarithm of the likelihood is concave,
so there is one best ``w``, and nothing about the fit depends on chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RIDGE = 2.0
"""Weight of the penalty w . w / 2: a number seen in a handful of questions cannot decide alone."""
STEPS = 30
"""Newton steps at most; it is at its end after five or six."""
NEAR = 0.1
"""After a step no longer than this the curve is kept: that saves a third of the curves and costs a tenth more steps."""
Floats = NDArray[np.float64]


class Choices(NamedTuple):
    """Questions as arrays; their options one below the other."""

    looks: Floats
    """(options, names)."""
    starts: NDArray[np.int64]
    """(questions,): where each one's options begin."""
    right: NDArray[np.int64]
    """(questions,): where its right option stands."""

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(questions,): how many options each one has."""
        ends = np.empty_like(self.starts)
        ends[:-1], ends[-1:] = self.starts[1:], len(self.looks)
        return ends - self.starts

    def taken(self, questions: NDArray[np.int64]) -> Choices:
        """Return some of the questions."""
        sizes = self.sizes[questions]
        ends = np.cumsum(sizes)
        moved = self.starts[questions] - (ends - sizes)
        options = np.arange(ends[-1] if len(ends) else 0) + np.repeat(moved, sizes)
        return Choices(self.looks[options], ends - sizes, self.right[questions] - moved)

    def narrowed(self) -> Choices:
        """Leave out what is 0 everywhere."""
        return self._replace(looks=np.ascontiguousarray(self.looks[:, self.looks.any(axis=0)]))

    def beside(self, rows: Sequence[Sequence[Mapping[str, float]]]) -> Choices:
        """Add more numbers about the same options."""
        return self._replace(looks=np.hstack([self.looks, _table(rows)]))


def choices_of(rows: Sequence[Sequence[Mapping[str, float]]], right: Sequence[int]) -> Choices:
    """Lay rows of named numbers out as arrays; names in order of their first appearance."""
    sizes = np.array([len(question) for question in rows], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    return Choices(_table(rows), starts, starts + np.array(right, dtype=np.int64))


def _table(rows: Sequence[Sequence[Mapping[str, float]]]) -> Floats:
    options = [row for question in rows for row in question]
    names = {name: at for at, name in enumerate(dict.fromkeys(name for row in options for name in row))}
    looks = np.zeros((len(options), max(1, len(names))))
    places = np.repeat(np.arange(len(options)), [len(row) for row in options])
    columns = [names[name] for row in options for name in row]
    looks[places, np.array(columns, dtype=np.int64)] = [value for row in options for value in row.values()]
    return looks


def fitted(choices: Choices, start: Floats | None = None, *, ridge: float = RIDGE) -> Floats:
    """Return the weights that fit best.

    Args:
        start: weights that are near, where they are known: there is one best fit, which is found sooner from there.
        ridge: weight of the penalty; 1 / variance of the weights that are to be expected.

    Returns:
        (names,).
    """
    looks, sizes = choices.looks, choices.sizes
    names = looks.shape[1]
    weights: Floats = np.zeros(names) if start is None else start
    chosen = looks[choices.right].sum(axis=0)
    # The curve sets how fast the end is reached and not where it is: single precision is enough, in half the time.
    rough = looks.astype(np.float32)
    # Questions with as many options lie in one block: reckoned so, it is five times as fast as one after the other.
    blocks = [(questions, options, rough[options]) for questions, options in _by_size(choices, sizes)]
    mean = np.empty((len(choices.starts), names), dtype=np.float32)
    size, curve = np.inf, np.empty((names, names))
    for _ in range(STEPS):
        shares = _shares(choices, sizes, weights)
        if size > NEAR:
            # Both products are of a matrix with itself, of which only one half has to be worked out.
            weight = shares.astype(np.float32)
            rooted = rough * np.sqrt(weight)[:, None]
            for questions, options, block in blocks:
                mean[questions] = np.einsum("qon,qo->qn", block, weight[options])
            curve = rooted.T @ rooted - mean.T @ mean + ridge * np.eye(names)
        step = np.linalg.solve(curve, chosen - shares @ looks - ridge * weights)
        weights = weights + step
        size = float(np.abs(step).max())
        if size < 1e-5:
            break
    return weights


def _by_size(choices: Choices, sizes: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield for each number of options the questions that have so many, and where their options stand, a row each."""
    for size in np.unique(sizes):
        questions = np.flatnonzero(sizes == size)
        yield questions, choices.starts[questions][:, None] + np.arange(size)


def hits(choices: Choices, weights: Floats) -> Floats:
    """Return for each question the chance to be right of somebody who takes the likeliest option, ties drawn.

    Returns:
        (questions,), 0 to 1.
    """
    sizes = choices.sizes
    shares = _shares(choices, sizes, weights)
    best = shares >= np.repeat(np.maximum.reduceat(shares, choices.starts), sizes) - 1e-9
    return np.asarray(best[choices.right] / np.add.reduceat(best.astype(np.float64), choices.starts), dtype=np.float64)


def _shares(choices: Choices, sizes: NDArray[np.int64], weights: Floats) -> Floats:
    scores, starts = choices.looks @ weights, choices.starts
    powers = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
    return np.asarray(powers / np.repeat(np.add.reduceat(powers, starts), sizes), dtype=np.float64)
