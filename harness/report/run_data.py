"""What the report, and exports to other tools, know of a run; ``harness.report.gather`` reads it from a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.run.elapsed import Spent
from solver.problems.question import Question
from solver.sampling.sample import Sample
from solver.scheduling.outcome import Outcome

MOST_RUNS = 6
"""Runs in one report; more side by side cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunData:
    """All that the report knows of a run."""

    name: str
    """The folder's name, made unique among the reported runs."""
    settings: Mapping[str, object]
    """The resolved configuration, as in ``config.json``."""
    summary: Mapping[str, object]
    """As in ``summary.json``."""
    results: tuple[Outcome, ...]
    samples: Mapping[str, tuple[Sample, ...]]
    """By question id, in launch order: model by model as in the results, then by index."""
    questions: Mapping[str, Question] = field(default_factory=dict)
    """By id; empty where the file of problems is gone or has changed."""
    texts_missing: str | None = None
    """Why there are no texts: ``gone``, ``changed``, or None where they are there."""
    time_spent: Spent = field(default_factory=lambda: Spent(0, 0.0, 0.0))

    @property
    def rule(self) -> str:
        """The stopping rule of the run."""
        return str(self.settings.get("rule", "?"))

    @property
    def models(self) -> tuple[str, ...]:
        """The models asked, the best first."""
        found = self.summary.get("models")
        return tuple(str(model) for model in found) if isinstance(found, list) else ()
