"""Models by name, the real client against a scripted hub: fetched once, checked, then without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.run.config import EvalConfig
from solver.backends.settings import BackendSettings
from solver.base.extras import missing
from solver.hub.huggingface import _unreachable
from solver.hub.model_name import ModelName, named_by, parse_model_name
from solver.hub.needed_files import chosen_files
from tests.support.checkout import ROOT
from tests.support.model_hub import COMMIT, ModelHub, model_hub

needs_client = pytest.mark.skipif(bool(missing(["huggingface_hub"])), reason="huggingface_hub is not installed")
FILES = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "README.md": b"words",
    "model.safetensors": os.urandom(1000) * 300,
    "pytorch_model.bin": b"pickle",
}


def fetch(hub: ModelHub, tmp_path: Path, name: str = "org/toy", *flags: str) -> tuple[int, str, str]:
    """Run ``harness fetch``; returns exit code, stdout and stderr."""
    return said(hub, tmp_path, "-m", "harness", "fetch", name, *flags)


def said(hub: ModelHub, tmp_path: Path, *words: str) -> tuple[int, str, str]:
    """Run Python with the hub for the hub; returns exit code, stdout and stderr."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
        **({"HF_TOKEN": os.environ["LOGIC_VOTE_TEST_TOKEN"]} if "LOGIC_VOTE_TEST_TOKEN" in os.environ else {}),
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "hf"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "LOGIC_VOTE_CACHE": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout.strip(), done.stderr


@needs_client
def test_a_model_is_fetched_into_a_folder_of_its_name_with_its_revision(tmp_path: Path) -> None:
    with model_hub(ModelHub("org/toy", FILES)) as hub:
        code, folder, talk = fetch(hub, tmp_path)
    assert code == 0, talk
    assert folder.endswith(f"huggingface/org/{COMMIT}/toy")
    assert sorted(path.name for path in Path(folder).iterdir()) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    ]
    assert (Path(folder) / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    assert "org/toy@0123456789ab: 3 files" in talk
    config = EvalConfig(backend=BackendSettings(serve=folder), run=None)
    assert config.binding["serve"] == f"org/toy@{COMMIT}"
    assert "-toy-" in config.folder.name


@needs_client
def test_a_download_that_breaks_off_is_taken_up_again(tmp_path: Path) -> None:
    # The client writes in pieces of 10 MB.
    weights = os.urandom(1000) * 24_000
    with model_hub(ModelHub("org/toy", {**FILES, "model.safetensors": weights}, cut_at=15_000_000)) as hub:
        code, folder, talk = fetch(hub, tmp_path)
        if code:  # the client may leave it to the next run
            code, folder, talk = fetch(hub, tmp_path)
    assert code == 0, talk
    assert (Path(folder) / "model.safetensors").read_bytes() == weights
    ranges = [wanted for name, wanted in hub.downloads if name == "model.safetensors"]
    assert len(ranges) == 2
    assert ranges[1] is not None


@needs_client
def test_weights_that_are_not_those_the_hub_names_are_removed(tmp_path: Path) -> None:
    with model_hub(ModelHub("org/toy", FILES, lies=True)) as hub:
        code, _, talk = fetch(hub, tmp_path)
        hub.lies = False
        assert fetch(hub, tmp_path)[0] == 0
    assert code == 1
    assert "model.safetensors is not the file that the hub names" in talk
    assert "Traceback" not in talk


@needs_client
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("org/tooy", "org/tooy: no such folder here, and no such model on the hub; did you mean org/toy?"),
        ("org/toy@nothing", "org/toy has no revision 'nothing'"),
        ("org/gated", "org/gated is gated: accept its terms on its page of the hub, then set HF_TOKEN"),
        ("org/old", "org/old holds no safetensors, only files whose loading can run code; allow them"),
        ("org/llama", "org/llama holds GGUF files only"),
    ],
)
def test_what_cannot_be_fetched_is_one_line_with_what_to_do(name: str, message: str, tmp_path: Path) -> None:
    repository = "org/toy" if "toy" in name or "tooy" in name else name
    files = {"org/old": {"pytorch_model.bin": b"x"}, "org/llama": {"q4.gguf": b"x"}}.get(name, FILES)
    with model_hub(ModelHub(repository, files, is_gated=name == "org/gated")) as hub:
        code, folder, talk = fetch(hub, tmp_path, name)
    assert (code, folder) == (2, "")
    assert talk.strip().splitlines()[-1].startswith(f"harness: {message}")


