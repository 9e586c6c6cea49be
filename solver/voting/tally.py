"""The vote on a question: votes over answer classes, their tally, and the verdict.

Votes are answer classes in launch order; None is a sample without an answer, which casts no vote.

Ties
    The leader changes only when another class gets strictly more votes. So of several classes with the same count the
    one that reached it first, in launch order, leads: deterministic, whatever the order in which samples came back.

>>> plurality([2, 0, 0, 2])
0
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Tally(NamedTuple):
    """Votes counted."""

    counts: tuple[tuple[int, int], ...]
    """(class, votes), the leader first; classes with equal counts in the order in which they reached them."""
    cast: int
    """Samples that cast a vote."""
    samples: int
    """All samples."""

    @property
    def leader(self) -> int | None:
        """The leading class, or None where nobody voted."""
        return self.counts[0][0] if self.counts else None

    @property
    def lead(self) -> int:
        """Votes of the leader minus votes of the runner-up."""
        first, second = ([count for _, count in self.counts] + [0, 0])[:2]
        return first - second

    @property
    def share(self) -> float | None:
        """The leader's share of the votes cast (0 to 1), or None where nobody voted."""
        return self.counts[0][1] / self.cast if self.cast else None


def tally(votes: Sequence[int | None]) -> Tally:
    """Count votes given in launch order.

    >>> tally([1, None, 0, 0]).counts
    ((0, 2), (1, 1))
    """
    counts: dict[int, int] = {}
    reached: dict[int, int] = {}
    for place, vote in enumerate(votes):
        if vote is not None:
            counts[vote] = counts.get(vote, 0) + 1
            reached[vote] = place
    ranked = sorted(counts.items(), key=lambda item: (-item[1], reached[item[0]]))
    return Tally(counts=tuple(ranked), cast=sum(counts.values()), samples=len(votes))


def plurality(votes: Sequence[int | None]) -> int | None:
    """Return the leader of the votes, or None where nobody voted; quicker than ``tally(votes).leader``."""
    counts: dict[int, int] = {}
    leader, most = None, 0
    for vote in votes:
        if vote is not None:
            count = counts[vote] = counts.get(vote, 0) + 1
            if count > most:
                leader, most = vote, count
    return leader


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was decided about a question, by one model or by several together."""

    question_id: str
    model: str | None = None
    """Whose verdict it is; None for the run's own."""
    answer: int | None
    """Answer class, or None where there was no vote at all."""
    votes: tuple[int | None, ...]
    """In launch order."""
    counts: tuple[tuple[int, int], ...]
    """(class, votes), the one with most votes first."""
    stop_reason: str
    """Why sampling stopped: ``lead 3``, ``cap``, ``deadline`` …"""
    vote_share: float | None
    """The answer's share of the votes cast (0 to 1), or None where there was no vote."""
    members: tuple[Verdict, ...] = ()
    """The verdicts that were combined, in the ensemble's order; empty for a single model."""

    @property
    def samples(self) -> int:
        """Samples drawn, those without an answer included."""
        return len(self.votes)


def verdict_of(
    question_id: str,
    votes: Sequence[int | None],
    *,
    stop_reason: str,
    model: str | None = None,
    weighed: int | None = None,
) -> Verdict:
    """Decide a question by plurality of its votes.

    Args:
        votes: answer classes in launch order, None for no answer.
        weighed: the answer where votes did not count alike (``solver.voting.allocation``); None leaves it to the
            plurality.
    """
    counted = tally(votes)
    answer = counted.leader if weighed is None else weighed
    share = counted.share if answer == counted.leader else dict(counted.counts).get(answer or 0, 0) / counted.cast
    return Verdict(
        question_id=question_id,
        model=model,
        answer=answer,
        votes=tuple(votes),
        counts=counted.counts,
        stop_reason=stop_reason,
        vote_share=share,
    )
