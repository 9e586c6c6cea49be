"""The learning rate of a step, and how far a run is. Pure.

>>> [round(rate_share("constant_with_warmup", p, 50, warmup_steps=5, cooldown=0.3), 2) for p in (0.0, 0.7, 0.85, 1.0)]
[1.0, 1.0, 0.55, 0.1]
>>> rate_share("cosine", 0.5, 0, warmup_steps=10, cooldown=0.3)
0.05
"""

from __future__ import annotations

import math
from typing import Literal

LEAST = 0.1
"""What a constant rate falls to in the end: of the trial that gained 10.6 points (docs/learning.md, 2026-11-30)."""
Scheduler = Literal["cosine", "linear", "constant_with_warmup"]


def progress(step: int, steps: int, elapsed_s: float, limit_s: float | None) -> float:
    """Return the share of a run that is over, by steps or by time, whichever is further; 0 to 1."""
    by_time = elapsed_s / limit_s if limit_s else 0.0
    return min(1.0, max(step / steps, by_time))


def rate_share(scheduler: Scheduler, part: float, step: int, *, warmup_steps: int, cooldown: float) -> float:
    """Return a step's rate as a share of the peak.

    Args:
        part: share of the run that is over.
        step: steps done.
        warmup_steps: over which the rate rises.
        cooldown: share of the run, at its end, over which a constant rate falls.
    """
    warm = min(1.0, (step + 1) / max(1, warmup_steps))
    if scheduler == "cosine":
        return warm * 0.5 * (1.0 + math.cos(math.pi * part))
    if scheduler == "linear":
        return warm * (1.0 - part)
    fall = 1.0 if not cooldown else min(1.0, (1.0 - part) / cooldown)
    return warm * max(LEAST, fall)
