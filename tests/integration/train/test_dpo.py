"""Preferences on a tiny random model with trl and peft: what is learnt, what resumes, what is refused in time."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.lora_runs import dies_at_a_checkpoint, needs_trl, tuned

torch = needs_trl()

# ruff: noqa: E402  the skips above must come first
from solver.training_rows import Message, Preference, dpo_row
from tests.support.tiny_model import tiny_model
from train.dpo.recipe import DpoRecipe
from train.errors import CheckpointError, RowsError

# Deprecations inside trl, peft and what they import are not ours.
pytestmark = pytest.mark.filterwarnings("ignore")
STEPS = 12


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("base") / "tiny")


def pair(number: int) -> Preference:
    right, wrong = ("A", "B") if number % 2 else ("B", "A")
    return Preference(
        id=f"p{number // 2}#{number % 2}",
        prompt=(Message("user", f"第{number}题，" + "想。" * (number % 5) + "谁说真话？\nA. 小明\nB. 小红"),),
        chosen=f"因为{number}，所以。\n答案是：{right}",
        rejected=f"不知道{number}。\n答案是：{wrong}",
        letter=right,
        options=("小明", "小红"),
    )


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pairs") / "pairs.jsonl"
    lines = [json.dumps(dpo_row(pair(number)), ensure_ascii=False) for number in range(40)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _words(base: Path, pairs: Path) -> list[str]:
    return [
        *(f"base.model={base}", f"data.train={pairs}", "data.eval_share=0.2", "data.max_length=300"),
        *("lora.rank=4", "lora.alpha=8", "optim.batch=2", "optim.accumulation=1", "optim.lr=0.01", "loss.beta=0.5"),
        *(f"run.max_steps={STEPS}", "run.save_steps=3", "run.eval_steps=6", "run.log_steps=1"),
    ]


@pytest.fixture(scope="module")
def recipe_of(base: Path, pairs: Path) -> Callable[..., DpoRecipe]:
    return lambda *words: DpoRecipe.load("embedded-dpo", [*_words(base, pairs), *words])


def _tuned(recipe: DpoRecipe, out: Path, **more: Any) -> dict[str, Any]:
    return tuned("dpo", recipe, out, **more)


@pytest.fixture(scope="module")
def whole(recipe_of: Callable[..., DpoRecipe], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A run that nothing interrupted."""
    out = tmp_path_factory.mktemp("whole") / "run"
    return out, _tuned(recipe_of(), out)


