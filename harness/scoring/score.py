"""Scoring a run: a pure function from outcomes to one ``Score``.

What is measured, and how each metric is defined, is in ``harness.scoring.metrics``, one module a metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from decimal import Decimal
from typing import Any

from harness.scoring.metrics.registry import METRICS
from harness.scoring.metrics.scored import Prices, Scored, Timing
from solver.scheduling.outcome import Outcome

__all__ = ["Prices", "Score", "Timing", "score"]


@dataclass(frozen=True)
class Score:
    """What a run achieved and what it cost: the fields of all metrics, in the registry's order.

    A field is an attribute, too: ``score.accuracy``. Its type is known to its metric alone.
    """

    fields: Mapping[str, object]

    @property
    def is_complete(self) -> bool:
        """Every question was decided by its rule."""
        return self.fields["complete"] is True

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


def score(outcomes: Sequence[Outcome], *, timing: Timing | None = None, prices: Prices | None = None) -> Score:
    """Score a run.

    Args:
        outcomes: of all questions that were to be asked, fresh, that is, with question and samples.
        timing: how long it took, where known.
        prices: what tokens cost, where known.
    """
    run = Scored(
        asked=tuple(outcomes),
        labelled=tuple(one for one in outcomes if one.gold is not None),
        drawn=tuple(sample for one in outcomes for sample in one.samples),
        timing=timing,
        prices=prices,
    )
    return Score({name: value for metric in METRICS for name, value in metric.fields(run).items()})
