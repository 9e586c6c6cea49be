"""What a step learns from: groups with spread, advantages around the group's mean, and how much a token weighs."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.training_rows.reward import Outcome, Scored
from train.grpo.loop.groups import Group, advantages, deviation, has_spread, lessons, token_weights
from train.grpo.loop.sampler import Completion

REWARDS = st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=16)


def answered(reward: float, *, length: int = 3, outcome: Outcome | None = None) -> Completion:
    ids = list(range(length))
    return Completion(ids, [-0.1] * length, Scored(reward, outcome or ("right" if reward else "wrong")))


def group(*rewards: float) -> Group:
    return Group((1, 2), tuple(answered(reward) for reward in rewards))


@given(REWARDS)
def test_advantages_of_a_group_add_up_to_nothing_and_better_answers_have_larger_ones(rewards: list[float]) -> None:
    found = advantages(rewards, deviation(rewards))
    assert abs(fmean(found)) < 1e-9
    by_reward = sorted(zip(rewards, found, strict=True))
    assert [one for _, one in by_reward] == sorted(one for _, one in by_reward)
    assert has_spread(rewards) == (len(set(rewards)) > 1)


def test_a_group_s_advantages_are_of_size_one_however_rare_right_answers_are() -> None:
    (rare,) = [max(advantages(one, deviation(one))) for one in ([1.0, 0, 0, 0, 0, 0, 0, 0],)]
    assert 2.4 < rare < 2.5
    assert max(advantages([1.0, 0.0], None)) == 0.5


def test_what_advantages_are_divided_by_is_the_recipe_s_choice() -> None:
    groups = [group(1, 0, 0, 0), group(1, 1, 0, 0)]
    first = {scale: lessons(groups, scale=scale, learns_cut_off=True)[0].advantage for scale in ("group", "batch")}
    together = deviation([1, 0, 0, 0, 1, 1, 0, 0])
    assert first["group"] == pytest.approx(0.75 / (deviation([1, 0, 0, 0]) + 1e-4))
    assert first["batch"] == pytest.approx(0.75 / (together + 1e-4))
    assert lessons(groups, scale="none", learns_cut_off=True)[0].advantage == 0.75


def test_answers_that_were_cut_off_count_in_the_mean_and_carry_loss_only_where_the_recipe_says_so() -> None:
    cut = Group((1,), (answered(1.0), answered(0.0, outcome="cut_off")))
    with_loss = lessons([cut], scale="none", learns_cut_off=True)
    without = lessons([cut], scale="none", learns_cut_off=False)
    assert [one.advantage for one in with_loss] == [0.5, -0.5]
    assert [one.advantage for one in without] == [0.5]


def test_an_answer_of_no_token_teaches_nothing() -> None:
    empty = Group((1,), (answered(1.0), answered(0.0, length=0)))
    assert len(lessons([empty], scale="group", learns_cut_off=True)) == 1


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_tokens_weigh_one_in_all_or_every_answer_the_same(lengths: list[int]) -> None:
    def total(kind: str) -> float:
        weights = token_weights(kind, lengths, max_tokens=50)  # type: ignore[arg-type]
        return sum(weight * length for weight, length in zip(weights, lengths, strict=True))

    assert total("dapo") == pytest.approx(1.0)
    assert total("bnpo") == pytest.approx(1.0)
    assert total("grpo") == pytest.approx(1.0)
    # By a constant: long answers pull harder, and all together at most as hard.
    assert total("dr_grpo") == pytest.approx(fmean(lengths) / 50)
    per_answer = [w * n for w, n in zip(token_weights("grpo", lengths, max_tokens=50), lengths, strict=True)]
    assert max(per_answer) == pytest.approx(min(per_answer))
