"""What a stopping rule is: pure functions of the votes of one question.

A *vote* is an answer class, or None where a sample gave no answer: it costs a sample and casts no vote. ``cap`` is the
largest number of samples a question may get. Votes stand in launch order; rules that are not ``is_ordered`` look only
at counts, so for them any order will do.

Zero waste
    ``needed`` never asks for more samples than the rule must see in any case. So a scheduler that keeps at most
    ``needed(landed)`` samples in flight, and ends when none is needed and none is in flight, draws exactly the samples
    that one-by-one sampling would have drawn, whatever the order in which they come back (proven by
    ``tests/property/test_rules_properties.py``). ``launch`` is that arithmetic. An ordered rule must be given only the
    votes before the first gap (``without_gaps``); what landed after the gap counts as in flight.

Live scheduler and replay use these same objects.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Vote = int | None
"""An answer class, or None for a sample without an answer."""


class Top(NamedTuple):
    """The two largest counts of a vote."""

    leader: int
    runner_up: int


def top_two(votes: Sequence[Vote]) -> Top:
    """Return the two largest counts.

    >>> top_two([0, 1, None, 0])
    Top(leader=2, runner_up=1)
    """
    counts = Counter(votes)
    counts.pop(None, None)
    best = sorted(counts.values(), reverse=True)[:2]
    return Top(*best, *(0,) * (2 - len(best)))


class Rule(ABC):
    """A stopping rule. Adding one is adding a file here and a line in ``solver.voting.rules.registry``."""

    __slots__ = ()

    @property
    @abstractmethod
    def spec(self) -> str:
        """The rule as it is named on the command line, for example ``lead:3``."""

    @property
    @abstractmethod
    def label(self) -> str:
        """The reason it gives for stopping, for example ``lead 3``."""

    @property
    def is_ordered(self) -> bool:
        """True where the rule needs the votes in launch order and without gaps."""
        return False

    @abstractmethod
    def needed(self, votes: Sequence[Vote], cap: int) -> int:
        """Return the smallest number of further samples after which the rule could possibly stop.

        Args:
            votes: what has landed so far, in launch order.
            cap: largest number of samples for this question.

        Returns:
            0 to stop now; never more than ``cap - len(votes)``.
        """

    def reason(self, votes: Sequence[Vote], cap: int) -> str | None:
        """Say why sampling stopped: the rule's label, ``cap``, or None where it has not stopped."""
        if self.needed(votes, cap) > 0:
            return None
        # Would the rule have stopped had there been room? Then the cap was not what stopped it.
        return self.label if self.needed(votes, len(votes) + 1) == 0 else "cap"

    def stop_at(self, votes: Sequence[Vote], cap: int) -> int:
        """Return how many of the recorded ``votes`` are drawn before the rule stops (replay).

        Jumping by ``needed`` is safe: the rule cannot stop on the way.
        """
        cap = min(cap, len(votes))
        drawn = 0
        while step := self.needed(votes[:drawn], cap):
            drawn += step
        return drawn


class CountRule(Rule):
    """A rule that stops once the leader's count reaches a target set by the runner-up's count and the samples left."""

    __slots__ = ()

    @abstractmethod
    def target(self, runner_up: int, left: int) -> int:
        """Return the leader's count at which to stop; it falls by at most one for each sample less that is left."""

    def needed(self, votes: Sequence[Vote], cap: int) -> int:
        """See ``Rule.needed``: nothing stops sooner than votes for the present leader alone."""
        leader, runner_up = top_two(votes)
        left = max(0, cap - len(votes))
        for step in range(left):
            if leader + step >= self.target(runner_up, left - step):
                return step
        return left

    def stop_at(self, votes: Sequence[Vote], cap: int) -> int:
        """See ``Rule.stop_at``; counts as it goes, since replay makes millions of these calls."""
        cap = min(cap, len(votes))
        counts: dict[int, int] = {}
        first, leader, runner_up = -1, 0, 0
        target = self.target
        for drawn in range(cap):
            if leader >= target(runner_up, cap - drawn):
                return drawn
            vote = votes[drawn]
            if vote is None:
                continue
            count = counts[vote] = counts.get(vote, 0) + 1
            if vote == first:
                leader = count
            elif count > leader:
                first, leader, runner_up = vote, count, leader
            elif count > runner_up:
                runner_up = count
        return cap


def without_gaps(landed: Mapping[int, Vote]) -> tuple[Vote, ...]:
    """Return the votes before the first sample that has not landed yet.

    >>> without_gaps({0: 4, 1: None, 3: 4})
    (4, None)
    """
    votes: list[Vote] = []
    while len(votes) in landed:
        votes.append(landed[len(votes)])
    return tuple(votes)


def launch(rule: Rule, votes: Sequence[Vote], in_flight: int, cap: int) -> int:
    """Return how many samples to launch now: those that are sure to be needed and not on their way.

    Args:
        votes: what has landed, in launch order (for an ordered rule: ``without_gaps``).
        in_flight: samples launched and not among ``votes``.
        cap: largest number of samples for this question.

    >>> from solver.voting.rules.lead import Lead
    >>> launch(Lead(3), [0, 1], in_flight=1, cap=10)
    2
    """
    return max(0, min(rule.needed(votes, cap), cap - len(votes)) - in_flight)


def may_go_ahead(rule: Rule, votes: Sequence[Vote], in_flight: int, cap: int, over_launch: int) -> bool:
    """Tell whether one more sample, ahead of need, may be of use.

    Args:
        votes: see ``launch``.
        in_flight: samples launched and not among ``votes``.
        cap: largest number of samples for this question.
        over_launch: samples in flight beyond those surely needed, at most; they buy time and may be wasted.

    >>> from solver.voting.rules.fixed import Fixed
    >>> from solver.voting.rules.lead import Lead
    >>> may_go_ahead(Lead(3), [0, 1], in_flight=3, cap=10, over_launch=2)
    True
    >>> may_go_ahead(Fixed(5), [0, 1], in_flight=3, cap=10, over_launch=2)
    False
    """
    needed = rule.needed(votes, cap)
    if needed == 0 or in_flight >= min(needed + over_launch, cap - len(votes)):
        return False
    # Not where what is on its way settles it, whatever it says (here: nothing).
    return rule.needed([*votes, *[None] * in_flight], cap) > 0
