"""Checkpoints of a training run: one file, replaced atomically, so that a kill at any time leaves a valid one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from solver.base.files import new_file
from train.errors import CheckpointError

FILE = "checkpoint.pt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run has come, over all its calls."""

    step: int = 0
    """Optimiser steps done."""
    tokens: int = 0
    """Tokens trained on, padding left out."""
    answer_tokens: int = 0
    """Those of them that are answer."""
    elapsed_s: float = 0.0
    """Training time used up, compiling and evaluation aside."""
    next_index: int = 0
    """First problem of the stream not yet made."""
    documents: int = 0
    """Documents trained on, repeats included."""
    steps_not_taken: int = 0
    """Of the steps, those whose loss or gradient was not finite."""


def save(folder: Path, *, progress: Progress, model: dict[str, Any], optimizer: dict[str, Any], digest: str) -> None:
    """Write the checkpoint of a run folder.

    Args:
        digest: of the parts of the recipe that a resumed run must share.
    """
    fields = {name: getattr(progress, name) for name in Progress.__slots__}
    folder.mkdir(parents=True, exist_ok=True)
    with new_file(folder / FILE) as part:
        torch.save({"progress": fields, "model": model, "optimizer": optimizer, "digest": digest}, part)


def load(folder: Path, *, digest: str, device: str) -> tuple[Progress, dict[str, Any], dict[str, Any]] | None:
    """Read a run folder's checkpoint; None where there is none.

    Raises:
        CheckpointError: it was made by another recipe.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    state = torch.load(path, map_location=device, weights_only=True)
    if state["digest"] != digest:
        raise CheckpointError(
            f"{path} was made with another model, data seed or optimiser; give another --out, or remove it"
        )
    return Progress(**state["progress"]), state["model"], state["optimizer"]
