"""Checkpoints by time, where ``run.save_steps`` take long."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("transformers")

from train.lora import callbacks


def test_a_run_is_kept_by_time_however_long_its_steps_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    watch = callbacks.Watch(tmp_path, callbacks.Stamp("r", "d", "b", "", 1), is_main=False)
    args = SimpleNamespace(device="cpu", output_dir=str(tmp_path))
    state = SimpleNamespace(global_step=0, max_steps=100, log_history=[], num_input_tokens_seen=0)
    watch.on_train_begin(args, state, None)
    kept = []
    for step in range(1, 11):
        now, state.global_step = 50.0 * step, step
        control = SimpleNamespace(should_save=False, should_training_stop=False)
        watch.on_step_end(args, state, control)
        if control.should_save:
            kept.append(step)
            watch.on_save(args, state, control)
    watch.close()
    assert kept == [3, 6, 9]
