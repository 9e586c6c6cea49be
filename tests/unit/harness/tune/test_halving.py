"""The pure parts of a search: halves, rounds, arms."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.tune.arms import SAMPLINGS, prompt_arms, sampling_arms
from harness.tune.halving import halves_of, reach, standings, survivors, vote_score
from solver.problems.question import Question, question_of
from solver.scheduling.settings import SamplingSettings

HALVES = [0.0, 0.5, 1.0]
votes = st.lists(st.none() | st.integers(0, 3), max_size=9)


def question(name: str, *, place: int = 0, problem: str = "四个人排成一行。") -> Question:
    return question_of(f"{name}#{place}", problem=problem, text="?", options=("甲", "乙"), gold_letter="A")


QUESTIONS = [question(f"p{n}", place=place) for n in range(200) for place in range(2)]
CLUSTERS = {one.id: one.problem_id for one in QUESTIONS}


@given(st.sets(st.integers(0, 10_000)), st.integers(0, 3))
def test_halves_are_whole_problems_that_stay_where_they_are_whatever_comes_along(found: set[int], seed: int) -> None:
    some = [question(f"p{n}", place=place) for n in found for place in range(3)]
    halves = halves_of(some, seed)
    assert sorted(one.id for half in halves for one in half) == sorted(one.id for one in some)
    assert not {one.problem_id for one in halves.choosing} & {one.problem_id for one in halves.stating}
    wider = halves_of([*some, *QUESTIONS], seed)
    assert {one.id for one in halves.choosing} <= {one.id for one in wider.choosing}


def test_a_half_begins_with_a_fair_sample_not_with_the_files_beginning() -> None:
    first = [int(one.problem_id[1:]) for one in halves_of(QUESTIONS).choosing[:40]]
    assert max(first) > 150
    assert len(set(first)) == 20


@given(votes, st.integers(0, 3))
def test_a_votes_score_is_shared_among_the_first_and_sums_to_one_over_all_answers(
    found: list[int | None], gold: int
) -> None:
    assert 0 <= vote_score(found, gold) <= 1
    total = sum(vote_score(found, answer) for answer in range(4))
    assert total == pytest.approx(1 if any(vote is not None for vote in found) else 0)
    assert vote_score(found[::-1], gold) == vote_score(found, gold)


@given(
    st.dictionaries(
        st.sampled_from("abcdef"), st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=30, max_size=30), min_size=1
    )
)
def test_the_leader_has_the_best_mean_goes_on_and_is_compared_with_nobody(rows: dict[str, list[float]]) -> None:
    ids = [one.id for one in QUESTIONS[:30]]
    scores = {arm: dict(zip(ids, row, strict=True)) for arm, row in rows.items()}
    ranked = standings(scores, CLUSTERS, dict.fromkeys(scores, 1.0))
    assert ranked[0].score == max(sum(row) / 30 for row in rows.values())
    assert [one.against_leader is None for one in ranked] == [True] + [False] * (len(ranked) - 1)
    kept = survivors(ranked, 2)
    assert kept[0] == ranked[0].arm
    assert len(kept) <= 2
    assert all(one.can_win for one in ranked if one.arm in kept)


def test_who_is_behind_beyond_chance_is_out_though_there_is_room() -> None:
    rng = random.Random(0)
    ids = [one.id for one in QUESTIONS]
    good = {one: float(rng.random() < 0.8) for one in ids}
    near = {one: good[one] if rng.random() < 0.95 else float(rng.random() < 0.8) for one in ids}
    poor = {one: float(rng.random() < 0.3) for one in ids}
    ranked = standings({"good": good, "near": near, "poor": poor}, CLUSTERS, {"good": 9, "near": 9, "poor": 1})
    assert set(survivors(ranked, 3)) == {"good", "near"}


def test_arms_are_compared_on_what_they_share_and_of_equals_the_cheaper_one_leads() -> None:
    a, b = QUESTIONS[0].id, QUESTIONS[2].id
    ranked = standings({"dear": {a: 1.0, b: 0.0}, "cheap": {a: 1.0}}, CLUSTERS, {"dear": 300, "cheap": 20})
    assert [(one.arm, one.n) for one in ranked] == [("cheap", 1), ("dear", 1)]
    with pytest.raises(ValueError, match="no question"):
        standings({"x": {a: 1.0}, "y": {b: 1.0}}, CLUSTERS, {"x": 1, "y": 1})


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0, 1e6), st.floats(0.1, 1e4))
def test_a_round_goes_as_far_as_its_tokens_do_and_never_back(
    most: int, least: int, allowance: float, each: float
) -> None:
    found = reach(most, least, allowance, lambda n: each * max(0, n - least))
    assert least <= found <= max(most, least)
    assert found == least or each * (found - least) <= allowance
    assert found == max(most, least) or each * (found + 1 - least) > allowance


def test_prompts_that_say_the_same_to_these_questions_are_one_arm() -> None:
    english = [question_of("e#0", problem="Four stand in a row.", text="?", options=("a", "b"), gold_letter="A")]
    base = SamplingSettings()
    names = [arm.name for arm in prompt_arms(base, (), english)]
    assert names[0] == "reason"
    assert "reason-en" not in names
    chinese = [arm.name for arm in prompt_arms(base, (), QUESTIONS)]
    assert chinese[0] == "reason"
    assert {"short", "reason-system", "reason-en", "direct", "cot"} <= set(chinese)
    assert [arm.name for arm in prompt_arms(base, ("cot",), QUESTIONS)] == ["reason", "cot"]


def test_ways_to_sample_differ_have_names_of_their_own_and_begin_with_the_best_so_far() -> None:
    (best, *_) = prompt_arms(SamplingSettings(repetition_penalty=1.0), (), QUESTIONS)
    arms = sampling_arms(best, systems=("be brief and exact please", "be brief and exact pleasX"), thinks=True)
    assert arms[0] == best
    assert len({arm.name for arm in arms}) == len({arm.key for arm in arms}) == len(arms) == len(SAMPLINGS) + 4
    assert {arm.settings.prompt for arm in arms} == {best.settings.prompt}
    assert {arm.settings.repetition_penalty for arm in arms} == {1.0}
