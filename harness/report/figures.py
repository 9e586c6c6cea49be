"""The numbers behind the report's charts: pure functions of results and samples.

All intervals are 95 %, clustered by problem (``harness.scoring.intervals``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.scoring.intervals import Difference, Interval, paired_difference, share_interval
from harness.scoring.results import Result
from harness.scoring.score import N_BINS
from solver.problems.letters import letter_of
from solver.sampling.sample import Sample, Status
from solver.voting.label_errors import proposed_by, strength_of, voter
from solver.voting.tally import tally

Group = tuple[str, Interval]
"""A group's name and its accuracy."""
GROUPINGS: Mapping[str, Callable[[Result], object]] = {
    "family": lambda result: result.family,
    "n_options": lambda result: result.n_options,
    "level": lambda result: result.level,
    "split": lambda result: result.split,
}
"""What questions are grouped by; a group that is None is left out."""

DISPUTED_FROM = 0.4
"""Strength of a dispute (``solver.voting.label_errors``) from which the page marks a question: three samples of one
model that all
agree against the key have 0.43. Lower than what ``harness audit`` flags, since here a person looks at each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Verdicts with about the same vote share."""

    low: float
    """The bin is (low, high]."""
    high: float
    mean_share: float
    accuracy: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginBin:
    """Questions whose leader is ahead by the same number of votes."""

    margin: int
    """Votes of the leader minus those of the runner-up."""
    right: int
    wrong: int
    unkeyed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """Samples whose answer was read in the same way."""

    outcome: str
    """The extraction rule, or the status where nothing was read."""
    is_vote: bool
    n: int
    right: int
    """Of ``keyed``."""
    keyed: int
    """Of ``n``, those of questions with a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedGroup:
    """Questions common to two runs: accuracy of A minus that of B."""

    name: str
    difference: Difference
    wins: int
    """Questions that A alone has right."""
    losses: int
    """Questions that B alone has right."""


def _keyed(results: Iterable[Result]) -> list[Result]:
    return [result for result in results if result.gold is not None]


def accuracy_of(results: Sequence[Result]) -> Interval | None:
    """Return the accuracy over the questions with a key, None where there is none."""
    keyed = _keyed(results)
    hits = [float(result.is_correct is True) for result in keyed]
    return share_interval(hits, [result.problem_id for result in keyed]) if keyed else None


def groups_of(results: Sequence[Result], grouping: str) -> tuple[Group, ...]:
    """Return the accuracy of each group, numbers by size and names by alphabet; empty for fewer than two groups."""
    groups: dict[object, list[Result]] = {}
    for result in _keyed(results):
        groups.setdefault(GROUPINGS[grouping](result), []).append(result)
    groups.pop(None, None)
    if len(groups) < 2:
        return ()
    ordered = sorted(groups, key=lambda name: f"{name:9}" if isinstance(name, int) else str(name))
    found = [(str(name), accuracy_of(groups[name])) for name in ordered]
    return tuple((name, interval) for name, interval in found if interval is not None)


def calibration_of(results: Sequence[Result]) -> tuple[CalibrationBin, ...]:
    """Set the vote share against how often such verdicts are right, in ten bins (those of
    ``harness.scoring.score``)."""
    bins: dict[int, list[Result]] = {}
    for result in _keyed(results):
        if result.vote_share is not None:
            bins.setdefault(max(0, math.ceil(round(result.vote_share * N_BINS, 9)) - 1), []).append(result)
    return tuple(
        CalibrationBin(
            low=place / N_BINS,
            high=(place + 1) / N_BINS,
            mean_share=sum(result.vote_share or 0.0 for result in inside) / len(inside),
            accuracy=share_interval([float(r.is_correct is True) for r in inside], [r.problem_id for r in inside]),
        )
        for place, inside in sorted(bins.items())
    )


def votes_of(result: Result) -> tuple[tuple[int | None, ...], ...]:
    """Return the ballots cast on a question: one for each model."""
    return tuple(member.votes for member in result.members.values()) if result.members else (result.votes,)


def margin_of(result: Result) -> int:
    """Return how many votes the leader is ahead of the runner-up, all models' votes together."""
    return tally([vote for votes in votes_of(result) for vote in votes]).lead


