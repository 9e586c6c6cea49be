"""The plan's memory against what the installed peft, trl and transformers really allocate (on fake tensors)."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest

from tests.support.checkout import ROOT
from train.planning.base_shapes import base_shape
from train.planning.memory import Load, memory_of

# As many key heads as query heads: torch on the CPU has no grouped attention and would copy them.
SMALL = {"hidden": 1024, "intermediate": 5120, "layers": 3, "heads": 8, "kv_heads": 8, "head_dim": 128, "vocab": 40000}
CASES: tuple[dict[str, Any], ...] = (
    {"rank": 128, "length": 1024},
    {"rank": 16, "length": 2048, "has_checkpointing": False},
    {"rank": 16, "length": 1024, "batch": 2, "logits": "full"},
)


@pytest.mark.skipif(find_spec("trl") is None or find_spec("peft") is None, reason="needs the train extra")
def test_the_estimate_is_right_for_the_installed_libraries() -> None:
    words = [json.dumps({"model": "Qwen/Qwen2.5-7B", "change": SMALL, **case}) for case in CASES]
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.train.memory_trace", *words],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        env=_environment(),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    traced = [json.loads(line)["peak"] for line in done.stdout.splitlines() if line.startswith('{"peak"')]
    assert len(traced) == len(CASES)
    shape = dataclasses.replace(base_shape("Qwen/Qwen2.5-7B"), **SMALL)  # type: ignore[arg-type]
    # Without the weights, which nobody can get wrong.
    weights = 2 * shape.parameters
    for case, peak in zip(CASES, traced, strict=True):
        estimate = memory_of(Load(shape=shape, **{"accumulation": 2, **case})).peak
        assert abs((estimate - weights) / (peak - weights) - 1) < 0.10, (case, estimate, peak)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
