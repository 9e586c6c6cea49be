"""The learning-rate schedule. Pure, no torch."""

from __future__ import annotations


def rate_at(progress: float, step: int, *, warmup_steps: int, decay_fraction: float) -> float:
    """Return the learning rate as a share of its peak: linear warm-up, flat, linear to zero.

    A flat middle, not a cosine, so that the budget can still change while a run is on (arXiv:2405.18392).

    Args:
        progress: share of the budget used, 0 to 1.
        step: optimiser steps done.

    >>> [rate_at(p, 500, warmup_steps=100, decay_fraction=0.4) for p in (0.1, 0.8, 1.0)]
    [1.0, 0.5, 0.0]
    """
    warm = min(1.0, (step + 1) / max(1, warmup_steps))
    left = max(0.0, 1.0 - progress) / decay_fraction if decay_fraction else 1.0
    return round(min(warm, left, 1.0), 9)
