"""Bands of a forecast: what the mean over a pilot says of the mean over all.

* A share (accuracy) gets a Wilson band with the effective number of questions (``solver.base.intervals``);
* amounts (samples, tokens) get Student's band for a mean, on the scale of logarithms (they are skewed, and never
  negative); tokens of answers without reasoning have a tail of their own (``harness.forecast.rare_length``);
* both are narrower by sqrt(1 - pilot / all), since the pilot's own questions are part of the run, and wider by the
  spread of the one order that a run sees.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from solver.base.intervals import t_quantile, wilson

BAND = 0.9


class Band(NamedTuple):
    """A forecast with its 90 % band."""

    value: float
    low: float
    high: float


def share_band(values: Sequence[Sequence[float]], n_questions: int) -> Band:
    """Forecast the mean of shares.

    Args:
        values: one list a question of the pilot, one share an order.
    """
    means = [sum(own) / len(own) for own in values]
    n, quantile = len(means), t_quantile((1 + BAND) / 2, max(1, len(means) - 1))
    share = sum(means) / n
    between = sum((mean - share) ** 2 for mean in means) / max(1, n - 1)
    # Means over orders spread less than ones and zeros do, so they can be worth more than n of those. Where all were
    # alike the spread is not known.
    effective = share * (1 - share) / (between / n) if between > 1e-9 else float(n)
    low, high = wilson(share, effective, quantile)
    shrink, noise = known_part(n, n_questions), quantile * math.sqrt(_within(values) / n_questions)
    return Band(
        share,
        max(0.0, share - math.hypot(shrink * (share - low), noise)),
        min(1.0, share + math.hypot(shrink * (high - share), noise)),
    )


def mean_band(values: Sequence[Sequence[float]], n_questions: int) -> Band:
    """Forecast the mean of amounts that are never negative.

    Args:
        values: one list a question of the pilot, one amount an order.
    """
    means = [sum(own) / len(own) for own in values]
    n, quantile = len(means), t_quantile((1 + BAND) / 2, max(1, len(means) - 1))
    mean = sum(means) / n
    if mean == 0:
        return Band(0.0, 0.0, 0.0)
    between = sum((one - mean) ** 2 for one in means) / max(1, n - 1)
    spread = math.hypot(known_part(n, n_questions) * math.sqrt(between / n), math.sqrt(_within(values) / n_questions))
    # By the delta method the logarithm of the mean has the spread relative to the mean.
    factor = math.exp(quantile * spread / mean)
    return Band(mean, mean / factor, mean * factor)


def known_part(n: int, n_questions: int) -> float:
    """Return by what a band shrinks since the pilot is part of the run: what it saw is known."""
    return math.sqrt(max(0.0, 1 - n / n_questions)) if n_questions > 0 else 0.0


def _within(values: Sequence[Sequence[float]]) -> float:
    """Return the mean spread (variance) of a question's orders; a run sees one of them."""
    total = 0.0
    for own in values:
        mean = sum(own) / len(own)
        total += sum((value - mean) ** 2 for value in own) / len(own)
    return total / len(values)
