"""One LoRA run through trl, whatever it trains with: checked before, resumed after a kill, and reported.

What the folder holds: ``train.lora.run_folder``. The same command again goes on from the last whole checkpoint.
"""

from __future__ import annotations

import os
import shutil
import warnings
from typing import Any

import train.lora.run_folder as folder
from solver.base.display.printing import tell
from train.errors import LaunchError
from train.lora.callbacks import Watch, newest_whole
from train.lora.preparation import is_first_process
from train.lora.prepared import Prepared
from train.lora.run_folder import Course
from train.lora.sound_steps import missed_of
from train.lora.trainer import arguments_of, trainer_of


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
        DivergedError: no step can be taken any more.
    """
    import torch

    out, recipe = ready.out, ready.recipe
    is_main = is_first_process()
    if not use_cpu and torch.cuda.device_count() > 1 and "WORLD_SIZE" not in os.environ:
        raise LaunchError(
            f"{torch.cuda.device_count()} GPUs are visible to one process; run {launch or 'accelerate launch'}, or "
            "show it one with CUDA_VISIBLE_DEVICES=0"
        )
    if (report := folder.report_if_done(ready)) is not None:
        _say(is_main, f"{out} is done already; its report is printed again")
        return report
    out.mkdir(parents=True, exist_ok=True)
    if is_main:
        folder.open_folder(ready)
    arguments, choice = arguments_of(ready, use_cpu=use_cpu)
    _say(is_main, f"attention: {choice.name} ({choice.reason})")
    last = folder.last_checkpoint(ready, is_main=is_main)
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
            learnt = trainer.state.global_step - missed_of(trainer.state.log_history)
            if trainer.steps.is_lost or not (learnt or watch.is_stopped):
                kept = newest_whole(out / "checkpoints", ready.stamp) if learnt else None
                raise trainer.steps.error(kept, ready.unsound_advice)
            if not watch.is_stopped and ready.has_eval and not _was_evaluated(trainer, ready.eval_key):
                trainer.evaluate()
        finally:
            watch.close()
    if watch.is_stopped:
        return {"done": False, "out": str(out), "step": trainer.state.global_step}
    _save_adapter(ready, trainer, is_main=is_main)
    course = Course(
        history=trainer.state.log_history,
        step=trainer.state.global_step,
        planned=trainer.state.max_steps,
        ended_by="minutes" if watch.is_out_of_time else "steps",
        epochs=float(trainer.state.epoch or 0),
        tokens=trainer.state.num_input_tokens_seen,
        timed_tokens=watch.timed_tokens,
        timed_s=watch.timed_s,
        elapsed_s=watch.elapsed_s,
        is_cuda=trainer.args.device.type == "cuda",
        devices=trainer.accelerator.num_processes,
        is_bf16=bool(trainer.args.bf16),
        attention=choice,
    )
    return folder.write_report(ready, course) if is_main else folder.report_of(ready, course)


def _say(is_main: bool, text: str) -> None:
    if is_main:
        tell(text)


def _was_evaluated(trainer: Any, key: str) -> bool:
    step = trainer.state.global_step
    return any(key in line and line["step"] == step for line in trainer.state.log_history)


def _save_adapter(ready: Prepared[Any], trainer: Any, *, is_main: bool) -> None:
    """Write the adapter through peft; it takes its name when it was looked at."""
    temporary = ready.out / ".adapter.tmp"
    trainer.save_model(str(temporary))
    trainer.accelerator.wait_for_everyone()
    if not is_main:
        return
    # A pickle: of no use to anyone who loads the adapter.
    (temporary / "training_args.bin").unlink(missing_ok=True)
    # The frozen copy that preferences are measured against, where training began with an adapter.
    shutil.rmtree(temporary / "ref", ignore_errors=True)
    folder.put_adapter(ready, temporary)
