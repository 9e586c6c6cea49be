"""A minute on the real device before a long run: which kernel works, the feed's own speed, the speed of steps.

``python -m train pretrain --recipe embedded --smoke --out /tmp/smoke`` prints one JSON object on stdout;
``run.micro_tokens=65536`` tries another batch size. What it compiles is cached for the run that follows.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import torch

from solver.base.display.printing import tell
from train.pretrain import attention, flops
from train.pretrain.feed import Feed, worker_count
from train.pretrain.packing import PAD, Batch
from train.pretrain.pretrain import Trainer, holdout_batch, resume_digest, rows_of
from train.pretrain.recipe import Recipe


def feed_speed(recipe: Recipe, seconds: float) -> dict[str, float]:
    """Measure what the generators give when nobody trains."""
    plan = recipe.data.replaced(reuse=1)
    with Feed(plan, tokens=recipe.run.micro_tokens, rows=rows_of(recipe)) as feed:
        begun = time.perf_counter()
        first = next(feed)
        started = time.perf_counter()
        tokens = sum(int((batch.kinds != PAD).sum()) for batch in _until(feed, started + seconds))
        took = time.perf_counter() - started
        documents = feed.supply.fresh
    return {
        "workers": worker_count(plan),
        "first_batch_s": round(started - begun, 1),
        "tokens_per_s": round(tokens / took),
        "fill": round(float((first.kinds != PAD).mean()), 4),
        "documents": documents,
    }


def _until(feed: Feed, end: float) -> Any:
    for batch in feed:
        yield batch
        if time.perf_counter() > end:
            return


def step_speed(recipe: Recipe, device: str, kernel: str, steps: int) -> dict[str, float]:
    """Measure training steps on one batch that lies ready."""
    begun = time.perf_counter()
    trainer = Trainer(recipe, device, kernel)
    batch: Batch = holdout_batch(recipe)
    losses = []
    for number in range(1, 3):
        result = trainer.accumulate(batch)
        losses.append(float(result.loss))
        trainer.step(0.5, [result], number)
    trainer.synchronize()
    compiled = time.perf_counter()
    for number in range(3, steps + 3):
        passes = [trainer.accumulate(batch) for _ in range(recipe.run.accumulate)]
        trainer.step(0.5, passes, number)
    trainer.synchronize()
    took = (time.perf_counter() - compiled) / steps
    started = time.perf_counter()
    for _ in range(steps):
        for parameter in trainer.model.parameters():
            parameter.grad = torch.zeros_like(parameter)
        trainer.optimizer.clip()
        trainer.optimizer.step(0.0)
        trainer.optimizer.clear()
    trainer.synchronize()
    optimizer_s = (time.perf_counter() - started) / steps
    real = int((batch.kinds != PAD).sum()) * recipe.run.accumulate
    lengths = (batch.cu_seqlens[1:] - batch.cu_seqlens[:-1]).astype("int64")
    work = flops.training_flops(recipe.model, real, int((lengths**2).sum()) * recipe.run.accumulate)
    return {
        "micro_tokens": recipe.run.micro_tokens,
        "compile_s": round(compiled - begun, 1),
        "step_ms": round(1000 * took, 1),
        "optimizer_ms": round(1000 * optimizer_s, 1),
        "tokens_per_s": round(real / took),
        "mfu": round(work / took / (recipe.run.peak_tflops * 1e12), 4),
        "loss_before": round(losses[0], 3),
        "loss_after": round(float(passes[-1].loss), 3),
        "memory_gib": round(torch.cuda.max_memory_allocated() / 2**30, 1) if device != "cpu" else 0.0,
    }


def smoke(recipe: Recipe, out: Path, *, device: str, seconds: float = 8.0, steps: int = 10) -> dict[str, Any]:
    """Try the parts of a run for a few seconds each, and report what each can do."""
    out.mkdir(parents=True, exist_ok=True)
    shape = recipe.model
    kernel = attention.choose(heads=shape.heads, kv_heads=shape.kv_heads, width=shape.head_dim, device=device)
    tell(f"kernel {kernel}; run digest {resume_digest(recipe)}")
    result: dict[str, Any] = {"torch": torch.__version__, "device": device, "kernel": kernel}
    result["feed"] = feed_speed(recipe, seconds)
    tell(f"feed: {result['feed']}")
    result["steps"] = step_speed(recipe, device, kernel, steps)
    tell(f"steps: {result['steps']}")
    return result
