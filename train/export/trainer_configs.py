"""The same run for those who train elsewhere: a recipe as ms-swift's or LLaMA-Factory's configuration and data.

Option names are those of ms-swift 4.6.0 (``swift/arguments``) and LLaMA-Factory 0.9.5 (``llamafactory/hparams``), read
in their released packages on 2026-11-22. What another trainer does differently, and cannot be told, is said in a
comment at the top of the file that is written. Nothing is trained and neither program is imported.

Example: ``python -m train export champion-qwen2.5-32b data.train=rows.jsonl --to ms-swift --out export``
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import yaml

from solver.training_rows import TrainingRow
from train.errors import RecipeError, RowsError
from train.export.row_forms import Values, alpaca_of, dataset_info, messages_of
from train.lora.recipe import accelerate_config
from train.sft.recipe import SftRecipe
from train.sft.row_files import load_rows

SWIFT_VERSION = "4.6.0"
FACTORY_VERSION = "0.9.5"
Target = Literal["ms-swift", "llama-factory"]

_SWIFT_ATTENTION = {"torch_varlen": "flash_attention_2"}
_FACTORY_ATTENTION = {
    "eager": "disabled",
    "sdpa": "sdpa",
    "flash_attention_2": "fa2",
    "flash_attention_3": "fa3",
    "torch_varlen": "fa2",
}
_SYSTEMS = {"Qwen2.5-": "qwen2_5", "Qwen2-": "qwen"}
"""Families whose chat template begins with a system message of its own when a row has none."""
_QWEN2_SYSTEM = "You are a helpful assistant."


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    folder: Path
    files: tuple[str, ...]
    rows: int
    eval_rows: int
    dropped: int
    """Rows left out because they are too long."""
    is_measured: bool
    """Lengths were checked with the base's tokenizer."""
    command: str
    """To be run in the folder."""


def chat_form(recipe: SftRecipe) -> Literal["qwen2_5", "qwen", "chatml"]:
    """Tell which chat form the base was made for: by its folder's template where there is one, else by its name."""
    folder = Path(recipe.base.model)
    for name in ("chat_template.jinja", "tokenizer_config.json"):
        path = folder / name
        if path.is_file() and "<|im_start|>" in (text := path.read_text(encoding="utf-8")):
            return "qwen2_5" if "created by Alibaba Cloud" in text else "qwen" if _QWEN2_SYSTEM in text else "chatml"
    for part, form in _SYSTEMS.items():
        if part in recipe.base.model:
            return form  # type: ignore[return-value]
    return "chatml"


def swift_config(recipe: SftRecipe, *, has_eval: bool, max_length: int | None = None) -> Values:
    """Return the arguments of ``swift sft``.

    Args:
        max_length: in place of the recipe's, where longer rows are kept.

    Raises:
        RecipeError: a value that ms-swift cannot take.
    """
    data, lora, run = recipe.data, recipe.lora, recipe.run
    values: Values = {
        "model": _model(recipe),
        # The family's name in ms-swift, which it cannot tell from a folder's name.
        "model_type": "qwen2",
        "template": chat_form(recipe),
        "use_hf": True,
        "tuner_type": "lora",
        "lora_rank": lora.rank,
        "lora_alpha": _whole_alpha(recipe, "ms-swift"),
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
        **_shared(recipe, has_eval=has_eval),
        "data_seed": run.seed,
        "gradient_checkpointing": run.gradient_checkpointing,
    }
    if recipe.base.revision:
        values["model_revision"] = recipe.base.revision
    if recipe.base.dtype != "auto":
        values["torch_dtype"] = recipe.base.dtype
    if has_eval and data.eval:
        values["val_dataset"] = ["eval.jsonl"]
    if run.attention != "auto":
        values["attn_impl"] = _SWIFT_ATTENTION.get(run.attention, run.attention)
    if data.packing and str(values.get("attn_impl", "")).split("_")[0] != "flash":
        # ms-swift refuses to pack with anything else.
        values["attn_impl"] = "flash_attention_2"
    kind = _launch(recipe)
    if kind == "zero3":
        values["deepspeed"] = "zero3"
    elif kind == "fsdp":
        values["fsdp"] = "fsdp2"
        # Its fsdp2 preset has activation checkpointing of its own, and asks for the other to be off.
        values["gradient_checkpointing"] = False
    return values


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
        "model_name_or_path": _model(recipe),
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "lora_rank": lora.rank,
        "lora_alpha": _whole_alpha(recipe, "LLaMA-Factory"),
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
        **_shared(recipe, has_eval=has_eval),
        "data_seed": run.seed,
        "disable_gradient_checkpointing": not run.gradient_checkpointing,
        # As here; its default is the reentrant kind.
        "use_reentrant_gc": False,
        "plot_loss": True,
    }
    if form_of_chat == "qwen":
        # Its qwen template has the system message of Qwen2.5.
        values["default_system"] = _QWEN2_SYSTEM
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
    if _launch(recipe) == "zero3":
        values["deepspeed"] = "ds_zero3.json"
    return values


