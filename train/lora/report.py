"""What a run reports: speed, model FLOPs use, memory, and the picture of its curves.

>>> shape = LoraShape(frozen=1000, head=100, adapter=10, layers=2, width=8)
>>> lora_flops(shape, Work(tokens=10, answer_tokens=5, squared_lengths=100))
52200.0
>>> Work(tokens=10, answer_tokens=5, squared_lengths=100).share(5)
Work(tokens=5, answer_tokens=2.5, squared_lengths=50.0, reference=False)
"""

from __future__ import annotations

import math
import os
import resource
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from train.devices import DEVICES


class LoraShape(NamedTuple):
    """Sizes that decide the work of a training step."""

    frozen: int
    """Weights of the linear layers, output head left out."""
    head: int
    """Weights of the output head."""
    adapter: int
    """Trained weights."""
    layers: int
    width: int
    """Heads x width of a head."""


class Work(NamedTuple):
    """What has to be computed."""

    tokens: float
    answer_tokens: float
    """Those with loss."""
    squared_lengths: float
    """Sum over rows of length squared."""
    reference: bool = False
    """Whether a frozen reference reads everything once more."""

    def share(self, tokens: float) -> Work:
        """Return the part of the work that so many tokens are."""
        part = tokens / self.tokens if self.tokens else 0.0
        return self._replace(
            tokens=tokens, answer_tokens=self.answer_tokens * part, squared_lengths=self.squared_lengths * part
        )


class Panel(NamedTuple):
    """One picture of a run."""

    label: str
    """Of its vertical axis."""
    curves: Mapping[str, str]
    """Name of a curve -> the trainer's figure; those that begin with ``held out`` are drawn with points."""


LOSSES = Panel("loss (nats per answer token)", {"training": "loss", "held out": "eval_loss"})


class Speed(NamedTuple):
    """How fast training went."""

    tokens_per_s: float
    model_tflops: float
    """Needed operations a second, in all, in TFLOP/s."""
    mfu: float | None
    """Share of the devices' dense bf16 peak; None where the peak is not known."""


def shape_of(config: Any, shapes: Mapping[str, tuple[int, int]], adapter: int) -> LoraShape:
    """Read the sizes from a model's config and its linear layers (``train.lora.base_checks.linear_shapes``)."""
    text = config.get_text_config()
    head_dim = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    return LoraShape(
        frozen=sum(inputs * outputs for inputs, outputs in shapes.values()),
        head=text.vocab_size * text.hidden_size,
        adapter=adapter,
        layers=text.num_hidden_layers,
        width=text.num_attention_heads * head_dim,
    )


def lora_flops(shape: LoraShape, work: Work) -> float:
    """Count the operations that LoRA training needs; recomputed activations and the optimiser are left out.

    A frozen weight takes 2 operations a token forward and 2 for the gradient of its input, a trained one 6; the
    output head works for tokens with loss alone (trl's fused head). Causal attention: 6 x layers x width x length
    squared for a row, as in ``train.pretrain.flops``. A frozen reference adds a forward pass of all but the adapter.
    """
    linear = (4.0 * shape.frozen + 6.0 * shape.adapter) * work.tokens
    others = 4.0 * shape.head * work.answer_tokens + 6.0 * shape.layers * shape.width * work.squared_lengths
    if work.reference:
        linear += 2.0 * shape.frozen * work.tokens
        others += 2.0 * shape.head * work.answer_tokens + 2.0 * shape.layers * shape.width * work.squared_lengths
    return linear + others


def speed(
    shape: LoraShape, work: Work, *, seconds: float, devices: int = 1, peak_tflops: float | None = None
) -> Speed | None:
    """Turn work and time into tokens a second and model FLOPs use; None where no time was measured."""
    if seconds <= 0 or work.tokens <= 0:
        return None
    tflops = lora_flops(shape, work) / seconds / 1e12
    return Speed(work.tokens / seconds, tflops, tflops / (peak_tflops * devices) if peak_tflops else None)


def peak_of(device_name: str) -> float | None:
    """Look up the dense bf16 peak in TFLOP/s of a GPU that torch names; None where the table lacks it.

    >>> peak_of("NVIDIA H100 80GB HBM3"), peak_of("cpu")
    (989.4, None)
    """
    words = device_name.replace("-", " ").lower().split()
    found = [one for one in DEVICES if set(one.name.replace("-", " ").split()) <= set(words)]
    # "RTX PRO 6000" has the words of shorter names too: the longest wins.
    return max(found, key=lambda one: len(one.name)).bf16_tflops if found else None


def memory() -> dict[str, float]:
    """Return the peak memory of this process in GiB: on the GPU where there is one, and in all."""
    import torch

    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    found = {"host_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30, 3)}
    if torch.cuda.is_available():
        found["allocated_gib"] = round(torch.cuda.max_memory_allocated() / 2**30, 3)
        found["reserved_gib"] = round(torch.cuda.max_memory_reserved() / 2**30, 3)
    return found


def points(history: Iterable[Mapping[str, Any]], key: str) -> list[tuple[int, float]]:
    """Return (step, value) where a log has the key; the last value of a step counts (a resumed run repeats some).

    Values that are not finite are left out: of steps that were not taken.
    """
    found = {int(line["step"]): float(line[key]) for line in history if key in line and math.isfinite(line[key])}
    return sorted(found.items())


def draw(history: Sequence[Mapping[str, Any]], image: Path, panels: Sequence[Panel]) -> bool:
    """Draw the curves, a panel below another; tell whether there was anything to draw and matplotlib to draw it with.

    Panels without a point are left out.
    """
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        from matplotlib import pyplot
    except ImportError:
        return False
    drawn = [
        (panel.label, curves)
        for panel in panels
        if (curves := [(name, curve) for name, key in panel.curves.items() if (curve := points(history, key))])
    ]
    if not drawn:
        return False
    figure, axes = pyplot.subplots(len(drawn), figsize=(8, 1.5 + 3 * len(drawn)), squeeze=False, sharex=True)
    for (label, curves), axis in zip(drawn, axes[:, 0], strict=True):
        for name, curve in curves:
            style = "o-" if name.startswith("held out") else "-"
            axis.plot([x for x, _ in curve], [y for _, y in curve], style, label=name, markersize=4)
        axis.set(ylabel=label)
        axis.legend()
    axes[-1, 0].set(xlabel="optimiser steps")
    figure.savefig(image, dpi=110, bbox_inches="tight")
    pyplot.close(figure)
    return True
