"""One question under one model while it is open: what has landed, what is on its way, which votes count. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from solver.problems.question import Question
from solver.sampling.sample import Sample, Status
from solver.voting.rules import Rule, Vote, without_gaps


class Flight(Protocol):
    """What brings samples."""

    def cancel(self) -> object:
        """Give it up."""
        ...


@dataclass(slots=True, eq=False)
class OpenQuestion:
    """A question and a model; it stays in the agenda when it is decided, without what it held."""

    question: Question
    model: str
    place: int
    """Among all of them, in file order."""
    turn: int
    """When its problem comes, where nothing else decides."""
    landed: dict[int, Sample] = field(default_factory=dict)
    landing: set[int] = field(default_factory=set)
    """Samples that have come and are being made durable."""
    flights: dict[int, Flight] = field(default_factory=dict)
    """What brings the samples that have not come."""
    launched: int = 0
    """Next sample index."""
    is_queued: bool = False
    is_decided: bool = False
    has_vote: bool = False

    @property
    def on_their_way(self) -> int:
        """Samples that have been launched and have not landed."""
        return len(self.flights) + len(self.landing)

    @property
    def next_gap(self) -> int:
        """The first index without a sample: a gap before a vote would hide it from rules that want their order."""
        return next(index for index in range(len(self.landed) + 1) if index not in self.landed)

    def votes(self, *, in_order: bool) -> tuple[Vote, ...]:
        """Return the votes that count.

        Args:
            in_order: only those before the first gap; else all, by index.
        """
        votes = {index: sample.option_class for index, sample in self.landed.items()}
        return without_gaps(votes) if in_order else tuple(votes[index] for index in sorted(votes))

    def votes_at_last(self, *, in_order: bool) -> tuple[Vote, ...]:
        """Return the votes that decide where the run ends early: those behind a gap too, where there are no others."""
        votes = self.votes(in_order=in_order)
        return votes if any(vote is not None for vote in votes) else self.votes(in_order=False)

    def has_failed(self, before: int | None = None) -> bool:
        """Tell whether a sample has failed, among the first ``before``."""
        return any(
            sample.status is Status.FAILED and (before is None or index < before)
            for index, sample in self.landed.items()
        )


def turns(problem_ids: Sequence[str], run_seed: int) -> dict[str, int]:
    """Return when each problem has its turn: an order without order, the same for a seed.

    >>> turns(["p1", "p1", "p2", "p3"], 0)
    {'p3': 0, 'p2': 1, 'p1': 2}
    """
    mixed = sorted(set(problem_ids), key=lambda name: hashlib.sha256(f"{run_seed}/{name}".encode()).digest())
    return {name: turn for turn, name in enumerate(mixed)}


def up_to_deciding(rule: Rule, votes: Sequence[Vote], cap: int) -> tuple[Vote, ...]:
    """Drop what landed behind the sample that decided: it was never needed and has no vote."""
    for drawn in range(len(votes)):
        if rule.needed(votes[:drawn], cap) == 0:
            return tuple(votes[:drawn])
    return tuple(votes)
