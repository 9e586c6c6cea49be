"""A recipe as ms-swift's arguments. Option names are those of ms-swift 4.6.0 (``swift/arguments``), read 2026-11-22."""

from __future__ import annotations

from train.export.row_forms import Values
from train.export.shared_options import (
    FittingRows,
    attention_note,
    chat_form,
    launch_kind,
    length_note,
    model_of,
    n_processes,
    shared_options,
    whole_alpha,
)
from train.sft.recipe import SftRecipe

SWIFT_VERSION = "4.6.0"
_SWIFT_ATTENTION = {"torch_varlen": "flash_attention_2"}


def swift_config(recipe: SftRecipe, *, has_eval: bool, max_length: int | None = None) -> Values:
    """Return the arguments of ``swift sft``.

    Args:
        max_length: in place of the recipe's, where longer rows are kept.

    Raises:
        RecipeError: a value that ms-swift cannot take.
    """
    data, lora, run = recipe.data, recipe.lora, recipe.run
    values: Values = {
        "model": model_of(recipe),
        # The family's name in ms-swift, which it cannot tell from a folder's name.
        "model_type": "qwen2",
        "template": chat_form(recipe),
        "use_hf": True,
        "tuner_type": "lora",
        "lora_rank": lora.rank,
        "lora_alpha": whole_alpha(recipe, "ms-swift"),
        "lora_dropout": lora.dropout,
        "target_modules": list(lora.targets),
        "use_rslora": lora.use_rslora,
        "dataset": ["train.jsonl"],
        "split_dataset_ratio": data.eval_share,
        "max_length": max_length or data.max_length,
        "packing": data.packing,
        # The loss on the last answer alone, as here; the default takes all answers of a conversation.
        "loss_scale": "last_round",
        "truncation_strategy": "delete",
        **shared_options(recipe, has_eval=has_eval),
        "data_seed": run.seed,
        "gradient_checkpointing": run.gradient_checkpointing,
    }
    if recipe.base.revision:
        values["model_revision"] = recipe.base.revision
    if recipe.base.dtype != "auto":
        values["torch_dtype"] = recipe.base.dtype
    if has_eval and data.eval:
        values["val_dataset"] = ["eval.jsonl"]
    if (attention := _attention(recipe)) is not None:
        values["attn_impl"] = attention
    kind = launch_kind(recipe)
    if kind == "zero3":
        values["deepspeed"] = "zero3"
    elif kind == "fsdp":
        values["fsdp"] = "fsdp2"
        # Its fsdp2 preset has activation checkpointing of its own, and asks for the other to be off.
        values["gradient_checkpointing"] = False
    return values


def _attention(recipe: SftRecipe) -> str | None:
    """Return ``attn_impl``; None leaves the choice to ms-swift."""
    wanted = recipe.run.attention
    chosen = None if wanted == "auto" else _SWIFT_ATTENTION.get(wanted, wanted)
    # ms-swift refuses to pack with anything else.
    return "flash_attention_2" if recipe.data.packing and (chosen or "").split("_")[0] != "flash" else chosen


def swift_notes(recipe: SftRecipe, rows: FittingRows) -> list[str]:
    """Return what ms-swift does differently, for whoever reads the file."""
    notes = [f"Recipe {recipe.name} ({recipe.digest}) for ms-swift {SWIFT_VERSION}.", length_note(recipe, rows)]
    if not rows.is_measured:
        notes.append("ms-swift leaves out rows longer than max_length.")
    if recipe.data.packing:
        notes.append("Packing needs flash attention there.")
    notes += attention_note(_attention(recipe), setting="attn_impl", flash="flash_attention_2", eager="eager")
    if recipe.run.attention == "torch_varlen":
        notes.append("torch_varlen is this project's own; flash_attention_2 computes the same.")
    return notes


def swift_command(recipe: SftRecipe) -> str:
    """Return how the run is started in the folder."""
    gpus = "" if launch_kind(recipe) == "none" else f"NPROC_PER_NODE={n_processes(recipe)} "
    return f"{gpus}swift sft sft.yaml"
