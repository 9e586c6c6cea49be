"""Small runs of an adapter on the CPU, for the tests of every way of training; one that is killed in the midst."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.support.checkout import ROOT
from train.lora.recipe import LoraRecipe


def needs_trl() -> Any:
    """Return torch; where it, trl, peft or datasets is missing, skip the module whose first call this is."""
    for name in ("trl", "peft", "datasets"):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed", allow_module_level=True)
    return pytest.importorskip("torch")


def tuned(way: str, recipe: LoraRecipe, out: Path, **more: Any) -> dict[str, Any]:
    """Train with ``sft``, ``dpo`` or ``grpo``; return the report."""
    import torch

    from train.grpo.loops import loop_of
    from train.grpo.recipe import GrpoRecipe

    torch.set_num_threads(1)
    ready = import_module(f"train.{way}.{way}").prepare(recipe, out, **more)
    train = loop_of(recipe.loop.kind if isinstance(recipe, GrpoRecipe) else "trl")
    return train(ready, use_cpu=True)


def dies_at_a_checkpoint(out: Path, *words: str) -> None:
    """Run ``python -m train WORDS`` in this process until a checkpoint is whole, and go no step further.

    What a kill of the process leaves is the same; ``killed_at_a_checkpoint`` does that, some seconds longer.
    """
    import torch

    from train.cli import main
    from train.lora.callbacks import Watch

    class Died(BaseException):
        """Nobody catches it."""

    def saved(self: Watch, *args: Any, **more: Any) -> None:
        on_save(self, *args, **more)
        raise Died

    torch.set_num_threads(1)
    on_save = Watch.on_save
    with mock.patch.object(Watch, "on_save", saved), pytest.raises(Died):
        main([*words, "--out", str(out), "--device", "cpu"])
    assert list(out.glob("checkpoints/*/complete.json"))
    assert not (out / "report.json").exists()


def killed_at_a_checkpoint(out: Path, *words: str) -> None:
    """Run ``python -m train WORDS`` until a checkpoint is whole, and kill it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "train", *words, "--out", str(out), "--device", "cpu"],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    end = time.monotonic() + 240
    while not list(out.glob("checkpoints/*/complete.json")):
        assert process.poll() is None, process.communicate()[1].decode()[-2000:]
        assert time.monotonic() < end, "no checkpoint came"
        time.sleep(0.002)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (out / "report.json").exists()
