"""One contract for everything that decides by votes, stopping rules and allocations: ties, twins, no answers, weights.

Whatever is registered is taken up by itself. Each is asked the same two things here: how many samples it draws of a
recorded vote, and which answer it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.problems.question import question_of
from solver.voting.allocation import ALLOCATIONS, Judge, State, parse_policy
from solver.voting.rules import RULES, Vote, parse_rule
from solver.voting.tally import plurality

CAP = 9
RUN = [State(votes=(0, 0, 1), confidences=(0.9, 0.8, 0.4), left=6, n_options=4)] * 20
"""What an allocation has learned from."""
Decide = Callable[[Sequence[Vote]], tuple[int, Vote]]
"""Votes in launch order -> samples drawn of them, and the answer."""


def by_rule(spec: str) -> Decide:
    rule = parse_rule(spec)

    def decide(votes: Sequence[Vote]) -> tuple[int, Vote]:
        drawn = rule.stop_at(votes, CAP)
        return drawn, plurality(votes[:drawn])

    return decide


def by_allocation(spec: str) -> Decide:
    judge = parse_policy(spec).learn(RUN)

    def decide(votes: Sequence[Vote]) -> tuple[int, Vote]:
        drawn = 0
        while drawn < min(CAP, len(votes)) and judge.priority(state(votes[:drawn])) is not None:
            drawn += 1
        return drawn, judge.answer(state(votes[:drawn]))

    return decide


def state(votes: Sequence[Vote], sure: float | None = None) -> State:
    return State(
        votes=tuple(votes),
        confidences=() if sure is None else (sure,) * len(votes),
        tokens=100 * len(votes),
        left=CAP - len(votes),
        n_options=4,
    )


RULE_SPECS = [text for kind in RULES for text in dict.fromkeys((kind.example, *kind.grid(CAP)))]
POLICY_SPECS = [text for kind in ALLOCATIONS for text in dict.fromkeys((kind.example, *kind.grid))]
everything = pytest.mark.parametrize(
    "decide",
    [by_rule(spec) for spec in RULE_SPECS] + [by_allocation(spec) for spec in POLICY_SPECS],
    ids=[*RULE_SPECS, *POLICY_SPECS],
)
every_policy = pytest.mark.parametrize("spec", POLICY_SPECS)
recorded = st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=CAP)
quickly = settings(max_examples=15, deadline=None)


@everything
@given(recorded, st.permutations(range(4)))
@quickly
def test_no_letter_is_special(decide: Decide, votes: list[Vote], names: list[int]) -> None:
    drawn, answer = decide(votes)
    renamed = decide([None if vote is None else names[vote] for vote in votes])
    assert renamed == (drawn, None if answer is None else names[answer])


@everything
@given(recorded)
@quickly
def test_of_several_leaders_the_first_to_get_there_is_the_answer(decide: Decide, votes: list[Vote]) -> None:
    drawn, answer = decide(votes)
    assert answer == plurality(votes[:drawn])


@everything
@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=CAP), st.lists(st.booleans(), min_size=CAP))
@quickly
def test_which_of_two_like_options_was_named_makes_no_difference(
    decide: Decide, places: list[Vote], is_other: list[bool]
) -> None:
    twins = question_of("p#0", problem="?", text="?", options=("yes", "no", "yes", "perhaps"), gold_letter="C")
    other = {0: 2, 2: 0}
    swapped = [
        other.get(place, place) if place is not None and swaps else place
        for place, swaps in zip(places, is_other, strict=False)
    ]
    found, same = (
        decide([None if place is None else twins.classes[place] for place in said]) for said in (places, swapped)
    )
    assert found == same
    assert found[1] != 2, "the second of two like options is no class of its own"


@everything
@given(st.integers(0, CAP))
@quickly
def test_samples_without_an_answer_cost_a_sample_and_settle_nothing(decide: Decide, extra: int) -> None:
    drawn, answer = decide([None] * extra)
    most, _ = decide([None] * CAP)
    assert (drawn, answer) == (min(extra, most), None)


@everything
@given(recorded, st.integers(0, CAP))
@quickly
def test_a_sample_without_an_answer_changes_no_answer(decide: Decide, votes: list[Vote], place: int) -> None:
    drawn, answer = decide(votes)
    # Of what is drawn, that is: the sample takes a place, and behind it fewer may be left.
    silent = [*votes[:place], None, *votes[place:]]
    seen = silent[: decide(silent)[0]]
    assert decide(silent)[1] == plurality(seen)
    if seen[:drawn] == votes[:drawn] and set(seen[drawn:]) <= {None}:
        assert decide(silent)[1] == answer


def judge_of(spec: str, run: Sequence[State]) -> Judge:
    return parse_policy(spec).learn(run)


@every_policy
@given(recorded, st.sampled_from((None, 0.3, 0.9)))
@quickly
def test_votes_of_one_weight_count_as_votes(spec: str, votes: list[Vote], sure: float | None) -> None:
    found = state(votes, sure)
    assert judge_of(spec, [*RUN, found]).answer(found) == plurality(votes)


@every_policy
@given(recorded)
@quickly
def test_learning_takes_no_notice_of_samples_without_an_answer(spec: str, votes: list[Vote]) -> None:
    silent = State(votes=(None, None), confidences=(None, None), left=7, n_options=4)
    found = state(votes)
    assert judge_of(spec, [*RUN, silent]).answer(found) == judge_of(spec, RUN).answer(found)


@every_policy
@given(recorded, st.integers(1, 4))
@quickly
def test_what_is_on_its_way_is_expected_to_agree(spec: str, votes: list[Vote], ahead: int) -> None:
    found = State(votes=tuple(votes), tokens=100 * len(votes), left=CAP, n_options=4)
    expecting = found.expecting(ahead)
    leader = plurality(votes)
    assert expecting.votes == (*votes, *(0 if leader is None else leader,) * ahead)
    assert (expecting.left, expecting.tokens, expecting.expected) == (CAP - ahead, found.tokens, ahead)
    judge = judge_of(spec, RUN)
    if leader is not None:
        assert judge.answer(expecting) == judge.answer(found)
    before, after = judge.priority(found), judge.priority(expecting)
    assert before is None or after is None or after <= before + 1e-9 or spec.startswith("gain")
