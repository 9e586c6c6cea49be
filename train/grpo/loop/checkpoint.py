"""Checkpoints of the loop: adapter, optimiser, random numbers, place in the data, figures; the last two are kept.

A folder counts once its mark is in it, which is written last; one without was cut off by a kill and is removed.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from solver.base.files import write_json
from train.lora.base_checks import KEPT_CHECKPOINTS
from train.lora.callbacks import WHOLE, Stamp

_TENSORS, _STATE = "tensors.pt", "state.json"


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a run has come, over all its calls."""

    step: int = 0
    elapsed_s: float = 0.0
    tokens: int = 0
    """Trained on, prompts included."""
    drawn: int = 0
    """Completions."""
    learnt: int = 0
    """Completions trained on."""
    waited_s: float = 0.0
    """For answers."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """A line of figures a step, or an evaluation."""
    before: dict[str, dict[str, float]] = field(default_factory=dict)
    """``held_out`` and ``guard``: question id -> share of right answers before the first step."""
    open: list[str] = field(default_factory=list)
    """Questions asked, and not yet learnt from."""
    source: dict[str, Any] = field(default_factory=dict)
    """State of ``train.grpo.loop.source``."""


def save(folder: Path, progress: Progress, tensors: dict[str, Any], stamp: Stamp) -> None:
    """Write a checkpoint, and remove all but the last two.

    Args:
        folder: of all checkpoints.
        tensors: what torch saves: adapter, optimiser, random numbers, the best adapter so far.
    """
    here = folder / f"checkpoint-{progress.step}"
    if here.exists():
        shutil.rmtree(here)
    here.mkdir(parents=True)
    torch.save(tensors, here / _TENSORS)
    fields = {name: getattr(progress, name) for name in Progress.__slots__}
    (here / _STATE).write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
    write_json(here / WHOLE, stamp._asdict())
    whole = sorted(
        (path for path in folder.glob("checkpoint-*") if (path / WHOLE).is_file()),
        key=lambda path: int(path.name.rpartition("-")[2]),
    )
    for path in whole[:-KEPT_CHECKPOINTS]:
        # The mark goes first: what is half removed is no checkpoint.
        (path / WHOLE).unlink()
        shutil.rmtree(path)


def load(here: Path) -> tuple[Progress, dict[str, Any]]:
    """Read a checkpoint."""
    state = json.loads((here / _STATE).read_text(encoding="utf-8"))
    # Its own file, of tensors and plain numbers.
    return Progress(**state), torch.load(here / _TENSORS, map_location="cpu", weights_only=True)