def _whole_alpha(recipe: SftRecipe, trainer: str) -> int:
    """Return ``lora.alpha`` as both parsers want it, who refuse 512.0."""
    alpha = recipe.lora.alpha
    if alpha != int(alpha):
        raise RecipeError(f"lora.alpha is {alpha}; {trainer} takes whole numbers alone")
    return int(alpha)


def _model(recipe: SftRecipe) -> str:
    # The configuration is used from another folder.
    folder = Path(recipe.base.model)
    return str(folder.resolve()) if (folder / "config.json").is_file() else recipe.base.model


def _launch(recipe: SftRecipe) -> str:
    """Name how processes are joined: none, ddp, fsdp, zero3."""
    path = accelerate_config(recipe.run.accelerate)
    if path is None:
        return "none"
    kind = str(yaml.safe_load(path.read_text(encoding="utf-8")).get("distributed_type"))
    return {"FSDP": "fsdp", "DEEPSPEED": "zero3"}.get(kind, "ddp")


def _shared(recipe: SftRecipe, *, has_eval: bool) -> Values:
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


class _Rows(NamedTuple):
    """Rows that are exported, after ``data.over_length``."""

    train: list[TrainingRow]
    held: list[TrainingRow]
    dropped: int
    max_length: int
    is_measured: bool


def _rows(recipe: SftRecipe) -> _Rows:
    """Read rows and deal with too long ones, where the base's tokenizer is at hand to tell."""
    data = recipe.data
    train = load_rows(data.train, prompt=data.prompt)
    held = load_rows(data.eval, prompt=data.prompt) if data.eval else []
    if not (Path(recipe.base.model) / "tokenizer.json").is_file():
        return _Rows(train, held, 0, data.max_length, False)
    from transformers import AutoTokenizer

    from train.lora.row_selection import fit
    from train.sft.tokens import encode

    examples = encode([*train, *held], AutoTokenizer.from_pretrained(recipe.base.model))
    longest = fit(examples, max_length=data.max_length, choice=data.over_length).max_length
    good = [len(example.ids) <= longest for example in examples]
    kept = [row for row, is_good in zip(train, good[: len(train)], strict=True) if is_good]
    kept_held = [row for row, is_good in zip(held, good[len(train) :], strict=True) if is_good]
    return _Rows(kept, kept_held, good.count(False), longest, True)


CONFIG = "sft.yaml"
"""The configuration's file."""
_SEAL = "# Written by train export, which replaces it only while it is as it was: "


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_unchanged(text: str) -> bool:
    """Tell whether a configuration is as ``write_export`` wrote it: nobody's work would be lost with it."""
    head, _, rest = text.partition("\n")
    return head == f"{_SEAL}{_digest(rest)}"


