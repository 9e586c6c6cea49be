"""How far each voter of an audit is to be believed: its accuracy on all other questions, weighed against guessing.

The log-odds of its accuracy against guessing, the question itself left out (the weights of a weighted majority vote:
Nitzan and Paroush 1982), as a share of those of a voter that is right on nine questions in ten; so weak models neither
outvote strong ones nor flag what they cannot solve. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

ABLE = 0.9
"""Accuracy of a voter that counts in full: about what the best single models reach on the contest's questions."""
LEAST_QUESTIONS = 30
"""Questions that some voter must have answered before accuracies are used; else every voter counts the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoterSummary:
    """One voter over all its questions."""

    name: str
    questions: int
    accuracy: float
    """Mean share of its votes that agree with the key, 0 to 1."""
    reliability: float
    """Its weight over all questions, 0 to 1."""


@dataclass(frozen=True, slots=True)
class AskedVotes:
    """The votes on one question."""

    gold: str
    n_options: int
    voters: Mapping[str, tuple[str | None, ...]]


class Reliabilities:
    """How reliable each voter is, with any one question left out."""

    def __init__(self, asked: Mapping[str, AskedVotes]) -> None:
        self._right: dict[str, float] = {}
        self._count: dict[str, int] = {}
        self._options: dict[str, float] = {}
        self._asked = asked
        for one in asked.values():
            for name, letters in one.voters.items():
                cast = [letter for letter in letters if letter is not None]
                if cast:
                    self._right[name] = self._right.get(name, 0.0) + cast.count(one.gold) / len(cast)
                    self._count[name] = self._count.get(name, 0) + 1
                    self._options[name] = self._options.get(name, 0.0) + one.n_options
        self._is_known = max(self._count.values(), default=0) >= LEAST_QUESTIONS

    def _weight(self, name: str, *, less: float = 0.0, left_out: int = 0) -> float:
        count = self._count.get(name, 0) - left_out
        # One imaginary question right and one wrong: no voter is certain (Laplace).
        share = (self._right.get(name, 0.0) - less + 1) / (count + 2)
        others = max(self._options.get(name, 0.0) / max(self._count.get(name, 0), 1) - 1, 1.0)
        log_odds = math.log(share / (1 - share) * others)
        return min(1.0, max(0.0, log_odds / math.log(ABLE / (1 - ABLE) * others)))

    def reliability(self, name: str, question_id: str) -> float:
        """Return a voter's weight for a question, from what it did on all others."""
        if not self._is_known:
            return 1.0
        one = self._asked[question_id]
        cast = [letter for letter in one.voters[name] if letter is not None]
        less = cast.count(one.gold) / len(cast) if cast else 0.0
        return self._weight(name, less=less, left_out=bool(cast))

    def summaries(self, *, equal: bool) -> tuple[VoterSummary, ...]:
        """Return the voters, most reliable first."""
        found = []
        for name, count in self._count.items():
            found.append(
                VoterSummary(
                    name=name,
                    questions=count,
                    accuracy=self._right[name] / count,
                    reliability=self._weight(name) if self._is_known and not equal else 1.0,
                )
            )
        return tuple(sorted(found, key=lambda one: (-one.reliability, -one.accuracy, one.name)))
