"""Families that compute: claims are proven anew by the family's prover, on the world cut down to what is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from synth.puzzles.reasoning import arithmetic
from synth.puzzles.reasoning.reasoner import Puzzle, Reasoner
from synth.puzzles.reasoning.steps import Claim


class Computed(Reasoner):
    """A family whose facts are numbers, rules and events in an order."""

    told: ClassVar[frozenset[str]] = frozenset()
    """Kinds of claims that the reader is told, or sees at once (that 4 is even)."""
    facts: ClassVar[tuple[str, ...]] = ()
    """Kinds of claims whose first part is the value of an option: they say why it is not the answer."""

    def is_true(self, p: Puzzle, claim: Claim) -> bool:
        if claim.kind in arithmetic.KINDS:
            return arithmetic.is_true(claim)
        return bool(self.proven(p, claim.kind, claim.args))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        """Prove a claim of one of the family's kinds."""
        raise NotImplementedError

    def states(self, p: Puzzle, claim: Claim) -> bool:
        return claim.kind in self.told and self.is_true(p, claim)

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        wanted = value[0] if isinstance(value, tuple) and value else value
        found = [claim for claim in known if claim.kind in self.facts and claim.args[0] == wanted]
        return found[-1] if found else None
