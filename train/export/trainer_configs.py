"""The same run for those who train elsewhere: a recipe as ms-swift's or LLaMA-Factory's configuration and data.

What another trainer does differently, and cannot be told, is said in a comment at the top of the file that is written.
Nothing is trained and neither program is imported.

Example: ``python -m train export champion-qwen2.5-32b data.train=rows.jsonl --to ms-swift --out export``
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from solver.base.files import json_lines
from train.errors import RowsError
from train.export.llama_factory import ZERO3, factory_command, factory_config, factory_notes
from train.export.ms_swift import swift_command, swift_config, swift_notes
from train.export.row_forms import alpaca_of, dataset_info, messages_of
from train.export.shared_options import launch_kind, rows_of
from train.lora.recipe import accelerate_config
from train.sft.recipe import SftRecipe
from train.sft.row_files import made_by

Target = Literal["ms-swift", "llama-factory"]


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
        raise RowsError(f"no rows to export; give data.train=FILE, made with: {made_by()}")
    rows = rows_of(recipe)
    has_eval = bool(rows.held) or recipe.data.eval_share > 0
    texts: dict[str, str] = {}
    if to == "ms-swift":
        texts["train.jsonl"] = json_lines(map(messages_of, rows.train))
        if rows.held:
            texts["eval.jsonl"] = json_lines(map(messages_of, rows.held))
        values = swift_config(recipe, has_eval=has_eval, max_length=rows.max_length)
        notes, command = swift_notes(recipe, rows), swift_command(recipe)
    else:
        values = factory_config(recipe, has_eval=has_eval, form=form, max_length=rows.max_length)
        for part, some in (("train", rows.train), ("eval", rows.held)):
            if some:
                texts[f"{part}_messages.jsonl"] = json_lines(map(messages_of, some))
                texts[f"{part}_alpaca.jsonl"] = json_lines(map(alpaca_of, some))
        texts["dataset_info.json"] = json.dumps(dataset_info(tuple(texts)), indent=2) + "\n"
        if "deepspeed" in values:
            texts["ds_zero3.json"] = json.dumps(ZERO3, indent=2) + "\n"
        config = accelerate_config(recipe.run.accelerate)
        if launch_kind(recipe) == "fsdp" and config is not None:
            texts["fsdp.yaml"] = config.read_text(encoding="utf-8")
        notes, command = factory_notes(recipe, rows), factory_command(recipe)
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
