"""Plans: shapes, adapters, memory by part, steps, verdict and advice. No torch."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.golden.command import INPUTS, ROOT, good
from train.cli import main
from train.devices import DEVICES, device_of
from train.dpo.recipe import DpoRecipe
from train.errors import BaseError, RecipeError
from train.grpo.recipe import GrpoRecipe
from train.planning.base_shapes import LINEARS, base_names, base_shape, lora_parameters, targeted
from train.planning.memory import GIB, Load, memory_of
from train.planning.training_plan import DataSize, estimated_tokens, flops_per_token, make_plan, measure_data
from train.sft.recipe import SftRecipe

SEVEN = Load(shape=base_shape("Qwen/Qwen2.5-7B"), rank=256, length=4096, batch=1, accumulation=2)
"""The case that is measured on a GPU."""

PUBLISHED = {
    # Half the total_size of each repository's model.safetensors.index.json, or what the hub counts.
    "Qwen2.5-0.5B": 494_032_768,
    "Qwen2.5-1.5B": 1_543_714_304,
    "Qwen2.5-3B": 3_085_938_688,
    "Qwen2.5-7B": 7_615_616_512,
    "Qwen2.5-14B": 14_770_033_664,
    "Qwen2.5-32B": 32_763_876_352,
    "Qwen2.5-72B": 72_706_203_648,
    "Qwen2-7B": 7_615_616_512,
}


@pytest.mark.parametrize("name", base_names())
def test_each_bundled_shape_gives_the_published_parameters(name: str) -> None:
    assert base_shape(f"Qwen/{name}-Instruct").parameters == PUBLISHED[name]


def test_a_folder_is_read_from_its_config(tmp_path: Path) -> None:
    shape = base_shape("Qwen/Qwen2.5-7B")
    config = {
        "model_type": "qwen2",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "vocab_size": shape.vocab,
        "tie_word_embeddings": False,
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert base_shape(str(tmp_path)).parameters == shape.parameters
    (tmp_path / "config.json").write_text(json.dumps({**config, "quantization_config": {"bits": 4, "group_size": 128}}))
    assert base_shape(str(tmp_path)).bits == pytest.approx(4.15625)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(BaseError, match="hidden_size"):
        base_shape(str(tmp_path))


def test_an_unknown_base_is_an_error_with_a_hint() -> None:
    with pytest.raises(BaseError, match=r"did you mean Qwen/Qwen2\.5-7B"):
        base_shape("Qwen/Qwen2.5-8B")


def test_the_adapter_of_rank_256_has_the_parameters_of_the_report() -> None:
    # 28 layers x 256 x (3584 + 3584 + 2 (3584 + 512) + 3584 + 3584 + 2 (3584 + 18944) + 18944 + 3584)
    assert lora_parameters(base_shape("Qwen/Qwen2.5-7B"), rank=256) == 645_922_816
    assert lora_parameters(base_shape("Qwen/Qwen2.5-7B"), rank=8, targets=("q_proj",)) == 28 * 8 * 7168


def test_targets_are_checked() -> None:
    assert targeted(("all-linear",)) == LINEARS
    with pytest.raises(RecipeError, match="did you mean q_proj"):
        targeted(("q_porj",))


def test_memory_agrees_with_the_trace_of_the_real_libraries() -> None:
    # Traced with peft 0.21.2, trl 1.16.0, transformers 5.19.0 on fake tensors, GiB (see train/planning/memory.py).
    # The last column is how far off the estimate may be; on the CPU, where the trace is made, grouped key heads are
    # copied for every query head, which weighs most without checkpointing.
    for change, traced, off in (
        ({}, 26.47, 0.002),
        ({"length": 8192}, 28.67, 0.005),
        ({"has_checkpointing": False}, 53.78, 0.01),
        ({"shape": base_shape("Qwen/Qwen2.5-32B")}, 100.53, 0.002),
        ({"shape": base_shape("Qwen/Qwen2.5-0.5B")}, 3.73, 0.005),
        ({"shape": base_shape("Qwen/Qwen2.5-0.5B"), "rank": 16, "batch": 4}, 3.46, 0.05),
        ({"shape": base_shape("Qwen/Qwen2.5-1.5B"), "rank": 64, "has_checkpointing": False}, 17.64, 0.05),
    ):
        load = dataclasses.replace(SEVEN, **change)
        assert memory_of(load).peak / GIB == pytest.approx(traced, rel=off), change


def test_parts_add_up_to_the_peak_and_are_what_arithmetic_says() -> None:
    memory = memory_of(SEVEN)
    assert sum(amount for _, amount in memory.parts) == memory.peak == dict(memory.phases)[memory.phase]
    assert memory.weights == 2 * SEVEN.shape.parameters
    assert memory.adapter == memory.gradients == 4 * 645_922_816
    assert memory.optimiser == 8 * 645_922_816
    assert memory.total > memory.peak


def test_kept_logits_cost_what_the_vocabulary_says() -> None:
    more = memory_of(dataclasses.replace(SEVEN, logits="full"))
    assert more.phase == "loss"
    assert more.loss == 14 * 4096 * 152_064


@pytest.mark.parametrize(
    ("change", "grows"),
    [
        ({"has_checkpointing": False}, True),
        ({"batch": 2}, True),
        ({"length": 8192}, True),
        ({"rank": 64}, False),
        ({"dropout": 0.05}, True),
        ({"attention": "eager"}, True),
        ({"rank": 0}, True),
        ({"is_fp32_base": True}, True),
        ({"sharding": "ddp", "gpus": 4}, True),
        ({"sharding": "fsdp", "gpus": 4}, False),
        ({"shape": dataclasses.replace(SEVEN.shape, bits=4.15625)}, False),
    ],
)
def test_memory_moves_the_right_way(change: dict[str, object], grows: bool) -> None:
    changed = memory_of(dataclasses.replace(SEVEN, **change))  # type: ignore[arg-type]
    assert (changed.peak > memory_of(SEVEN).peak) is grows


def test_four_bits_make_the_base_a_quarter_but_for_its_embeddings() -> None:
    # 19.3 GB, as measured for Qwen2.5-32B GPTQ with groups of 128 (stored scales and zeros included).
    shape = base_shape("Qwen/Qwen2.5-32B-Instruct-GPTQ-Int4")
    assert memory_of(Load(shape=shape, rank=16)).weights / 1e9 == pytest.approx(19.3, rel=0.01)


def test_the_champion_fits_an_h200_and_not_an_h100() -> None:
    recipe = SftRecipe.load("champion-qwen2.5-32b")
    assert make_plan(recipe, "h200").fits
    plan = make_plan(recipe, "h100")
    assert not plan.fits
    assert plan.spare_gib < -20
    helps = {one.change: one for one in plan.advice}
    assert helps["run.accelerate=fsdp and --gpus 2"].fits
    assert helps["--gpu h200"].fits
    # What is advised is true: with the change, the plan fits.
    rank = next(one for one in plan.advice if one.change.startswith("lora.rank="))
    assert make_plan(SftRecipe.load("champion-qwen2.5-32b", [rank.change]), "h100").fits


def test_advice_begins_with_what_changes_no_result() -> None:
    changes = ["run.gradient_checkpointing=false", "optim.batch=8"]
    plan = make_plan(SftRecipe.load("baseline-qwen2-7b", changes), "rtx-4090")
    assert [one.change for one in plan.advice] == [
        "run.gradient_checkpointing=true optim.batch=1 optim.accumulation=32"
    ]
    assert plan.advice[0].fits


def test_steps_follow_rows_and_packing() -> None:
    data = DataSize(rows=1000, tokens=500_000, longest=900, is_counted=True)
    one = ["optim.batch=1", "optim.accumulation=8", "optim.epochs=2", "data.eval_share=0", "data.max_length=1000"]
    plain = make_plan(SftRecipe.load("embedded-lora", [*one, "data.packing=false"]), "h100", data=data)
    packed = make_plan(SftRecipe.load("embedded-lora", [*one, "data.packing=true"]), "h100", data=data)
    assert (plain.steps, packed.steps) == (250, 126)
    assert plain.hours == packed.hours
    assert make_plan(SftRecipe.load("embedded-lora", [*one, "run.max_steps=7"]), "h100").steps == 7
    assert make_plan(SftRecipe.load("embedded-lora", one), "h100").steps is None
    several = make_plan(SftRecipe.load("embedded-lora", [*one, "data.packing=false"]), "h100", 4, data=data)
    assert several.steps == 64


def test_a_pair_is_two_rows_and_its_reference_a_forward_pass_more() -> None:
    words = ["optim.batch=4", "optim.accumulation=2", "data.eval_share=0", "base.model=Qwen/Qwen2.5-7B-Instruct"]
    data = DataSize(rows=800, tokens=400_000, longest=900, is_counted=True)
    pairs = make_plan(DpoRecipe.load("qwen2.5-1.5b-dpo", words), "h100", data=data)
    rows = [*words, "lora.rank=32", "optim.batch=8", "data.packing=false", "run.gradient_checkpointing=false"]
    single = make_plan(
        SftRecipe.load("baseline-qwen2-7b", [*rows, "lora.targets=all-linear", "optim.epochs=1"]), "h100", data=data
    )
    assert pairs.steps == single.steps == 50
    assert pairs.load.batch == single.load.batch == 8
    assert pairs.hours is not None
    assert single.hours is not None
    assert 1.25 < pairs.hours / single.hours < 1.5
    changes = [one.change for one in make_plan(DpoRecipe.load("qwen2.5-1.5b-dpo", words), "rtx-4090").advice]
    assert changes[0] == "run.gradient_checkpointing=true optim.batch=1 optim.accumulation=8"


def test_practice_is_counted_as_all_completions_at_their_bound(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    question = {"question": "谁先？", "options": ["甲", "乙"], "answer": "A"}
    lines = [{"id": f"p{number}", "problem": "甲在乙前。", "questions": [question]} for number in range(32)]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    words = [f"data.train={path}", "data.eval_share=0", "optim.epochs=1", "optim.batch=8", "optim.accumulation=16"]
    recipe = GrpoRecipe.load("qwen2.5-1.5b-grpo", words)
    data = measure_data(recipe)
    assert data is not None
    assert data.rows == 32 * 8
    assert 768 * data.rows < data.tokens < 1000 * data.rows
    assert make_plan(recipe, "h100", data=data).steps == 2, "128 completions a step"


def test_operations_of_full_training_are_six_a_weight() -> None:
    full = dataclasses.replace(SEVEN, rank=0, has_checkpointing=False, logits="full")
    weights = SEVEN.shape.layers * SEVEN.shape.layer_linears + SEVEN.shape.vocab * SEVEN.shape.hidden
    assert flops_per_token(full, 0.0) == 6.0 * weights
    again = flops_per_token(dataclasses.replace(full, has_checkpointing=True), 0.0)
    assert again == 6.0 * weights + 2.0 * SEVEN.shape.layers * SEVEN.shape.layer_linears
    assert flops_per_token(SEVEN, 4096.0, is_executed=False) < flops_per_token(SEVEN, 4096.0)


@pytest.mark.parametrize("name", ["H100", "NVIDIA H100 SXM", "rtx4090", "A100-80GB", "a100"])
def test_devices_are_found_however_they_are_written(name: str) -> None:
    assert device_of(name) in DEVICES


def test_an_unknown_device_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(RecipeError, match=r"did you mean h200\?.*rtx-4090"):
        device_of("h2000")


def test_tokens_are_estimated_from_characters() -> None:
    assert estimated_tokens("甲乙丙") == 2
    assert estimated_tokens("") == 0


def test_rows_are_counted_with_the_tokenizer_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tokenizers")
    rows = tmp_path / "rows.jsonl"
    messages = [{"role": "user", "content": "谁？\nA. 甲\nB. 乙"}, {"role": "assistant", "content": "答案是：A"}]
    rows.write_text((json.dumps({"messages": messages}, ensure_ascii=False) + "\n") * 3, encoding="utf-8")
    assert main(["plan", "embedded-lora", f"data.train={rows}", "--gpu", "l4", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["rows"] == 3
    assert 3 * 15 < answer["tokens"] < 3 * 45
    assert answer["steps"] == 1


def test_the_command_says_by_its_exit_code_whether_it_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "champion-qwen2.5-32b", "--gpu", "h200", "--rows", "800", "--row-tokens", "1000"]) == 0
    text = capsys.readouterr().out
    assert "fits: " in text
    assert "2,147,483,648 parameters" in text
    assert "297 steps" in text
    assert main(["plan", "champion-qwen2.5-32b", "--gpu", "rtx-4090"]) == 1
    assert "does not fit: " in capsys.readouterr().out
    assert main(["plan", "champion-qwen2.5-32b", "--gpu", "gtx-1"]) == 2


def test_a_plan_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from train.cli import main; main(['plan', 'champion-qwen2.5-32b', '--json']);"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'peft', 'trl')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60).returncode == 0


@pytest.mark.parametrize("name", SftRecipe.names())
def test_each_built_in_recipe_can_be_planned(name: str) -> None:
    assert make_plan(SftRecipe.load(name), "h200").fits


def test_each_built_in_recipe_of_preferences_and_practice_fits_80_gb() -> None:
    for name in DpoRecipe.names():
        assert make_plan(DpoRecipe.load(name), "h100").fits
    for name in GrpoRecipe.names():
        assert make_plan(GrpoRecipe.load(name), "h100").fits


def test_what_goes_on_from_a_plan_names_the_rows_or_is_no_command(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_bytes((ROOT / INPUTS / "rows.jsonl").read_bytes())
    words = ("plan", "embedded-lora")
    told = good("train", *words, "--rows", "100", folder=tmp_path).err
    assert "next:" not in told
    assert "name the rows: python -m train sft embedded-lora data.train=FILE --out runs/embedded-lora" in told
    told = good("train", *words, "data.train=rows.jsonl", folder=tmp_path).err
    assert "next: python -m train sft embedded-lora data.train=rows.jsonl --out runs/embedded-lora\n" in told
