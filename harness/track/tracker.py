"""What a tracker is told: a run's name, settings, figures and folder; never a text of a question or a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = "logic-vote"
"""What runs stand under; every tracker's own variables (``WANDB_PROJECT``, ``MLFLOW_EXPERIMENT_NAME`` …) win."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedRun:
    """A run as a tracker sees it."""

    name: str
    settings: Mapping[str, str | int | float | bool | None]
    figures: Mapping[str, float]
    """By name, slices as ``family/NAME``."""
    folder: Path
    """The run folder, where a tracker that writes files keeps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """An entry of the registry."""

    name: str
    help: str
    module: str
    """What must be installed."""
    tell: Callable[[TrackedRun], None]


def tracked(name: str, card: Mapping[str, object], summary: Mapping[str, object], folder: Path) -> TrackedRun:
    """Make of a run's card and summary what a tracker is told."""
    settings = card.get("settings")
    found = dict(settings) if isinstance(settings, Mapping) else {}
    for part in ("model", "data", "prompt"):
        own = card.get(part)
        found |= {f"{part}.{key}": value for key, value in own.items()} if isinstance(own, Mapping) else {}
    return TrackedRun(
        name=name,
        settings={key: value if isinstance(value, _PLAIN) else str(value) for key, value in found.items()},
        figures=dict(_figures(summary)),
        folder=folder,
    )


_PLAIN = (str, int, float, bool, type(None))


def _figures(summary: Mapping[str, object]) -> list[tuple[str, float]]:
    """Return the numbers of a summary, and the accuracy of every slice."""
    told = [
        (name, float(value))
        for name, value in summary.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    slices = summary.get("slices")
    for slice_, parts in slices.items() if isinstance(slices, Mapping) else ():
        for value, share in parts.items():
            if share["accuracy"] is not None:
                told.append((f"{slice_}/{value}", float(share["accuracy"])))
    return told
