"""Ensembles, by hand."""

from __future__ import annotations

import pytest

from solver.base.errors import UsageError
from solver.voting.ensemble import parse_ensemble
from solver.voting.tally import Verdict, verdict_of


def members(*votes: str) -> list[Verdict]:
    """One member for each string of letters; ``-`` is no answer."""
    return [
        verdict_of(
            "q",
            [None if letter == "-" else "ABCD".index(letter) for letter in letters],
            stop_reason="cap",
            model=f"m{n}",
        )
        for n, letters in enumerate(votes)
    ]


@pytest.mark.parametrize(
    ("spec", "votes", "answer"),
    [
        ("plurality", ["AAA", "B", "B"], 1),
        ("plurality", ["A", "B"], 0),
        ("plurality", ["-", "B", "A"], 1),
        ("plurality", ["A", "B", "C", "C", "B"], 1),
        ("plurality", ["-", "-"], None),
        ("pooled", ["AAA", "B", "B"], 0),
        ("champion", ["AAA", "B", "B"], 1),
        ("champion", ["AAA", "B", "C"], 0),
        ("champion", ["AAA", "B"], 0),
        ("champion", ["AAA"], 0),
        ("champion", ["AAA", "B", "-"], 0),
        ("champion", ["AAA", "-", "-"], 0),
        ("champion", ["-", "B", "B", "C"], 1),
        ("gated", ["AAA", "B", "B"], 0),
        ("gated", ["AABB-A", "B", "B"], 1),
        ("gated:0.5", ["AABB-A", "B", "B"], 0),
        ("gated:.5", ["AB", "B", "B"], 1),
        ("weighted:0.9,0.3,0.4", ["A", "B", "B"], 0),
        ("weighted:0.6,0.3,0.4", ["A", "B", "B"], 1),
        ("weighted:0.3,0.1,0.2", ["A", "B", "B"], 0),
        ("weighted:0,0,1", ["A", "B", "-"], 0),
    ],
)
def test_members_combine(spec: str, votes: list[str], answer: int | None) -> None:
    combined = parse_ensemble(spec).combine(members(*votes))
    assert combined.answer == answer
    assert combined.samples == sum(map(len, votes))
    assert [member.model for member in combined.members] == [f"m{n}" for n in range(len(votes))]
    assert answer is None or combined.counts[0][0] == answer


def test_the_vote_share_of_an_overruled_majority_is_the_answer_s_own() -> None:
    combined = parse_ensemble("champion").combine(members("A", "B", "C", "B", "B"))
    assert (combined.answer, combined.vote_share) == (0, 0.2)


def test_stop_reasons_of_all_members_are_kept() -> None:
    first, second = members("A", "B")
    assert parse_ensemble("plurality").combine([first, second]).stop_reason == "cap"


def test_verdicts_on_different_questions_do_not_combine() -> None:
    with pytest.raises(ValueError, match="one question"):
        parse_ensemble("plurality").combine([*members("A"), verdict_of("other", [0], stop_reason="cap")])


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("champ", "did you mean 'champion'"),
        ("gated:2", "from 0 to 1"),
        ("weighted", "accuracies"),
        ("weighted:a,b", "from 0 to 1"),
        ("plurality:3", "use one of"),
        ("", "use one of"),
    ],
)
def test_an_ensemble_that_cannot_be_read_says_how_to_write_it(text: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        parse_ensemble(text)


def test_weights_must_be_as_many_as_members() -> None:
    with pytest.raises(UsageError, match="2 weights for 3 models"):
        parse_ensemble("weighted:0.5,0.5").combine(members("A", "B", "B"))
