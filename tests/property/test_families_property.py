"""Every family: one right option, in any order, proven; the same world in both languages; the same bytes always.

The proof here is the family's own (``holds``); ``test_second_solver`` has one that is independent of it.
"""

from __future__ import annotations

import json
import re
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.problems.letters import index_of
from synth.generate.item_lines import to_lines
from synth.generate.order import MAX_LEVEL, Order, items
from synth.puzzles.benchmark import benchmark
from synth.puzzles.benchmark_overlap import shingles
from synth.puzzles.compose import compose
from synth.puzzles.families import FAMILIES, trained, unseen
from synth.puzzles.stream import LEVELS, training_problem

NAMES = sorted(FAMILIES.names)


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**40), level=st.integers(1, MAX_LEVEL), order=st.integers(0, 2**20))
@settings(max_examples=12, deadline=None)
def test_exactly_one_option_is_right_in_any_order(name: str, seed: int, level: int, order: int) -> None:
    family = FAMILIES[name]
    rng = Random(f"1/{name}/{level}/{seed}")
    world = family.world(rng, level)
    asks = family.asks(world, rng)
    assert 1 <= len(asks) <= 5
    for ask in asks:
        values = list(dict.fromkeys([ask.right, *ask.wrong]))
        Random(order).shuffle(values)
        assert [value for value in values if family.holds(world, ask, value)] == [ask.right]


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**40), level=st.integers(1, MAX_LEVEL))
@example(seed=1500, level=6)  # counting: a made-up name was "None"
@settings(max_examples=8, deadline=None)
def test_an_item_is_whole_in_both_languages_and_styles(name: str, seed: int, level: int) -> None:
    golds = []
    for lang in ("zh", "en"):
        for style in ("full", "brief"):
            item = compose(FAMILIES[name], seed=seed, level=level, lang=lang, style=style, item_id="x").item
            again = compose(FAMILIES[name], seed=seed, level=level, lang=lang, style=style, item_id="x").item
            assert item == again
            for one in item.questions:
                question = one.question
                assert 2 <= len(question.options) <= 6
                assert len({option.strip().casefold() for option in question.options}) == len(question.options)
                assert question.gold == index_of(one.gold_letter)
                ending = f"答案是：{one.gold_letter}" if lang == "zh" else f"The answer is: {one.gold_letter}"
                assert one.chain.splitlines()[-1] == ending
                assert not re.search(r"\bNone\b(?! of)", item.problem_text + question.text + one.chain)
            golds.append([one.gold_letter for one in item.questions])
    assert golds == [golds[0]] * 4


def test_gold_letters_are_balanced_within_each_number_of_options() -> None:
    counts: dict[int, list[int]] = {}
    for index in range(1500):
        for one in training_problem(5, index).questions:
            size = len(one.question.options)
            counts.setdefault(size, [0] * size)[index_of(one.gold_letter)] += 1
    for size in (2, 4, 5):
        total = sum(counts[size])
        for count in counts[size]:
            # Five standard errors of a fair draw, plus two points for natural imbalances of yes and no.
            assert abs(count / total - 1 / size) < 5 * (1 / size * (1 - 1 / size) / total) ** 0.5 + 0.02


def test_training_never_sees_the_held_out_families_and_level() -> None:
    seen = [training_problem(2, index) for index in range(400)]
    assert not {item.family for item in seen} & {family.name for family in unseen()}
    assert {item.difficulty for item in seen} <= set(LEVELS)
    held_out = {item.difficulty for split, item in benchmark() if split.startswith("hard")}
    assert held_out == {max(LEVELS) + 2, max(LEVELS) + 4}
    assert len(trained()) >= 24
    assert len(unseen()) == 3


def test_generation_does_not_depend_on_how_it_is_cut() -> None:
    order = Order(count=30, seed=9)
    whole = [to_lines(item, "messages") for item in items(order, range(30))]
    parts = [
        to_lines(item, "messages")
        for start in range(0, 30, 7)
        for item in items(order, range(start, min(start + 7, 30)))
    ]
    assert whole == parts
    for line in "".join(whole).splitlines():
        user, assistant = json.loads(line)["messages"]
        assert (user["role"], assistant["role"]) == ("user", "assistant")


def test_shingles_ignore_white_space() -> None:
    assert shingles("甲乙 丙丁\n戊己") == shingles("甲乙丙丁戊己")
