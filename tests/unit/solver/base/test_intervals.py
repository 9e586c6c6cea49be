"""Intervals and tests against published values and against each other."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.base.intervals import (
    clustered_mean,
    paired_difference,
    share_interval,
    smallest_detectable,
    t_cdf,
    t_quantile,
    wilson,
)

HITS = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 5)), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (120, 1.980), (5000, 1.960)],
)
def test_quantiles_are_those_of_the_printed_tables(freedom: int, quantile: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(quantile, abs=6e-4)
    assert t_cdf(-quantile, freedom) == pytest.approx(0.025, abs=1e-4)


def test_wilson_of_newcombe_s_example() -> None:
    # Newcombe, Statistics in Medicine 17 (1998): 81 of 263 gives 0.2553 to 0.3662.
    low, high = wilson(81 / 263, 263, 1.959964)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_one_question_a_cluster_gives_the_plain_standard_error() -> None:
    values = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0]
    variance = sum((value - 4 / 6) ** 2 for value in values) / 5
    assert clustered_mean(values, range(6)).se == pytest.approx(math.sqrt(variance / 6))


def test_copies_of_a_question_add_nothing_to_what_is_known() -> None:
    values = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0]
    copied = [value for value in values for _ in range(5)]
    clusters = [place for place in range(6) for _ in range(5)]
    assert clustered_mean(copied, clusters).se == pytest.approx(clustered_mean(values, range(6)).se)
    once, five_times = share_interval(values, range(6)), share_interval(copied, clusters)
    assert five_times.low == pytest.approx(once.low, abs=0.03)


@given(HITS)
def test_bounds_hold_the_share_stay_in_range_and_never_meet(rows: list[tuple[float, int]]) -> None:
    found = share_interval([hit for hit, _ in rows], [cluster for _, cluster in rows])
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high


def test_all_right_is_not_certainty() -> None:
    assert share_interval([1.0] * 30, range(30)).low == pytest.approx(0.886, abs=0.001)
    # Thirty questions of three problems say as much as three questions.
    assert share_interval([1.0] * 30, [n % 3 for n in range(30)]).low == pytest.approx(0.438, abs=0.001)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng, held = random.Random(5), 0
    for _ in range(400):
        hits, clusters = [], []
        for problem in range(40):
            common = rng.random() < 0.85
            for _ in range(3):
                hits.append(float(common if rng.random() < 0.6 else rng.random() < 0.85))
                clusters.append(problem)
        found = share_interval(hits, clusters)
        held += found.low <= 0.85 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_a_paired_difference_is_student_s_t() -> None:
    # Student's own sleep data (Biometrika 6, 1908): t = -4.0621 with 9 degrees of freedom, p = 0.002833.
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = paired_difference([a - b for a, b in zip(first, second, strict=True)], range(10))
    assert found.value == pytest.approx(-1.58)
    assert found.value / found.se == pytest.approx(-4.0621, abs=1e-4)
    assert found.p_value == pytest.approx(0.002833, abs=1e-6)


def test_runs_that_never_differ_have_p_one_and_an_interval() -> None:
    found = paired_difference([0.0] * 50, range(50))
    assert (found.value, found.p_value) == (0.0, 1.0)
    assert found.low < 0 < found.high


def test_runs_that_always_differ_are_as_sure_as_their_number() -> None:
    assert paired_difference([1.0] * 3, range(3)).p_value == 0.25
    assert paired_difference([1.0] * 10, range(10)).p_value < 0.01


@given(st.floats(-1, 1), st.integers(1, 40), st.integers(1, 3))
def test_differences_that_do_not_vary_are_sure_in_interval_and_test_alike(value: float, groups: int, each: int) -> None:
    found = paired_difference([value] * groups * each, list(range(groups)) * each)
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert (found.p_value < 0.05) == (found.low > 0 or found.high < 0)


def test_one_problem_says_nothing_of_two_runs() -> None:
    found = paired_difference([1.0, 1.0, 0.0], [0, 0, 0])
    assert found.p_value == 1
    assert found.low < 0 < found.high


def test_the_smallest_detectable_difference_is_found_four_times_in_five() -> None:
    rng, found = random.Random(1), 0
    for _ in range(500):
        found += abs(rng.gauss(smallest_detectable(1.0), 1.0)) > 1.96
    assert found / 500 == pytest.approx(0.8, abs=0.05)


def test_no_values_are_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        clustered_mean([], [])