def _weights(run: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    found: dict[str, Any] = load_file(str(run / "adapter" / "adapter_model.safetensors"))
    return found


def test_pairs_are_put_right_on_problems_that_were_not_trained_on(whole: tuple[Path, dict[str, Any]]) -> None:
    out, report = whole
    assert report["rows"] == {"train": 32, "eval": 8, "over_length": 0}
    assert report["steps"] == STEPS
    assert report["loss_last"] < report["loss_first"]
    assert report["eval_loss_last"] < report["eval_loss_first"]
    assert report["eval_pairs_right_last"] > 0.8
    assert report["tokens_per_s"] > 0
    assert (out / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert not (out / "adapter" / "ref").exists()


def test_pairs_are_padded_so_the_kernel_whose_gradient_is_not_finite_then_is_left_out(
    recipe_of: Callable[..., DpoRecipe],
) -> None:
    from train.dpo import dpo
    from train.lora.trainer import arguments_of, trainer_of

    torch.backends.cuda.enable_cudnn_sdp(True)
    ready = dpo.prepare(recipe_of(), Path("x"))
    arguments, choice = arguments_of(ready, use_cpu=True)
    trainer = trainer_of(ready, arguments, choice)
    batches = [one["attention_mask"] for one in trainer.get_train_dataloader()]
    assert any(not mask.all() for mask in batches), "where no row were padded, no mask would be given"
    assert not torch.backends.cuda.cudnn_sdp_enabled()


def test_both_questions_of_a_problem_are_held_out_together(recipe_of: Callable[..., DpoRecipe]) -> None:
    from train.dpo import dpo

    ready = dpo.prepare(recipe_of(), Path("x"))
    assert {one.group for one in ready.rows.train} & {one.group for one in ready.rows.eval} == set()
    assert {one.group for one in ready.rows.eval} <= {f"p{number}" for number in range(20)}


def test_a_pair_has_the_tokens_that_fine_tuning_gives_its_answers(
    recipe_of: Callable[..., DpoRecipe], pairs: Path
) -> None:
    from train.dpo import dpo
    from train.lora.trainer import arguments_of, trainer_of

    ready = dpo.prepare(recipe_of("data.eval_share=0"), Path("x"))
    arguments, choice = arguments_of(ready, use_cpu=True)
    trainer = trainer_of(ready, arguments, choice)
    batch = next(iter(trainer.get_train_dataloader()))
    assert batch["input_ids"].shape[0] == 4, "two pairs, two sides each"
    learned = [
        ready.tokenizer.decode(ids[mask.bool()])
        for ids, mask in zip(batch["input_ids"], batch["completion_mask"], strict=True)
    ]
    wanted = {f"{answer}<|im_end|>" for n in range(40) for answer in (pair(n).chosen, pair(n).rejected)}
    assert set(learned) <= wanted, "the answer and the end of the turn, nothing behind it"
    lengths = batch["attention_mask"].sum(dim=1).tolist()
    assert max(lengths) - min(lengths) <= 8, "a batch holds pairs of about one length"


def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been_killed(
    recipe_of: Callable[..., DpoRecipe],
    base: Path,
    pairs: Path,
    whole: tuple[Path, dict[str, Any]],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    out = tmp_path / "run"
    dies_at_a_checkpoint(out, "dpo", "embedded-dpo", *_words(base, pairs))
    with pytest.raises(CheckpointError, match="another recipe"):
        _tuned(recipe_of("loss.beta=0.2"), out)
    caplog.set_level(logging.INFO)
    report = _tuned(recipe_of(), out)
    assert "going on from" in capfd.readouterr().err
    # accelerate's remarks came at every step, and there is nothing to do about them
    assert not logging.getLogger("accelerate.accelerator").isEnabledFor(logging.INFO)
    assert report["steps"] == STEPS
    wanted = _weights(whole[0])
    for name, value in _weights(out).items():
        torch.testing.assert_close(value, wanted[name], atol=1e-5, rtol=1e-4)


def test_training_that_begins_with_an_adapter_is_measured_against_it(
    recipe_of: Callable[..., DpoRecipe], whole: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    recipe = recipe_of("run.max_steps=2", "optim.lr=0.0001", "loss.sft_weight=0")
    report = _tuned(recipe, tmp_path / "run", init_adapter=whole[0] / "adapter")
    # Nothing is preferred yet over a reference that is the very same adapter: the loss is that of a coin.
    assert report["loss_first"] == pytest.approx(0.6931, abs=1e-3)
    assert set(_weights(tmp_path / "run")) == set(_weights(whole[0])), "the frozen copy is not saved"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"answer": "B"}, "chosen: ends in A, but answer is B"),
        ({"rejected": "也是。\n答案是：A"}, "rejected: ends in A, which is the answer"),
        ({"prompt": [{"role": "assistant", "content": "x"}]}, "prompt: must end in a user's message"),
        ({"chosen": None}, "chosen: must be a text or a list of messages"),
    ],
)
def test_a_pair_that_would_teach_something_wrong_is_refused(
    base: Path, tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    from train.dpo import dpo

    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps({**dpo_row(pair(1)), **changes}, ensure_ascii=False) + "\n", encoding="utf-8")
    with pytest.raises(RowsError, match=told):
        dpo.prepare(DpoRecipe.load("embedded-dpo", _words(base, path)), tmp_path / "run")
