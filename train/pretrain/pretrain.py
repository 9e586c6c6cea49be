"""Pre-training of the embedded model from scratch, on problems made while it trains.

A run is a folder: ``checkpoint.pt``, ``recipe.json``, ``loss.jsonl``, ``model/`` (the export), ``report.json`` and
``loss.png``. Running the same command again goes on from the checkpoint, so that a run may span several calls of
limited length. The schedule counts training time alone: compiling, evaluation and export are outside the budget.

Example: ``python -m train pretrain --recipe embedded --out runs/pre --minutes 16``
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from solver.base.display import theme
from solver.base.display.printing import tell, tell_soon
from solver.base.errors import Interrupted
from solver.base.signals import Interrupts
from train.errors import TokenizerError
from train.finite_steps import MISSED, FiniteSteps
from train.pretrain import attention, checkpoint, flops, model_folder, tokenizer
from train.pretrain.checkpoint import Progress
from train.pretrain.documents import HOLDOUT_SEED
from train.pretrain.feed import Feed
from train.pretrain.learning_rate import rate_at
from train.pretrain.model import Losses, PackedQwen2
from train.pretrain.optimizer import Optimizer
from train.pretrain.packing import ANSWER, PAD, Batch
from train.pretrain.recipe import Recipe
from train.recipe_file import digest_of

_UNSOUND_ADVICE = "optim.lr and optim.matrix_lr lower, with another --out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When one call must end; all clocks are ``time.monotonic()``."""

    stop_at: float | None = None
    """Stop with a checkpoint at this time, wherever the schedule is."""
    finish_at: float | None = None
    """Bend the schedule so that it ends at this time (the last of several calls)."""


def resolve_device(name: str) -> str:
    """Return ``cuda`` or ``cpu`` for ``auto``, else the name."""
    return ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name


def resume_digest(recipe: Recipe) -> str:
    """Digest of what a checkpoint and the run that goes on from it must share."""
    shared = {"model": recipe.model.model_dump(), "kind": recipe.optim.kind, "seed": recipe.data.seed}
    return digest_of(shared)


def on_device(batch: Batch, device: str) -> list[torch.Tensor]:
    """Copy a batch to the device without waiting for it."""
    tensors = [torch.from_numpy(array) for array in batch]
    if device == "cpu":
        return tensors
    return [tensor.pin_memory().to(device, non_blocking=True) for tensor in tensors]


class Trainer:
    """A model, its optimiser and the compiled forward pass.

    Args:
        kernel: attention kernel; None chooses one for the device.
    """

    def __init__(self, recipe: Recipe, device: str, kernel: str | None = None) -> None:
        self.recipe, self.device = recipe, device
        shape = recipe.model
        self.kernel = kernel or attention.choose(
            heads=shape.heads, kv_heads=shape.kv_heads, width=shape.head_dim, device=device
        )
        dtype = torch.float32 if device == "cpu" else torch.bfloat16
        model = PackedQwen2(shape, kernel=self.kernel, longest=recipe.data.max_length, dtype=dtype)
        model.initialize(recipe.run.seed)
        self.model = model.to(device)
        self.optimizer = Optimizer(self.model, recipe.optim)
        self.steps = FiniteSteps()
        self._forward: Any = self.model
        if device != "cpu" and recipe.run.compile:
            self._forward = torch.compile(self.model, dynamic=False)

    def losses(self, batch: Batch) -> Losses:
        """Run the forward pass on a packed batch."""
        tokens, targets, positions, kinds, cu_seqlens = on_device(batch, self.device)
        mask = attention.mask_for(self.kernel, cu_seqlens, len(batch.tokens))
        result: Losses = self._forward(
            tokens, targets, positions, kinds, cu_seqlens, mask, self.recipe.data.prompt_weight
        )
        return result

    def accumulate(self, batch: Batch) -> Losses:
        """Run forward and backward on one of the passes of a step."""
        losses = self.losses(batch)
        (losses.loss / self.recipe.run.accumulate).backward()
        return Losses(losses.loss.detach(), losses.answer, losses.prompt)

    def step(self, rate: float, losses: Sequence[Losses], number: int) -> torch.Tensor:
        """Take a step from the gradients of its passes, unless one of them or a loss is not finite.

        Args:
            rate: share of the peak learning rates.
            number: of the step, from 1.

        Returns:
            The gradient norm before clipping, on the device.
        """
        norm = self.optimizer.clip()
        value = float(torch.stack([one.loss for one in losses]).mean())
        if self.steps.take(number, value, float(norm)):
            self.optimizer.step(rate)
        else:
            tell(self.steps.told)
        self.optimizer.clear()
        return norm

    def synchronize(self) -> None:
        """Wait until the device has done all it was given."""
        if self.device != "cpu":
            torch.cuda.synchronize()


