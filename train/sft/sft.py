"""LoRA fine-tuning: a thin layer over trl's SFTTrainer and peft.

All that can be found wrong is looked for before weights are loaded (``prepare``). A run is a folder: ``recipe.json``,
``checkpoints/`` (trl's own), ``adapter/`` (peft's form), ``report.json``, ``loss.png``, ``over_length.jsonl`` where
rows were too long. The same command again goes on from the last whole checkpoint.

Example: ``python -m train sft embedded-lora data.train=data/rows.jsonl --out runs/sft``
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from solver.base.display.printing import tell
from solver.base.display.progress import bar
from solver.base.files import write_json
from train.errors import AdapterError, BaseError, LaunchError, RowsError, TokenizerError
from train.model_files import follow_umask
from train.quiet_imports import hushed
from train.sft import attention, base_checks, tokens
from train.sft import report as sft_report
from train.sft.callbacks import Stamp, Watch, check_stamp, newest_whole, remove_cut_off
from train.sft.recipe import SftRecipe
from train.sft.row_files import load_rows, size_of
from train.sft.tokens import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything about a run but the weights."""

    recipe: SftRecipe
    out: Path
    init_adapter: Path | None
    """Adapter to begin with; None begins with a fresh one."""
    config: Any
    """The base's config."""
    tokenizer: Any
    train: list[Example]
    eval: list[Example]
    over: list[tuple[str, int]]
    """``file:line`` and tokens of over-long rows."""
    max_length: int
    shape: sft_report.LoraShape
    stamp: Stamp
    disk_bytes: int

    def summary(self) -> dict[str, Any]:
        """Describe the rows for people and for the report."""
        return {
            "rows": {"train": len(self.train), "eval": len(self.eval), "over_length": len(self.over)},
            "over_length_choice": self.recipe.data.over_length,
            "max_length": self.max_length,
            "longest": max(len(one.ids) for one in self.train),
            "tokens": sum(len(one.ids) for one in self.train),
            "answer_tokens": sum(len(one.ids) - one.prompt_length for one in self.train),
            "trainable_parameters": self.shape.adapter,
            "disk_gb": round(self.disk_bytes / 1e9, 3),
        }


def prepare(recipe: SftRecipe, out: Path, *, init_adapter: Path | None = None, processes: int = 1) -> Prepared:
    """Read and check rows, base, tokenizer, adapter and disk. Loads no weights.

    Raises:
        TrainError: something would have gone wrong later.
    """
    import transformers

    # It warns of rows longer than the tokenizer's own limit; lengths are looked at below.
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    if not recipe.data.train:
        raise RowsError(
            "no rows to train on; give data.train=FILE, made with: python -m synth generate --format messages"
        )
    with _bar("reading rows", size_of(recipe.data.train)) as tick:
        rows = load_rows(recipe.data.train, prompt=recipe.data.prompt, tick=tick)
    eval_rows = load_rows(recipe.data.eval, prompt=recipe.data.prompt) if recipe.data.eval else []
    config = base_checks.read_config(recipe.base)
    shapes = base_checks.linear_shapes(config)
    adapter = base_checks.trainable(shapes, recipe.lora)
    print_ = base_checks.fingerprint(recipe.base, config)
    first = ""
    if init_adapter is not None:
        base_checks.check_adapter(init_adapter, recipe.base, recipe.lora, shapes, print_)
        first = base_checks.adapter_digest(init_adapter)
    tok = _tokenizer(recipe, config)
    data = recipe.data
    with _bar("cutting rows into tokens", 2 * len(rows)) as tick:
        examples = tokens.encode(rows, tok, tick=tick)
    fitted = tokens.fit(examples, max_length=data.max_length, choice=data.over_length)
    held = tokens.encode(eval_rows, tok)
    if held:
        held_fitted = tokens.fit(held, max_length=fitted.max_length, choice=data.over_length)
        fitted = fitted._replace(max_length=held_fitted.max_length, over=fitted.over + held_fitted.over)
        held = held_fitted.examples
    examples = fitted.examples
    if data.eval_share:
        examples, held = tokens.held_out(examples, share=data.eval_share, seed=recipe.run.seed)
    _check_ids(config, [*examples, *held], fitted.max_length, recipe.base.model)
    return Prepared(
        recipe=recipe,
        out=out,
        init_adapter=init_adapter,
        config=config,
        tokenizer=tok,
        train=examples,
        eval=held,
        over=fitted.over,
        max_length=fitted.max_length,
        shape=sft_report.shape_of(config, shapes, adapter),
        stamp=Stamp(recipe.resume_digest, tokens.digest([*examples, *held]), print_, first, processes),
        disk_bytes=base_checks.check_disk(out, adapter),
    )


