"""Recipes of fine-tuning, the launch command, the choice of attention, and the arithmetic of the report."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from solver.base.places import ACCELERATE_CONFIGS
from train.cli import main
from train.commands.trainer_command import launch_command
from train.dpo.recipe import DpoRecipe
from train.errors import LaunchError, RecipeError
from train.grpo.recipe import GrpoRecipe
from train.lora.attention import Surroundings, choose
from train.lora.callbacks import Stamp
from train.lora.recipe import LoraRecipe, accelerate_config
from train.lora.report import LOSSES, LoraShape, Work, draw, lora_flops, points, speed
from train.sft.recipe import SftRecipe

H100 = Surroundings(is_cuda=True, is_16_bit=True, capability=(9, 0), has_flash_attn=False, has_varlen=True)


def test_the_champion_s_recipe_holds_the_published_settings() -> None:
    recipe = SftRecipe.load("champion-qwen2.5-32b")
    assert (recipe.lora.rank, recipe.lora.alpha, recipe.lora.targets) == (256, 512.0, ("all-linear",))
    optim = recipe.optim
    assert (optim.lr, optim.epochs, optim.batch, optim.accumulation) == (1e-4, 3.0, 1, 8)
    assert (optim.warmup_ratio, optim.clip, recipe.data.max_length, recipe.run.bf16) == (0.03, 1.0, 4096, "on")


@pytest.mark.parametrize("name", SftRecipe.names())
def test_every_built_in_recipe_loads_and_is_named_like_its_file(name: str) -> None:
    assert SftRecipe.load(name).name == name


@pytest.mark.parametrize("name", DpoRecipe.names())
def test_every_built_in_recipe_of_preferences_loads_and_is_named_like_its_file(name: str) -> None:
    assert DpoRecipe.load(name).name == name


def test_overrides_take_one_text_or_a_list() -> None:
    recipe = SftRecipe.load("embedded-lora", ["data.train=a.jsonl", "lora.targets=[q_proj, v_proj]"])
    assert recipe.data.train == ("a.jsonl",)
    assert recipe.lora.targets == ("q_proj", "v_proj")
    assert json.loads(recipe.as_json())["data"]["train"] == ["a.jsonl"]


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("lora.ranks=8", "did you mean 'lora.rank'"),
        ("lora.rank=0", "lora.rank cannot be 0: it should be from 1 to 4,096"),
        ("data.train={a: 1}", "data.train cannot be {'a': 1}: it should be a valid tuple"),
        ("lora.targets=[]", "lora.targets cannot be []"),
        ("data.over_length=cut", "should be 'error', 'drop' or 'keep'"),
        ("optim.warmup_ratio=1.5", "it should be at least 0, below 1"),
        ("optim.lr=0", "it should be above 0, at most 1"),
        ("run.seed=-1", "run.seed cannot be -1: it should be from 0 to 4,294,967,295"),
        ("run.seed=4294967296", "it should be from 0 to 4,294,967,295"),
        ("data.eval=x.jsonl", "both set; keep one"),
    ],
)
def test_an_impossible_value_is_an_error_that_says_what_to_do(override: str, told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        SftRecipe.load("embedded-lora", [override])
    assert told in str(caught.value)


def test_a_run_may_go_on_with_other_intervals_but_not_with_another_rate() -> None:
    one = SftRecipe.load("embedded-lora")
    assert SftRecipe.load("embedded-lora", ["run.save_steps=7"]).resume_digest == one.resume_digest
    assert SftRecipe.load("embedded-lora", ["run.save_steps=7"]).digest != one.digest
    assert SftRecipe.load("embedded-lora", ["optim.lr=0.1"]).resume_digest != one.resume_digest


def test_a_run_may_go_on_with_less_memory_where_its_steps_stay_what_they_were() -> None:
    def digests(kind: type[LoraRecipe], name: str, *changes: str) -> str:
        return kind.load(name, ["optim.batch=8", "optim.accumulation=4", *changes]).resume_digest

    cut, sooner = ("optim.batch=2", "optim.accumulation=16"), ("optim.batch=2",)
    computed = ("run.gradient_checkpointing=true",)
    own, trl = ("loop.kind=own",), ("loop.kind=trl", "held_out.every=0")
    packed = ("loop.pack=999", "sampling.vllm_memory=0.2")
    for kind, name, base, good, bad in (
        (SftRecipe, "embedded-lora", (), (cut, computed), (sooner, ("data.max_length=99",))),
        (DpoRecipe, "embedded-dpo", (), (computed,), (cut, sooner)),
        (GrpoRecipe, "embedded-grpo", own, (cut, computed, packed), (sooner, ("loop.ahead=2",))),
        (GrpoRecipe, "embedded-grpo", trl, (computed,), (cut, packed)),
    ):
        then = digests(kind, name, *base)
        assert {digests(kind, name, *base, *change) for change in good} == {then}
        assert then not in {digests(kind, name, *base, *change) for change in bad}


def test_a_run_that_began_when_settings_of_memory_bound_it_goes_on() -> None:
    recipe = SftRecipe.load("embedded-lora")
    stamp = Stamp(recipe.resume_digest, "r", "b", "", 1, recipe.former_resume_digest)
    have = {"recipe": recipe.former_resume_digest, "rows": "r", "base": "b", "adapter": "", "processes": 1}
    assert stamp.differs(have) == []
    assert stamp.differs(stamp._asdict()) == []
    assert stamp.differs({**have, "recipe": "another", "processes": 2}) == ["recipe", "processes"]


@pytest.mark.parametrize("path", sorted(ACCELERATE_CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_accelerate_reads_every_shipped_configuration(path: Path) -> None:
    config = pytest.importorskip("accelerate.commands.config.config_args")
    loaded = config.load_config_from_file(str(path))
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert loaded.distributed_type.value == raw["distributed_type"]
    assert accelerate_config(path.stem) == path


def test_an_unknown_launch_configuration_is_an_error() -> None:
    assert accelerate_config("none") is None
    with pytest.raises(RecipeError, match="use none, one of"):
        accelerate_config("dpp")


def test_the_launch_command_is_printed_and_can_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sft", "data.train=a b.jsonl", "--out", "runs/x", "--print-launch"]
    assert launch_command(Path("f.yaml"), words).endswith("-m train sft 'data.train=a b.jsonl' --out runs/x")
    assert main(["sft", "champion-qwen2.5-32b", "run.accelerate=fsdp", "--out", "x", "--print-launch"]) == 0
    assert "accelerate launch --config_file train/recipes/accelerate/fsdp.yaml" in capsys.readouterr().out


def test_a_run_of_several_processes_started_as_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sft", "embedded-lora", "run.accelerate=ddp", "--out", "x"]) == 2
    assert "accelerate launch" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("here", "packing", "name"),
    [
        (H100, True, "torch_varlen"),
        (H100, False, "sdpa"),
        (H100._replace(has_flash_attn=True), False, "flash_attention_2"),
        (H100._replace(capability=(7, 5)), True, "sdpa"),
        (H100._replace(is_16_bit=False), True, "sdpa"),
        (H100._replace(is_cuda=False), True, "sdpa"),
    ],
)
def test_flash_attention_is_used_where_there_is_one(here: Surroundings, packing: bool, name: str) -> None:
    assert choose("auto", here, packing=packing).name == name


def test_flash_attention_asked_for_on_a_cpu_is_an_error() -> None:
    with pytest.raises(RecipeError, match="use auto or sdpa"):
        choose("flash_attention_2", H100._replace(is_cuda=False), packing=True)


def test_flops_of_a_lora_step_count_frozen_weights_twice_not_thrice() -> None:
    shape = LoraShape(frozen=1_000, head=0, adapter=0, layers=1, width=1)
    assert lora_flops(shape, Work(tokens=3, answer_tokens=0, squared_lengths=0)) == 12_000
    fast = speed(shape, Work(tokens=3, answer_tokens=0, squared_lengths=0), seconds=2, devices=2, peak_tflops=1e-8)
    assert fast is not None
    assert fast.tokens_per_s == 1.5
    assert fast.mfu == pytest.approx(0.3)
    assert speed(shape, Work(tokens=0, answer_tokens=0, squared_lengths=0), seconds=0) is None


def test_a_resumed_run_s_repeated_steps_are_drawn_once(tmp_path: Path) -> None:
    history = [
        {"step": 2, "loss": 5.0},
        {"step": 1, "loss": 6.0},
        {"step": 2, "loss": 4.0},
        {"step": 2, "eval_loss": 7.0},
    ]
    assert points(history, "loss") == [(1, 6.0), (2, 4.0)]
    pytest.importorskip("matplotlib")
    assert draw(history, tmp_path / "loss.png", (LOSSES,))
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert not draw([], tmp_path / "none.png", (LOSSES,))


def test_recipes_travel_with_the_package() -> None:
    text = Path("pyproject.toml").read_text(encoding="utf-8")
    assert '"recipes/sft/*.yaml"' in text
    assert '"recipes/accelerate/*.yaml"' in text


@pytest.mark.parametrize("word", ["on", "off", "auto"])
def test_a_choice_that_yaml_takes_for_a_truth_value(word: str) -> None:
    assert SftRecipe.load("embedded-lora", [f"run.bf16={word}"]).run.bf16 == word


@pytest.mark.parametrize(
    ("words", "module"),
    [
        (("sft", "embedded-lora", "data.train={rows}", "--out", "{out}", "--check"), "train.lora.run"),
        (("pretrain", "--recipe", "tiny", "--out", "{out}"), "train.pretrain.pretrain"),
    ],
)
def test_a_word_is_said_before_seconds_of_imports(
    words: Sequence[str],
    module: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Imported:
        def __getattr__(self, name: str) -> object:
            if name in ("train_adapter", "resolve_device"):
                raise LaunchError("imported")
            raise AttributeError(name)

    fake = Imported()
    monkeypatch.setitem(sys.modules, module, fake)
    package, _, name = module.rpartition(".")
    monkeypatch.setattr(importlib.import_module(package), name, fake, raising=False)
    rows = tmp_path / "rows.jsonl"
    rows.write_text("{}\n", encoding="utf-8")
    assert main([word.format(rows=rows, out=tmp_path / "out") for word in words]) == 2
    first, last = capsys.readouterr().err.splitlines()
    assert first.startswith("importing torch")
    assert last == "train: imported"
