"""Models from ModelScope, the real client against a scripted one; skipped where the client is not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from solver.base.extras import missing
from tests.support.checkout import ROOT
from tests.support.modelscope_hub import ModelScopeHub, modelscope_hub

pytestmark = pytest.mark.skipif(bool(missing(["modelscope"])), reason="modelscope is not installed")
SHAPE = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "vocab_size": 32,
}
FILES = {
    "config.json": json.dumps(SHAPE).encode(),
    "tokenizer.json": b"{}",
    "model.safetensors": os.urandom(1000) * 300,
    "pytorch_model.bin": b"pickle",
}


def said(hub: ModelScopeHub, tmp_path: Path, *words: str) -> tuple[int, str, str]:
    """Run a command with the hub for ModelScope; returns exit code, stdout and stderr."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MODELSCOPE_")},
        "MODELSCOPE_ENDPOINT": hub.url,
        "MODELSCOPE_DOMAIN": hub.url.partition("//")[2],
        "MODELSCOPE_CACHE": str(tmp_path / "modelscope"),
        "LOGIC_VOTE_CACHE": str(tmp_path / "cache"),
    }
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.strip(), done.stderr


def test_a_model_is_fetched_without_what_could_run_code(tmp_path: Path) -> None:
    with modelscope_hub(ModelScopeHub("org/toy", FILES)) as hub:
        code, folder, talk = said(hub, tmp_path, "harness", "fetch", "modelscope:org/toy")
    assert code == 0, talk
    assert Path(folder.splitlines()[-1]).name == "toy"
    names = sorted(path.name for path in Path(folder.splitlines()[-1]).iterdir())
    assert names == ["config.json", "model.safetensors", "tokenizer.json"]
    assert "pytorch_model.bin" not in [name for name, _ in hub.downloads]


def test_a_download_that_breaks_off_comes_whole_in_the_end(tmp_path: Path) -> None:
    with modelscope_hub(ModelScopeHub("org/toy", FILES, cut_at=100_000)) as hub:
        code, folder, talk = said(hub, tmp_path, "harness", "fetch", "modelscope:org/toy")
        if code:  # the client may leave it to the next run
            code, folder, talk = said(hub, tmp_path, "harness", "fetch", "modelscope:org/toy")
    assert code == 0, talk
    assert (Path(folder.splitlines()[-1]) / "model.safetensors").read_bytes() == FILES["model.safetensors"]


def test_weights_that_are_not_those_that_are_named_are_refused(tmp_path: Path) -> None:
    with modelscope_hub(ModelScopeHub("org/toy", FILES, lies=True)) as hub:
        code, _, talk = said(hub, tmp_path, "harness", "fetch", "modelscope:org/toy")
    assert code == 1
    last = talk.strip().splitlines()[-1]
    assert last.startswith("harness: modelscope:org/toy: cannot be fetched")
    assert "run again" in last


def test_a_misspelt_name_is_refused_in_one_line(tmp_path: Path) -> None:
    with modelscope_hub(ModelScopeHub("org/toy", FILES)) as hub:
        code, folder, talk = said(hub, tmp_path, "harness", "fetch", "modelscope:org/tooy")
    assert (code, folder) == (1, "")
    assert "is it misspelt?" in talk.strip().splitlines()[-1]


def test_a_plan_fetches_the_shape_and_not_the_weights(tmp_path: Path) -> None:
    words = ("train", "plan", "embedded-lora", "base.model=modelscope:org/toy", "--rows", "10")
    with modelscope_hub(ModelScopeHub("org/toy", FILES)) as hub:
        code, table, talk = said(hub, tmp_path, *words)
    assert code == 0, talk
    assert "org/toy" in table
    assert {name for name, _ in hub.downloads} == {"config.json"}
