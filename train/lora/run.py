"""One LoRA run, whatever it trains with: checked before, resumed after a kill, and reported; trl does the training.

A run is a folder: ``recipe.json``, ``checkpoints/`` (trl's own), ``adapter/`` (peft's form), ``report.json``,
``loss.png``, ``over_length.jsonl`` where rows were too long. The same command again goes on from the last whole
checkpoint. A way of training (``train.sft``, ``train.dpo``, ``train.grpo``) derives its ``Prepared`` and says with it
which trainer of trl runs, over which rows, and what is told of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from solver.base.display.printing import tell
from solver.base.files import write_json
from train.errors import AdapterError, BaseError, LaunchError
from train.lora import attention, base_checks
from train.lora import report as lora_report
from train.lora.base_folder import base_of
from train.lora.callbacks import Stamp, Watch, check_stamp, newest_whole, remove_cut_off
from train.lora.preparation import is_first_process
from train.lora.recipe import LoraRecipe
from train.lora.report import LOSSES, Panel, Work
from train.lora.row_selection import described
from train.model_files import follow_umask
from train.quiet_imports import hushed


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared(ABC):
    """Everything about a run but the weights."""

    recipe: LoraRecipe
    out: Path
    init_adapter: Path | None
    """Adapter to begin with; None begins with a fresh one."""
    config: Any
    """The base's config."""
    tokenizer: Any
    over: list[tuple[str, int]]
    """``file:line`` and tokens of over-long rows."""
    max_length: int
    shape: lora_report.LoraShape
    stamp: Stamp
    disk_bytes: int

    panels: ClassVar[tuple[Panel, ...]] = (LOSSES,)
    """Pictures of the run, the losses first."""
    told: ClassVar[Mapping[str, str]] = {
        "loss": "loss",
        "eval_loss": "held-out loss",
        "mean_token_accuracy": "accuracy",
    }
    """Figures of a step that are said while it runs: trl's name -> ours."""
    idle_advice: ClassVar[str] = "raise optim.lr or the steps"
    """What helps where nothing was learned."""
    eval_key: ClassVar[str] = "eval_loss"
    """The figure that tells that an evaluation was made."""

    @property
    @abstractmethod
    def has_eval(self) -> bool:
        """Whether rows are held out."""

    @abstractmethod
    def counts(self) -> dict[str, Any]:
        """Describe the rows."""

    @abstractmethod
    def work(self) -> Work:
        """Return the work of one epoch; the shares are what counts."""

    @abstractmethod
    def arguments(self, shared: dict[str, Any]) -> Any:
        """Return trl's arguments, with what all trainers share in them."""

    @abstractmethod
    def trainer(self, model: Any, arguments: Any, lora: Any) -> Any:
        """Return trl's trainer; ``lora`` is None where the model has an adapter."""

    def findings(self, history: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return what this way of training adds to the report, from the trainer's log."""
        return {}

    def summary(self) -> dict[str, Any]:
        """Describe the rows for people and for the report."""
        return {
            **self.counts(),
            "over_length_choice": self.recipe.data.over_length,
            "max_length": self.max_length,
            "trainable_parameters": self.shape.adapter,
            "disk_gb": round(self.disk_bytes / 1e9, 3),
        }


def train_adapter(
    ready: Prepared, *, use_cpu: bool = False, launch: str = "", minutes: float | None = None
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
        report: dict[str, Any] = json.loads(finished.read_text(encoding="utf-8"))
        check_stamp(report["stamp"], ready.stamp, str(out))
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


def _write_over(ready: Prepared) -> None:
    if not ready.over:
        return
    lines = [json.dumps({"where": where, "tokens": length}, ensure_ascii=False) for where, length in ready.over]
    (ready.out / "over_length.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    is_dropped = ready.recipe.data.over_length == "drop"
    rows = ready.counts()["rows"]
    total = rows["train"] + rows["eval"] + (len(ready.over) if is_dropped else 0)
    fate = "left out" if is_dropped else f"kept: max_length is now {ready.max_length}"
    tell(f"{described(ready.over, total, ready.recipe.data.max_length)}\n  {fate}")


def arguments_of(ready: Prepared, *, use_cpu: bool) -> tuple[Any, attention.Choice]:
    """Turn the recipe into trl's arguments. Must come before the model: DeepSpeed looks at them when it loads."""
    import torch

    data, optim, run = ready.recipe.data, ready.recipe.optim, ready.recipe.run
    is_cuda = torch.cuda.is_available() and not use_cpu
    if run.bf16 == "on" and is_cuda and not torch.cuda.is_bf16_supported():
        raise BaseError("run.bf16=on, but this GPU has no bfloat16; use run.bf16=off")
    is_bf16 = run.bf16 == "on" or (run.bf16 == "auto" and is_cuda and torch.cuda.is_bf16_supported())
    here = attention.surroundings(is_cuda=is_cuda, is_16_bit=is_bf16)
    choice = attention.choose(run.attention, here, packing=data.is_packed)
    logs = []
    if find_spec("tensorboard") is not None:
        os.environ["TENSORBOARD_LOGGING_DIR"] = str(ready.out / "tensorboard")
        logs = ["tensorboard"]
    shared = {
        "output_dir": str(ready.out / "checkpoints"),
        "seed": run.seed,
        "data_seed": run.seed,
        "max_steps": run.max_steps or -1,
        "num_train_epochs": optim.epochs,
        "learning_rate": optim.lr,
        "lr_scheduler_type": optim.scheduler,
        # transformers 5 has no warmup_ratio; a number below 1 is a share of the steps.
        "warmup_steps": optim.warmup_ratio,
        "weight_decay": optim.weight_decay,
        "adam_beta1": optim.beta1,
        "adam_beta2": optim.beta2,
        "max_grad_norm": optim.clip,
        "per_device_train_batch_size": optim.batch,
        "per_device_eval_batch_size": optim.batch,
        "gradient_accumulation_steps": optim.accumulation,
        "bf16": is_bf16,
        "use_cpu": use_cpu or not is_cuda,
        "gradient_checkpointing": run.gradient_checkpointing,
        "gradient_checkpointing_kwargs": {"use_reentrant": False} if run.gradient_checkpointing else None,
        "eval_strategy": "steps" if ready.has_eval else "no",
        "eval_steps": run.eval_steps,
        "save_strategy": "steps",
        "save_steps": run.save_steps,
        "save_total_limit": base_checks.KEPT_CHECKPOINTS,
        "logging_steps": run.log_steps,
        "logging_first_step": True,
        "include_num_input_tokens_seen": "non_padding",
        "report_to": logs,
        "disable_tqdm": True,
        "dataloader_pin_memory": is_cuda,
    }
    return ready.arguments(shared), choice


def trainer_of(ready: Prepared, arguments: Any, choice: attention.Choice) -> Any:
    """Load the base, put the adapter on it, and return the trainer.

    Raises:
        AdapterError: another number of parameters trains than the recipe says.
    """
    import datasets
    import torch
    from peft import LoraConfig, PeftModel
    from peft.import_utils import is_gptqmodel_available
    from transformers import AutoModelForCausalLM, PrinterCallback, set_seed

    recipe = ready.recipe
    with hushed(), contextlib.suppress(ImportError):
        # peft imports it with the first adapter; it greets.
        if is_gptqmodel_available():
            import_module("gptqmodel")
    if choice.name == attention.VARLEN:
        attention.register()
    datasets.disable_progress_bars()
    set_seed(recipe.run.seed)
    wanted = recipe.base.dtype if recipe.base.dtype != "auto" else "bfloat16" if arguments.bf16 else "float32"
    base = base_of(recipe.base)
    model = AutoModelForCausalLM.from_pretrained(
        base.model,
        revision=base.revision or "main",
        dtype=getattr(torch, wanted),
        attn_implementation=choice.name,
    )
    model.config.use_cache = False
    lora: Any = LoraConfig(
        r=recipe.lora.rank,
        # vLLM reads whole numbers.
        lora_alpha=int(recipe.lora.alpha) if recipe.lora.alpha == int(recipe.lora.alpha) else recipe.lora.alpha,
        lora_dropout=recipe.lora.dropout,
        target_modules="all-linear" if recipe.lora.targets == ("all-linear",) else list(recipe.lora.targets),
        use_rslora=recipe.lora.use_rslora,
        task_type="CAUSAL_LM",
    )
    if ready.init_adapter is not None:
        model = PeftModel.from_pretrained(model, str(ready.init_adapter), is_trainable=True)
        lora = None
    trainer = ready.trainer(model, arguments, lora)
    # It prints to stdout, which is for the result.
    trainer.remove_callback(PrinterCallback)
    if recipe.run.compile:
        _compile(trainer.model)
    have = sum(one.numel() for one in trainer.model.parameters() if one.requires_grad)
    if have not in (0, ready.shape.adapter) and not arguments.deepspeed_plugin:
        raise AdapterError(f"{have} parameters train, {ready.shape.adapter} were expected; report this as a bug")
    return trainer


def _compile(model: Any) -> None:
    """Compile each layer's feed-forward block, norms and projections in place; attention stays as it is.

    Small regions of one code each: all layers share what is compiled, and nothing in them depends on how rows are
    packed.
    """
    for name, module in model.named_modules():
        last = name.rpartition(".")[2]
        if last in ("mlp", "input_layernorm", "post_attention_layernorm") or (
            last in ("q_proj", "k_proj", "v_proj", "o_proj") and hasattr(module, "lora_A")
        ):
            module.compile()


def _was_evaluated(trainer: Any, key: str) -> bool:
    step = trainer.state.global_step
    return any(key in line and line["step"] == step for line in trainer.state.log_history)


def _save_adapter(ready: Prepared, trainer: Any, *, is_main: bool) -> None:
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
    shapes = base_checks.linear_shapes(ready.config)
    base_checks.check_adapter(temporary, ready.recipe.base, ready.recipe.lora, shapes, ready.stamp.base)
    base_checks.check_trained(temporary, ready.idle_advice)
    shutil.rmtree(ready.out / "adapter", ignore_errors=True)
    temporary.rename(ready.out / "adapter")


def _report(ready: Prepared, trainer: Any, watch: Watch, choice: attention.Choice) -> dict[str, Any]:
    import torch

    history, recipe = trainer.state.log_history, ready.recipe
    is_cuda = trainer.args.device.type == "cuda"
    device = torch.cuda.get_device_name() if is_cuda else "cpu"
    devices = trainer.accelerator.num_processes
    fast = lora_report.speed(
        ready.shape,
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