def _tokenizer(recipe: SftRecipe, config: Any) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(recipe.base.model, revision=recipe.base.revision or None)
    except (OSError, ValueError) as error:
        raise TokenizerError(
            f"the tokenizer of {recipe.base.model!r} cannot be loaded ({error}); copy tokenizer.json and "
            "tokenizer_config.json into the base's folder"
        ) from error


def _check_ids(config: Any, examples: list[Example], max_length: int, model: str) -> None:
    text = config.get_text_config()
    largest = max(max(one.ids) for one in examples)
    if largest >= text.vocab_size:
        raise TokenizerError(
            f"the tokenizer gives id {largest}, but {model} has {text.vocab_size} tokens: tokenizer and weights do not "
            "belong together; copy both from one place"
        )
    places = getattr(text, "max_position_embeddings", None)
    longest = max(len(one.ids) for one in examples)
    if places and longest > places:
        raise RowsError(
            f"the longest row has {longest} tokens, but {model} was made for {places}; use data.over_length=drop with "
            f"data.max_length={min(places, max_length)}"
        )


def fine_tune(ready: Prepared, *, use_cpu: bool = False, launch: str = "") -> dict[str, Any]:
    """Train, and write adapter, report and picture; goes on from the last checkpoint in the run's folder.

    Args:
        launch: the command that starts several processes, for the error message.

    Returns:
        The report; ``done`` is False where a signal ended the run early.

    Raises:
        TrainError: the folder holds another run, or what is asked for cannot run here.
    """
    import torch

    out, recipe = ready.out, ready.recipe
    is_main = int(os.environ.get("RANK", "0")) == 0
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
    arguments, choice = _arguments(ready, use_cpu=use_cpu)
    _say(is_main, f"attention: {choice.name} ({choice.reason})")
    last = newest_whole(out / "checkpoints", ready.stamp)
    if is_main:
        cut_off = remove_cut_off(out / "checkpoints")
        _say(bool(cut_off), f"removed {', '.join(cut_off)}: cut off while it was written")
    _say(is_main and last is not None, f"going on from {last}")
    arguments.eval_on_start = bool(ready.eval) and last is None
    _say(is_main, f"loading {recipe.base.model}; then the first step, which is the slowest")
    trainer = _trainer(ready, arguments, choice)
    watch = Watch(out, ready.stamp, is_main=is_main)
    trainer.add_callback(watch)
    with warnings.catch_warnings():
        # torch warns that its scheduler steps first after a resume; transformers restores it on purpose.
        warnings.filterwarnings("ignore", message=".*lr_scheduler.step.*")
        try:
            trainer.train(resume_from_checkpoint=None if last is None else str(last))
            if not watch.is_stopped and ready.eval and not _was_evaluated(trainer):
                trainer.evaluate()
        finally:
            watch.close()
    if watch.is_stopped:
        return {"done": False, "out": str(out), "step": trainer.state.global_step}
    _save_adapter(ready, trainer, is_main=is_main)
    report = _report(ready, trainer, watch, choice)
    if is_main:
        sft_report.draw_losses(trainer.state.log_history, out / "loss.png")
        write_json(finished, report)
        follow_umask(out)
    return report


