"""When practice should end: held-out accuracy has not risen for some evaluations. Pure.

>>> judge([(0, 0.5), (10, 0.6), (20, 0.55), (30, 0.58)], patience=2)
Verdict(best_step=10, best=0.6, first=0.5, since=2, stops=True)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Verdict(NamedTuple):
    """What a curve of held-out accuracy says."""

    best_step: int
    """The first of the best ones after the start; 0 before there is any."""
    best: float
    first: float
    """Before training."""
    since: int
    """Evaluations since the best one."""
    stops: bool


def judge(curve: Sequence[tuple[int, float]], patience: int) -> Verdict:
    """Judge a curve.

    Args:
        curve: step and accuracy, from step 0, oldest first.
        patience: evaluations without a new best that end the run; 0 never does.
    """
    first = curve[0][1] if curve else 0.0
    later = [point for point in curve if point[0] > 0]
    if not later:
        return Verdict(0, first, first, 0, False)
    place = max(range(len(later)), key=lambda index: (later[index][1], -index))
    since = len(later) - 1 - place
    return Verdict(*later[place], first, since, bool(patience) and since >= patience)