def test_a_folder_that_was_meant_is_named_before_the_hub_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models" / "embedded").mkdir(parents=True)
    told = _unreachable(ModelName("huggingface", "models/embeded"), OSError("[Errno -2] Name or service not known"))
    assert told.startswith(
        "models/embeded: no such folder here, and the hub cannot be reached (Name or service not known); did you mean "
        "models/embedded? Or set HF_ENDPOINT"
    )
    assert "); set HF_ENDPOINT" in _unreachable(ModelName("huggingface", "org/toy"), OSError("no route"))


@needs_client
def test_a_model_that_is_here_needs_no_hub_and_one_that_is_not_says_so(tmp_path: Path) -> None:
    with model_hub(ModelHub("org/toy", FILES)) as hub:
        assert fetch(hub, tmp_path)[0] == 0
    code, _, talk = fetch(hub, tmp_path)
    assert code == 1
    assert "the hub cannot be reached" in talk
    script = "from solver.hub.model_folder import model_folder as f; print(f('org/toy', print))"
    environment = {**os.environ, "LOGIC_VOTE_CACHE": str(tmp_path / "cache"), "HF_ENDPOINT": hub.url}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip().endswith("/toy"), done.stderr


@needs_client
def test_a_plan_for_a_model_by_name_fetches_its_shape_and_not_its_weights(tmp_path: Path) -> None:
    shape = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = json.dumps({**shape, "vocab_size": 32}).encode()
    words = ("-m", "train", "plan", "embedded-lora", "base.model=org/toy", "--rows", "10")
    with model_hub(ModelHub("org/toy", {**FILES, "config.json": config})) as hub:
        code, table, talk = said(hub, tmp_path, *words)
    assert code == 0, talk
    assert "org/toy" in table
    assert [name for name, _ in hub.downloads] == ["config.json"]


@needs_client
def test_a_mirror_that_wants_a_token_is_sent_the_one_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_hub(ModelHub("org/toy", FILES, token="hf_secret")) as hub:
        code, _, talk = fetch(hub, tmp_path)
        assert (code, "set HF_TOKEN" in talk) == (2, True)
        monkeypatch.setenv("LOGIC_VOTE_TEST_TOKEN", "hf_secret")
        code, folder, talk = fetch(hub, tmp_path)
    assert code == 0, talk
    assert "hf_secret" not in talk + folder


def test_a_name_is_told_from_a_path() -> None:
    assert parse_model_name("modelscope:Qwen/Qwen2.5-7B@v1") == ("modelscope", "Qwen/Qwen2.5-7B", "v1")
    for path in ("/models/x", "./a/b", "a", "a/b/c", "../a/b", "models/", "x\x1b/y"):
        assert parse_model_name(path) is None
    assert named_by("/x/models/mine/0/1/2") is None


def test_only_what_is_needed_is_taken() -> None:
    both = {"a.safetensors": 5, "a.bin": 5, "config.json": 1, "x.msgpack": 9, "onnx/model.safetensors": 5}
    assert chosen_files(both) == {"config.json": 1, "a.safetensors": 5}
    assert chosen_files({"a.bin": 5, "config.json": 1}, allows_pickle=True) == {"config.json": 1, "a.bin": 5}
    assert isinstance(chosen_files({"config.json": 1}), str)
