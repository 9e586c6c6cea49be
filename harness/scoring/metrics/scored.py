"""A run as metrics see it: its questions with all that came of them, its time and its prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from harness.scoring.group_accuracy import accuracy_of
from solver.sampling.sample import Sample
from solver.scheduling.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What tokens cost."""

    prompt_per_million: Decimal
    """Price of a million prompt tokens."""
    completion_per_million: Decimal
    """Price of a million generated tokens."""
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a run took, all its attempts together."""

    wall_s: float
    """Wall-clock time, seconds."""
    sampling_s: float
    """The part of it in which samples were drawn, engine starts aside, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A run that is to be scored."""

    asked: tuple[Outcome, ...]
    """What came of each question; fresh ones, with their samples."""
    labelled: tuple[Outcome, ...]
    """Those of questions with a key."""
    drawn: tuple[Sample, ...]
    """All samples."""
    timing: Timing | None = None
    prices: Prices | None = None

    @property
    def n_sampled(self) -> int:
        """Questions with at least one sample."""
        return sum(1 for one in self.asked if one.samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """An accuracy with its interval."""

    accuracy: float | None
    """0 to 1; None before the first sample."""
    ci_low: float | None
    ci_high: float | None
    random: float
    """Accuracy of a random guess."""
    n: int
    """Questions."""
    n_problems: int


def ratio(part: float | Fraction, whole: float) -> float | None:
    """Divide; None where there is nothing to divide by."""
    return float(part) / whole if whole else None


def share_of(asked: Sequence[Outcome]) -> Share:
    """Return the accuracy over a group of questions with a key, of which there is at least one."""
    found = accuracy_of(asked)
    return Share(
        accuracy=found and found.value,
        ci_low=found and found.low,
        ci_high=found and found.high,
        random=float(random_guess(asked)),
        n=len(asked),
        n_problems=len({one.problem_id for one in asked}),
    )


def random_guess(asked: Sequence[Outcome]) -> Fraction:
    """Return the accuracy of drawing among the options of questions, of which there is at least one."""
    return sum((Fraction(1, one.n_options) for one in asked), Fraction()) / len(asked)
