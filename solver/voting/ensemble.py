"""Ensembles: one verdict out of the verdicts of several models or adapters; ``ENSEMBLES`` says which there are.

Members come best first. A member without an answer casts no vote. Ties go to the class whose first supporter comes
first, so to the better model. ``champion`` needs at least two weaker members: a single one agrees with itself always.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from solver.base.display.figures import counted
from solver.base.errors import UsageError
from solver.base.registry import Registry
from solver.voting.tally import Verdict, plurality

DEFAULT_GATE = 0.6
"""Largest vote share of the best model at which ``gated`` lets the weaker ones overrule it (the project's issue)."""


Choose = Callable[[Sequence[Verdict]], int | None]
"""Members' verdicts, best first, to an answer class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsembleKind:
    """A kind of ensemble with all that anybody needs to know of it."""

    name: str
    """What stands before the colon on the command line."""
    help: str
    """How it decides, in a few words."""
    example: str
    """One spelling, for help texts and messages; with a colon where the ensemble takes numbers."""
    read: Callable[[str], Choose]
    """How it decides, given what stands after the colon; a ``UsageError`` says what is wanted there."""
    default: str = ""
    """What is meant where nothing stands after the colon."""
    counts_samples: bool = False
    """True where every sample is a vote, and not every member."""

    @property
    def spec(self) -> str | None:
        """How it is named without numbers of the user's own; None where it cannot do without."""
        if ":" not in self.example:
            return self.name
        return f"{self.name}:{self.default}" if self.default else None


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A way of combining verdicts."""

    spec: str
    """As named on the command line."""
    choose: Choose
    counts_samples: bool = False
    """True where the counts are of samples, and not of members."""

    def combine(self, members: Sequence[Verdict]) -> Verdict:
        """Return the members' common verdict.

        Args:
            members: verdicts on one question, the best model's first.

        Returns:
            A verdict over all samples. Its counts are of members, or of samples where the ensemble counts those. The
            vote share is the answer's share of them, also where the ensemble's rule overruled the larger group.

        Raises:
            ValueError: no members, or members that speak about different questions.
        """
        if len({member.question_id for member in members}) != 1:
            raise ValueError("an ensemble combines one or more verdicts on one question")
        answer = self.choose(members)
        pooled = tuple(vote for member in members for vote in member.votes)
        cast = [vote for vote in (pooled if self.counts_samples else _answers(members)) if vote is not None]
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
        raise UsageError(
            f"weighted: {counted(len(weights), 'weight')} for {counted(len(members), 'model')}; give one each, "
            "in their order"
        )
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


def _gated(value: str) -> Choose:
    gate = float(_share(value))
    return lambda members: by_champion(members, gate)


def _weighted(value: str) -> Choose:
    if not value:
        raise UsageError("it needs the models' accuracies, for example 'weighted:0.82,0.78,0.7'")
    weights = tuple(_share(part) for part in value.split(","))
    return lambda members: by_weight(members, weights)


ENSEMBLES = Registry(
    "ensemble",
    (
        EnsembleKind(name="plurality", help="one vote a model", example="plurality", read=lambda _: by_plurality),
        EnsembleKind(
            name="pooled",
            help="one vote a sample, all models' samples together",
            example="pooled",
            read=lambda _: by_samples,
            counts_samples=True,
        ),
        EnsembleKind(
            name="champion",
            help="what all the weaker models agree on, else the best model's answer",
            example="champion",
            read=lambda _: by_champion,
        ),
        EnsembleKind(
            name="gated",
            help="as champion, but only where the best model's vote share is at most 0.6",
            example="gated:0.6",
            read=_gated,
            default=str(DEFAULT_GATE),
        ),
        EnsembleKind(
            name="weighted",
            help="one vote a model, weighing its accuracy, in the models' order",
            example="weighted:0.8,0.7",
            read=_weighted,
        ),
    ),
)
"""The ways to combine; one entry each."""
DEFAULT_ENSEMBLE = "plurality"


def ensemble_examples() -> str:
    """Return one spelling of each ensemble, the default first, for help texts."""
    return ", ".join(dict.fromkeys((DEFAULT_ENSEMBLE, *(kind.example for kind in ENSEMBLES))))


def parse_ensemble(text: str) -> Ensemble:
    """Read an ensemble as named on the command line.

    Raises:
        UsageError: there is none of that name, or its numbers are wrong.

    >>> parse_ensemble("gated").spec
    'gated:0.6'
    """
    name, _, value = text.strip().partition(":")
    if name not in ENSEMBLES or (value and ":" not in ENSEMBLES[name].example):
        near = ENSEMBLES.near(name)
        hint = f"did you mean {near.name!r}? " if near else ""
        known = ", ".join(kind.example for kind in ENSEMBLES)
        raise UsageError(f"no {ENSEMBLES.kind} {text!r}: {hint}use one of {known}")
    kind = ENSEMBLES[name]
    value = value or kind.default
    try:
        return Ensemble(f"{name}:{value}" if value else name, kind.read(value), kind.counts_samples)
    except UsageError as error:
        raise UsageError(f"{ENSEMBLES.kind} {text!r}: {error}") from None
