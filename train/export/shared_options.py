"""What the configurations of both trainers share: chat form, launch, the options of transformers, the rows that fit."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from solver.base.display.figures import counted
from solver.base.foreign_files import MOST_OF_SETTINGS, text_of
from solver.training_rows import TrainingRow
from train.errors import RecipeError
from train.export.row_forms import Values
from train.foreign_tokenizer import load_tokenizer_of
from train.lora.launch_settings import read_launch
from train.lora.recipe import accelerate_config
from train.sft.recipe import SftRecipe
from train.sft.row_files import load_rows

_SYSTEMS = {"Qwen2.5-": "qwen2_5", "Qwen2-": "qwen"}
"""Families whose chat template begins with a system message of its own when a row has none."""
QWEN2_SYSTEM = "You are a helpful assistant."


def chat_form(recipe: SftRecipe) -> Literal["qwen2_5", "qwen", "chatml"]:
    """Tell which chat form the base was made for: by its folder's template where there is one, else by its name."""
    folder = Path(recipe.base.model)
    for name in ("chat_template.jinja", "tokenizer_config.json"):
        path = folder / name
        if path.is_file() and "<|im_start|>" in (text := text_of(path, error=RecipeError, most=MOST_OF_SETTINGS)):
            return "qwen2_5" if "created by Alibaba Cloud" in text else "qwen" if QWEN2_SYSTEM in text else "chatml"
    for part, form in _SYSTEMS.items():
        if part in recipe.base.model:
            return form  # type: ignore[return-value]
    return "chatml"


def whole_alpha(recipe: SftRecipe, trainer: str) -> int:
    """Return ``lora.alpha`` as both parsers want it, who refuse 512.0."""
    alpha = recipe.lora.alpha
    if alpha != int(alpha):
        raise RecipeError(f"lora.alpha is {alpha}; {trainer} takes whole numbers alone")
    return int(alpha)


def model_of(recipe: SftRecipe) -> str:
    """Return the base as it is found from another folder, where the configuration is used."""
    folder = Path(recipe.base.model)
    return str(folder.resolve()) if (folder / "config.json").is_file() else recipe.base.model


def launch_kind(recipe: SftRecipe) -> str:
    """Name how processes are joined: none, ddp, fsdp, zero3."""
    path = accelerate_config(recipe.run.accelerate)
    if path is None:
        return "none"
    return {"FSDP": "fsdp", "DEEPSPEED": "zero3"}.get(read_launch(path).kind, "ddp")


def shared_options(recipe: SftRecipe, *, has_eval: bool) -> Values:
    """Return what both take over from transformers' TrainingArguments."""
    optim, run = recipe.optim, recipe.run
    values: Values = {
        "output_dir": "output",
        "per_device_train_batch_size": optim.batch,
        "per_device_eval_batch_size": optim.batch,
        "gradient_accumulation_steps": optim.accumulation,
        "learning_rate": optim.lr,
        "num_train_epochs": optim.epochs,
        "lr_scheduler_type": optim.scheduler,
        "warmup_ratio": optim.warmup_ratio,
        "max_grad_norm": optim.clip,
        "weight_decay": optim.weight_decay,
        "adam_beta1": optim.beta1,
        "adam_beta2": optim.beta2,
        # What ``auto`` comes to on a GPU.
        "bf16": run.bf16 != "off",
        "seed": run.seed,
        "logging_steps": run.log_steps,
        "save_strategy": "steps",
        "save_steps": run.save_steps,
        "eval_strategy": "steps" if has_eval else "no",
        "eval_steps": run.eval_steps,
        "report_to": "tensorboard",
    }
    if run.max_steps:
        values["max_steps"] = run.max_steps
    return values


class FittingRows(NamedTuple):
    """Rows that are exported, after ``data.over_length``."""

    train: list[TrainingRow]
    held: list[TrainingRow]
    dropped: int
    max_length: int
    is_measured: bool


def rows_of(recipe: SftRecipe) -> FittingRows:
    """Read rows and deal with too long ones, where the base's tokenizer is at hand to tell."""
    data = recipe.data
    train = load_rows(data.train, prompt=data.prompt)
    held = load_rows(data.eval, prompt=data.prompt) if data.eval else []
    if not (Path(recipe.base.model) / "tokenizer.json").is_file():
        return FittingRows(train, held, 0, data.max_length, False)
    from train.lora.row_selection import fit
    from train.sft.tokens import encode

    examples = encode([*train, *held], load_tokenizer_of(recipe.base.model))
    longest = fit(examples, max_length=data.max_length, choice=data.over_length).max_length
    good = [len(example.ids) <= longest for example in examples]
    kept = [row for row, is_good in zip(train, good[: len(train)], strict=True) if is_good]
    kept_held = [row for row, is_good in zip(held, good[len(train) :], strict=True) if is_good]
    return FittingRows(kept, kept_held, good.count(False), longest, True)


def length_note(recipe: SftRecipe, rows: FittingRows) -> str:
    """Say what was done with rows that are too long."""
    choice = recipe.data.over_length
    if not rows.is_measured:
        return f"Lengths were not checked (the base's tokenizer is not here); the recipe says over_length: {choice}."
    left_out = f"{counted(rows.dropped, 'row')} left out"
    return f"over_length: {choice}, with the base's tokenizer: {left_out}, max_length {rows.max_length}."


def attention_note(attention: object, *, setting: str, flash: str, eager: str) -> list[str]:
    """Warn of cuDNN's kernel where the trainer may take it (see ``train.lora.attention.settle``); it has no setting.

    Args:
        attention: the trainer's own value; None is its choice.
        setting: what it calls it; ``flash`` and ``eager`` are values of it that meet no such kernel.
    """
    if attention not in (None, "sdpa"):
        return []
    return [
        "Where it takes sdpa, gradients may not be numbers on H100 and H200 with torch 2.11 to 2.13, since it has no",
        "setting that leaves cuDNN's kernel out, as this project does: https://github.com/pytorch/pytorch/issues/196678.",
        f"There set {setting}: {flash} (needs flash-attn) or {setting}: {eager} (slower, more memory).",
    ]


def n_processes(recipe: SftRecipe) -> int:
    """Return how many processes the recipe's launch has."""
    return read_launch(accelerate_config(recipe.run.accelerate)).processes
