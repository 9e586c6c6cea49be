"""Recorded votes in many orders at once, as arrays: what each rule draws and answers, without a loop over orders.

A rule stops where the *shape* of a vote makes it stop, whatever the answers are called: shapes that recur are asked
once. The answer after each number of samples is computed for all questions together, ties as the vote breaks them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.board.vote_sets import VoteSet
from solver.voting.rules import Rule

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True)
class Orders:
    """The votes of a set, each question's samples in several random orders."""

    votes: Whole
    """Answer class by question, order and place; -1 for no answer. The right answer is class 0."""
    tokens: Real
    """Generated tokens by question, order and place; 1 each where they are not known."""
    confidences: Real
    """Probability of the letter by question, order and place; not a number where not known."""
    clusters: tuple[str, ...]
    """The problem of each question."""
    n_options: tuple[int | None, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Questions, orders, samples."""
        questions, orders, samples = self.votes.shape
        return questions, orders, samples

    @cached_property
    def spent(self) -> Real:
        """Tokens after 0, 1, 2 … samples, by question and order."""
        return np.concatenate([np.zeros((*self.tokens.shape[:2], 1)), np.cumsum(self.tokens, axis=2)], axis=2)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Whether the answer is right after 0, 1, 2 … samples, by question and order."""
        questions, orders, samples = self.shape
        flat = self.votes.reshape(-1, samples)
        rows = np.arange(len(flat))
        counts = np.zeros((len(flat), int(flat.max(initial=0)) + 1), dtype=np.int64)
        leader, most = np.full(len(flat), -1), np.zeros(len(flat), dtype=np.int64)
        found = np.zeros((len(flat), samples + 1), dtype=np.bool_)
        for place in range(samples):
            vote = flat[:, place]
            said = vote >= 0
            counts[rows[said], vote[said]] += 1
            own = np.where(said, counts[rows, np.maximum(vote, 0)], 0)
            leads = said & (own > most)
            leader[leads], most[leads] = vote[leads], own[leads]
            found[:, place + 1] = leader == 0
        return found.reshape(questions, orders, samples + 1)

    @cached_property
    def _shapes(self) -> tuple[list[tuple[int | None, ...]], Whole]:
        """Votes with their answers renamed by first appearance: the different ones, and which each question has."""
        flat = self.votes.reshape(-1, self.shape[2])
        rows = np.arange(len(flat))
        names = np.full((len(flat), int(flat.max(initial=0)) + 1), -1)
        named, seen = np.full_like(flat, -1), np.zeros(len(flat), dtype=np.int64)
        for place in range(flat.shape[1]):
            vote = flat[:, place]
            said = vote >= 0
            fresh = said & (names[rows, np.maximum(vote, 0)] < 0)
            names[rows[fresh], vote[fresh]] = seen[fresh]
            seen[fresh] += 1
            named[said, place] = names[rows[said], vote[said]]
        unique, where = np.unique(named, axis=0, return_inverse=True)
        return [tuple(None if vote < 0 else vote for vote in row) for row in unique.tolist()], where.reshape(-1)

    def stops(self, rule: Rule, cap: int) -> Whole:
        """Return how many samples a rule draws, by question and order."""
        shapes, where = self._shapes
        found = np.array([rule.stop_at(shape, cap) for shape in shapes], dtype=np.int64)
        return found[where].reshape(self.shape[:2])

    def at(self, values: NDArray[Any], stops: Whole) -> Real:
        """Return each question's mean, over its orders, of a value after so many samples."""
        picked = np.take_along_axis(values, stops[:, :, None], axis=2)[:, :, 0]
        return np.asarray(picked.mean(axis=1), dtype=np.float64)


def shuffled(votes: VoteSet, orders: int, cap: int, seed: int = 0) -> Orders:
    """Put the samples of every question in random orders; the same for a seed.

    Args:
        orders: how many a question.
        cap: samples a question at most.
    """
    rng = np.random.default_rng(seed)
    longest = max(len(one.votes) for one in votes.questions)
    n = len(votes.questions)
    filled = [_filled(one.votes, longest, -1) for one in votes.questions]
    tokens = [_filled(one.tokens or (1.0,) * len(one.votes), longest, 0.0) for one in votes.questions]
    sure = [_filled(one.confidences, longest, np.nan) for one in votes.questions]
    keys = rng.random((n, orders, longest))
    for place, one in enumerate(votes.questions):
        # What was not recorded comes behind the cap.
        keys[place, :, len(one.votes) :] = 2.0
    order = np.argsort(keys, axis=2)[:, :, : min(cap, votes.samples)]
    rows = np.arange(n)[:, None, None]
    return Orders(
        votes=np.asarray(filled, dtype=np.int64)[rows, order],
        tokens=np.asarray(tokens, dtype=np.float64)[rows, order],
        confidences=np.asarray(sure, dtype=np.float64)[rows, order],
        clusters=tuple(one.cluster for one in votes.questions),
        n_options=tuple(one.n_options for one in votes.questions),
    )


def _filled(values: Sequence[float | None], length: int, missing: float) -> list[float]:
    known = [missing if value is None else value for value in values]
    return known + [missing] * (length - len(known))
