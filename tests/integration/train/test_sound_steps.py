"""Steps whose loss or gradient is not finite: never taken, said and counted; a run of nothing else ends with advice.

The base has one token whose embedding is not a number: a row with that token is what a kernel that fails now and then
makes of a good one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.lora_runs import dies_at_a_checkpoint, needs_trl, tuned

torch = needs_trl()

# ruff: noqa: E402  the skips above must come first
from tests.integration.train.test_dpo import pair
from tests.support.practice_place import LORA, practice_place
from tests.support.tiny_model import tiny_model
from train.dpo.recipe import DpoRecipe
from train.errors import DivergedError
from train.finite_steps import MISSED, MOST_IN_A_ROW
from train.grpo.grpo import PreparedPractice
from train.grpo.loop.groups import lessons
from train.grpo.recipe import GrpoRecipe
from train.sft.recipe import SftRecipe

# Deprecations inside trl, peft and what they import are not ours.
pytestmark = pytest.mark.filterwarnings("ignore")
GOOD, BAD = "Z", "Q"
"""Two characters of one token each; the second one has no embedding."""
Rows = Callable[[set[int]], Path]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tiny_model(tmp_path_factory.mktemp("base") / "tiny")
    model = AutoModelForCausalLM.from_pretrained(folder)
    head = model.lm_head.weight.detach().clone()
    model.config.tie_word_embeddings = False
    model.lm_head.weight = torch.nn.Parameter(head)
    (bad,) = AutoTokenizer.from_pretrained(folder)(BAD, add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        model.model.embed_tokens.weight[bad] = math.nan
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def pairs(tmp_path: Path) -> Rows:
    """Write pairs, those of the given places in the order of training bad."""

    def written(bad: set[int]) -> Path:
        path = tmp_path / "pairs.jsonl"
        rows = []
        for number in range(20):
            one = pair(2 * number)
            mark = BAD if number in bad else GOOD
            rows.append(
                {
                    "id": one.id,
                    "prompt": [{"role": "user", "content": f"{mark}{one.prompt[0].content}"}],
                    "chosen": one.chosen,
                    "rejected": one.rejected,
                    "answer": one.letter,
                    "options": list(one.options or ()),
                }
            )
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return path

    return written


def _words(base: Path, data: Path, *more: str) -> list[str]:
    return [
        *(f"base.model={base}", f"data.train={data}", "data.eval_share=0", "data.max_length=300", *LORA),
        *("optim.batch=1", "optim.accumulation=2", "optim.lr=0.001", "optim.warmup_ratio=0", "optim.epochs=1"),
        *("run.save_steps=1", "run.log_steps=2", *more),
    ]


def _order(base: Path, pairs: Rows) -> list[int]:
    """Return the pairs' numbers in the order of training."""
    from train.dpo import dpo

    ready = dpo.prepare(DpoRecipe.load("embedded-dpo", _words(base, pairs(set()))), Path("x"))
    return [int(one.where.rpartition(":")[2]) - 1 for one in ready.rows.train]