def margins_of(results: Sequence[Result]) -> tuple[MarginBin, ...]:
    """Count questions by the margin of their vote, from 0 up, empty ones included."""
    counted: Counter[tuple[int, bool | None]] = Counter((margin_of(result), result.is_correct) for result in results)
    most = max((margin for margin, _ in counted), default=-1)
    return tuple(
        MarginBin(
            margin=margin, right=counted[margin, True], wrong=counted[margin, False], unkeyed=counted[margin, None]
        )
        for margin in range(most + 1)
    )


def outcomes_of(results: Sequence[Result], samples: Mapping[str, Sequence[Sample]]) -> tuple[OutcomeRow, ...]:
    """Count samples by how their answer was read, the most frequent first."""
    counts: dict[tuple[str, bool], list[int]] = {}
    for result in results:
        for sample in samples.get(result.question_id, ()):
            is_vote = sample.option_class is not None
            row = counts.setdefault((outcome_of(sample), is_vote), [0, 0, 0])
            row[0] += 1
            row[1] += result.gold is not None and sample.option_class == result.gold
            row[2] += result.gold is not None
    rows = [
        OutcomeRow(outcome=name, is_vote=is_vote, n=n, right=right, keyed=keyed)
        for (name, is_vote), (n, right, keyed) in counts.items()
    ]
    return tuple(sorted(rows, key=lambda row: (not row.is_vote, -row.n, row.outcome)))


def outcome_of(sample: Sample) -> str:
    """Name how a sample's answer was read: its extraction rule, or its status where no text or no rule is there."""
    if sample.status in (Status.FAILED, Status.TRUNCATED):
        return sample.status.value
    return sample.rule or sample.status.value


def paired_groups(results_a: Sequence[Result], results_b: Sequence[Result], grouping: str) -> tuple[PairedGroup, ...]:
    """Return A minus B within each group of the questions that both have with the same key."""
    by_id = {result.question_id: result for result in results_b}
    groups: dict[object, list[tuple[Result, Result]]] = {}
    for a in _keyed(results_a):
        b = by_id.get(a.question_id)
        if b is not None and b.gold == a.gold:
            groups.setdefault(GROUPINGS[grouping](a), []).append((a, b))
    groups.pop(None, None)
    ordered = sorted(groups, key=lambda name: f"{name:9}" if isinstance(name, int) else str(name))
    return tuple(_paired(str(name), groups[name]) for name in ordered)


def _paired(name: str, pairs: Sequence[tuple[Result, Result]]) -> PairedGroup:
    deltas = [float(a.is_correct is True) - float(b.is_correct is True) for a, b in pairs]
    return PairedGroup(
        name=name,
        difference=paired_difference(deltas, [a.problem_id for a, _ in pairs]),
        wins=deltas.count(1.0),
        losses=deltas.count(-1.0),
    )


def dispute_of(results: Sequence[Result]) -> float | None:
    """Tell how strongly the votes of all runs on one question speak against its key.

    Args:
        results: the question's result in each run.

    Returns:
        The strength (``solver.voting.label_errors``) where it is at least ``DISPUTED_FROM``, else None.
    """
    gold = next((result.gold for result in results if result.gold is not None), None)
    if gold is None:
        return None
    voters = [
        voter(f"{place}/{member}", (None if vote is None else _letter(vote) for vote in votes))
        for place, result in enumerate(results)
        for member, votes in enumerate(votes_of(result))
    ]
    proposed = proposed_by(voters, gold=_letter(gold))
    if proposed is None:
        return None
    strength = strength_of(voters, gold=_letter(gold), proposed=proposed)
    return strength if strength >= DISPUTED_FROM else None


def _letter(option_class: int) -> str:
    return letter_of(option_class) if option_class < 26 else str(option_class)
