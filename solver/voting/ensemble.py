"""Ensembles: one verdict out of the verdicts of several models or adapters.

====================  ==============================================================================================
``plurality``         one vote a member
``pooled``            one vote a sample, all members' samples in one ballot
``champion``          what all the weaker models agree on, else the best model's answer
``gated`` ``gated:s`` as ``champion``, but only where the best model's own vote share is at most s (0.6)
``weighted``          one vote a member, weighing its accuracy: ``weighted:0.82,0.78,0.7``, in the members' order
====================  ==============================================================================================

Members come best first. A member without an answer casts no vote. Ties go to the class whose first supporter comes
first, so to the better model. ``champion`` needs at least two weaker members: a single one agrees with itself always.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from solver.base.errors import UsageError
from solver.voting.tally import Verdict, plurality

DEFAULT_GATE = 0.6
"""Largest vote share of the best model at which ``gated`` lets the weaker ones overrule it (the project's issue)."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A way of combining verdicts."""

    spec: str
    """As named on the command line."""
    choose: Callable[[Sequence[Verdict]], int | None]
    """Members' verdicts, best first, to an answer class."""

    def combine(self, members: Sequence[Verdict]) -> Verdict:
        """Return the members' common verdict.

        Args:
            members: verdicts on one question, the best model's first.

        Returns:
            A verdict over all samples. Its counts are of members; for ``pooled`` of samples. The vote share is the
            answer's share of them, also where the ensemble's rule overruled the larger group.

        Raises:
            ValueError: no members, or members that speak about different questions.
        """
        if len({member.question_id for member in members}) != 1:
            raise ValueError("an ensemble combines one or more verdicts on one question")
        answer = self.choose(members)
        pooled = tuple(vote for member in members for vote in member.votes)
        cast = [vote for vote in (pooled if self.spec == "pooled" else _answers(members)) if vote is not None]
        classes = sorted(set(cast), key=lambda option: (option != answer, -cast.count(option), cast.index(option)))
        return Verdict(
            question_id=members[0].question_id,
            answer=answer,
            votes=pooled,
            counts=tuple((option, cast.count(option)) for option in classes),
            stop_reason=" + ".join(dict.fromkeys(member.stop_reason for member in members)),
            vote_share=cast.count(answer) / len(cast) if answer is not None else None,
            members=tuple(members),
        )


def _answers(members: Sequence[Verdict]) -> list[int | None]:
    return [member.answer for member in members]


def by_plurality(members: Sequence[Verdict]) -> int | None:
    """One vote a member; of equal counts the class whose first supporter is the better model."""
    answers = [answer for answer in _answers(members) if answer is not None]
    # max keeps the first of equals, and answers come best member first.
    return max(answers, key=answers.count, default=None)


def by_samples(members: Sequence[Verdict]) -> int | None:
    """One vote a sample."""
    return plurality([vote for member in members for vote in member.votes])


def by_champion(members: Sequence[Verdict], gate: float = 1.0) -> int | None:
    """Take what all weaker members agree on where the best member's vote share is at most ``gate``, else its answer."""
    best, weaker = members[0], members[1:]
    if best.answer is None:
        return by_plurality(weaker)
    agreed = {member.answer for member in weaker}
    is_open = best.vote_share is None or best.vote_share <= gate
    if is_open and len(weaker) >= 2 and len(agreed) == 1:
        answer = agreed.pop()
        return best.answer if answer is None else answer
    return best.answer


def by_weight(members: Sequence[Verdict], weights: Sequence[Fraction]) -> int | None:
    """Sum the members' weights by answer.

    Raises:
        UsageError: as many weights as members are needed.
    """
    if len(weights) != len(members):
        raise UsageError(f"weighted: {len(weights)} weights for {len(members)} models; give one each, in their order")
    totals: dict[int, Fraction] = {}
    for member, weight in zip(members, weights, strict=True):
        if member.answer is not None:
            totals[member.answer] = totals.get(member.answer, Fraction(0)) + weight
    # Exact fractions: 0.1 + 0.2 against 0.3 is a tie and goes to the better model.
    return max(totals, key=lambda answer: totals[answer], default=None)


def _share(text: str) -> Fraction:
    try:
        # No exponents: see the same place in solver/voting/rules/registry.py.
        value = Fraction(text.strip()) if "e" not in text.lower() else Fraction(-1)
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if not 0 <= value <= 1:
        raise UsageError(f"{text!r} must be a number from 0 to 1")
    return value


def _gated(value: str) -> Callable[[Sequence[Verdict]], int | None]:
    gate = float(_share(value)) if value else DEFAULT_GATE
    return lambda members: by_champion(members, gate)


def _weighted(value: str) -> Callable[[Sequence[Verdict]], int | None]:
    weights = tuple(_share(part) for part in value.split(","))
    return lambda members: by_weight(members, weights)


_PLAIN: dict[str, Callable[[Sequence[Verdict]], int | None]] = {
    "plurality": by_plurality,
    "pooled": by_samples,
    "champion": by_champion,
}
_WITH_VALUE = {"gated": _gated, "weighted": _weighted}
ENSEMBLE_EXAMPLES = ("plurality", "pooled", "champion", "gated:0.6", "weighted:0.82,0.78")
"""One spelling of each ensemble, for help texts."""


def parse_ensemble(text: str) -> Ensemble:
    """Read an ensemble as named on the command line.

    Raises:
        UsageError: there is none of that name, or its numbers are wrong.

    >>> parse_ensemble("gated").spec
    'gated:0.6'
    """
    name, _, value = text.strip().partition(":")
    if name in _PLAIN and not value:
        return Ensemble(name, _PLAIN[name])
    if name in _WITH_VALUE:
        if name == "weighted" and not value:
            raise UsageError("ensemble 'weighted' needs the models' accuracies, for example 'weighted:0.82,0.78,0.7'")
        try:
            return Ensemble(f"{name}:{value or DEFAULT_GATE}", _WITH_VALUE[name](value))
        except UsageError as error:
            raise UsageError(f"ensemble {text!r}: {error}") from None
    near = difflib.get_close_matches(name, [*_PLAIN, *_WITH_VALUE], n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UsageError(f"no ensemble {text!r}: {hint}use one of {', '.join(ENSEMBLE_EXAMPLES)}")
