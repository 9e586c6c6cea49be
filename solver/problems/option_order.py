"""Option order and seeds for a sample: pure functions of the run seed and the sample's place.

Showing the options in another order for every sample cancels a model's liking for a letter over the samples of a
question (Pezeshkpour and Hruschka, arXiv 2308.11483). Options that speak about other options stay where they are.
Orders come from SHA-256, so that they are the same on every machine and Python version.
"""

from __future__ import annotations

import hashlib

from solver.problems.letters import index_of
from solver.problems.question import Question


def _digest(*parts: object) -> bytes:
    # repr of a tuple of str and int is unambiguous: no two different tuples share it.
    return hashlib.sha256(repr(parts).encode()).digest()


def permutation(question: Question, *, run_seed: int, index: int, is_on: bool = True) -> tuple[int, ...]:
    """Return the order in which a sample is shown the options.

    Args:
        index: which sample of the question it is, from 0.
        is_on: False keeps the file's order.

    Returns:
        Shown position -> original option index. Pinned options keep their place.
    """
    identity = tuple(range(len(question.options)))
    if not is_on:
        return identity
    free = [place for place in identity if not question.pinned[place]]
    # Sorting by independent hashes gives each order the same probability.
    mixed = sorted(free, key=lambda place: _digest("order", run_seed, question.id, index, place))
    order = list(identity)
    for place, original in zip(free, mixed, strict=True):
        order[place] = original
    return tuple(order)


def seed_of(run_seed: int, question_id: str, model: str, index: int) -> int:
    """Return the engine's seed for a sample: at most 31 bits; the samples of a question count up by one.

    That is how vLLM seeds the choices of one request with ``n > 1``, so a sample has the same seed whether it was asked
    for alone or in a group.

    >>> seed_of(0, "p#0", "m", 0) == seed_of(0, "p#0", "m", 0) != seed_of(0, "p#0", "m", 1)
    True
    """
    base = int.from_bytes(_digest("seed", run_seed, question_id, model)[:4], "big") >> 2
    return base + index


def class_behind(question: Question, order: tuple[int, ...], shown_letter: str) -> int | None:
    """Return the answer class behind a letter as the model saw it, or None where no option has that letter."""
    shown = index_of(shown_letter)
    return question.classes[order[shown]] if shown < len(order) else None
