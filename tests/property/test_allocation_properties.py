"""The contract of every registered allocation: it hangs on the votes alone, and its ties break as the vote's do."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.voting.allocation import ALLOCATIONS, State, parse_policy, priorities
from solver.voting.tally import plurality

SPECS = [text for kind in ALLOCATIONS for text in dict.fromkeys((kind.example, *kind.grid))]
every_policy = pytest.mark.parametrize("spec", SPECS)
quickly = settings(max_examples=25, deadline=None)


@st.composite
def states(draw: st.DrawFn) -> State:
    votes = tuple(draw(st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=7)))
    confidences = draw(
        st.one_of(st.just(()), st.tuples(*[st.one_of(st.none(), st.floats(0, 1)) for _ in votes]).map(tuple))
    )
    return State(
        votes=votes,
        confidences=confidences,
        tokens=draw(st.integers(0, 4000)),
        left=draw(st.integers(0, 8)),
        n_options=draw(st.sampled_from([None, 4, 5])),
    )


runs = st.lists(states(), min_size=1, max_size=6)


@every_policy
@given(runs)
@quickly
def test_only_who_may_get_more_has_a_priority_and_it_is_a_number(spec: str, found: list[State]) -> None:
    for state, priority in zip(found, priorities(parse_policy(spec), found), strict=True):
        assert priority is None or (state.left > 0 and abs(priority) < float("inf"))
        assert state.votes or state.left == 0 or priority is not None, "the first sample is always wanted"


@every_policy
@given(runs, st.randoms(use_true_random=False))
@quickly
def test_the_order_of_the_questions_says_nothing(spec: str, found: list[State], rng: random.Random) -> None:
    places = list(range(len(found)))
    rng.shuffle(places)
    there = priorities(parse_policy(spec), found)
    mixed = priorities(parse_policy(spec), [found[place] for place in places])
    assert mixed == pytest.approx([there[place] for place in places])


@every_policy
@given(runs, st.permutations(range(4)))
@quickly
def test_no_answer_is_special_to_an_allocation(spec: str, found: list[State], names: list[int]) -> None:
    renamed = [
        State(
            votes=tuple(None if vote is None else names[vote] for vote in state.votes),
            confidences=state.confidences,
            tokens=state.tokens,
            left=state.left,
            n_options=state.n_options,
        )
        for state in found
    ]
    policy = parse_policy(spec)
    assert priorities(policy, renamed) == pytest.approx(priorities(policy, found))
    for state, other in zip(found, renamed, strict=True):
        answer = policy.learn(found).answer(state)
        assert policy.learn(renamed).answer(other) == (None if answer is None else names[answer])


@every_policy
@given(runs, st.one_of(st.none(), st.floats(0.1, 0.9)))
@quickly
def test_votes_of_one_weight_are_decided_as_the_plurality_decides_them(
    spec: str, found: list[State], confidence: float | None
) -> None:
    equal = [
        State(
            votes=state.votes,
            confidences=() if confidence is None else (confidence,) * len(state.votes),
            tokens=state.tokens,
            left=state.left,
            n_options=state.n_options,
        )
        for state in found
    ]
    judge = parse_policy(spec).learn(equal)
    assert [judge.answer(state) for state in equal] == [plurality(state.votes) for state in equal]