@contextlib.contextmanager
def _bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar in the first of several processes."""
    if os.environ.get("RANK", "0") != "0":
        yield lambda done: None
        return
    with bar(label, total) as tick:
        yield tick


def _say(is_main: bool, text: str) -> None:
    if is_main:
        tell(text)


def _write_over(ready: Prepared) -> None:
    if not ready.over:
        return
    lines = [json.dumps({"where": where, "tokens": length}, ensure_ascii=False) for where, length in ready.over]
    (ready.out / "over_length.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    total = len(ready.train) + len(ready.eval) + (len(ready.over) if ready.recipe.data.over_length == "drop" else 0)
    fate = "left out" if ready.recipe.data.over_length == "drop" else f"kept: max_length is now {ready.max_length}"
    _say(True, f"{tokens.described(ready.over, total, ready.recipe.data.max_length)}\n  {fate}")


def _arguments(ready: Prepared, *, use_cpu: bool) -> tuple[Any, attention.Choice]:
    """Turn the recipe into trl's arguments. Must come before the model: DeepSpeed looks at them when it loads."""
    import torch
    from trl import SFTConfig

    data, optim, run = ready.recipe.data, ready.recipe.optim, ready.recipe.run
    is_cuda = torch.cuda.is_available() and not use_cpu
    if run.bf16 == "on" and is_cuda and not torch.cuda.is_bf16_supported():
        raise BaseError("run.bf16=on, but this GPU has no bfloat16; use run.bf16=off")
    is_bf16 = run.bf16 == "on" or (run.bf16 == "auto" and is_cuda and torch.cuda.is_bf16_supported())
    here = attention.surroundings(is_cuda=is_cuda, is_16_bit=is_bf16)
    choice = attention.choose(run.attention, here, packing=data.packing)
    logs = []
    if find_spec("tensorboard") is not None:
        os.environ["TENSORBOARD_LOGGING_DIR"] = str(ready.out / "tensorboard")
        logs = ["tensorboard"]
    arguments = SFTConfig(
        output_dir=str(ready.out / "checkpoints"),
        seed=run.seed,
        data_seed=run.seed,
        max_steps=run.max_steps or -1,
        num_train_epochs=optim.epochs,
        learning_rate=optim.lr,
        lr_scheduler_type=optim.scheduler,
        # transformers 5 has no warmup_ratio; a number below 1 is a share of the steps.
        warmup_steps=optim.warmup_ratio,
        weight_decay=optim.weight_decay,
        adam_beta1=optim.beta1,
        adam_beta2=optim.beta2,
        max_grad_norm=optim.clip,
        per_device_train_batch_size=optim.batch,
        per_device_eval_batch_size=optim.batch,
        gradient_accumulation_steps=optim.accumulation,
        bf16=is_bf16,
        use_cpu=use_cpu or not is_cuda,
        gradient_checkpointing=run.gradient_checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False} if run.gradient_checkpointing else None,
        # Rows come as tokens and labels, and none is longer: trl's truncation never finds anything to cut.
        max_length=ready.max_length,
        packing=data.packing,
        completion_only_loss=False,
        eval_strategy="steps" if ready.eval else "no",
        eval_steps=run.eval_steps,
        save_strategy="steps",
        save_steps=run.save_steps,
        save_total_limit=base_checks.KEPT_CHECKPOINTS,
        logging_steps=run.log_steps,
        logging_first_step=True,
        include_num_input_tokens_seen="non_padding",
        report_to=logs,
        disable_tqdm=True,
        dataloader_pin_memory=is_cuda,
    )
    return arguments, choice


