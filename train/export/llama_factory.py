"""A recipe as LLaMA-Factory's YAML. Option names are those of 0.9.5 (``llamafactory/hparams``), read 2026-11-22."""

from __future__ import annotations

from typing import Literal

from train.errors import RecipeError
from train.export.row_forms import Values
from train.export.shared_options import (
    QWEN2_SYSTEM,
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

FACTORY_VERSION = "0.9.5"
_FACTORY_ATTENTION = {
    "eager": "disabled",
    "sdpa": "sdpa",
    "flash_attention_2": "fa2",
    "flash_attention_3": "fa3",
    "torch_varlen": "fa2",
}


def factory_config(
    recipe: SftRecipe,
    *,
    has_eval: bool,
    form: Literal["messages", "alpaca"] = "messages",
    max_length: int | None = None,
) -> Values:
    """Return the YAML of ``llamafactory-cli train``.

    Args:
        max_length: in place of the recipe's, where longer rows are kept.

    Raises:
        RecipeError: a value that LLaMA-Factory cannot take.
    """
    data, lora, run = recipe.data, recipe.lora, recipe.run
    form_of_chat = chat_form(recipe)
    values: Values = {
        "model_name_or_path": model_of(recipe),
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "lora_rank": lora.rank,
        "lora_alpha": whole_alpha(recipe, "LLaMA-Factory"),
        "lora_dropout": lora.dropout,
        "lora_target": "all" if lora.targets == ("all-linear",) else ",".join(lora.targets),
        "use_rslora": lora.use_rslora,
        "dataset_dir": ".",
        "dataset": f"train_{form}",
        "template": "chatml" if form_of_chat == "chatml" else "qwen",
        # LLaMA-Factory takes one off when it packs.
        "cutoff_len": (max_length or data.max_length) + (1 if data.packing else 0),
        "packing": data.packing,
        # Rows of a pack do not see each other.
        "neat_packing": data.packing,
        # The loss on the last answer alone.
        "mask_history": True,
        **shared_options(recipe, has_eval=has_eval),
        "data_seed": run.seed,
        "disable_gradient_checkpointing": not run.gradient_checkpointing,
        # As here; its default is the reentrant kind.
        "use_reentrant_gc": False,
        "plot_loss": True,
    }
    if form_of_chat == "qwen":
        # Its qwen template has the system message of Qwen2.5.
        values["default_system"] = QWEN2_SYSTEM
    if recipe.base.revision:
        values["model_revision"] = recipe.base.revision
    if has_eval and data.eval:
        values["eval_dataset"] = f"eval_{form}"
    elif has_eval:
        values["val_size"] = data.eval_share
    if run.attention != "auto":
        if run.attention not in _FACTORY_ATTENTION:
            raise RecipeError(
                f"run.attention is {run.attention!r}; LLaMA-Factory knows {', '.join(_FACTORY_ATTENTION)} or auto"
            )
        values["flash_attn"] = _FACTORY_ATTENTION[run.attention]
    if launch_kind(recipe) == "zero3":
        values["deepspeed"] = "ds_zero3.json"
    return values


ZERO3: Values = {
    "train_batch_size": "auto",
    "train_micro_batch_size_per_gpu": "auto",
    "gradient_accumulation_steps": "auto",
    "gradient_clipping": "auto",
    "bf16": {"enabled": "auto"},
    "zero_optimization": {
        "stage": 3,
        "overlap_comm": False,
        "contiguous_gradients": True,
        "reduce_bucket_size": "auto",
        "stage3_prefetch_bucket_size": "auto",
        "stage3_param_persistence_threshold": "auto",
        "stage3_gather_16bit_weights_on_model_save": True,
    },
}
"""DeepSpeed's own names; ``auto`` is filled in by transformers."""


def factory_notes(recipe: SftRecipe, rows: FittingRows) -> list[str]:
    """Return what LLaMA-Factory does differently, for whoever reads the file."""
    notes = [
        f"Recipe {recipe.name} ({recipe.digest}) for LLaMA-Factory {FACTORY_VERSION}.",
        length_note(recipe, rows),
        "Both data forms hold the same rows; dataset_info.json names them.",
    ]
    if not rows.is_measured:
        fate = "leaves out" if recipe.data.packing else "CUTS"
        notes.append(f"LLaMA-Factory {fate} rows longer than cutoff_len.")
    attention = _FACTORY_ATTENTION.get(recipe.run.attention)
    notes += attention_note(attention, setting="flash_attn", flash="fa2", eager="disabled")
    if recipe.base.dtype == "float32":
        notes.append("It has no option for base.dtype=float32; with bf16 the base is loaded in bfloat16.")
    return notes


def factory_command(recipe: SftRecipe) -> str:
    """Return how the run is started in the folder."""
    kind = launch_kind(recipe)
    if kind == "fsdp":
        return 'accelerate launch --config_file fsdp.yaml "$(which llamafactory-cli)" train sft.yaml'
    gpus = "" if kind == "none" else f"FORCE_TORCHRUN=1 NPROC_PER_NODE={n_processes(recipe)} "
    return f"{gpus}llamafactory-cli train sft.yaml"
