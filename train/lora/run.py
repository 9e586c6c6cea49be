"""One LoRA run, whatever it trains with: checked before, resumed after a kill, and reported; trl does the training.

A run is a folder: ``recipe.json``, ``checkpoints/`` (trl's own), ``adapter/`` (peft's form), ``report.json``,
``loss.png``, ``over_length.jsonl`` where rows were too long. The same command again goes on from the last whole
checkpoint.
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
from typing import Any

from solver.base.display.printing import tell
from solver.base.files import write_json
from solver.base.foreign_files import object_of
from train.errors import CheckpointError, LaunchError
from train.lora import attention, base_checks
from train.lora import report as lora_report
from train.lora.callbacks import Watch, check_stamp, newest_whole, remove_cut_off
from train.lora.preparation import is_first_process
from train.lora.prepared import Prepared
from train.lora.row_selection import described
from train.lora.trainer import arguments_of, trainer_of
from train.model_files import follow_umask


def train_adapter(
    ready: Prepared[Any], *, use_cpu: bool = False, launch: str = "", minutes: float | None = None
) -> dict[str, Any]:
    """Train, and write adapter, report and picture; goes on from the last checkpoint in the run's folder.

    Args:
        launch: the command that starts several processes, for the error message.
        minutes: training time over all calls, after which the run ends with the adapter that it has.

    Returns:
        The report; ``done`` is False where a signal ended the run early.

    Raises:
        TrainError: the folder holds another run, or what is asked for cannot run here.
    """
    import torch

    out, recipe = ready.out, ready.recipe
    is_main = is_first_process()
    if not use_cpu and torch.cuda.device_count() > 1 and "WORLD_SIZE" not in os.environ:
        raise LaunchError(
            f"{torch.cuda.device_count()} GPUs are visible to one process; run {launch or 'accelerate launch'}, or "
            "show it one with CUDA_VISIBLE_DEVICES=0"
        )
    finished = out / "report.json"
    if finished.is_file():
        report = object_of(finished, error=CheckpointError)
        check_stamp(stamp if isinstance(stamp := report.get("stamp"), dict) else {}, ready.stamp, str(out))
        _say(is_main, f"{out} is done already; its report is printed again")
        return report
    out.mkdir(parents=True, exist_ok=True)
    if is_main:
        (out / "recipe.json").write_text(recipe.as_json() + "\n", encoding="utf-8")
        _write_over(ready)
    arguments, choice = arguments_of(ready, use_cpu=use_cpu)
    _say(is_main, f"attention: {choice.name} ({choice.reason})")
    last = newest_whole(out / "checkpoints", ready.stamp)
    if is_main:
        cut_off = remove_cut_off(out / "checkpoints")
        _say(bool(cut_off), f"removed {', '.join(cut_off)}: cut off while it was written")
    _say(is_main and last is not None, f"going on from {last}")
    arguments.eval_on_start = ready.has_eval and last is None
    _say(is_main, f"loading {recipe.base.model}; then the first step, which is the slowest")
    trainer = trainer_of(ready, arguments, choice)
    watch = Watch(out, ready.stamp, is_main=is_main, told=ready.told, panels=ready.panels, minutes=minutes)
    trainer.add_callback(watch)
    with warnings.catch_warnings():
        # torch warns that its scheduler steps first after a resume; transformers restores it on purpose.
        warnings.filterwarnings("ignore", message=".*lr_scheduler.step.*")
        try:
            trainer.train(resume_from_checkpoint=None if last is None else str(last))
            if not watch.is_stopped and ready.has_eval and not _was_evaluated(trainer, ready.eval_key):
                trainer.evaluate()
        finally:
            watch.close()
    if watch.is_stopped:
        return {"done": False, "out": str(out), "step": trainer.state.global_step}
    _save_adapter(ready, trainer, is_main=is_main)
    report = _report(ready, trainer, watch, choice)
    if is_main:
        lora_report.draw(trainer.state.log_history, out / "loss.png", ready.panels)
        write_json(finished, report)
        follow_umask(out)
    return report


def _say(is_main: bool, text: str) -> None:
    if is_main:
        tell(text)


def _write_over(ready: Prepared[Any]) -> None:
    if not ready.rows.over:
        return
    lines = [json.dumps({"where": where, "tokens": length}, ensure_ascii=False) for where, length in ready.rows.over]
    (ready.out / "over_length.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    is_dropped = ready.recipe.data.over_length == "drop"
    rows = ready.rows
    total = len(rows.train) + len(rows.eval) + (len(rows.over) if is_dropped else 0)
    fate = "left out" if is_dropped else f"kept: max_length is now {rows.max_length}"
    tell(f"{described(rows.over, total, ready.recipe.data.max_length)}\n  {fate}")


def _was_evaluated(trainer: Any, key: str) -> bool:
    step = trainer.state.global_step
    return any(key in line and line["step"] == step for line in trainer.state.log_history)


def _save_adapter(ready: Prepared[Any], trainer: Any, *, is_main: bool) -> None:
    """Write the adapter through peft and look at what was written; it takes its name when it is whole."""
    temporary = ready.out / ".adapter.tmp"
    trainer.save_model(str(temporary))
    trainer.accelerator.wait_for_everyone()
    if not is_main:
        return
    # A pickle: of no use to anyone who loads the adapter.
    (temporary / "training_args.bin").unlink(missing_ok=True)
    # The frozen copy that preferences are measured against, where training began with an adapter.
    shutil.rmtree(temporary / "ref", ignore_errors=True)
    base_checks.write_base(temporary, ready.recipe.base, ready.stamp.base)
    shapes = base_checks.linear_shapes(ready.ground.config)
    base_checks.check_adapter(temporary, ready.recipe.base, ready.recipe.lora, shapes, ready.stamp.base)
    base_checks.check_trained(temporary, ready.idle_advice)
    shutil.rmtree(ready.out / "adapter", ignore_errors=True)
    temporary.rename(ready.out / "adapter")


def _report(ready: Prepared[Any], trainer: Any, watch: Watch, choice: attention.Choice) -> dict[str, Any]:
    import torch

    history, recipe = trainer.state.log_history, ready.recipe
    is_cuda = trainer.args.device.type == "cuda"
    device = torch.cuda.get_device_name() if is_cuda else "cpu"
    devices = trainer.accelerator.num_processes
    fast = lora_report.speed(
        ready.ground.shape,
        # Steps mix rows evenly enough: shares of the whole data set.
        ready.work().share(watch.timed_tokens),
        seconds=watch.timed_s,
        devices=devices,
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
        "steps": trainer.state.global_step,
        "steps_planned": trainer.state.max_steps,
        "ended_by": "minutes" if watch.is_out_of_time else "steps",
        "epochs": round(float(trainer.state.epoch or 0), 3),
        "tokens_trained": trainer.state.num_input_tokens_seen,
        "loss_first": losses[0][1] if losses else None,
        "loss_last": losses[-1][1] if losses else None,
        "eval_loss_first": held[0][1] if held else None,
        "eval_loss_last": held[-1][1] if held else None,
        **ready.findings(history),
        "wall_s": round(watch.elapsed_s, 2),
        "tokens_per_s": round(fast.tokens_per_s, 1) if fast else None,
        "model_tflops": float(f"{fast.model_tflops:.4g}") if fast else None,
        "mfu": round(fast.mfu, 4) if fast and fast.mfu else None,
        "peak_memory": lora_report.memory(),
        "device": device,
        "devices": devices,
        "attention": choice._asdict(),
        "bf16": bool(trainer.args.bf16),
        "losses": [{key: line[key] for key in line if key in curves} for line in history],
    }
