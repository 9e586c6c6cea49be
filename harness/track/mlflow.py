"""MLflow; without ``MLFLOW_TRACKING_URI`` it keeps files where the command was started."""

from __future__ import annotations

import os
from importlib import import_module

from harness.track.tracker import PROJECT, TrackedRun, Tracker


def tell(run: TrackedRun) -> None:
    """Log one run."""
    mlflow = import_module("mlflow")
    mlflow.set_experiment(os.environ.get("MLFLOW_EXPERIMENT_NAME", PROJECT))
    with mlflow.start_run(run_name=run.name):
        mlflow.log_params(dict(run.settings))
        # It takes letters, digits and a few signs.
        mlflow.log_metrics({_name(name): value for name, value in run.figures.items()})


def _name(text: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "_-./ " else "_" for sign in text)


TRACKER = Tracker(name="mlflow", help="MLflow", module="mlflow", tell=tell)
