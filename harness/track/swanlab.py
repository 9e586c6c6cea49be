"""SwanLab; ``SWANLAB_MODE=offline`` (or ``local``) needs no account."""

from __future__ import annotations

import os
from importlib import import_module

from harness.track.tracker import PROJECT, TrackedRun, Tracker


def tell(run: TrackedRun) -> None:
    """Log one run."""
    swanlab = import_module("swanlab")
    mode = os.environ.get("SWANLAB_MODE")
    more = {} if mode is None else {"mode": mode}
    logs = os.environ.get("SWANLAB_LOG_DIR", str(run.folder / "swanlog"))
    project = os.environ.get("SWANLAB_PROJECT", PROJECT)
    swanlab.init(project=project, experiment_name=run.name, config=dict(run.settings), logdir=logs, **more)
    swanlab.log(dict(run.figures))
    swanlab.finish()


TRACKER = Tracker(name="swanlab", help="SwanLab", module="swanlab", tell=tell)
