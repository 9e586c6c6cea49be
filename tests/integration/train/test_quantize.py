"""Quantising a tiny model with tied embeddings for real, and serving it with vLLM on the CPU."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if importlib.util.find_spec("gptqmodel") is None:
    pytest.skip("gptqmodel is not installed", allow_module_level=True)

from solver.backends.backend import OpenBackend
from solver.backends.engine_config import EngineConfig, installed_device
from solver.backends.inprocess import InProcessEngine
from solver.backends.protocol import opened
from solver.base.errors import EngineMissing
from solver.sampling.endpoint import ClientConfig
from solver.sampling.sample import Sample, Status
from tests.support.backend_contract import Borrowed, requests_of
from tests.support.checkout import ROOT
from tests.support.tiny_model import made_tiny_model


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder that the command wrote, and the report that it printed."""
    out = tmp_path_factory.mktemp("quantize") / "tiny-gptq"
    words = ["--out", str(out), "--group-size", "32", "--rows", "4", "--held-out", "4", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "train", "quantize", str(made_tiny_model()), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return out, json.loads(done.stdout)


def test_the_report_tells_sizes_agreement_and_every_layer(made: tuple[Path, dict[str, Any]]) -> None:
    out, report = made
    assert json.loads((out / "quantize.json").read_text()) == report
    assert report["size"]["packed_layers"] == 14 == len(report["layers"])
    assert 4.5 < report["size"]["bits_a_packed_weight"] < 6.5
    assert report["calibration"]["shortest"] >= 256
    # Rounding to 4 bits in groups of 32 changes weights by about a tenth; a wrong layout by more than all.
    assert all(0.01 < layer["weight"] < 0.2 and 0 < layer["output"] < 0.2 for layer in report["layers"])
    assert abs(report["held_out"]["nll_change"]) < 0.05


def test_nothing_but_the_model_is_left(made: tuple[Path, dict[str, Any]]) -> None:
    out, _ = made
    assert sorted(path.name for path in out.parent.iterdir()) == ["tiny-gptq"]
    names = {path.name for path in out.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "quantize.json"} <= names
    assert not names & {"work", "worker.log", "raw"}
    settings = json.loads((out / "config.json").read_text())["quantization_config"]
    assert (settings["bits"], settings["sym"], settings["desc_act"]) == (4, True, False)


def test_vllm_serves_the_checkpoint(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    try:
        installed_device()
    except EngineMissing as missing:
        pytest.skip(str(missing))

    async def answer() -> Sample:
        config = EngineConfig(
            model=str(made[0]), served_name="q", log_path=tmp_path / "log", is_eager=True, max_num_seqs=4
        )
        async with opened(InProcessEngine(config)) as engine, OpenBackend([Borrowed(engine)], ClientConfig()) as door:
            (sample,) = await door.sample(requests_of("q"))
            return sample

    sample = asyncio.run(answer())
    assert sample.status is not Status.FAILED, sample.error
    assert sample.completion_tokens >= 1
    assert "gptq" in (tmp_path / "log").read_text().lower()
