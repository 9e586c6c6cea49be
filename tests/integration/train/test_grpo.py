"""Practice on a tiny model that answers at random, in both loops: right answers become likelier, killed runs go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.lora_runs import killed_at_a_checkpoint, needs_trl, tuned

torch = needs_trl()

# ruff: noqa: E402  the skips above must come first
from tests.support.practice_place import LORA, practice_place
from train.errors import AdapterError, CheckpointError
from train.grpo.recipe import GrpoRecipe

# Deprecations inside trl, peft and what they import are not ours.
pytestmark = pytest.mark.filterwarnings("ignore")
STEPS = 6
LOOPS = pytest.mark.parametrize("loop", ["own", "trl"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base, questions whose answer is always A, and an adapter that answers A or B, as often the one as the other."""
    return practice_place(tmp_path_factory.mktemp("grpo"))


def _words(place: Path, loop: str) -> list[str]:
    return [
        *(f"loop.kind={loop}", "sampling.engine=transformers"),
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
    return lambda loop, *words: GrpoRecipe.load("embedded-grpo", [*_words(place, loop), *words])


def _tuned(recipe: GrpoRecipe, place: Path, out: Path) -> dict[str, Any]:
    return tuned("grpo", recipe, out, init_adapter=place / "sft" / "adapter")


@LOOPS
def test_right_answers_become_likelier_and_the_report_counts_groups_and_lengths(
    loop: str, recipe_of: Callable[..., GrpoRecipe], place: Path, tmp_path: Path
) -> None:
    # Our own loop asks less of what is solved already, so that its reward says little: held-out questions do.
    own = ("optim.lr=0.002", "sampling.eval_group=8", "held_out.temperature=0.1") if loop == "own" else ()
    report = _tuned(recipe_of(loop, "data.eval_share=0.3", *own), place, tmp_path / "run")
    assert report["steps"] == STEPS
    assert report["rows"] == {"train": 11, "eval": 5, "over_length": 0}
    assert 0.0 < report["reward_first"] < 1.0
    rising = "eval_right" if loop == "own" else "reward"
    assert report[f"{rising}_last"] > report[f"{rising}_first"]
    assert 0.0 <= report["groups_without_spread_first"] < 1.0
    assert report["length_first"] > 1
    assert "eval_right_last" in report
    assert (tmp_path / "run" / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert any(line.get("right") is not None for line in report["losses"])


@LOOPS
def test_a_run_in_which_nothing_is_ever_paid_says_what_would_help(
    loop: str, recipe_of: Callable[..., GrpoRecipe], place: Path, tmp_path: Path
) -> None:
    recipe = recipe_of(loop, "run.max_steps=1", "reward.min_chars=1000", "data.eval_share=0")
    with pytest.raises(AdapterError, match="no group of answers was paid differently"):
        tuned("grpo", recipe, tmp_path / "run")


@LOOPS
def test_a_killed_run_goes_on(
    loop: str, recipe_of: Callable[..., GrpoRecipe], place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    killed_at_a_checkpoint(
        out, "grpo", "embedded-grpo", *_words(place, loop), "--init-adapter", str(place / "sft" / "adapter")
    )
    with pytest.raises(CheckpointError, match="another recipe"):
        _tuned(recipe_of(loop, "sampling.temperature=0.5"), place, out)
    report = _tuned(recipe_of(loop), place, out)
    assert "going on from" in capfd.readouterr().err
    assert report["steps"] == STEPS
    assert (out / "adapter" / "adapter_model.safetensors").is_file()
    steps = [line["step"] for line in report["losses"] if "reward" in line]
    assert steps == list(range(1, STEPS + 1)) or loop == "trl"


def test_a_run_ends_when_held_out_answers_get_no_better_and_writes_the_best_adapter(
    recipe_of: Callable[..., GrpoRecipe], place: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file

    words = ("run.max_steps=40", "held_out.every=1", "held_out.patience=2", "run.save_steps=1", "loop.cooldown=0")
    recipe = recipe_of("own", *words, f"held_out.guard={place / 'questions.jsonl'}")
    report = _tuned(recipe, place, tmp_path / "run")
    assert report["ended_by"] in ("held_out", "spread")
    assert report["steps"] < 40
    curve = [(line["step"], line["eval_right"]) for line in report["losses"] if "eval_right" in line]
    assert [step for step, _ in curve] == list(range(report["steps"] + 1))
    best = report["held_out"]["best_step"]
    assert dict(curve)[best] == max(right for step, right in curve if step) == report["held_out"]["best"]
    # Measured once more after training, by the questions' own answers before it.
    assert report["guard"]["questions"] == 16
    assert len(report["guard"]["difference"]) == 3
    if best < report["steps"]:
        last = torch.load(
            tmp_path / "run" / "checkpoints" / f"checkpoint-{report['steps']}" / "tensors.pt", weights_only=True
        )
        written = load_file(str(tmp_path / "run" / "adapter" / "adapter_model.safetensors"))
        name = next(name for name in written if "lora_B" in name)
        kept = name.replace(".lora_B.", ".lora_B.default.")
        assert torch.equal(written[name], last["best"][kept])
        assert not torch.equal(written[name], last["adapter"][kept])
    kept_checkpoints = sorted(path.name for path in (tmp_path / "run" / "checkpoints").glob("checkpoint-*"))
    assert len(kept_checkpoints) == 2
