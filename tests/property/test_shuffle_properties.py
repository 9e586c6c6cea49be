"""Option order: a permutation, the same every time, with pinned options in their place."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from solver.problems.letters import letter_of
from solver.problems.option_order import class_behind, permutation, seed_of
from solver.problems.question import Question, question_of

OPTIONS = st.lists(st.sampled_from(["甲", "乙", "丙", "丁", "甲", "以上都不对", "选项A和B"]), min_size=2, max_size=7)
# As drawn when the function was written; resuming a run depends on them.
ORDERS = [(2, 1, 0, 3), (0, 2, 3, 1), (1, 3, 2, 0)]


def question(options: list[str], name: str = "p#0") -> Question:
    return question_of(name, problem="题", text="?", options=tuple(options))


@given(OPTIONS, st.integers(), st.integers(0, 100))
def test_every_option_is_shown_once_and_pinned_ones_stay(options: list[str], seed: int, index: int) -> None:
    asked = question(options)
    order = permutation(asked, run_seed=seed, index=index)
    assert sorted(order) == list(range(len(options)))
    assert all(order[place] == place for place, is_pinned in enumerate(asked.pinned) if is_pinned)
    assert order == permutation(asked, run_seed=seed, index=index)


@given(OPTIONS, st.integers(0, 50))
def test_a_shown_letter_leads_back_to_the_option_s_content(options: list[str], index: int) -> None:
    asked = question(options)
    order = permutation(asked, run_seed=1, index=index)
    for shown, original in enumerate(order):
        found = class_behind(asked, order, letter_of(shown))
        assert found is not None
        assert options[found] == options[original]
    assert class_behind(asked, order, letter_of(len(options))) is None


@given(OPTIONS)
def test_without_shuffling_the_file_s_order_stays(options: list[str]) -> None:
    assert permutation(question(options), run_seed=3, index=4, is_on=False) == tuple(range(len(options)))


def test_all_orders_are_about_equally_frequent() -> None:
    asked = question(["a", "b", "c"])
    counts = Counter(permutation(asked, run_seed=0, index=index) for index in range(6000))
    assert len(counts) == 6
    # 1000 expected; five standard deviations are 144.
    assert all(856 < count < 1144 for count in counts.values())


def test_orders_never_change_between_versions() -> None:
    asked = question(["a", "b", "c", "d"])
    assert [permutation(asked, run_seed=0, index=index) for index in range(3)] == ORDERS


def test_seeds_are_31_bits_and_differ() -> None:
    seeds = {seed_of(run, f"p#{n}", model, i) for run in (0, 1) for n in range(5) for model in "ab" for i in range(50)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**31 for seed in seeds)
