"""A run's folder, whatever trains: done already or not, opened, the adapter that takes its place, the report.

``recipe.json``, ``checkpoints/``, ``adapter/`` (peft's form), ``report.json``, ``loss.png``, and
``over_length.jsonl`` where rows were too long.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from solver.base.display.printing import tell
from solver.base.files import follow_umask, write_json
from solver.base.foreign_files import object_of
from train.errors import CheckpointError
from train.finite_steps import MISSED
from train.lora import base_checks
from train.lora import report as lora_report
from train.lora.attention import Choice
from train.lora.callbacks import check_stamp, newest_whole, remove_cut_off
from train.lora.prepared import Prepared
from train.lora.row_selection import described
from train.lora.sound_steps import missed_of


class Course(NamedTuple):
    """What came of a run, for its report."""

    history: Sequence[Mapping[str, Any]]
    """A line of figures a step, or an evaluation."""
    step: int
    planned: int
    """Steps that were meant."""
    ended_by: str
    """``steps``, ``minutes``, ``held_out`` (no better for a while), or ``spread`` (nothing left to learn)."""
    epochs: float
    tokens: int
    """Tokens trained on."""
    timed_tokens: int
    timed_s: float
    """Of the steps that were timed in this call, evaluation and saving left out."""
    elapsed_s: float
    """Of all calls."""
    is_cuda: bool
    devices: int
    is_bf16: bool
    attention: Choice


def report_if_done(ready: Prepared[Any]) -> dict[str, Any] | None:
    """Return the report of a folder whose run is over; None where there is something to do.

    Raises:
        CheckpointError: it is the report of another run.
    """
    finished = ready.out / "report.json"
    if not finished.is_file():
        return None
    report = object_of(finished, error=CheckpointError)
    check_stamp(stamp if isinstance(stamp := report.get("stamp"), dict) else {}, ready.stamp, str(ready.out))
    return report


def open_folder(ready: Prepared[Any]) -> None:
    """Make the folder, and leave in it what is known before the first step."""
    ready.out.mkdir(parents=True, exist_ok=True)
    (ready.out / "recipe.json").write_text(ready.recipe.as_json() + "\n", encoding="utf-8")
    rows = ready.rows
    if not rows.over:
        return
    lines = [json.dumps({"where": where, "tokens": length}, ensure_ascii=False) for where, length in rows.over]
    (ready.out / "over_length.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    is_dropped = ready.recipe.data.over_length == "drop"
    total = len(rows.train) + len(rows.eval) + (len(rows.over) if is_dropped else 0)
    fate = "left out" if is_dropped else f"kept: max_length is now {rows.max_length}"
    tell(f"{described(rows.over, total, ready.recipe.data.max_length)}\n  {fate}")


def last_checkpoint(ready: Prepared[Any], *, is_main: bool = True) -> Path | None:
    """Return the checkpoint to go on from, and remove what a kill cut off.

    Raises:
        CheckpointError: there is one, of another run.
    """
    last = newest_whole(ready.out / "checkpoints", ready.stamp)
    if is_main:
        if cut_off := remove_cut_off(ready.out / "checkpoints"):
            tell(f"removed {', '.join(cut_off)}: cut off while it was written")
        if last is not None:
            tell(f"going on from {last}")
    return last


def put_adapter(ready: Prepared[Any], temporary: Path) -> None:
    """Look at an adapter that was just written; it takes its name when it is good.

    Raises:
        AdapterError: it is not fit for use.
    """
    base_checks.write_base(temporary, ready.recipe.base, ready.stamp.base)
    shapes = base_checks.linear_shapes(ready.ground.config)
    base_checks.check_adapter(temporary, ready.recipe.base, ready.recipe.lora, shapes, ready.stamp.base)
    base_checks.check_trained(temporary, ready.idle_advice)
    shutil.rmtree(ready.out / "adapter", ignore_errors=True)
    temporary.rename(ready.out / "adapter")


def write_report(ready: Prepared[Any], course: Course, **more: Any) -> dict[str, Any]:
    """Draw the curves and write the report; return it.

    Args:
        more: what else the report says.
    """
    report = report_of(ready, course) | more
    lora_report.draw(course.history, ready.out / "loss.png", ready.panels)
    write_json(ready.out / "report.json", report)
    follow_umask(ready.out)
    return report


def report_of(ready: Prepared[Any], course: Course) -> dict[str, Any]:
    """Return what is told of a run that is over."""
    import torch

    history, recipe = course.history, ready.recipe
    device = torch.cuda.get_device_name() if course.is_cuda else "cpu"
    fast = lora_report.speed(
        ready.ground.shape,
        # Steps mix rows evenly enough: shares of the whole data set.
        ready.work().share(course.timed_tokens),
        seconds=course.timed_s,
        devices=course.devices,
        peak_tflops=lora_report.peak_of(device),
    )
    losses = lora_report.points(history, "loss")
    held = lora_report.points(history, "eval_loss")
    curves = {"step", *(key for panel in ready.panels for key in panel.curves.values())}
    return {
        "done": True,
        "recipe": recipe.name,
        "recipe_digest": recipe.digest,
        "stamp": ready.stamp._asdict(),
        "base": {"model": recipe.base.model, "fingerprint": ready.stamp.base},
        "adapter": str(ready.out / "adapter"),
        **ready.summary(),
        "steps": course.step,
        "steps_planned": course.planned,
        MISSED: missed_of(history),
        "ended_by": course.ended_by,
        "epochs": round(course.epochs, 3),
        "tokens_trained": course.tokens,
        "loss_first": losses[0][1] if losses else None,
        "loss_last": losses[-1][1] if losses else None,
        "eval_loss_first": held[0][1] if held else None,
        "eval_loss_last": held[-1][1] if held else None,
        **ready.findings(history),
        "wall_s": round(course.elapsed_s, 2),
        "tokens_per_s": round(fast.tokens_per_s, 1) if fast else None,
        "model_tflops": float(f"{fast.model_tflops:.4g}") if fast else None,
        "mfu": round(fast.mfu, 4) if fast and fast.mfu else None,
        "peak_memory": lora_report.memory(),
        "device": device,
        "devices": course.devices,
        "attention": course.attention._asdict(),
        "bf16": course.is_bf16,
        "losses": [{key: line[key] for key in line if key in curves and math.isfinite(line[key])} for line in history],
    }
