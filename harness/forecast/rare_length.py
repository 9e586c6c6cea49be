"""Tokens of a model that answers in a few of them and now and then rambles: a band for a mean that rare questions make.

Sixteen questions mostly show none of the ramblings that a fiftieth of the questions bring, and these may be half of all
tokens; a band from the spread of what was seen then leaves the truth outside (it held 31 to 73 % on recorded votes,
docs/rules.md). So what is far above the usual is forecast by itself: its share of the questions has Jeffreys'
posterior, a little more sceptical, and its size is what was seen of it, mixed with half a question's worth of not
knowing: any length between far and the longest, all alike on the scale of logarithms. The rest has the usual band.
Where a sample usually takes more than a few tokens nothing is that far above it, and the usual band is all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from random import Random
from statistics import median

from harness.forecast.bands import BAND, Band, known_part, mean_band

FEW = 32
"""Tokens of a usual sample up to which it is an answer alone."""
FAR = 4
"""Times the usual question from which on one is far above it."""
LONGEST = 32
"""Times the usual question: the longest that is thought of, a chain of reasoning instead of an answer."""
SCEPTICISM = 0.35
"""Of a far question seen before any is; Jeffreys' would be 0.5. With 0.5 bands held 97 % where 90 were promised."""
NOT_KNOWING = 0.5
"""Far questions of unknown size that are added to those seen."""
DRAWS = 400


def token_band(values: Sequence[Sequence[float]], usual: float, n_questions: int) -> Band:
    """Forecast the mean tokens of a question.

    Args:
        values: one list a question of the pilot, one amount an order.
        usual: tokens of the pilot's median sample.
        n_questions: of the whole run.
    """
    means = [sum(own) / len(own) for own in values]
    middle = median(means)
    if usual > FEW or middle == 0:
        return mean_band(values, n_questions)
    near = mean_band([own for own, mean in zip(values, means, strict=True) if mean <= FAR * middle], n_questions)
    beyond = [mean - near.value for mean in means if mean > FAR * middle]
    drawn = sorted(
        share * _size(beyond, noise, FAR * middle * (LONGEST / FAR) ** place - near.value)
        for share, place, noise in _draws(len(beyond), len(means))
    )
    mean, tail = sum(means) / len(means), sum(means) / len(means) - near.value
    low, high = (drawn[round(DRAWS * part)] for part in ((1 - BAND) / 2, (1 + BAND) / 2))
    unknown = known_part(len(means), n_questions)
    return Band(
        mean,
        max(0.0, mean - math.hypot(near.value - near.low, unknown * max(0.0, tail - low))),
        mean + math.hypot(near.high - near.value, unknown * max(0.0, high - tail)),
    )


def _size(seen: Sequence[float], noise: float, unseen: float) -> float:
    """Return how far above the usual a far question is, by those seen and one that was not."""
    if not seen:
        return unseen
    # Sizes spread by about half on the scale of logarithms.
    known = sum(seen) * math.exp(0.5 * noise / math.sqrt(len(seen)))
    return (known + NOT_KNOWING * unseen) / (len(seen) + NOT_KNOWING)


@lru_cache(maxsize=1024)
def _draws(seen: int, n: int) -> tuple[tuple[float, float, float], ...]:
    """Return draws of the share of far questions, of a place between far and longest, and of a standard normal."""
    rng = Random(f"{seen}/{n}")
    return tuple(
        (rng.betavariate(seen + SCEPTICISM, n - seen + 0.5), rng.random(), rng.gauss(0, 1)) for _ in range(DRAWS)
    )
