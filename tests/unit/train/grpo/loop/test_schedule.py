"""The rate of a step by steps or by the clock, and when held-out accuracy ends a run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.errors import RecipeError
from train.grpo.loop.held_out import judge
from train.grpo.loop.schedule import progress, rate_share
from train.grpo.recipe import GrpoRecipe


def test_the_clock_counts_where_it_is_further_than_the_steps() -> None:
    assert progress(10, 100, 30.0, 60.0) == 0.5
    assert progress(80, 100, 30.0, 60.0) == 0.8
    assert progress(10, 100, 30.0, None) == 0.1
    assert progress(200, 100, 0.0, None) == 1.0


@given(st.sampled_from(["cosine", "linear", "constant_with_warmup"]), st.floats(0, 1), st.integers(0, 500))
def test_no_rate_is_above_its_peak_or_below_nothing(scheduler: str, part: float, step: int) -> None:
    assert 0 <= rate_share(scheduler, part, step, warmup_steps=5, cooldown=0.3) <= 1  # type: ignore[arg-type]


def test_a_constant_rate_rises_stays_and_falls_to_a_tenth() -> None:
    def at(part: float, step: int) -> float:
        return rate_share("constant_with_warmup", part, step, warmup_steps=5, cooldown=0.3)

    assert [at(0, step) for step in range(6)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0])
    assert at(0.69, 90) == 1.0
    assert at(0.85, 90) == pytest.approx(0.5)
    assert at(1.0, 90) == pytest.approx(0.1)
    assert rate_share("constant_with_warmup", 1.0, 90, warmup_steps=0, cooldown=0.0) == 1.0


def test_a_run_ends_when_held_out_accuracy_has_not_risen_for_as_many_evaluations_as_patience_says() -> None:
    curve = [(0, 0.50), (10, 0.55), (20, 0.60), (30, 0.58), (40, 0.60)]
    assert not judge(curve[:4], patience=2).stops
    ended = judge(curve, patience=2)
    assert (ended.stops, ended.best_step, ended.best, ended.first) == (True, 20, 0.60, 0.50)
    assert not judge(curve, patience=3).stops
    assert not judge(curve, patience=0).stops


def test_the_start_is_never_the_adapter_that_is_written() -> None:
    worse = judge([(0, 0.9), (10, 0.5), (20, 0.4)], patience=1)
    assert (worse.best_step, worse.best, worse.stops) == (10, 0.5, True)
    assert judge([(0, 0.9)], patience=1).best_step == 0
    assert not judge([], patience=1).stops


def test_held_out_files_take_the_place_of_a_recipe_s_share_and_not_of_files_that_are_named_beside_them() -> None:
    given = GrpoRecipe.load("embedded-grpo", ["held_out.data=others.jsonl"])
    assert (given.held_out.data, given.data.eval_share) == (("others.jsonl",), 0.05)
    for words, told in (
        (["held_out.data=a", "data.eval=b", "data.eval_share=0"], "keep one of them"),
        (["held_out.patience=2", "loop.kind=trl"], "belongs to our own loop"),
        (["sampling.top_p=0.9"], "leave it at 1"),
        (["run.accelerate=ddp"], "our own loop is one"),
    ):
        with pytest.raises(RecipeError, match=told):
            GrpoRecipe.load("embedded-grpo", words)
