"""Stopping rules, by hand."""

from __future__ import annotations

from fractions import Fraction
from operator import mul

import pytest

from solver.base.errors import UsageError
from solver.voting.rules import Vote, launch, may_go_ahead, parse_rule
from solver.voting.rules.beta import confidence


@pytest.mark.parametrize(
    ("spec", "votes", "needed"),
    [
        ("fixed:5", [], 5),
        ("fixed:5", [0, None, 1], 2),
        ("fixed:50", [], 10),
        ("lead:3", [], 3),
        ("lead:3", [0, 0, 1], 2),
        ("lead:3", [0, 0, None, 0], 0),
        ("lead:3", [0, 1, 0, 1, 0, 1, 0, 1, 0], 1),
        ("lead:3", [0] * 5 + [1] * 5, 0),
        # 1 - I_.5(4, 1) = 15/16 < .95 <= 1 - I_.5(5, 1) = 31/32
        ("beta:.95", [0, 0, 0], 1),
        ("beta:.9375", [0, 0, 0], 0),
        ("beta:.95", [0, 0, 0, 0, 1], 2),
        ("esc:3", [], 3),
        ("esc:3", [0, 0], 1),
        ("esc:3", [0, 0, 0], 0),
        ("esc:3", [0, 1], 4),
        ("esc:3", [0, 0, 1], 3),
        ("esc:3", [1, 0, 0, 0], 2),
        ("esc:3", [None, None, None], 3),
        ("esc:4", [0, 1, 0, 0, 0, 0, 0, 1, 0], 1),
        # The ratio of six votes to none is 127 / 7, of five 63 / 6.
        ("msprt:.1", [0] * 4, 1),
        ("msprt:.05", [0] * 6, 1),
        ("msprt:.1", [0] * 5, 0),
        ("msprt:.1", [0, None, 1], 7),
        ("exact", [], 5),
        ("exact", [0, 0, 0, 0, 0], 0),
        ("exact", [0, 0, 0, 0, 1], 1),
        ("exact", [None] * 9, 1),
    ],
)
def test_samples_still_needed_under_a_cap_of_ten(spec: str, votes: list[Vote], needed: int) -> None:
    assert parse_rule(spec).needed(votes, 10) == needed


@pytest.mark.parametrize(
    ("spec", "votes", "reason"),
    [
        ("lead:3", [0, 0, 0], "lead 3"),
        ("lead:3", [0, 0], None),
        ("lead:3", [0, 1, 0, 1, 0, 1], "cap"),
        ("lead:3", [0, 1, 0, 1, 0, 0], "cap"),
        ("lead:2", [0, 1, 0, 1, 0, 0], "lead 2"),
        ("fixed:6", [0] * 6, "fixed 6"),
        ("fixed:9", [0] * 6, "cap"),
        ("beta:.95", [0] * 4, "beta 0.95"),
        ("exact", [0, 1, 0, 1, None, 0], "exact"),
        ("exact", [0, 1, 0, 1, 0, 1], "cap"),
        ("esc:3", [1, 1, 1], "esc 3"),
        ("lead:3", [None] * 6, "cap"),
    ],
)
def test_reason_for_stopping_under_a_cap_of_six(spec: str, votes: list[Vote], reason: str | None) -> None:
    assert parse_rule(spec).reason(votes, 6) == reason


def test_confidence_is_the_incomplete_beta_function() -> None:
    # Integral of Beta(4, 2) above one half: 1 - 6/32 (table of the incomplete beta function).
    assert confidence(3, 1) == Fraction(13, 16)


def test_the_settings_of_consol_are_a_lead_of_three_votes() -> None:
    # Shares above one half from Beta(10^6, 10^6); thresholds (1 - b) / a and b / (1 - a), a = .05, b = .95 - .00006.
    deltas = [step * 2e-6 for step in range(1500)]
    weights = [(1 - 4 * delta**2) ** 1e6 for delta in deltas]
    for leader in range(25):
        for runner_up in range(leader + 1):
            likelihoods = [(1 + 2 * delta) ** leader * (1 - 2 * delta) ** runner_up for delta in deltas]
            ratio = sum(map(mul, weights, likelihoods)) / sum(weights)
            assert ratio > (0.95 - 0.00006) / 0.95
            assert (ratio >= (0.05 + 0.00006) / 0.05) == (leader - runner_up >= 3)


def test_launch_counts_what_is_in_flight() -> None:
    lead = parse_rule("lead:3")
    assert launch(lead, [], 0, 40) == 3
    assert launch(lead, [0, 1], 2, 40) == 1
    assert launch(lead, [0, 0], 1, 40) == 0


def test_ahead_of_need_go_only_samples_that_may_be_needed() -> None:
    lead, fixed = parse_rule("lead:3"), parse_rule("fixed:5")
    assert [may_go_ahead(lead, [0, 0], flying, 40, 2) for flying in range(5)] == [True] * 3 + [False] * 2
    assert [may_go_ahead(lead, [0, 0], flying, 4, 2) for flying in range(4)] == [True] * 2 + [False] * 2
    assert not may_go_ahead(lead, [0, 0, 0], 0, 40, 2)
    assert [may_go_ahead(fixed, [0, 1], flying, 40, 8) for flying in range(5)] == [True] * 3 + [False] * 2


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("leed:3", "did you mean 'lead:3'"),
        ("vote", "use one of fixed:5, lead:3"),
        ("lead", "write it like 'lead:3'"),
        ("exact:3", "write it like 'exact'"),
        ("lead:0", "whole number of at least 1"),
        ("lead:-1", "whole number of at least 1"),
        ("lead:²", "whole number of at least 1"),
        ("beta:95", "probability"),
        ("beta:.5", "probability"),
        ("beta:1/0", "probability"),
        ("beta:nan", "probability"),
        ("msprt:.6", "probability of error"),
        ("", "use one of"),
    ],
)
def test_a_rule_that_cannot_be_read_says_how_to_write_it(text: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint.replace("(", r"\(")):
        parse_rule(text)
