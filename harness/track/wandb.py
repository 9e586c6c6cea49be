"""Weights & Biases; ``WANDB_MODE=offline`` needs no account: ``wandb sync`` sends such a run later."""

from __future__ import annotations

import os
from importlib import import_module

from harness.track.tracker import PROJECT, TrackedRun, Tracker


def tell(run: TrackedRun) -> None:
    """Log one run."""
    wandb = import_module("wandb")
    project = os.environ.get("WANDB_PROJECT", PROJECT)
    # Its code and console capture would send more than what is told here.
    settings = wandb.Settings(save_code=False, console="off", disable_git=True)
    with wandb.init(
        project=project, name=run.name, config=dict(run.settings), dir=str(run.folder), settings=settings
    ) as own:
        own.log(dict(run.figures))


TRACKER = Tracker(name="wandb", help="Weights & Biases", module="wandb", tell=tell)
