"""Rule, cap and bound by replay: held against rules that draw one sample after the other."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.tune.stopping import Point, Record, Replay, Stop, cheapest, frontier, points_of, ways
from solver.base.intervals import Interval
from solver.voting.rules import parse_rule
from solver.voting.tally import plurality


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    n = draw(st.integers(1, 6))
    votes = st.lists(st.none() | st.integers(0, 3), min_size=n, max_size=n).map(tuple)
    tokens = st.lists(st.integers(1, 120), min_size=n, max_size=n).map(tuple)
    return [
        Record(f"p{place}#0", f"p{place}", draw(st.integers(0, 3)), draw(votes), draw(tokens), 100)
        for place in range(draw(st.integers(1, 4)))
    ]


@given(records(), st.sampled_from(["fixed:1", "fixed:3", "lead:2", "lead:3", "beta:.9", "exact"]), st.integers(1, 6))
def test_every_order_is_replayed_as_the_live_rule_would_have_drawn_it(
    found: list[Record], rule_text: str, cap: int
) -> None:
    """The same figures from a reference that knows no shapes."""
    from harness.tune.stopping import _orders_of

    rule, bound = parse_rule(rule_text), 60
    got = Replay(found, bound).by_question(rule_text, cap)
    for place, record in enumerate(found):
        right = samples = tokens = 0.0
        orders = _orders_of(record)
        for order in orders:
            votes = [record.votes[at] if record.tokens[at] <= bound else None for at in order]
            n = rule.stop_at(votes, cap)
            right += plurality(votes[:n]) == record.gold
            samples += n
            tokens += sum(min(record.tokens[at], bound) for at in order[:n])
        assert got.right[place] == pytest.approx(right / len(orders))
        assert got.samples[place] == pytest.approx(samples / len(orders))
        assert got.tokens[place] == pytest.approx(tokens / len(orders))


def test_a_chain_that_reached_its_own_bound_keeps_the_answer_it_was_asked_for() -> None:
    (cut,) = records_of([(0, 103)])
    assert Replay([cut], 100).by_question("fixed:1", 1).right == (1.0,)
    assert Replay([cut], 90).by_question("fixed:1", 1) == ((0.0,), (1.0,), (90.0,))


def records_of(samples: list[tuple[int | None, int]]) -> list[Record]:
    votes, tokens = zip(*samples, strict=True)
    return [Record("p#0", "p", 0, votes, tokens, 100)]


def test_many_ways_at_once_come_to_what_each_comes_to_alone() -> None:
    rng = random.Random(0)
    found = [
        Record(
            f"p{n}#0",
            f"p{n}",
            0,
            tuple(rng.choice([0, 0, 1, None]) for _ in range(5)),
            tuple(rng.randrange(400) for _ in range(5)),
            400,
        )
        for n in range(20)
    ]
    stops = ways(5, 400)
    assert sorted(map(str, points_of(found, stops))) == sorted(
        str(Replay(found, stop.max_tokens).point(stop.rule, stop.cap)) for stop in stops
    )


def test_ways_to_stop_stay_within_what_was_drawn() -> None:
    stops = ways(8, 700)
    assert {stop.max_tokens for stop in stops} == {256, 384, 512, 640, 700}
    assert max(stop.cap for stop in stops) == 8
    assert {stop.rule.partition(":")[0] for stop in stops} >= {"fixed", "lead", "beta", "esc", "exact"}
    assert all(stop.cap == int(stop.rule[6:]) for stop in stops if stop.rule.startswith("fixed"))


def point(tokens: float, accuracy: float, se: float = 0.01) -> Point:
    return Point(Stop("lead:3", 8, 100), Interval(accuracy, 0, 1, se, 10, 5), 1.0, tokens)


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(0, 99)), min_size=1))
def test_nothing_beats_the_frontier_and_everything_else_is_beaten(pairs: list[tuple[int, int]]) -> None:
    points = [point(tokens, accuracy / 100) for tokens, accuracy in pairs]
    best = frontier(points)
    assert [one.tokens for one in best] == sorted({one.tokens for one in best})
    for one in points:
        assert any(other.tokens <= one.tokens and other.accuracy.value >= one.accuracy.value for other in best)


def test_of_ways_as_good_as_the_best_the_cheapest_is_taken() -> None:
    assert cheapest([point(100, 0.6), point(50, 0.598), point(10, 0.59)]).tokens == 50
    assert cheapest([point(100, 0.6, se=0.1), point(50, 0.598), point(10, 0.59)]).tokens == 10