def rows_of(recipe: Recipe) -> int:
    """Return how many documents a batch has room for."""
    tokens = recipe.run.micro_tokens
    return max(tokens // recipe.run.shortest_mean, 2 * tokens // recipe.data.max_length)


def _share_done(recipe: Recipe, progress: Progress, budget_s: float) -> float:
    if recipe.run.steps:
        return progress.step / recipe.run.steps
    return progress.elapsed_s / budget_s


class Meter:
    """Sums over the steps between two log lines."""

    def __init__(self, recipe: Recipe, feed: Feed) -> None:
        self.recipe, self.feed = recipe, feed
        self.reset()

    def reset(self) -> None:
        """Begin a new stretch."""
        self.begun, self.wait_before = time.perf_counter(), self.feed.wait_s
        self.tokens = self.slots = self.steps = 0
        self.flops = 0.0
        self.losses: list[Losses] = []
        self.norm: torch.Tensor | None = None

    def add(self, batch: Batch, losses: Losses) -> None:
        """Count one forward pass."""
        real = int((batch.kinds != PAD).sum())
        lengths = batch.cu_seqlens[1:] - batch.cu_seqlens[:-1]
        self.tokens += real
        self.slots += len(batch.tokens)
        self.flops += flops.training_flops(self.recipe.model, real, int((lengths.astype("int64") ** 2).sum()))
        self.losses.append(losses)

    def line(self, progress: Progress, rate: float) -> dict[str, float]:
        """Return the log line of the stretch; waits for the device."""
        loss, answer, prompt = (float(torch.stack(list(part)).mean()) for part in zip(*self.losses, strict=True))
        seconds = time.perf_counter() - self.begun
        supply = self.feed.supply
        return {
            "step": progress.step,
            "tokens": progress.tokens,
            "seconds": round(progress.elapsed_s, 2),
            "loss": round(loss, 5),
            "answer": round(answer, 5),
            "prompt": round(prompt, 5),
            "grad_norm": round(float(self.norm), 4) if self.norm is not None else 0.0,
            MISSED: progress.steps_not_taken,
            "lr": round(self.recipe.optim.lr * rate, 7),
            "tokens_per_s": round(self.tokens / seconds),
            "mfu": round(self.flops / seconds / (self.recipe.run.peak_tflops * 1e12), 4),
            "wait_share": round((self.feed.wait_s - self.wait_before) / seconds, 4),
            "fill": round(self.tokens / self.slots, 4),
            "fresh_share": round(supply.fresh / max(1, supply.fresh + supply.reused), 4),
            "dropped": supply.dropped,
        }


def _check_tokenizer(recipe: Recipe) -> None:
    size = tokenizer.load(recipe.data.tokenizer).get_vocab_size()
    if size > recipe.model.vocab:
        raise TokenizerError(f"{recipe.data.tokenizer} has {size} tokens; the recipe's model.vocab is less")


def holdout_batch(recipe: Recipe) -> Batch:
    """Pack one batch of problems that no training stream holds."""
    plan = recipe.data.replaced(seed=recipe.data.seed + HOLDOUT_SEED, workers=-1, reuse=1)
    with Feed(plan, tokens=recipe.run.micro_tokens, rows=rows_of(recipe), ahead=1) as feed:
        return next(feed)


def pretrain(recipe: Recipe, out: Path, *, device: str, limits: Limits, init_from: Path | None = None) -> bool:
    """Train until the schedule or the call ends, leaving a checkpoint and an export.

    Args:
        init_from: an exported folder whose weights a fresh run begins with.

    Returns:
        True when the schedule is complete, False when the call must be repeated.

    Raises:
        Interrupted: a signal ended the call; checkpoint and export are written.
        DivergedError: no step can be taken any more; the checkpoint is written.
    """
    _check_tokenizer(recipe)
    out.mkdir(parents=True, exist_ok=True)
    (out / "recipe.json").write_text(recipe.as_json() + "\n", encoding="utf-8")
    if device != "cpu":
        torch.set_float32_matmul_precision("high")
    trainer = Trainer(recipe, device)
    progress = _restore(trainer, out, init_from)
    tell(
        f"{recipe.name}: {flops.parameters(recipe.model) / 1e6:.1f} M parameters, {device}, kernel {trainer.kernel}, "
        f"step {progress.step}, {progress.elapsed_s:.0f} s used"
    )
    with Interrupts() as interrupts:
        interrupts.finish = lambda: tell_soon(
            "stopping after this step; once more leaves at once, without a checkpoint"
        )
        with Feed(recipe.data, tokens=recipe.run.micro_tokens, rows=rows_of(recipe), start=progress.next_index) as feed:
            held = holdout_batch(recipe)
            begun = time.monotonic()
            tell("first pass, which compiles and is the slowest")
            # Compiling happens here, outside the budget; the gradients of this pass are thrown away.
            trainer.accumulate(held)
            trainer.model.zero_grad(set_to_none=True)
            trainer.synchronize()
            tell(f"first pass (compiling): {time.monotonic() - begun:.1f} s")
            progress, is_done = _loop(trainer, feed, held, progress, out, limits, interrupts)
        _save(trainer, out, progress)
        model_folder.write(
            out / "model",
            state=trainer.model.state_dict(),
            shape=recipe.model,
            tokenizer_folder=recipe.data.tokenizer,
        )
    if interrupts.count and not is_done:
        raise Interrupted(f"stopped at step {progress.step}; the same command goes on from there")
    return is_done


def _restore(trainer: Trainer, out: Path, init_from: Path | None) -> Progress:
    found = checkpoint.load(out, digest=resume_digest(trainer.recipe), device=trainer.device)
    if found is not None:
        progress, model, optimizer = found
        trainer.model.load_state_dict(model)
        trainer.optimizer.load(optimizer)
        return progress
    if init_from is not None:
        from safetensors.torch import load_file

        state: dict[str, torch.Tensor] = {}
        for shard in sorted(init_from.glob("*.safetensors")):
            state.update(load_file(str(shard)))
        trainer.model.load_state_dict({name: value.float() for name, value in state.items()})
    return Progress()


def _save(trainer: Trainer, out: Path, progress: Progress) -> None:
    checkpoint.save(
        out,
        progress=progress,
        model=trainer.model.state_dict(),
        optimizer=trainer.optimizer.state(),
        digest=resume_digest(trainer.recipe),
    )


def _step(trainer: Trainer, feed: Feed, meter: Meter, rate: float, number: int) -> int:
    """Take the next batches and make a step of them; return how many answer tokens they had."""
    answers, losses = 0, []
    for _ in range(trainer.recipe.run.accumulate):
        batch = next(feed)
        losses.append(trainer.accumulate(batch))
        meter.add(batch, losses[-1])
        answers += int((batch.kinds == ANSWER).sum())
    meter.norm = trainer.step(rate, losses, number)
    meter.steps += 1
    return answers


def _loop(
    trainer: Trainer, feed: Feed, held: Batch, progress: Progress, out: Path, limits: Limits, interrupts: Interrupts
) -> tuple[Progress, bool]:
    recipe, plan = trainer.recipe, trainer.recipe.run
    trainer.synchronize()
    budget_s = plan.minutes * 60
    if limits.finish_at is not None:
        budget_s = progress.elapsed_s + max(1.0, limits.finish_at - time.monotonic())
    started, before_s, saved = time.monotonic(), progress.elapsed_s, time.monotonic()
    paused_s, documents_before, index_before = 0.0, progress.documents, progress.next_index
    meter = Meter(recipe, feed)
    with (out / "loss.jsonl").open("a", encoding="utf-8") as log:
        while _share_done(recipe, progress, budget_s) < 1.0:
            if interrupts.count or (limits.stop_at is not None and time.monotonic() > limits.stop_at):
                return replace(progress, tokens=progress.tokens + meter.tokens), False
            rate = rate_at(
                _share_done(recipe, progress, budget_s),
                progress.step,
                warmup_steps=recipe.optim.warmup_steps,
                decay_fraction=recipe.optim.decay_fraction,
            )
            answers = _step(trainer, feed, meter, rate, progress.step + 1)
            progress = replace(
                progress,
                step=progress.step + 1,
                steps_not_taken=progress.steps_not_taken + bool(trainer.steps.in_a_row),
            )
            if trainer.steps.is_lost:
                if trainer.steps.taken:
                    _save(trainer, out, replace(progress, tokens=progress.tokens + meter.tokens))
                kept = out / checkpoint.FILE
                raise trainer.steps.error(kept if kept.is_file() else None, _UNSOUND_ADVICE)
            progress = replace(
                progress,
                answer_tokens=progress.answer_tokens + answers,
                elapsed_s=before_s + time.monotonic() - started - paused_s,
                next_index=max(index_before, feed.supply.next_index),
                documents=documents_before + feed.supply.fresh + feed.supply.reused,
            )
            if progress.step % plan.log_every == 0:
                progress = replace(progress, tokens=progress.tokens + meter.tokens)
                line = meter.line(progress, rate)
                begun = time.monotonic()
                if progress.step % plan.holdout_every == 0:
                    line["holdout_answer"] = round(float(trainer.losses(held).answer), 5)
                if time.monotonic() - saved > plan.checkpoint_every_s:
                    _save(trainer, out, progress)
                    saved = time.monotonic()
                paused_s += time.monotonic() - begun
                log.write(json.dumps(line) + "\n")
                log.flush()
                share = _share_done(recipe, progress, budget_s)
                left_s = max(0.0, progress.elapsed_s * (1 - share) / share) if share else 0.0
                told = " ".join(f"{key}={value}" for key, value in line.items())
                tell(f"{told}; {share:.0%}, about {theme.clock(left_s)} left")
                meter.reset()
    # The device may still be at work on the last steps.
    trainer.synchronize()
    return replace(progress, tokens=progress.tokens + meter.tokens), True


def finish(recipe: Recipe, out: Path, *, device: str, deadline: float | None) -> dict[str, Any]:
    """Judge the exported model, compare tokenizers, draw the loss, and write ``report.json``."""
    from train.pretrain.greedy_accuracy import judge, report

    result: dict[str, Any] = {"recipe": json.loads(recipe.as_json()), "digest": recipe.digest}
    marked = judge(out / "model", recipe, device=device, deadline=deadline) if recipe.judge.questions else []
    if marked:
        checked = tokenizer.check_against_transformers(out / "model", [one.prompt for one in marked[:200]])
        result |= {"tokenizer_checked_on": checked, "judge": report(marked)}
    found = checkpoint.load(out, digest=resume_digest(recipe), device="cpu")
    if found is not None:
        result["progress"] = asdict(found[0])
    (out / "report.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draw_losses(out / "loss.jsonl", out / "loss.png")
    return result


def draw_losses(log: Path, image: Path) -> None:
    """Draw the loss curves, where matplotlib is installed."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        from matplotlib import pyplot
    except ImportError:
        return
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    if not lines:
        return
    figure, axes = pyplot.subplots(figsize=(8, 4.5))
    for key in ("answer", "prompt"):
        axes.plot([line["tokens"] / 1e6 for line in lines], [line[key] for line in lines], label=f"{key} tokens")
    held = [line for line in lines if "holdout_answer" in line]
    points = [(line["tokens"] / 1e6, line["holdout_answer"]) for line in held]
    axes.plot([x for x, _ in points], [y for _, y in points], "k.", label="held out")
    axes.set(xlabel="tokens trained on (millions)", ylabel="loss (nats per token)", yscale="log")
    axes.legend()
    figure.savefig(image, dpi=110, bbox_inches="tight")
    pyplot.close(figure)
