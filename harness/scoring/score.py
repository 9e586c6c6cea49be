"""Scoring a run: a pure function from questions, samples and verdicts to one ``Score``.

What is measured, and how each metric is defined, is in ``harness.scoring.metrics``, one module a metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from decimal import Decimal
from typing import Any

from harness.scoring.metrics.registry import METRICS
from harness.scoring.metrics.scored import Asked, Prices, Scored, Timing
from solver.problems.question import Question
from solver.sampling.sample import Sample
from solver.voting.tally import Verdict

__all__ = ["Prices", "Score", "Timing", "in_launch_order", "score"]


@dataclass(frozen=True)
class Score:
    """What a run achieved and what it cost: the fields of all metrics, in the registry's order.

    A field is an attribute, too: ``score.accuracy``. Its type is known to its metric alone.
    """

    fields: Mapping[str, object]
    is_complete: bool
    """Every question was decided by its rule."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self.fields:
            raise AttributeError(f"no metric gives a field {name!r}")
        return self.fields[name]

    def to_json(self) -> dict[str, object]:
        """Return the score as it stands in ``summary.json``; money is a string, so that no cent is rounded away."""
        return {name: _plain(value) for name, value in self.fields.items()}


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def score(
    questions: Sequence[Question],
    samples: Sequence[Sequence[Sample]],
    verdicts: Sequence[Verdict],
    *,
    timing: Timing | None = None,
    prices: Prices | None = None,
    is_complete: bool = True,
) -> Score:
    """Score a run.

    Args:
        questions: all questions that were to be asked.
        samples: each question's samples, in any order.
        verdicts: each question's verdict.
        timing: how long it took, where known.
        prices: what tokens cost, where known.
        is_complete: whether every question was decided by its rule.

    Raises:
        ValueError: the three sequences do not belong together.
    """
    asked = tuple(
        Asked(question, verdict, in_launch_order(found, verdict))
        for question, found, verdict in zip(questions, samples, verdicts, strict=True)
    )
    if any(one.question.id != one.verdict.question_id for one in asked):
        raise ValueError("questions and verdicts are not in the same order")
    run = Scored(
        asked=asked,
        labelled=tuple(one for one in asked if one.question.gold is not None),
        drawn=tuple(sample for one in asked for sample in one.samples),
        is_complete=is_complete,
        timing=timing,
        prices=prices,
    )
    return Score({name: value for metric in METRICS for name, value in metric.fields(run).items()}, is_complete)


def in_launch_order(samples: Sequence[Sample], verdict: Verdict) -> tuple[Sample, ...]:
    """Sort a question's samples: the best model's first, and by index."""
    models = [member.model for member in verdict.members]
    place = {model: models.index(model) for model in models}
    return tuple(sorted(samples, key=lambda sample: (place.get(sample.model, len(models)), sample.model, sample.index)))
