"""The figures of some questions, with what their options give away beside them; and what a model may not lose.

Pure: outcomes in, rows of tables out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from solver.base.intervals import paired_difference, share_interval
from solver.scheduling.outcome import Outcome

FIRST = 3
"""Samples of a question that "one sample" is the mean of."""
SPLITS = {
    "seen": "trained families and difficulties (`seen`)",
    "harder": "trained families, difficulty two higher (`harder`)",
    "hardest": "trained families, difficulty four higher (`hardest`)",
    "unseen": "families never trained on (`unseen`)",
}
FLOORS = {"seen": 97.0, "harder": 85.0}
"""Voted accuracy in percent that no new embedded model may be below."""


class Judged(NamedTuple):
    """A question's outcome, with what the options give away."""

    outcome: Outcome
    options: float
    """How often the attack on the options alone is right, a share."""


def row_of(name: str, some: Sequence[Judged], before: Mapping[str, Outcome]) -> dict[str, Any]:
    """Return the figures of some questions."""
    problems = [one.outcome.problem_id for one in some]
    hits = [float(bool(one.outcome.is_correct)) for one in some]
    voted = share_interval(hits, problems)
    singles = [
        sum(vote == one.outcome.gold for vote in one.outcome.votes[:FIRST]) / len(one.outcome.votes[:FIRST])
        for one in some
    ]
    gain = paired_difference([hit - single for hit, single in zip(hits, singles, strict=True)], problems)
    found = {
        "name": name,
        "n": len(some),
        "single": 100 * _mean(singles),
        "voted": 100 * voted.value,
        "low": 100 * voted.low,
        "high": 100 * voted.high,
        "gain": 100 * gain.value,
        "gain_low": 100 * gain.low,
        "gain_high": 100 * gain.high,
        "samples": _mean([len(one.outcome.votes) for one in some]),
        "tokens": _mean([one.outcome.completion_tokens for one in some]),
        "options": 100 * _mean([one.options for one in some]),
        "chance": 100 * _mean([1 / one.outcome.n_options for one in some]),
    }
    then = [before.get(one.outcome.question_id) for one in some]
    if any(one is None for one in then):
        return found
    were = [float(bool(one.is_correct)) for one in then if one is not None]
    more = paired_difference([now - was for now, was in zip(hits, were, strict=True)], problems)
    return found | {
        "before": 100 * _mean(were),
        "more": 100 * more.value,
        "more_low": 100 * more.low,
        "more_high": 100 * more.high,
    }


def splits(some: Sequence[Judged], before: Mapping[str, Outcome]) -> list[dict[str, Any]]:
    """Return the figures of all questions and of every split."""
    parts = [(title, [one for one in some if one.outcome.split == name]) for name, title in SPLITS.items()]
    return [row_of(name, part, before) for name, part in [("all", list(some)), *parts] if part]


def levels(some: Sequence[Judged], before: Mapping[str, Outcome]) -> list[dict[str, Any]]:
    """Return the figures of every level."""
    known = sorted({one.outcome.level for one in some if one.outcome.level is not None})
    return [row_of(str(level), [one for one in some if one.outcome.level == level], before) for level in known]


def families(some: Sequence[Judged]) -> list[dict[str, Any]]:
    """Return how many of each family's questions are right, by the difficulty of a split."""
    groups = {"low": ("seen", "unseen"), "seven": ("harder",), "nine": ("hardest",)}
    rows = []
    for name in sorted({one.outcome.family or "" for one in some}):
        own = [one for one in some if one.outcome.family == name]
        row: dict[str, Any] = {"name": name, "n": len(own), "options": sum(one.options for one in own)}
        for group, of in groups.items():
            part = [bool(one.outcome.is_correct) for one in own if one.outcome.split in of]
            row[group] = f"{sum(part)} of {len(part)}" if part else "-"
        rows.append(row)
    return rows


def lost(split_rows: Sequence[Mapping[str, Any]], level_rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what the model may not lose and did, one line each."""
    found = []
    for name, floor in FLOORS.items():
        for row in split_rows:
            if row["name"] == SPLITS[name] and row["voted"] < floor:
                found.append(
                    f"{name}: {row['voted']:.1f} % ({row['low']:.1f} to {row['high']:.1f}) is below {floor:.0f} %"
                )
    for easier, harder in pairwise(level_rows):
        if harder["low"] > easier["high"]:
            found.append(f"level {harder['name']} ({harder['voted']:.1f} %) is easier than {easier['name']}")
    return found


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
