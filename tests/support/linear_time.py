"""Whether a call takes time in proportion to the size of what it reads; a busy machine does not change the verdict.

Where the text is four times as long a linear step takes four times as long, a quadratic one sixteen times; the bound
lies at eight. Times are of the process, the least of eight at most.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

TIMES = 4
"""How much longer the long text is."""
BOUND = 8.0
"""Largest allowed ratio of the times."""
FLOOR_S = 0.02
"""Times below are noise."""


def spent(run: Callable[[], object]) -> float:
    """Return process seconds of a call."""
    began = time.process_time()
    run()
    return time.process_time() - began


def is_linear(make: Callable[[int], Callable[[], object]], size: int) -> tuple[bool, list[float]]:
    """Time a call at a quarter of the size and at the size; measured again before it is called super-linear.

    What other tests have left in memory is kept out of the collector's sight: a walk over all of it would fall to one
    of the sizes only.
    """
    best = [float("inf")] * 2
    gc.collect()
    gc.freeze()
    try:
        for _ in range(8):
            best = [min(old, spent(make(each))) for old, each in zip(best, (size // TIMES, size), strict=True)]
            if best[1] <= BOUND * max(best[0], FLOOR_S):
                return True, best
    finally:
        gc.unfreeze()
    return False, best