def _strict(path: Path) -> dict[str, Any]:
    """Read JSON as other programs do: without NaN."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{path} holds {name}")

    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    return found


def _state(checkpoint: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    from safetensors.torch import load_file

    weights = load_file(str(checkpoint / "adapter_model.safetensors"))
    optimizer = torch.load(checkpoint / "optimizer.pt", weights_only=True)["state"]
    return weights, {f"{name}/{key}": value for name, one in optimizer.items() for key, value in one.items()}


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return set(one) == set(other) and all(torch.equal(one[name], other[name]) for name in one)


def test_a_step_with_a_bad_pair_leaves_weights_and_optimiser_as_they_were(
    base: Path, pairs: Rows, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    order = _order(base, pairs)
    # The first pass of the third step; its second pass is sound.
    data, out = pairs({order[4]}), tmp_path / "run"
    report = tuned("dpo", DpoRecipe.load("embedded-dpo", _words(base, data, "run.max_steps=3")), out)
    before, after = (_state(out / "checkpoints" / f"checkpoint-{step}") for step in (2, 3))
    assert _same(before[0], after[0])
    assert before[1]
    assert _same(before[1], after[1])
    assert report[MISSED] == 1
    assert _strict(out / "report.json")[MISSED] == 1
    told = capfd.readouterr().err
    assert "step 3 is not taken, the weights stay as they were: loss nan, gradient norm nan" in told
    assert "1 step not taken" in told


def test_the_line_after_a_bad_step_has_the_mean_loss_of_the_sound_ones(base: Path, pairs: Rows, tmp_path: Path) -> None:
    order = _order(base, pairs)
    words = ("run.max_steps=6", "optim.lr=1e-9", "run.log_steps=3")
    plain = tuned("dpo", DpoRecipe.load("embedded-dpo", _words(base, pairs(set()), *words)), tmp_path / "plain")
    bad = tuned("dpo", DpoRecipe.load("embedded-dpo", _words(base, pairs({order[8]}), *words)), tmp_path / "bad")
    losses = {line["step"]: line["loss"] for line in bad["losses"] if "loss" in line}
    assert plain[MISSED] == 0
    # Hidden as transformers does it, the fifth step's would be a multiple of the others.
    assert all(loss == pytest.approx(plain["loss_first"], rel=0.1) for loss in losses.values()), losses
    assert set(losses) == {1, 3, 5, 6}


def test_tensorboard_shows_how_many_steps_were_not_taken(base: Path, pairs: Rows, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    order = _order(base, pairs)
    recipe = DpoRecipe.load("embedded-dpo", _words(base, pairs({order[2]}), "run.max_steps=4"))
    tuned("dpo", recipe, tmp_path / "run")
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    assert [(one.step, one.value) for one in events.Scalars(f"train/{MISSED}")] == [(1, 0), (2, 1), (4, 1)]


def test_a_run_that_goes_on_after_a_bad_step_remembers_it(base: Path, pairs: Rows, tmp_path: Path) -> None:
    order = _order(base, pairs)
    data, out = pairs({order[2]}), tmp_path / "run"
    words = _words(base, data, "run.save_steps=3", "run.max_steps=5")
    dies_at_a_checkpoint(out, "dpo", "embedded-dpo", *words)
    report = tuned("dpo", DpoRecipe.load("embedded-dpo", words), out)
    assert (report["steps"], report[MISSED]) == (5, 1)


def test_a_run_without_a_sound_step_left_ends_at_once_and_keeps_what_it_has(
    base: Path, pairs: Rows, tmp_path: Path
) -> None:
    order = _order(base, pairs)
    data, out = pairs(set(order[4:])), tmp_path / "run"
    recipe = DpoRecipe.load("embedded-dpo", _words(base, data, "run.save_steps=100"))
    last = 2 + MOST_IN_A_ROW
    with pytest.raises(DivergedError, match=rf"step {last} is not taken.*checkpoint-{last}.*goes on.*optim\.lr lower"):
        tuned("dpo", recipe, out)
    weights, _ = _state(out / "checkpoints" / f"checkpoint-{last}")
    assert all(bool(value.isfinite().all()) for value in weights.values())
    assert any(bool(value.any()) for name, value in weights.items() if "lora_B" in name), "two steps were taken"
    assert not (out / "report.json").exists()
    # The same command goes on after it, where three steps are left: none of them is sound, and what was learnt is kept.
    report = tuned("dpo", recipe, out)
    assert (report["steps"], report[MISSED]) == (10, 8)


@pytest.mark.parametrize("steps", [MOST_IN_A_ROW + 1, 2])
def test_a_run_without_any_sound_step_says_so(base: Path, pairs: Rows, tmp_path: Path, steps: int) -> None:
    words = _words(base, pairs(set(range(20))), f"run.max_steps={steps}", "run.save_steps=100")
    with pytest.raises(DivergedError, match="No step could be taken at all, so look at the base"):
        tuned("dpo", DpoRecipe.load("embedded-dpo", words), tmp_path / "run")
    assert not (tmp_path / "run" / "adapter").exists()


def test_fine_tuning_leaves_bad_steps_out_too(base: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    said = [(f"{BAD if number == 7 else GOOD}{number}谁先？", f"答案是：{'AB'[number % 2]}") for number in range(12)]
    rows = [
        {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]}
        for asked, answer in said
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    words = _words(base, path, "data.packing=false")
    report = tuned("sft", SftRecipe.load("embedded-lora", words), tmp_path / "run")
    assert (report["steps"], report[MISSED]) == (6, 1)
    assert math.isfinite(report["loss_last"])
    # It would not be written, were a number in it not finite.
    assert (tmp_path / "run" / "adapter" / "adapter_model.safetensors").is_file()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return practice_place(tmp_path_factory.mktemp("grpo"))


def _practised(place: Path, out: Path, loop: str, steps: int) -> dict[str, Any]:
    words = [
        *(f"loop.kind={loop}", "sampling.engine=transformers", f"base.model={place / 'tiny'}", *LORA),
        *(f"data.train={place / 'questions.jsonl'}", f"data.prompt={place / 'ask.txt'}", "data.eval_share=0"),
        *("data.max_length=200", "sampling.max_tokens=12", "sampling.group=8", "sampling.temperature=0.1"),
        *("optim.batch=16", "optim.accumulation=2", "optim.lr=0.0001", "optim.warmup_ratio=0"),
        *(f"run.max_steps={steps}", "run.save_steps=1", "run.log_steps=1"),
    ]
    return tuned("grpo", GrpoRecipe.load("embedded-grpo", words), out, init_adapter=place / "sft" / "adapter")


def _spoil(monkeypatch: pytest.MonkeyPatch, loop: str, first: int, last: int = 1000) -> None:
    """Make the gradients of some steps not finite."""
    if loop == "own":
        numbers = iter(range(1, 1000))

        def bad_lessons(*args: Any, **more: Any) -> list[Any]:
            found = lessons(*args, **more)
            spoilt = first <= next(numbers) <= last
            return [found[0]._replace(advantage=math.inf), *found[1:]] if spoilt else found

        monkeypatch.setattr("train.grpo.loop.practice.lessons", bad_lessons)
        return
    made = PreparedPractice.make_trainer

    def make_trainer(self: PreparedPractice, model: Any, **shared: Any) -> Any:
        trainer = made(self, model, **shared)
        one = next(value for value in trainer.model.parameters() if value.requires_grad)
        one.register_hook(lambda grad: grad * (math.nan if first <= trainer.state.global_step + 1 <= last else 1))
        return trainer

    monkeypatch.setattr(PreparedPractice, "make_trainer", make_trainer)


@pytest.mark.parametrize("loop", ["own", "trl"])
def test_practice_leaves_bad_steps_out_too(
    place: Path, tmp_path: Path, loop: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _spoil(monkeypatch, loop, 2, 2)
    report = _practised(place, tmp_path / "run", loop, 3)
    assert (report["steps"], report[MISSED]) == (3, 1)
    assert _strict(tmp_path / "run" / "report.json")[MISSED] == 1
    assert "step 2 is not taken" in capfd.readouterr().err


@pytest.mark.parametrize("loop", ["own", "trl"])
def test_practice_without_a_sound_step_left_ends_and_keeps_what_it_has(
    place: Path, tmp_path: Path, loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _spoil(monkeypatch, loop, 2)
    with pytest.raises(DivergedError, match=rf"checkpoint-{1 + MOST_IN_A_ROW}"):
        _practised(place, tmp_path / "run", loop, 12)
    monkeypatch.undo()
    report = _practised(place, tmp_path / "run", loop, 12)
    assert (report["steps"], report[MISSED]) == (12, MOST_IN_A_ROW)
