"""Curves over k: averages over all choices, from the samples that every question has; difficulty measured apart."""

from __future__ import annotations

import random
from itertools import permutations

import pytest

from harness.scoring.at_k import LabelledVotes, curve, strata
from solver.voting.tally import plurality


def test_the_curve_is_the_mean_over_all_orders_of_the_samples() -> None:
    questions = [LabelledVotes(0, (0, 1, None, 0, 2), "p"), LabelledVotes(1, (0, 0, 1, 1, None), "q")]
    for at in curve(questions):
        for one in questions:
            orders = list(permutations(one.votes))
            own_curve = {found.k: found for found in curve([one])}
            majority = sum(plurality(order[: at.k]) == one.gold for order in orders) / len(orders)
            any_correct = sum(one.gold in order[: at.k] for order in orders) / len(orders)
            assert own_curve[at.k].majority == pytest.approx(majority)
            assert own_curve[at.k].any_correct == pytest.approx(any_correct)
    assert [at.k for at in curve(questions)] == [1, 2, 3, 4, 5]


def test_samples_that_only_wavering_questions_have_are_left_out() -> None:
    sure, wavering = LabelledVotes(0, (0, 0, 0), "p"), LabelledVotes(0, (0, 1, 0, 1, 1, 1), "q")
    assert [at.k for at in curve([sure, wavering])] == [1, 2, 3]
    assert curve([sure, wavering])[0].majority == pytest.approx((1 + 2 / 3) / 2)
    assert curve([sure, LabelledVotes(0, (), "r")]) == ()


def test_strata_are_measured_with_other_samples_than_they_are_sorted_by() -> None:
    # Fair coins: whatever the first half says, the second is right half the time.
    rng = random.Random(1)
    coins = [LabelledVotes(0, [rng.randrange(2) for _ in range(8)], str(n)) for n in range(4000)]
    found = strata(coins)
    assert [one.name for one in found] == ["never right", "up to half right", "more than half right", "always right"]
    assert all(abs(one.single - 0.5) < 0.06 for one in found)
    assert sum(one.n for one in found) == 4000
    assert strata([LabelledVotes(0, (0, 0, 0), "p")]) == ()
