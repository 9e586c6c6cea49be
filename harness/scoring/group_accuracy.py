"""The accuracy of a run's results: of all, of groups, and of two runs within groups of common questions.

All intervals are 95 %, clustered by problem (``solver.base.intervals``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from solver.base.intervals import Difference, Interval, paired_difference, share_interval
from solver.scheduling.outcome import Outcome

Group = tuple[str, Interval]
"""A group's name and its accuracy."""
GROUPINGS: Mapping[str, Callable[[Outcome], int | str | None]] = {
    "n_options": lambda result: result.n_options,
    "family": lambda result: result.family,
    "level": lambda result: result.level,
    "split": lambda result: result.split,
}
"""What questions are grouped by; a group that is None is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedGroup:
    """Questions common to two runs: accuracy of A minus that of B."""

    name: str
    difference: Difference
    wins: int
    """Questions that A alone has right."""
    losses: int
    """Questions that B alone has right."""


def keyed(results: Iterable[Outcome]) -> list[Outcome]:
    """Return the results of questions with a key."""
    return [result for result in results if result.gold is not None]


def accuracy_of(results: Sequence[Outcome]) -> Interval | None:
    """Return the accuracy over the questions with a key, None where there is none or none of them has a sample yet."""
    labelled = keyed(results)
    if not any(result.is_sampled for result in labelled):
        return None
    hits = [float(result.is_correct is True) for result in labelled]
    return share_interval(hits, [result.problem_id for result in labelled])


def in_order(values: Iterable[int | str | None]) -> list[int | str | None]:
    """Sort values that questions are grouped by: numbers by size, names by alphabet, the unknown last.

    >>> in_order([10, None, 9]), in_order(["unseen", "seen"])
    ([9, 10, None], ['seen', 'unseen'])
    """
    return sorted(values, key=lambda value: (value is None, f"{value:9}" if isinstance(value, int) else str(value)))


def groups_of(results: Sequence[Outcome], grouping: str) -> tuple[Group, ...]:
    """Return the accuracy of each group, numbers by size and names by alphabet; empty for fewer than two groups."""
    groups: dict[int | str | None, list[Outcome]] = {}
    for result in keyed(results):
        groups.setdefault(GROUPINGS[grouping](result), []).append(result)
    groups.pop(None, None)
    if len(groups) < 2:
        return ()
    found = [(str(name), accuracy_of(groups[name])) for name in in_order(groups)]
    return tuple((name, interval) for name, interval in found if interval is not None)


def paired_groups(results_a: Sequence[Outcome], results_b: Sequence[Outcome], grouping: str) -> tuple[PairedGroup, ...]:
    """Return A minus B within each group of the questions that both have with the same key, and have begun."""
    by_id = {result.question_id: result for result in results_b}
    groups: dict[int | str | None, list[tuple[Outcome, Outcome]]] = {}
    for a in keyed(results_a):
        b = by_id.get(a.question_id)
        if b is not None and b.gold == a.gold:
            groups.setdefault(GROUPINGS[grouping](a), []).append((a, b))
    groups.pop(None, None)
    return tuple(
        _paired(str(name), groups[name])
        for name in in_order(groups)
        if all(any(one.is_sampled for one in side) for side in zip(*groups[name], strict=True))
    )


def _paired(name: str, pairs: Sequence[tuple[Outcome, Outcome]]) -> PairedGroup:
    deltas = [float(a.is_correct is True) - float(b.is_correct is True) for a, b in pairs]
    return PairedGroup(
        name=name,
        difference=paired_difference(deltas, [a.problem_id for a, _ in pairs]),
        wins=deltas.count(1.0),
        losses=deltas.count(-1.0),
    )
