"""Families that compute: claims are proven anew by the family's prover, on the world cut down to what is claimed."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from synth.puzzles.reasoning import arithmetic
from synth.puzzles.reasoning.reasoner import Puzzle, Reasoner
from synth.puzzles.reasoning.steps import Claim, Step

Told = Generator[Step, None, Claim]
"""Steps that lead to a claim, which is returned."""


def each(told: Iterable[Told]) -> Generator[Step, None, list[Claim]]:
    """Tell one thing after the other; return what they lead to."""
    found = []
    for one in told:
        found.append((yield from one))
    return found


class Computed(Reasoner):
    """A family whose facts are numbers, rules and events in an order."""

    told: ClassVar[frozenset[str]] = frozenset()
    """Kinds of claims that the reader is told, or sees at once (that 4 is even)."""
    facts: ClassVar[tuple[str, ...]] = ()
    """Kinds of claims whose first part is the value of an option: they say why it is not the answer."""
    answers: ClassVar[Mapping[str, str]] = {}
    """Kinds of claims that answer a kind of question: their last part is the answer, those before it are asked."""
    verdicts: ClassVar[Mapping[str, tuple[str, bool]]] = {}
    """Kinds of claims that say yes or no to a kind of question, whose arguments are their parts."""

    def is_true(self, p: Puzzle, claim: Claim) -> bool:
        kind, args = claim
        if kind in arithmetic.KINDS:
            return arithmetic.is_true(claim)
        if kind in self.answers:
            return p.proves(self.answers[kind], args[:-1], args[-1])
        if kind in self.verdicts:
            asked_kind, is_so = self.verdicts[kind]
            return p.proves(asked_kind, args, is_so)
        return bool(self.proven(p, kind, args))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        """Prove a claim of one of the family's other kinds."""
        raise NotImplementedError

    def states(self, p: Puzzle, claim: Claim) -> bool:
        return claim.kind in self.told and self.is_true(p, claim)

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        wanted = value[0] if isinstance(value, tuple) and value else value
        found = [claim for claim in known if claim.kind in self.facts and claim.args[0] == wanted]
        return found[-1] if found else None
