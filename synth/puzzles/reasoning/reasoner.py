"""What a family's reasoner is: it finds the steps to an answer, and proves any claim about the puzzle.

The two sides are kept apart. ``steps`` looks for a way that a person would go; ``is_true`` and ``entails`` know nothing
of it: they ask the family's own prover about the world cut down to what is claimed (``Puzzle.proves``), or compute the
claim anew, or search for a counterexample (``deduction``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.reasoning.steps import Claim, Step
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Puzzle:
    """One question of a problem, with what its words are made of."""

    family: Family[Any, Any]
    world: Any
    ask: Ask[Any]
    shown: tuple[Any, ...]
    """The options' values in the order shown."""
    cast: Any
    voice: Voice

    def proves(self, kind: str, args: tuple[Any, ...], value: Any, **changed: Any) -> bool:
        """Ask the family's prover whether a value answers another question about the world, or about part of it."""
        world = replace(self.world, **changed) if changed else self.world
        return self.family.holds(world, Ask(kind, args, value, ()), value)

    @property
    def told(self) -> Telling[Any]:
        """The sentences of the family, as this problem is told."""
        return self.family.told(self.cast, self.voice, self.world)

    def say(self, zh: str, en: str) -> str:
        """Return the text of the puzzle's language."""
        return self.voice.say(zh, en)


class Reasoner(ABC):
    """How one family's answers are derived in words."""

    family: ClassVar[str]
    """The family's name, as on the command line."""

    conditionals: ClassVar[frozenset[str]] = frozenset()
    """Kinds of claims worded as a rule; a fact that follows in the same sentence would seem a part of it."""
    absent: ClassVar[frozenset[str]] = frozenset()
    """Kinds of claims that something is not said: no sentence tells that the text says so."""

    @property
    def name(self) -> str:
        """The family's name."""
        return self.family

    @property
    def help(self) -> str:
        """Of which family it is."""
        return f"chains in words for {self.family}"

    @abstractmethod
    def steps(self, p: Puzzle) -> Iterable[Step]:
        """Derive the answer, up to the claim that gives it; the conclusion and the other options are added to it."""

    @abstractmethod
    def is_true(self, p: Puzzle, claim: Claim) -> bool:
        """Prove a claim of one of the family's kinds from the facts that the reader is given."""

    def entails(self, p: Puzzle, because: Sequence[Claim], claim: Claim | None) -> bool:
        """Prove that claims lead to another one; None is the contradiction. Here: all of them are true."""
        return claim is not None and self.is_true(p, claim)

    def states(self, p: Puzzle, claim: Claim) -> bool:
        """Say whether the reader is told the claim, and need not deduce it."""
        return self.is_true(p, claim)

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        """Return a known claim that a wrong option contradicts; None where none says more than the answer."""
        return None

    def asks_for_false(self, p: Puzzle) -> bool:
        """Say whether the options are statements, of which the false one is asked for."""
        return False

    @abstractmethod
    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        """Word a part of a claim, as the table of wordings asks for it: ``{0:who}`` is part 0, worded as a who."""
