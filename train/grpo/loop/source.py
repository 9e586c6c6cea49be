"""Which question is asked next: rounds in a shuffled order, with what teaches nothing now asked less often. Pure.

A question's solve rate moves while the model learns, and the window of rates that are worth asking stays: so what is
asked becomes harder by itself. Where a question was not drawn yet, its family and level stand for it. The state is
plain JSON, so that a run that goes on asks what the one that was killed would have asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from solver.problems.question import Question

UNKNOWN = 0.5
"""The rate of what was never drawn: worth asking."""
WEIGHT_OF_FIRST = 0.7
"""Of the first draw beside a rate measured before; later ones stand for themselves, since the model moves."""
WEIGHT_OF_CELL = 0.3
"""Of a draw beside what its family and level have shown."""


class Turn(NamedTuple):
    """A question, and which of its draws this is, from 1."""

    question: Question
    draw: int


class Source:
    """The questions of a run.

    Args:
        rates: question id -> solve rate measured before.
        window: rates that are always asked.
        outside: probability that another one is asked when its turn comes.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        rates: Mapping[str, float],
        *,
        window: tuple[float, float],
        outside: float,
        rng: Random,
    ) -> None:
        self._questions = {one.id: one for one in questions}
        self._rates = {name: rate for name, rate in rates.items() if name in self._questions}
        self._window, self._outside, self._rng = window, outside, rng
        self._cells: dict[str, float] = {}
        self._draws: dict[str, int] = defaultdict(int)
        self._queue: list[str] = []
        self.passed = 0
        """Turns taken or passed over: over the number of questions, that is epochs."""

    def rate(self, question: Question) -> float:
        """Return the rate at which a question is believed to be solved now."""
        return self._rates.get(question.id, self._cells.get(_cell(question), UNKNOWN))

    def next(self) -> Turn:
        """Return the next question."""
        low, high = self._window
        for _ in range(4 * len(self._questions)):
            question = self._turn()
            if low <= self.rate(question) <= high or self._rng.random() < self._outside:
                break
        # Where nothing is worth asking any more, the next one is asked: only a draw can tell that it has changed.
        self._draws[question.id] += 1
        return Turn(question, self._draws[question.id])

    def again(self, question_id: str) -> Turn:
        """Return a question that was asked before a kill and not answered; it counts once."""
        return Turn(self._questions[question_id], max(1, self._draws[question_id]))

    def told(self, question: Question, rate: float) -> None:
        """Take the rate at which a question was solved just now."""
        before = self._rates.get(question.id)
        is_first = before is not None and self._draws[question.id] <= 1
        self._rates[question.id] = rate if not is_first else _mixed(before or 0.0, rate, WEIGHT_OF_FIRST)
        cell = _cell(question)
        self._cells[cell] = _mixed(self._cells.get(cell, UNKNOWN), rate, WEIGHT_OF_CELL)

    def state(self) -> dict[str, Any]:
        """Return everything that decides what comes next, as JSON."""
        version, numbers, gauss = self._rng.getstate()
        return {
            "rates": self._rates,
            "cells": self._cells,
            "draws": dict(self._draws),
            "queue": self._queue,
            "passed": self.passed,
            "rng": [version, list(numbers), gauss],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self._rates, self._cells = dict(state["rates"]), dict(state["cells"])
        self._draws = defaultdict(int, state["draws"])
        self._queue, self.passed = list(state["queue"]), int(state["passed"])
        version, numbers, gauss = state["rng"]
        self._rng.setstate((version, tuple(numbers), gauss))

    def _turn(self) -> Question:
        if not self._queue:
            self._queue = list(self._questions)
            self._rng.shuffle(self._queue)
        self.passed += 1
        return self._questions[self._queue.pop()]


def _cell(question: Question) -> str:
    return f"{question.family or question.problem_id}/{question.level or 0}"


def _mixed(before: float, now: float, weight: float) -> float:
    return (1 - weight) * before + weight * now
