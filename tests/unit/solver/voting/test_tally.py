"""The vote, by hand."""

from __future__ import annotations

from solver.voting.tally import tally, verdict_of


def test_no_answer_costs_a_sample_and_casts_no_vote() -> None:
    verdict = verdict_of("q", [None, 1, None], stop_reason="cap")
    assert (verdict.answer, verdict.samples, verdict.counts, verdict.vote_share) == (1, 3, ((1, 1),), 1.0)


def test_no_votes_give_no_answer() -> None:
    verdict = verdict_of("q", [None, None], stop_reason="cap")
    assert (verdict.answer, verdict.vote_share, verdict.counts) == (None, None, ())


def test_a_tie_goes_to_the_class_that_reached_the_count_first() -> None:
    assert tally([0, 1, 1, 0]).counts == ((1, 2), (0, 2))
    assert tally([0, 1, 1, 0]).lead == 0
