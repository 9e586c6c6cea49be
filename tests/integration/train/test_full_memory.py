"""A full GPU or machine is no bug: one error with who has the memory, what takes less, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.lora_runs import needs_trl

torch = needs_trl()

# ruff: noqa: E402  the skips above must come first
from safetensors.torch import load_file

from tests.support.practice_place import LORA, practice_place
from tests.support.tiny_model import tiny_model
from train import full_memory
from train.cli import main
from train.full_memory import GIB, Card
from train.planning.room import check_room_on
from train.sft.recipe import SftRecipe

# Deprecations inside trl, peft and what they import are not ours.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = practice_place(tmp_path_factory.mktemp("full"))
    lines = [
        {
            "prompt": [{"role": "user", "content": f"{number}谁先？"}],
            "chosen": "答案是：A",
            "rejected": "答案是：B",
            "answer": "A",
            "options": ["甲", "乙"],
        }
        for number in range(16)
    ]
    (folder / "pairs.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return folder


def _once_full(monkeypatch: pytest.MonkeyPatch, target: str, call: int) -> None:
    """Make a function of ours fail as torch does on a full GPU, once."""
    module, _, name = target.rpartition(".")
    owner: Any = pytest.importorskip(module) if module.islower() else _class(module)
    made: Callable[..., Any] = getattr(owner, name)
    numbers = iter(range(1, 1000))

    def full(*args: Any, **more: Any) -> Any:
        if next(numbers) == call:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nsecond line")
        return made(*args, **more)

    monkeypatch.setattr(owner, name, full)


def _class(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(pytest.importorskip(module), name)


WAYS = {
    "sft": ("train.lora.sound_steps.gradient_norm", "optim.batch lower and optim.accumulation higher", "rows"),
    "dpo": ("train.lora.sound_steps.gradient_norm", "optim.batch lower and optim.accumulation higher", "pairs"),
    "grpo": ("train.grpo.loop.learner.Learner._backward", "loop.pack lower", "questions"),
}
SMALLER = {
    "sft": ("optim.batch=1", "optim.accumulation=2", "run.gradient_checkpointing=true"),
    "dpo": ("run.gradient_checkpointing=true",),
    "grpo": ("loop.pack=300", "sampling.vllm_memory=0.2", "optim.batch=8", "optim.accumulation=2"),
}
"""Settings with which the run goes on."""


@pytest.mark.parametrize("way", WAYS)
def test_a_step_that_finds_the_gpu_full_ends_in_one_error_and_the_same_command_goes_on(
    way: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    target, advice, data = WAYS[way]
    more = ["optim.batch=2", "optim.accumulation=1", "optim.lr=0.0001", "lora.dropout=0"]
    if way == "grpo":
        more = ["sampling.engine=transformers", f"data.prompt={place / 'ask.txt'}", "sampling.max_tokens=12"]
        more += ["sampling.group=8", "sampling.temperature=0.1", "optim.batch=16", "optim.accumulation=1"]
    words = [
        *(way, f"embedded-{'lora' if way == 'sft' else way}", f"base.model={place / 'tiny'}", *LORA),
        *(f"data.train={place / data}.jsonl", "data.eval_share=0", "data.max_length=200", "run.max_steps=4"),
        *("run.save_steps=1", *more, "--init-adapter", str(place / "sft" / "adapter")),
        *("--out", str(tmp_path / "run"), "--device", "cpu"),
    ]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(full_memory, "card_now", lambda: Card(140 * GIB, GIB // 2, 61 * GIB))
    with monkeypatch.context() as patch:
        _once_full(patch, target, 3)
        assert main(words) == 1
    told = capfd.readouterr().err
    assert "a bug" not in told
    assert "the GPU's memory is full: of 140.0 GiB of the GPU this process holds 61.0, others hold 78.5" in told
    assert advice in told
    kept = max((tmp_path / "run" / "checkpoints").glob("checkpoint-*"), key=lambda path: int(path.name[11:]))
    assert f"{kept} is kept, and the same command goes on from there" in told
    assert main([*words, *SMALLER[way]]) == 0
    assert f"going on from {kept}" in capfd.readouterr().err
    if way == "grpo":
        # What it draws hangs on how fast it is.
        return
    words[words.index(str(tmp_path / "run"))] = str(tmp_path / "whole")
    assert main(words) == 0
    changed, whole = (load_file(tmp_path / name / "adapter" / "adapter_model.safetensors") for name in ("run", "whole"))
    before = load_file(place / "sft" / "adapter" / "adapter_model.safetensors")
    assert {name for name in whole if not torch.equal(whole[name], before[name])}
    for name, tensor in whole.items():
        assert torch.allclose(changed[name], tensor, rtol=1e-3, atol=1e-6), name


def test_a_merge_that_finds_memory_full_leaves_nothing_and_says_what_helps(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _once_full(monkeypatch, "train.merge.logits_of", 1)
    words = ["merge", str(place / "sft" / "adapter"), "--base", str(place / "tiny"), "--out", str(tmp_path / "merged")]
    assert main(words) == 1
    told = capfd.readouterr().err
    assert "a bug" not in told
    assert "memory is full" in told
    assert "CUDA out of memory. Tried to allocate 2.00 GiB." in told
    assert not (tmp_path / "merged").exists()


def test_a_plan_larger_than_what_is_free_is_said_before_weights_are_loaded(capfd: pytest.CaptureFixture[str]) -> None:
    recipe = SftRecipe.load("embedded-lora", [f"base.model={tiny_model()}"])
    check_room_on(Card(80 * GIB, 70 * GIB, 0), recipe)
    assert capfd.readouterr().err == ""
    check_room_on(Card(80 * GIB, GIB // 8, 0), recipe)
    told = capfd.readouterr().err
    assert "warning: this run is planned with" in told
    assert "others hold 79.9, 0.1 are free" in told