def _trainer(ready: Prepared, arguments: Any, choice: attention.Choice) -> Any:
    import datasets
    import torch
    from peft import LoraConfig, PeftModel
    from peft.import_utils import is_gptqmodel_available
    from transformers import AutoModelForCausalLM, PrinterCallback, set_seed
    from trl import SFTTrainer

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
    model = AutoModelForCausalLM.from_pretrained(
        recipe.base.model,
        revision=recipe.base.revision or "main",
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
    trainer = SFTTrainer(
        model=model,
        args=arguments,
        train_dataset=_dataset(ready.train),
        eval_dataset=_dataset(ready.eval) if ready.eval else None,
        processing_class=ready.tokenizer,
        peft_config=lora,
    )
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


def _dataset(examples: list[Example]) -> Any:
    from datasets import Dataset

    columns = {
        "input_ids": [one.ids for one in examples],
        "labels": [tokens.labels_of(one) for one in examples],
    }
    return Dataset.from_dict(columns)


def _was_evaluated(trainer: Any) -> bool:
    step = trainer.state.global_step
    return any("eval_loss" in line and line["step"] == step for line in trainer.state.log_history)


def _save_adapter(ready: Prepared, trainer: Any, *, is_main: bool) -> None:
    """Write the adapter through peft and look at what was written; it takes its name when it is whole."""
    temporary = ready.out / ".adapter.tmp"
    trainer.save_model(str(temporary))
    trainer.accelerator.wait_for_everyone()
    if not is_main:
        return
    # A pickle: of no use to anyone who loads the adapter.
    (temporary / "training_args.bin").unlink(missing_ok=True)
    base_checks.write_base(temporary, ready.recipe.base, ready.stamp.base)
    shapes = base_checks.linear_shapes(ready.config)
    base_checks.check_adapter(temporary, ready.recipe.base, ready.recipe.lora, shapes, ready.stamp.base)
    base_checks.check_trained(temporary)
    shutil.rmtree(ready.out / "adapter", ignore_errors=True)
    temporary.rename(ready.out / "adapter")


def _report(ready: Prepared, trainer: Any, watch: Watch, choice: attention.Choice) -> dict[str, Any]:
    import torch

    history, recipe = trainer.state.log_history, ready.recipe
    total = sum(len(one.ids) for one in ready.train)
    answers = sum(len(one.ids) - one.prompt_length for one in ready.train)
    squares = sum(len(one.ids) ** 2 for one in ready.train)
    is_cuda = trainer.args.device.type == "cuda"
    device = torch.cuda.get_device_name() if is_cuda else "cpu"
    devices = trainer.accelerator.num_processes
    fast = sft_report.speed(
        ready.shape,
        tokens=watch.timed_tokens,
        # Steps mix rows evenly enough: shares of the whole data set.
        answer_tokens=watch.timed_tokens * answers / total,
        squared_lengths=watch.timed_tokens * squares / total,
        seconds=watch.timed_s,
        devices=devices,
        peak_tflops=sft_report.peak_of(device),
    )
    losses = sft_report.points(history, "loss")
    held = sft_report.points(history, "eval_loss")
    return {
        "done": True,
        "recipe": recipe.name,
        "recipe_digest": recipe.digest,
        "stamp": ready.stamp._asdict(),
        "base": {"model": recipe.base.model, "fingerprint": ready.stamp.base},
        "adapter": str(ready.out / "adapter"),
        **ready.summary(),
        "steps": trainer.state.global_step,
        "epochs": round(float(trainer.state.epoch or 0), 3),
        "tokens_trained": trainer.state.num_input_tokens_seen,
        "loss_first": losses[0][1] if losses else None,
        "loss_last": losses[-1][1] if losses else None,
        "eval_loss_first": held[0][1] if held else None,
        "eval_loss_last": held[-1][1] if held else None,
        "wall_s": round(watch.elapsed_s, 2),
        "tokens_per_s": round(fast.tokens_per_s, 1) if fast else None,
        "model_tflops": float(f"{fast.model_tflops:.4g}") if fast else None,
        "mfu": round(fast.mfu, 4) if fast and fast.mfu else None,
        "peak_memory": sft_report.memory(),
        "device": device,
        "devices": devices,
        "attention": choice._asdict(),
        "bf16": bool(trainer.args.bf16),
        "losses": [{key: line[key] for key in ("step", "loss", "eval_loss") if key in line} for line in history],
    }
