"""trl's trainer for a run: the recipe as its arguments, the base with the adapter on it."""

from __future__ import annotations

import contextlib
import math
import os
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from train.errors import AdapterError, BaseError
from train.lora import attention, base_checks
from train.lora.base_folder import base_of
from train.lora.prepared import Prepared
from train.lora.recipe import LoraPlan, LoraRecipe, Run
from train.quiet_imports import hushed


def arguments_of(ready: Prepared[Any], *, use_cpu: bool) -> tuple[Any, attention.Choice]:
    """Turn the recipe into trl's arguments. Must come before the model: DeepSpeed looks at them when it loads."""
    import torch

    data, optim, run = ready.recipe.data, ready.recipe.optim, ready.recipe.run
    is_cuda = torch.cuda.is_available() and not use_cpu
    is_bf16 = is_bf16_here(run, is_cuda=is_cuda)
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
        # It hides a loss that is not finite; train.lora.sound_steps looks at each.
        "logging_nan_inf_filter": False,
        "include_num_input_tokens_seen": "non_padding",
        "report_to": logs,
        "disable_tqdm": True,
        "dataloader_pin_memory": is_cuda,
    }
    arguments = ready.arguments(shared)
    # Its own rounds up, also in a run of one step, whose rate is then 0.
    arguments.get_warmup_steps = partial(warmup_steps, optim.warmup_ratio)
    return arguments, choice


def warmup_steps(ratio: float, steps: int) -> int:
    """Return over how many steps of a run the rate rises, from 0 in the first: never over all of them.

    >>> warmup_steps(0.05, 1), warmup_steps(0.05, 2), warmup_steps(0.05, 100), warmup_steps(0, 9)
    (0, 1, 5, 0)
    """
    return min(math.ceil(steps * ratio), steps - 1)


def is_bf16_here(run: Run, *, is_cuda: bool) -> bool:
    """Tell whether a run computes in bfloat16.

    Raises:
        BaseError: it is to, on a GPU that has none.
    """
    import torch

    if run.bf16 == "on" and is_cuda and not torch.cuda.is_bf16_supported():
        raise BaseError("run.bf16=on, but this GPU has no bfloat16; use run.bf16=off")
    return run.bf16 == "on" or (run.bf16 == "auto" and is_cuda and torch.cuda.is_bf16_supported())


def base_model(recipe: LoraRecipe, choice: attention.Choice, *, is_bf16: bool) -> Any:
    """Load the base, without an adapter."""
    import torch
    from transformers import AutoModelForCausalLM

    wanted = recipe.base.dtype if recipe.base.dtype != "auto" else "bfloat16" if is_bf16 else "float32"
    base = base_of(recipe.base)
    return AutoModelForCausalLM.from_pretrained(
        base.model,
        revision=base.revision or "main",
        dtype=getattr(torch, wanted),
        attn_implementation=choice.name,
    )


def lora_config(plan: LoraPlan) -> Any:
    """Return a recipe's adapter as peft is told of it."""
    from peft import LoraConfig
    from peft.import_utils import is_gptqmodel_available

    with hushed(), contextlib.suppress(ImportError):
        # peft imports it with the first adapter; it greets.
        if is_gptqmodel_available():
            import_module("gptqmodel")
    return LoraConfig(
        r=plan.rank,
        # vLLM reads whole numbers.
        lora_alpha=int(plan.alpha) if plan.alpha == int(plan.alpha) else plan.alpha,
        lora_dropout=plan.dropout,
        target_modules="all-linear" if plan.targets == ("all-linear",) else list(plan.targets),
        use_rslora=plan.use_rslora,
        task_type="CAUSAL_LM",
    )


def trainer_of(ready: Prepared[Any], arguments: Any, choice: attention.Choice) -> Any:
    """Load the base, put the adapter on it, and return the trainer.

    Raises:
        AdapterError: another number of parameters trains than the recipe says.
    """
    import datasets
    from peft import PeftModel
    from transformers import PrinterCallback, set_seed

    recipe = ready.recipe
    attention.settle(choice)
    datasets.disable_progress_bars()
    set_seed(recipe.run.seed)
    model = base_model(recipe, choice, is_bf16=arguments.bf16)
    model.config.use_cache = False
    lora: Any = lora_config(recipe.lora)
    if ready.ground.init_adapter is not None:
        model = PeftModel.from_pretrained(model, str(ready.ground.init_adapter), is_trainable=True)
        lora = None
    trainer = ready.trainer(model, arguments, lora)
    # It prints to stdout, which is for the result.
    trainer.remove_callback(PrinterCallback)
    if recipe.run.compile:
        _compile(trainer.model)
    have = sum(one.numel() for one in trainer.model.parameters() if one.requires_grad)
    if have not in (0, ready.ground.adapter) and not arguments.deepspeed_plugin:
        raise AdapterError(f"{have} parameters train, {ready.ground.adapter} were expected; report this as a bug")
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
