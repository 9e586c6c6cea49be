"""What the scheduler tells while it runs, and where it puts what has come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from solver.problems.question import Question
from solver.sampling.sample import Sample
from solver.voting.tally import Verdict


@dataclass(frozen=True, slots=True)
class Launched:
    """Event: samples were sent to the engine."""

    question: Question
    count: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """Event: a sample is finished and durable (or was handed in, when ``is_stored``)."""

    question: Question
    sample: Sample
    is_stored: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """Event: a question is decided for one model."""

    question: Question
    verdict: Verdict


Event = Launched | Arrived | Decided
Listener = Callable[[Event], None]
Keep = Callable[[Sequence[Sample]], Awaitable[None]]
"""Makes samples durable; returns when they are."""
