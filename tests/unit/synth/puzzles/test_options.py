"""Options: no rank, no likeness and no place tells which of them is right."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from synth.errors import ProofError
from synth.puzzles.distractors import around, coset, cut, near_misses, swapped
from synth.puzzles.family import Ask
from synth.puzzles.mistakes import mistake
from synth.puzzles.options import Shown, cube, mistakes_of, shown


def _shown(right: Any, wrong: Any, seed: int) -> Shown:
    return shown(Ask("k", (), right, tuple(wrong)), Random(seed), is_wrong=lambda value: value != right, text=str)


def test_the_right_number_has_any_rank_with_the_same_chance() -> None:
    ranks: Counter[tuple[int, int]] = Counter()
    for seed in range(3000):
        one = _shown(50, near_misses(Random(seed), 50, [75, 100]), seed)
        ranks[len(one.values), sorted(one.values).index(50)] += 1
    for count in (4, 5):
        total = sum(ranks[count, rank] for rank in range(count))
        for rank in range(count):
            assert abs(ranks[count, rank] / total - 1 / count) < 0.06, (count, rank)


def test_a_number_at_the_edge_of_what_makes_sense_keeps_options_that_make_sense() -> None:
    for seed in range(200):
        assert all(0 <= value <= 3 for value in _shown(0, around(0, 0, 3), seed).values)


def test_the_right_place_is_any_with_the_same_chance() -> None:
    places = Counter(_shown(True, (False,), seed).gold for seed in range(1000))
    assert abs(places[0] - 500) < 80


def test_no_sequence_shown_is_the_centre_of_the_others_more_often_than_chance() -> None:
    right, hits, chance = tuple(range(6)), 0.0, 0.0
    for seed in range(600):
        values = _shown(right, swapped(right, Random(seed)), seed).values
        apart = [sum(a != b for other in values for a, b in zip(one, other, strict=True)) for one in values]
        nearest = [one for one, far in zip(values, apart, strict=True) if far == min(apart)]
        hits += (right in nearest) / len(nearest)
        chance += 1 / len(values)
    assert abs(hits - chance) / 600 < 0.06


def test_slips_that_touch_different_places_are_made_together() -> None:
    assert set(cube((1, 2, 3, 4), [(2, 1, 3, 4), (1, 2, 4, 3)])) == {(2, 1, 3, 4), (1, 2, 4, 3), (2, 1, 4, 3)}
    assert "bacde" in cube("abcd", ["bacd", "abcde"])


def test_the_right_sequence_is_as_often_among_the_longer_options_as_among_the_shorter_ones() -> None:
    right, longer, shorter = (4, 2, 3, 1), 0, 0
    for seed in range(600):
        wrong = (*swapped(right, Random(seed)), *cut(right, Random(seed)))
        lengths = [len(value) for value in _shown(right, wrong, seed).values]
        longer += len(right) == max(lengths) > min(lengths)
        shorter += len(right) == min(lengths) < max(lengths)
    assert longer + shorter > 500
    assert abs(longer - shorter) < 100


def test_sets_grow_and_shrink_in_every_combination() -> None:
    assert len(cube((2, 4, 6), [(2, 3, 4, 6), (2, 4, 6, 7)])) == 3


def test_a_number_that_the_problem_mentions_stands_among_such_numbers_where_there_are_enough() -> None:
    ask, told = Ask("k", (), 50, (51, 52, 20, 70, 80, 49)), "20, 50, 70 and 80"

    def options(ask: Ask[int], seed: int) -> set[int]:
        return set(shown(ask, Random(seed), is_wrong=lambda value: True, text=str, problem=told).values)

    for seed in range(50):
        assert options(ask, seed) <= {50, 20, 70, 80}
        assert not options(Ask("k", (), 51, (52, 53, 54, 20, 70, 80)), seed) & {20, 70, 80}
    # Two others that it mentions are too few.
    assert any(options(Ask("k", (), 50, (51, 52, 20, 70)), seed) & {51, 52} for seed in range(50))


def test_what_holds_of_all_sequences_given_holds_of_those_made() -> None:
    for value in cube((1, 2, 3, 4, 5), [(2, 1, 3, 4, 5), (1, 2, 3, 5, 4)]):
        assert sorted(value) == [1, 2, 3, 4, 5]
    assert all(list(value) == sorted(set(value)) for value in cube((2, 4, 6), [(1, 4, 6), (2, 4, 7), (2, 4)]))


def test_a_value_that_the_prover_calls_right_is_never_shown_as_wrong() -> None:
    right, twin = "abcd", "badc"
    for seed in range(100):
        ask = Ask("k", (), right, ("bacd", "abdc"))
        one = shown(ask, Random(seed), is_wrong=lambda value: value not in (right, twin), text=str)
        assert twin not in one.values


def test_an_ask_without_a_wrong_value_is_refused() -> None:
    with pytest.raises(ProofError, match="no distractor"):
        _shown(1, (1,), 0)


def test_every_wrong_option_says_which_mistake_leads_to_it_and_the_right_one_says_nothing() -> None:
    one = _shown(5, around(5), 3)
    mistakes = mistakes_of(one)
    assert mistakes[one.gold] is None
    assert all("too" in (said or "") for at, said in enumerate(mistakes) if at != one.gold)
    assert mistake((1, 2, 3), (3, 2, 1)) == "the other direction"
    assert mistake("abc", "acb") == "two swapped"
    assert mistake(0, 1, values=3) == "another one"


def test_distractors_are_wrong_and_different() -> None:
    rng = Random(1)
    for right in (0, 1, 7, 40, 300):
        assert right not in around(right)
        assert len(set(around(right))) == len(around(right))
    assert 0b101 not in coset(0b101, (1, 2, 4))
    assert len(coset(0b101, (1, 2, 4))) == 7
    assert all(value for value in cut((1,), rng))
