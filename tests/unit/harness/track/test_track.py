"""Trackers: what they are told, refusal where one is missing, and that their faults cost no run."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.run.config import EvalConfig
from harness.track import mlflow, swanlab, wandb
from harness.track.registry import TRACKERS
from harness.track.tracker import TrackedRun, tracked
from solver.base.display.live import Screen
from solver.base.errors import NotInstalled, UsageError
from solver.base.extras import EXTRA_OF
from tests.unit.harness.run.card.test_card import a_run

RUN = TrackedRun(
    name="r",
    settings={"rule": "lead:3", "limit": None},
    figures={"accuracy": 0.5, "family/甲 (x)": 1.0},
    folder=Path("/r"),
)


class Recorder:
    """Stands for a tracker's package: notes every call and is its own context manager."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        def call(*words: Any, **named: Any) -> Recorder:
            self.calls.append((name, words, named))
            return self

        return call

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.calls.append(("exit", (), {}))


def told(name: str) -> dict[str, Any]:
    card = {"settings": {"rule": name, "models": ["m"]}, "model": {"names": ["m"]}, "data": {}, "prompt": {}}
    summary = {"accuracy": 0.5, "complete": True, "run": "x", "slices": {"family": {"甲": {"accuracy": 1.0}}}}
    run = tracked("r", card, summary, Path("/r"))
    return {"settings": run.settings, "figures": run.figures}


def test_a_tracker_is_told_settings_and_figures_and_no_text() -> None:
    assert told("lead:3") == {
        "settings": {"rule": "lead:3", "models": "['m']", "model.names": "['m']"},
        "figures": {"accuracy": 0.5, "family/甲": 1.0},
    }


@pytest.mark.parametrize(
    ("module", "calls"),
    [
        (wandb, ["Settings", "init", "log", "exit"]),
        (mlflow, ["set_experiment", "start_run", "log_params", "log_metrics", "exit"]),
        (swanlab, ["init", "log", "finish"]),
    ],
)
def test_each_is_told_by_its_own_calls(module: Any, calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    package = Recorder()
    monkeypatch.setattr(module, "import_module", lambda name: package)
    module.tell(RUN)
    assert [name for name, _, _ in package.calls] == calls
    figures = next(words[0] for name, words, _ in package.calls if name in ("log", "log_metrics"))
    assert figures["accuracy"] == 0.5


def test_one_that_is_missing_is_refused_before_anything_is_paid_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.run.run import run_of

    monkeypatch.setattr("solver.base.extras.importlib.util.find_spec", lambda name: None)
    with pytest.raises(NotInstalled, match=r"swanlab not installed; install with: python -m pip install .*\[swanlab\]"):
        run_of(EvalConfig.of(track="swanlab"), Screen("none"), process_started=0.0)
    with pytest.raises(UsageError, match="--track aim: it is one of wandb, mlflow, swanlab, tensorboard"):
        EvalConfig.of(track="aim")
    assert {tracker.module for tracker in TRACKERS} <= set(EXTRA_OF)


def test_a_trackers_fault_is_a_warning_and_the_run_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: TrackedRun) -> None:
        raise RuntimeError("no account")

    monkeypatch.setitem(TRACKERS._entries, "wandb", SimpleNamespace(name="wandb", module="json", tell=broken))
    run = a_run(tmp_path, track="wandb")
    assert json.loads((run / "summary.json").read_text(encoding="utf-8"))["accuracy"] == 0.5
    assert "track" not in json.loads((run / "card.json").read_text(encoding="utf-8"))["settings"]


@pytest.mark.skipif(importlib.util.find_spec("tensorboard") is None, reason="tensorboard is not installed")
def test_event_files_are_read_by_tensorboard_itself(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = a_run(tmp_path, track="tensorboard")
    events = EventAccumulator(str(run / "tensorboard"))
    events.Reload()
    assert events.Scalars("accuracy")[0].value == 0.5
