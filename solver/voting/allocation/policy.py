"""What an allocation is: who gets the next sample, seen over all questions at once.

A stopping rule (``solver.voting.rules``) looks at one question. An *allocation* looks at all of them: it learns from
what has landed so far, and says for every question how much its next sample is worth. It is a pure function of the
states::

    priorities(policy, states)          one number a question, None where nothing more is wanted

Samples that are on their way are counted as if they said what leads (``State.expecting``): what they would settle is
not asked for twice. So a policy need not know how many are in flight.

A policy also says which answer it would give, since one that weighs its votes decides by the weights. Ties are broken
as the vote breaks them (``solver.voting.tally``): the leader changes only when another class has strictly more.

Adding one is a file here with a ``KIND`` at its end and a line in ``solver.voting.allocation.registry``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from solver.voting.rules.rule_kind import Mark
from solver.voting.rules.stopping_rule import Vote
from solver.voting.tally import plurality

USUAL_OPTIONS = 4
"""Options of a question of which it is not known how many it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What has landed of one question."""

    votes: tuple[Vote, ...] = ()
    """In launch order."""
    confidences: tuple[float | None, ...] = ()
    """The probability (0 to 1) that the engine gave the answer's letter; None where it did not say. As many as votes,
    or none at all."""
    tokens: int = 0
    """Generated so far."""
    left: int
    """Samples that it may still get."""
    n_options: int | None = None
    expected: int = 0
    """So many of the votes, the last ones, are on their way and only expected."""

    @property
    def options(self) -> int:
        """Answers that there may be: at least one more than have been seen where their number is not known."""
        return max(2, self.n_options or max(USUAL_OPTIONS, len({*self.votes} - {None}) + 1))

    def confidence(self, place: int) -> float | None:
        """Return the confidence of a sample."""
        return self.confidences[place] if self.confidences else None

    def expecting(self, samples: int) -> State:
        """Return the state that so many samples on their way will bring, should they say what leads now.

        >>> State(votes=(1, 0, 0), left=5).expecting(2).votes
        (1, 0, 0, 0, 0)
        """
        if samples == 0:
            return self
        leader = plurality(self.votes)
        return replace(
            self,
            votes=(*self.votes, *(0 if leader is None else leader,) * samples),
            confidences=(*self.confidences, *(None,) * samples) if self.confidences else (),
            left=self.left - samples,
            expected=self.expected + samples,
        )


class Judge(ABC):
    """A policy that has learned from a run."""

    @abstractmethod
    def priority(self, state: State) -> float | None:
        """Return how much the next sample of a question is worth; None where nothing more is wanted."""

    def answer(self, state: State) -> Vote:
        """Return the answer to a question; None where nobody voted."""
        return plurality(state.votes)


class Policy(ABC):
    """A way of spreading samples over questions."""

    @property
    @abstractmethod
    def spec(self) -> str:
        """The policy as it is named on the command line."""

    @abstractmethod
    def learn(self, states: Sequence[State]) -> Judge:
        """Learn from what has landed so far; needs no gold labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationKind:
    """A kind of policy with all that anybody needs to know of it."""

    name: str
    """What stands before the colon on the command line."""
    help: str
    """Where the next sample goes, in a few words."""
    example: str
    """One spelling; with a colon where the policy takes an argument."""
    read: Callable[[str], Policy]
    """Makes the policy from what stands after the colon; a ``ValueError`` says what is wanted there."""
    grid: tuple[str, ...]
    """The policies of the kind that are worth replaying."""
    mark: Mark


def priorities(policy: Policy, states: Sequence[State]) -> tuple[float | None, ...]:
    """Return what the next sample of each question is worth.

    >>> from solver.voting.allocation.even import Even
    >>> priorities(Even(), [State(votes=(0, 0), left=6), State(votes=(0, 1), left=6), State(votes=(0,), left=0)])
    (-2.125, -0.125, None)
    """
    judge = policy.learn(states)
    return tuple(judge.priority(state) if state.left > 0 else None for state in states)


def weighted_plurality(votes: Sequence[Vote], weights: Sequence[float]) -> Vote:
    """Return the class with the largest sum of weights, the one that reached it first of several.

    >>> weighted_plurality([0, 1, 1], [1.0, 0.3, 0.3]), weighted_plurality([0, 1], [1.0, 1.0])
    (0, 0)
    """
    sums: dict[int, float] = {}
    leader, most = None, 0.0
    for vote, weight in zip(votes, weights, strict=True):
        if vote is not None:
            total = sums[vote] = sums.get(vote, 0.0) + weight
            # Sums of equal weights in another order differ in their last digits; that is no lead.
            if total > most + 1e-9:
                leader, most = vote, total
    return leader