def write_export(
    recipe: SftRecipe, to: Target, out: Path, *, form: Literal["messages", "alpaca"] = "messages"
) -> Exported:
    """Write configuration and data files into a folder.

    Args:
        form: which of LLaMA-Factory's two data sets the configuration names; both are written.

    Raises:
        RowsError: no rows, or bad ones, or too long ones where the recipe says ``over_length: error``.
        RecipeError: a value that the other program cannot take.
    """
    if not recipe.data.train:
        raise RowsError(
            "no rows to export; give data.train=FILE, made with: python -m synth generate --format messages"
        )
    rows = _rows(recipe)
    has_eval = bool(rows.held) or recipe.data.eval_share > 0
    texts: dict[str, str] = {}
    if to == "ms-swift":
        texts["train.jsonl"] = _lines(map(messages_of, rows.train))
        if rows.held:
            texts["eval.jsonl"] = _lines(map(messages_of, rows.held))
        values = swift_config(recipe, has_eval=has_eval, max_length=rows.max_length)
        notes, command = _swift_notes(recipe, rows), _swift_command(recipe)
    else:
        values = factory_config(recipe, has_eval=has_eval, form=form, max_length=rows.max_length)
        for part, some in (("train", rows.train), ("eval", rows.held)):
            if some:
                texts[f"{part}_messages.jsonl"] = _lines(map(messages_of, some))
                texts[f"{part}_alpaca.jsonl"] = _lines(map(alpaca_of, some))
        texts["dataset_info.json"] = json.dumps(dataset_info(tuple(texts)), indent=2) + "\n"
        if "deepspeed" in values:
            texts["ds_zero3.json"] = json.dumps(_ZERO3, indent=2) + "\n"
        config = accelerate_config(recipe.run.accelerate)
        if _launch(recipe) == "fsdp" and config is not None:
            texts["fsdp.yaml"] = config.read_text(encoding="utf-8")
        notes, command = _factory_notes(recipe, rows), _factory_command(recipe)
    head = "".join(f"# {line}\n" for line in [*notes, f"Run in this folder: {command}"])
    text = head + yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    texts[CONFIG] = f"{_SEAL}{_digest(text)}\n{text}"
    out.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        (out / file).write_text(text, encoding="utf-8")
    return Exported(
        folder=out,
        files=tuple(texts),
        rows=len(rows.train),
        eval_rows=len(rows.held),
        dropped=rows.dropped,
        is_measured=rows.is_measured,
        command=command,
    )


def _lines(values: Iterable[Values]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in values)


_ZERO3: Values = {
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


def _swift_notes(recipe: SftRecipe, rows: _Rows) -> list[str]:
    notes = [f"Recipe {recipe.name} ({recipe.digest}) for ms-swift {SWIFT_VERSION}.", _length_note(recipe, rows)]
    if not rows.is_measured:
        notes.append("ms-swift leaves out rows longer than max_length.")
    if recipe.data.packing:
        notes.append("Packing needs flash attention there.")
    if recipe.run.attention == "torch_varlen":
        notes.append("torch_varlen is this project's own; flash_attention_2 computes the same.")
    return notes


def _factory_notes(recipe: SftRecipe, rows: _Rows) -> list[str]:
    notes = [
        f"Recipe {recipe.name} ({recipe.digest}) for LLaMA-Factory {FACTORY_VERSION}.",
        _length_note(recipe, rows),
        "Both data forms hold the same rows; dataset_info.json names them.",
    ]
    if not rows.is_measured:
        fate = "leaves out" if recipe.data.packing else "CUTS"
        notes.append(f"LLaMA-Factory {fate} rows longer than cutoff_len.")
    if recipe.base.dtype == "float32":
        notes.append("It has no option for base.dtype=float32; with bf16 the base is loaded in bfloat16.")
    return notes


def _length_note(recipe: SftRecipe, rows: _Rows) -> str:
    choice = recipe.data.over_length
    if not rows.is_measured:
        return f"Lengths were not checked (the base's tokenizer is not here); the recipe says over_length: {choice}."
    return (
        f"over_length: {choice}, with the base's tokenizer: {rows.dropped} rows left out, max_length {rows.max_length}."
    )


def _swift_command(recipe: SftRecipe) -> str:
    gpus = "" if _launch(recipe) == "none" else f"NPROC_PER_NODE={_processes(recipe)} "
    return f"{gpus}swift sft sft.yaml"


def _factory_command(recipe: SftRecipe) -> str:
    kind = _launch(recipe)
    if kind == "fsdp":
        return 'accelerate launch --config_file fsdp.yaml "$(which llamafactory-cli)" train sft.yaml'
    gpus = "" if kind == "none" else f"FORCE_TORCHRUN=1 NPROC_PER_NODE={_processes(recipe)} "
    return f"{gpus}llamafactory-cli train sft.yaml"


def _processes(recipe: SftRecipe) -> int:
    path = accelerate_config(recipe.run.accelerate)
    config = {} if path is None else yaml.safe_load(path.read_text(encoding="utf-8"))
    return int(config.get("num_processes") or 1)
