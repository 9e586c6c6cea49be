"""The registry of metrics, in the order of ``summary.json``: one module a metric, one line here."""

from __future__ import annotations

from harness.scoring.metrics.metric import Metric
from solver.base.registry import Registry

_MODULES = (
    "accuracy",
    "voting_gain",
    "baselines",
    "counts",
    "slices",
    "first_k",
    "difficulty",
    "calibration",
    "tokens",
    "rates",
    "timing",
    "cost",
)
METRICS = Registry.of_modules("metric", Metric, "harness.scoring.metrics", _MODULES, "METRIC")


def listed() -> list[Metric]:
    """Return the metrics in the order in which their figures are listed: by section."""
    return sorted(METRICS, key=lambda metric: metric.section)
