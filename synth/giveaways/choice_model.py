"""A conditional logit: which of a question's options is right, from numbers about each option.

P(option i) = exp(w . x_i) / sum over the question's options of exp(w . x_j) (McFadden, "Conditional logit analysis of
qualitative choice behavior", 1974), fitted with a ridge by Newton's method. The logarithm of the likelihood is concave,
so there is one best ``w``, and nothing about the fit depends on chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RIDGE = 2.0
"""Weight of the penalty w . w / 2: a number seen in a handful of questions cannot decide alone."""
STEPS = 12
"""Newton steps at most; it is at its end after five or six."""
Floats = NDArray[np.float64]


class Choices(NamedTuple):
    """Questions as arrays."""

    looks: Floats
    """(questions, most options, names): 0 where a question has fewer options."""
    is_there: NDArray[np.bool_]
    """(questions, most options)."""
    right: NDArray[np.int64]
    """(questions,): place of the right option."""


def choices_of(rows: Sequence[Sequence[dict[str, float]]], right: Sequence[int]) -> Choices:
    """Lay rows of named numbers out as arrays; names in order of their first appearance."""
    names: dict[str, int] = {}
    for question in rows:
        for row in question:
            for name in row:
                names.setdefault(name, len(names))
    most = max((len(question) for question in rows), default=1)
    looks = np.zeros((len(rows), most, max(1, len(names))))
    is_there = np.zeros((len(rows), most), dtype=bool)
    for at, question in enumerate(rows):
        is_there[at, : len(question)] = True
        for place, row in enumerate(question):
            for name, value in row.items():
                looks[at, place, names[name]] = value
    return Choices(looks, is_there, np.array(right, dtype=np.int64))


def fitted(choices: Choices, rows: NDArray[np.int64]) -> Floats:
    """Return the weights that fit these rows best.

    Returns:
        (names,).
    """
    looks, there, right = choices.looks[rows], choices.is_there[rows], choices.right[rows]
    weights: Floats = np.zeros(looks.shape[-1])
    for _ in range(STEPS):
        shares = _shares(looks, there, weights)
        mean = np.einsum("qo,qof->qf", shares, looks)
        slope = (looks[np.arange(len(rows)), right] - mean).sum(axis=0) - RIDGE * weights
        flat = looks.reshape(-1, looks.shape[-1])
        curve = flat.T @ (flat * shares.reshape(-1, 1)) - mean.T @ mean
        step = np.linalg.solve(curve + RIDGE * np.eye(len(weights)), slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights


def hits(choices: Choices, rows: NDArray[np.int64], weights: Floats) -> Floats:
    """Return for each row the chance to be right of somebody who takes the likeliest option, ties drawn.

    Returns:
        (rows,), 0 to 1.
    """
    shares = _shares(choices.looks[rows], choices.is_there[rows], weights)
    best = shares >= shares.max(axis=1, keepdims=True) - 1e-9
    return np.asarray(best[np.arange(len(rows)), choices.right[rows]] / best.sum(axis=1), dtype=np.float64)


def _shares(looks: Floats, there: NDArray[np.bool_], weights: Floats) -> Floats:
    scores = np.where(there, looks @ weights, -np.inf)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)
