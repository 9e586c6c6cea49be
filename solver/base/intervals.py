"""Standard errors, intervals and tests for questions that come in clusters (the problems).

Questions of one problem share its text and tend to be right or wrong together, so that the plain standard error is
too small. The clustered one (Miller, "Adding Error Bars to Evals", arXiv 2411.00640, section 2.2) is here

    SE = sqrt( G / (G - 1) * sum over clusters c of ( sum over i in c of (s_i - mean) )^2 ) / n

with n questions in G clusters. G / (G - 1) is the usual correction for few clusters (Cameron and Miller, J. Human
Resources 50, 2015, "CR1"); with one question a cluster it makes SE the plain s / sqrt(n). Quantiles are Student's with
G - 1 degrees of freedom.

A share (accuracy) gets the Wilson interval with n replaced by the effective n* = p (1 - p) / SE^2, at most n (Korn and
Graubard, Survey Methodology 24, 1998; Brown, Cai and DasGupta, Statistical Science 16, 2001). Where SE is 0 (all right,
all wrong, or a single cluster), n* = G: then nothing is known about spread within clusters. Bounds stay in [0, 1], and
the interval never has zero width. For large n it is Miller's mean +- 1.96 SE.

>>> round(t_quantile(0.975, 10), 3), share_interval([1, 1, 1], ["a", "b", "c"]).low > 0.4
(2.228, True)
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

from solver.base.display.figures import counted

CONFIDENCE = 0.95
"""Two-sided confidence of every interval."""
POWER = 0.8
"""Power for the smallest detectable difference (Miller, arXiv 2411.00640, section 5)."""


class Mean(NamedTuple):
    """A mean over clustered values."""

    value: float
    se: float
    """Clustered standard error; 0 where the values do not vary or there is one cluster."""
    n: int
    n_clusters: int


class Interval(NamedTuple):
    """A share with its confidence interval."""

    value: float
    low: float
    high: float
    se: float
    """Clustered standard error (0 where it cannot be told)."""
    n: int
    n_clusters: int


class Difference(NamedTuple):
    """A mean paired difference with its interval and test."""

    value: float
    low: float
    high: float
    se: float
    p_value: float
    """Two-sided."""
    test: str
    """Which test gave the p-value."""
    n: int
    n_clusters: int


def clustered_mean(values: Sequence[float], clusters: Sequence[Hashable]) -> Mean:
    """Return mean and clustered standard error.

    Args:
        values: one number a question.
        clusters: the cluster of each question, in the same order.

    Raises:
        ValueError: there are no values.
    """
    n = len(values)
    if n == 0:
        raise ValueError("no values")
    mean = math.fsum(values) / n
    sums: dict[Hashable, float] = {}
    for value, cluster in zip(values, clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + (value - mean)
    groups = len(sums)
    if groups == 1 or min(values) == max(values):
        return Mean(mean, 0.0, n, groups)
    spread = math.fsum(total * total for total in sums.values())
    return Mean(mean, math.sqrt(groups / (groups - 1) * spread) / n, n, groups)


def share_interval(hits: Sequence[float], clusters: Sequence[Hashable]) -> Interval:
    """Return the share of hits with its interval (see the module's text).

    Args:
        hits: 1 or 0 for each question.
        clusters: the problem of each question.
    """
    share, se, n, groups = clustered_mean(hits, clusters)
    # A spread that is rounding error, or cancels within clusters, must not make a certainty.
    has_spread = se > 1e-9
    effective = min(float(n), share * (1 - share) / se**2) if has_spread else float(groups)
    quantile = t_quantile(_upper(), groups - 1) if has_spread else NormalDist().inv_cdf(_upper())
    low, high = wilson(share, effective, quantile)
    return Interval(share, low, high, se, n, groups)


def wilson(share: float, n: float, quantile: float) -> tuple[float, float]:
    """Return the Wilson score interval of a share seen in ``n`` trials.

    >>> [round(bound, 3) for bound in wilson(1.0, 10, 1.96)]
    [0.722, 1.0]
    """
    square = quantile**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = quantile / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    # The formula gives 0 and 1 exactly at the ends; rounding may miss them by 1e-17.
    return (0.0 if share == 0 else max(0.0, centre - half)), (1.0 if share == 1 else min(1.0, centre + half))


def paired_difference(differences: Sequence[float], clusters: Sequence[Hashable]) -> Difference:
    """Return the mean of paired differences, its interval and the two-sided p-value.

    The test is Student's on clustered differences. Where their standard error is 0 it says nothing; then test and
    interval ask what a share q of clusters of the other kind, at -1 or at 1, would do, none of which was seen: q is at
    most 1 - 0.025^(1/G) (Clopper and Pearson, Biometrika 26, 1934). Where all differences are 1 this is the sign test.

    >>> [round(float(one), 3) for one in paired_difference([1.0] * 6, range(6))[1:5]]
    [0.081, 1.0, 0.0, 0.031]

    Args:
        differences: one number in [-1, 1] a question, A minus B.
        clusters: the problem of each question.
    """
    mean, se, n, groups = clustered_mean(differences, clusters)
    if se > 1e-12:
        half = t_quantile(_upper(), groups - 1) * se
        p_value = 2 * (1 - t_cdf(abs(mean) / se, groups - 1))
        test = f"paired t test on clustered differences, {counted(groups - 1, 'degree')} of freedom"
        return Difference(mean, max(-1.0, mean - half), min(1.0, mean + half), se, p_value, test, n, groups)
    unseen = 1 - (1 - _upper()) ** (1 / groups)
    p_value = min(1.0, 2 / (1 + abs(mean)) ** groups)
    test = f"exact test over {counted(groups, 'cluster')} (the differences do not vary)"
    low, high = mean - unseen * (1 + mean), mean + unseen * (1 - mean)
    return Difference(mean, low, high, 0.0, p_value, test, n, groups)


def smallest_detectable(se: float) -> float:
    """Return the true difference that a two-sided 5 % test finds with 80 % power, given the difference's SE.

    >>> round(smallest_detectable(0.01), 4)
    0.028
    """
    normal = NormalDist()
    return (normal.inv_cdf(_upper()) + normal.inv_cdf(POWER)) * se


def _upper() -> float:
    return (1 + CONFIDENCE) / 2


def t_cdf(value: float, freedom: int) -> float:
    """Return P(T <= value) for Student's t; whole degrees of freedom have a closed form (Abramowitz, Stegun 26.7.3-4).

    >>> round(t_cdf(2.228, 10), 3)
    0.975
    """
    if freedom > 2000:
        # The difference from the normal distribution is below 0.0002 here.
        return NormalDist().cdf(value)
    angle = math.atan(value / math.sqrt(freedom))
    cosine2 = math.cos(angle) ** 2
    term = total = math.cos(angle) if freedom % 2 else 1.0
    if freedom == 1:
        total = 0.0
    for step in range(3 if freedom % 2 else 2, freedom, 2):
        term *= cosine2 * (step - 1) / step
        total += term
    part = math.sin(angle) * total
    inside = 2 / math.pi * (angle + part) if freedom % 2 else part
    return 0.5 + inside / 2


@lru_cache(maxsize=256)
def t_quantile(probability: float, freedom: int) -> float:
    """Return the value below which Student's t falls with the given probability (0.5 to 1), by bisection.

    >>> round(t_quantile(0.975, 1), 2)
    12.71
    """
    low, high = 0.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, freedom) < probability else (low, middle)
    return (low + high) / 2
