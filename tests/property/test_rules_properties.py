"""The contract of every registered stopping rule: parallel sampling draws what one-by-one sampling draws, and so on."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.voting.rules import (
    RULES as REGISTERED,
)
from solver.voting.rules import (
    Exact,
    Rule,
    Vote,
    launch,
    may_go_ahead,
    parse_rule,
    without_gaps,
)
from solver.voting.tally import plurality

RULES: st.SearchStrategy[Rule] = st.sampled_from(
    [parse_rule(text) for kind in REGISTERED for text in dict.fromkeys((kind.example, *kind.grid(24)))]
)
"""Whatever is registered, as it is offered and replayed: a new rule is held to all that stands here."""
VOTES: st.SearchStrategy[list[Vote]] = st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=1, max_size=24)


def sequential(rule: Rule, stream: list[Vote], cap: int) -> int:
    """Draw one sample after the other; return how many the rule takes."""
    drawn = 0
    while rule.needed(stream[:drawn], cap) > 0:
        drawn += 1
    return drawn


@given(RULES, VOTES, st.integers(0, 2**32))
def test_parallel_sampling_draws_exactly_the_sequential_samples(rule: Rule, stream: list[Vote], seed: int) -> None:
    cap, rng = len(stream), random.Random(seed)
    landed: dict[int, Vote] = {}
    in_flight: list[int] = []
    launched = 0
    while True:
        votes = without_gaps(landed) if rule.is_ordered else tuple(landed[index] for index in sorted(landed))
        for _ in range(launch(rule, votes, launched - len(votes), cap)):
            in_flight.append(launched)
            launched += 1
        if not in_flight:
            break
        assert rule.reason(votes, cap) is None, "a rule may stop only when nothing is in flight"
        index = in_flight.pop(rng.randrange(len(in_flight)))
        landed[index] = stream[index]
    assert launched == sequential(rule, stream, cap)
    assert plurality([landed[index] for index in range(launched)]) == plurality(stream[:launched])


@given(RULES, VOTES, st.integers(1, 24), st.integers(0, 3), st.integers(0, 2**32))
def test_ahead_of_need_at_most_that_many_more_are_in_flight(
    rule: Rule, stream: list[Vote], cap: int, over: int, seed: int
) -> None:
    votes = stream[: random.Random(seed).randrange(len(stream) + 1)][:cap]
    for in_flight in range(cap - len(votes) + 1):
        if may_go_ahead(rule, votes, in_flight, cap, over):
            assert in_flight < cap - len(votes)
            assert in_flight < rule.needed(votes, cap) + over
            assert over > 0 or launch(rule, votes, in_flight, cap) > 0


@given(RULES, VOTES, st.integers(1, 30))
def test_stop_at_is_where_one_by_one_sampling_stops(rule: Rule, stream: list[Vote], cap: int) -> None:
    assert rule.stop_at(stream, cap) == sequential(rule, stream, min(cap, len(stream)))
    assert Rule.stop_at(rule, stream, cap) == rule.stop_at(stream, cap)


@given(RULES, VOTES)
def test_needed_is_the_least_number_of_samples_after_which_the_rule_can_stop(rule: Rule, votes: list[Vote]) -> None:
    cap = len(votes) + 8
    needed = rule.needed(votes, cap)
    assert 0 <= needed <= cap - len(votes)
    for more in (None, 0, 1, 2, 3, 4):
        assert needed == 0 or rule.needed([*votes, more], cap) >= needed - 1
    if needed > 0 and needed < cap - len(votes):
        assert any(_stops(rule, votes, [choice] * needed, cap) for choice in range(5)) or rule.is_ordered


def _stops(rule: Rule, votes: list[Vote], more: list[int], cap: int) -> bool:
    return rule.needed([*votes, *more], cap) == 0


@given(VOTES, st.integers(1, 24))
def test_exact_never_changes_the_answer_of_the_full_vote(stream: list[Vote], cap: int) -> None:
    full = stream[:cap]
    assert plurality(full[: Exact().stop_at(full, cap)]) == plurality(full)


@given(RULES, VOTES, st.randoms(use_true_random=False))
def test_rules_that_are_not_ordered_look_at_counts_only(rule: Rule, votes: list[Vote], rng: random.Random) -> None:
    mixed = list(votes)
    rng.shuffle(mixed)
    if not rule.is_ordered:
        assert rule.needed(mixed, 30) == rule.needed(votes, 30)


@given(RULES)
@settings(max_examples=50)
def test_a_rule_is_read_back_from_its_own_name(rule: Rule) -> None:
    assert parse_rule(rule.spec) == rule


@given(RULES, VOTES, st.permutations(range(10, 14)))
def test_no_answer_is_special_to_a_rule(rule: Rule, votes: list[Vote], names: list[int]) -> None:
    renamed = [None if vote is None else names[vote] for vote in votes]
    assert rule.needed(renamed, 30) == rule.needed(votes, 30)
    assert rule.stop_at(renamed, 30) == rule.stop_at(votes, 30)


@given(RULES, VOTES, st.integers(1, 24))
def test_samples_without_an_answer_stop_only_a_rule_that_counts_samples(
    rule: Rule, stream: list[Vote], cap: int
) -> None:
    drawn = rule.stop_at([None] * cap, cap)
    assert drawn == cap or (rule.stop_at(stream, cap) == min(drawn, len(stream)) and rule.reason([None] * drawn, cap))


@given(RULES, VOTES, st.integers(0, 24))
def test_a_sample_without_an_answer_brings_no_answer_nearer(rule: Rule, votes: list[Vote], place: int) -> None:
    # Under a cap that does not press: where one does, a sample that says nothing is one less that could contradict.
    stop = rule.stop_at(votes, 10**6)
    with_one = [*votes[:place], None, *votes[place:]]
    if not rule.is_ordered:
        assert rule.stop_at(with_one, 10**6) >= stop


@given(RULES, VOTES, st.integers(1, 24))
def test_a_higher_cap_never_stops_a_rule_sooner(rule: Rule, stream: list[Vote], cap: int) -> None:
    drawn, more = rule.stop_at(stream, cap), rule.stop_at(stream, cap + 1)
    assert drawn <= min(cap, len(stream))
    assert drawn <= more <= min(cap + 1, len(stream))


@given(RULES, VOTES, st.integers(1, 30))
def test_a_rule_gives_a_reason_just_when_it_needs_nothing_more(rule: Rule, votes: list[Vote], cap: int) -> None:
    votes = votes[:cap]
    reason = rule.reason(votes, cap)
    assert (reason is None) == (rule.needed(votes, cap) > 0)
    assert reason in (None, "cap", rule.label)
    assert len(votes) == cap or reason != "cap"


@given(RULES, VOTES, st.integers(1, 24), st.integers(0, 24))
def test_no_more_are_launched_than_the_cap_allows_and_none_that_is_on_its_way_already(
    rule: Rule, votes: list[Vote], cap: int, in_flight: int
) -> None:
    votes = votes[:cap]
    launched = launch(rule, votes, in_flight, cap)
    assert 0 <= launched <= max(0, cap - len(votes) - in_flight)
    assert launched == launch(rule, votes, 0, cap) - min(in_flight, launch(rule, votes, 0, cap))
