"""The vote: counting is order-blind except for ties, and ties go to the class that got there first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from solver.voting.tally import plurality, tally, verdict_of

VOTES = st.lists(st.one_of(st.none(), st.integers(0, 4)), max_size=30)


@given(VOTES)
def test_quick_plurality_is_the_tally_s_leader(votes: list[int | None]) -> None:
    assert plurality(votes) == tally(votes).leader


@given(VOTES)
def test_the_leader_is_the_class_that_reached_the_largest_count_first(votes: list[int | None]) -> None:
    counted = tally(votes)
    if counted.leader is None:
        assert set(votes) <= {None}
        return
    most = counted.counts[0][1]
    reached = {
        option: [place for place, vote in enumerate(votes) if vote == option][most - 1]
        for option, count in counted.counts
        if count == most
    }
    assert counted.leader == min(reached, key=lambda option: reached[option])


@given(VOTES, st.permutations([0, 1, 2, 3, 4]))
def test_renaming_the_classes_renames_the_answer(votes: list[int | None], names: list[int]) -> None:
    renamed = [None if vote is None else names[vote] for vote in votes]
    answer = plurality(votes)
    assert plurality(renamed) == (None if answer is None else names[answer])


@given(VOTES)
def test_a_verdict_adds_up(votes: list[int | None]) -> None:
    verdict = verdict_of("q", votes, stop_reason="cap")
    cast = sum(count for _, count in verdict.counts)
    assert verdict.samples == len(votes)
    assert cast == sum(vote is not None for vote in votes)
    assert (verdict.vote_share is None) == (cast == 0) == (verdict.answer is None)
    assert verdict.vote_share is None or verdict.vote_share * cast == verdict.counts[0][1]
