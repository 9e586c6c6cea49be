"""Reinforcement learning on a tiny model that answers at random: right answers become likelier, killed runs go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.lora_runs import killed_at_a_checkpoint, needs_trl, tuned

torch = needs_trl()

# ruff: noqa: E402  the skips above must come first
from tests.support.tiny_model import tiny_model
from train.errors import AdapterError, CheckpointError
from train.grpo.recipe import GrpoRecipe
from train.sft.recipe import SftRecipe

# Deprecations inside trl, peft and what they import are not ours.
pytestmark = pytest.mark.filterwarnings("ignore")
STEPS = 6
LORA = ("lora.rank=4", "lora.alpha=8")
TEMPLATE = "{problem}{question}\n{options}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base, questions whose answer is always A, and an adapter that answers A or B, as often the one as the other."""
    from train.lora.run import train_adapter
    from train.sft import sft

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("grpo")
    tiny_model(folder / "tiny")
    (folder / "ask.txt").write_text(TEMPLATE + "\n", encoding="utf-8")
    lines, rows = [], []
    for number in range(16):
        question = {"question": "谁先？", "options": ["甲", "乙"], "answer": "A"}
        lines.append({"id": f"p{number}", "problem": f"{number}", "questions": [question]})
        asked = f"{number}谁先？\nA. 甲\nB. 乙"
        said = f"答案是：{'AB'[number % 2]}"
        rows.append({"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]})
    for name, values in (("questions.jsonl", lines), ("rows.jsonl", rows)):
        text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
        (folder / name).write_text(text, encoding="utf-8")
    words = [f"base.model={folder / 'tiny'}", f"data.train={folder / 'rows.jsonl'}", "data.eval_share=0", *LORA]
    words += ["data.max_length=200", "optim.lr=0.01", "run.max_steps=80", "run.save_steps=100", "optim.batch=2"]
    train_adapter(sft.prepare(SftRecipe.load("embedded-lora", words), folder / "sft"), use_cpu=True)
    return folder


def _words(place: Path) -> list[str]:
    return [
        *(
            f"base.model={place / 'tiny'}",
            f"data.train={place / 'questions.jsonl'}",
            f"data.prompt={place / 'ask.txt'}",
        ),
        *(
            "data.eval_share=0.15",
            "data.max_length=200",
            "sampling.max_tokens=12",
            "sampling.group=8",
            "sampling.temperature=0.1",
            *LORA,
        ),
        *("optim.batch=16", "optim.accumulation=2", "optim.lr=0.003", f"run.max_steps={STEPS}", "run.save_steps=2"),
        *("run.eval_steps=3", "optim.warmup_ratio=0"),
    ]


@pytest.fixture(scope="module")
def recipe_of(place: Path) -> Callable[..., GrpoRecipe]:
    return lambda *words: GrpoRecipe.load("embedded-grpo", [*_words(place), *words])


def _tuned(recipe: GrpoRecipe, place: Path, out: Path) -> dict[str, Any]:
    return tuned("grpo", recipe, out, init_adapter=place / "sft" / "adapter")


def test_right_answers_become_likelier_and_the_report_counts_groups_and_lengths(
    recipe_of: Callable[..., GrpoRecipe], place: Path, tmp_path: Path
) -> None:
    report = _tuned(recipe_of(), place, tmp_path / "run")
    assert report["steps"] == STEPS
    assert report["rows"] == {"train": 14, "eval": 2, "over_length": 0}
    assert 0.0 < report["reward_first"] < 1.0
    assert report["reward_last"] > report["reward_first"]
    assert 0.0 <= report["groups_without_spread_first"] < 1.0
    assert report["length_first"] > 1
    assert "eval_right_last" in report
    assert (tmp_path / "run" / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert any(line.get("right") is not None for line in report["losses"])


def test_a_run_in_which_nothing_is_ever_paid_says_what_would_help(
    recipe_of: Callable[..., GrpoRecipe], place: Path, tmp_path: Path
) -> None:
    from train.grpo import grpo
    from train.lora.run import train_adapter

    recipe = recipe_of("run.max_steps=1", "reward.min_chars=1000", "data.eval_share=0")
    with pytest.raises(AdapterError, match="no group of answers was paid differently"):
        train_adapter(grpo.prepare(recipe, tmp_path / "run"), use_cpu=True)


def test_a_killed_run_goes_on(
    recipe_of: Callable[..., GrpoRecipe], place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    killed_at_a_checkpoint(
        out, "grpo", "embedded-grpo", *_words(place), "--init-adapter", str(place / "sft" / "adapter")
    )
    with pytest.raises(CheckpointError, match="another recipe"):
        _tuned(recipe_of("sampling.temperature=0.5"), place, out)
    report = _tuned(recipe_of(), place, out)
    assert "going on from" in capfd.readouterr().err
    assert report["steps"] == STEPS
    assert (out / "adapter" / "adapter_model.safetensors").is_file()
