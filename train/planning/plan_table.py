"""A plan as a table for people and as JSON for machines. Drawing only; the numbers are
``train.planning.training_plan``'s."""

from __future__ import annotations

import sys
from typing import TextIO

from solver.base.display.figures import counted
from solver.base.display.printing import print_json
from train.planning.memory import CONTEXT_BYTES, FRAGMENTATION, GIB
from train.planning.training_plan import Plan

_LABELS = {
    "weights": "weights of the base",
    "adapter": "adapter, fp32",
    "gradients": "gradients, fp32",
    "optimiser": "AdamW's two moments, fp32",
    "buffers": "gathered layers, copies",
    "activations": "activations kept",
    "working": "working memory of a layer",
    "loss": "logits",
}


def print_plan(plan: Plan, *, as_json: bool = False) -> int:
    """Print a plan to stdout; return the exit code: 0 where it fits, 1 where it does not."""
    if as_json:
        print_json(as_json_tree(plan))
    else:
        show(plan, sys.stdout)
    return 0 if plan.fits else 1


def as_json_tree(plan: Plan) -> dict[str, object]:
    """Return the plan for ``--json``; bytes as integers."""
    load, memory = plan.load, plan.memory
    return {
        "recipe": plan.recipe,
        "digest": plan.digest,
        "base": load.shape.name,
        "parameters": load.shape.parameters,
        "trainable": load.trainable,
        "gpu": plan.device.name,
        "gpus": load.gpus,
        "sharding": load.sharding,
        "memory_bytes": dict(memory.parts),
        "phase": memory.phase,
        "phase_bytes": dict(memory.phases),
        "peak_bytes": memory.peak,
        "reserve_bytes": memory.reserve,
        "engine_bytes": None if plan.engine is None else dict(plan.engine.parts),
        "total_bytes": plan.total,
        "fits": plan.fits,
        "spare_gib": round(plan.spare_gib, 2),
        "rows": None if plan.data is None else plan.data.rows,
        "tokens": None if plan.data is None else plan.data.tokens,
        "steps": plan.steps,
        "tokens_per_s": round(plan.tokens_per_s),
        "hours": None if plan.hours is None else round(plan.hours, 3),
        "utilisation": plan.utilisation,
        "advice": [{"change": one.change, "total_gib": one.total_gib, "fits": one.fits} for one in plan.advice],
    }


def show(plan: Plan, file: TextIO) -> None:
    """Draw the plan."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=file, highlight=False, markup=False)
    for line in _head(plan):
        console.print(line, soft_wrap=True)
    table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
    table.add_column("memory of each GPU")
    table.add_column("GiB", justify="right")
    table.add_column("share", justify="right")
    for name, amount in plan.memory.parts:
        if amount:
            table.add_row(_LABELS[name], f"{amount / GIB:.2f}", f"{amount / plan.total:.0%}")
    table.add_section()
    where = {"forward": "at the end of the forward pass", "loss": "in the loss", "backward": "in the backward pass"}
    table.add_row(f"peak, {where[plan.memory.phase]}", f"{plan.memory.peak / GIB:.2f}", "")
    reserve = f"reserve: CUDA {CONTEXT_BYTES / GIB:.2f} GiB, fragmentation {FRAGMENTATION:.0%}"
    table.add_row(reserve, f"{plan.memory.reserve / GIB:.2f}", "")
    for name, amount in plan.engine.parts if plan.engine else ():
        if amount:
            table.add_row(name, f"{amount / GIB:.2f}", f"{amount / plan.total:.0%}")
    table.add_row("total", f"{plan.total / GIB:.2f}", "100%")
    console.print(table)
    console.print(Text(_verdict(plan), style="bold"), soft_wrap=True)
    for one in plan.advice:
        verdict = "fits" if one.fits else "does not fit either"
        console.print(f"  {one.change}: {one.total_gib} GiB on each GPU, {verdict}", soft_wrap=True)
    for line in _time(plan):
        console.print(line, soft_wrap=True)


def _head(plan: Plan) -> list[str]:
    load = plan.load
    shape = load.shape
    kind = f"LoRA of rank {load.rank}" if load.rank else "all weights"
    stored = f", linear layers at {shape.bits:.2f} bits" if shape.bits < 16 else ""
    checkpointing = "on" if load.has_checkpointing else "off"
    return [
        f"{plan.recipe} ({plan.digest}) on {load.gpus} x {plan.device.title}",
        f"base {shape.name}: {shape.parameters:,} parameters{stored}",
        f"trains {kind}: {load.trainable:,} parameters ({load.trainable / shape.parameters:.2%})",
        f"a pass: {load.batch} x {load.length} tokens, {counted(load.accumulation, 'pass', 'passes')} a step, "
        f"gradient checkpointing {checkpointing}, logits {load.logits}"
        + ("" if load.sharding == "none" else f", {load.sharding} over {load.gpus}"),
    ]


def _verdict(plan: Plan) -> str:
    device = plan.device
    if plan.fits:
        return f"fits: {plan.spare_gib:.1f} of {device.memory_gib} GiB are left on each GPU"
    return f"does not fit: {-plan.spare_gib:.1f} GiB too much for {device.memory_gib} GiB; what would help:"


def _time(plan: Plan) -> list[str]:
    lines = []
    if plan.data is not None:
        about = "" if plan.data.is_counted else "about "
        held = f"; {plan.held_share:.0%} of them held out" if plan.held_share else ""
        lines.append(f"data: {counted(plan.data.rows, 'row')}, {about}{plan.data.tokens:,} tokens{held}")
        if plan.data.longest > plan.load.length:
            lines.append(f"note: the longest row has {about}{plan.data.longest} tokens, more than data.max_length")
    speed = (
        f"{plan.tokens_per_s:,.0f} tokens/s at an assumed {plan.utilisation:.0%} of {plan.device.bf16_tflops:g} TFLOP/s"
    )
    if plan.steps is None:
        lines.append(f"{speed}; for steps and hours give data.train=FILE, or --rows and --row-tokens")
    else:
        hours = plan.hours or 0.0
        minutes = round(hours * 60)
        short = f"about {counted(minutes, 'minute')}" if minutes else "less than a minute"
        long = f"about {hours:.1f} hours" if hours >= 1 else short
        lines.append(f"{counted(plan.steps, 'step')}, {long} ({speed})")
    if plan.engine is not None:
        lines.append(
            f"engine: {counted(plan.engine.chains, 'completion')} at once, {plan.engine.kv_tokens:,} tokens of "
            "cache; it draws while the trainer computes, and the time above counts training alone"
        )
    return lines
