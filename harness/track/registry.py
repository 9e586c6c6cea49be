"""The trackers, in the order in which they are told."""

from __future__ import annotations

from harness.track.tracker import Tracker
from solver.base.registry import Registry

TRACKERS = Registry.of_modules(
    "tracker", Tracker, "harness.track", ("wandb", "mlflow", "swanlab", "tensorboard"), "TRACKER"
)
