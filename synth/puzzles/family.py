"""What a puzzle family is: one file that makes worlds, asks about them, proves answers, and tells it all in words.

The work is split so that a proof cannot depend on a wording:

* ``world`` and ``asks`` are structure: facts as numbers and tuples, a right value and wrong values for each ask.
* ``holds`` is the independent prover. It looks at the facts that the *reader* is given, not at how the world was made,
  and decides by brute force or search whether a value answers an ask. ``synth.puzzles.compose`` calls it on every
  option.
* ``cast``, ``tell``, ``question``, ``option`` and ``chain`` are words.

Adding a family is adding one file to ``synth/puzzles/families`` and one line to its registry.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Generic, Literal, TypeVar

from synth.puzzles.voice import Voice

WorldT = TypeVar("WorldT")
"""The facts of a problem (a frozen record)."""
ValueT = TypeVar("ValueT")
"""What an option of this family says, as structure (hashable): a number, an index, a tuple …"""
CastT = TypeVar("CastT")
"""Names and wording choices that stay the same through a problem (a frozen record or a tuple of names)."""


Change = Literal["flip", "bit", "digit", "more", "last", "other"]
"""How a fact changes: a truth value or a bit turns over, a digit becomes another digit that is there, a number grows,
the last number of an entry grows, a number becomes that of another entry in the same place."""


@dataclass(frozen=True, slots=True)
class Ask(Generic[ValueT]):
    """One question about a world, as structure."""

    kind: str
    """Which question of the family it is, for example ``who_is_first``."""
    args: tuple[int, ...]
    """Its parameters (indices into the world's entities, positions, thresholds)."""
    right: ValueT
    """The value of the right option."""
    wrong: tuple[ValueT, ...]
    """Candidate values of wrong options, likeliest slips first; 1 to 5 become options. Of numbers, those on both
    sides of the right one."""


class Family(ABC, Generic[WorldT, ValueT, CastT]):
    """One puzzle family."""

    name: ClassVar[str]
    """Snake-case name, as on the command line."""
    title: ClassVar[str]
    """What the family is about, in a few English words, for tables and cards."""
    is_trained: ClassVar[bool] = True
    """False where only the benchmark has the family, and training never sees it."""
    order_free: ClassVar[tuple[str, ...]] = ()
    """Fields of the world whose order is only that of telling: ``synth perturb`` may reorder them. The prover is asked
    again all the same."""
    facts: ClassVar[tuple[str, ...]] = ()
    """Fields of the world of which any entry may be left out, as facts, steps or rules, to see whether an answer needs
    it; empty: those of ``order_free``."""
    is_layered: ClassVar[bool] = False
    """Whether an answer that needs one fact needs more beside it, which no fact is: the kinds that inherit it."""
    figures: ClassVar[tuple[str, ...]] = ()
    """Fields of the world whose entries are stated too but cannot be left out: rows of a table, rules that are asked by
    place. One is of use where another value of it changes an answer."""
    changes: ClassVar[Mapping[str, Change]] = {}
    """Fields of the world in which one value may become another, and how, for ``synth perturb``. None where the world
    holds a solution beside the clues: a changed clue would make it stale. Which fields are sound was measured: wherever
    the prover finds exactly one right option in the changed world, the second solver of the tests finds the same one.
    """

    @property
    def help(self) -> str:
        """What the family is about."""
        return self.title

    @abstractmethod
    def world(self, rng: Random, level: int) -> WorldT:
        """Make the facts.

        Args:
            level: difficulty from 1 (smallest) to 9; grows the number of entities, facts or steps about linearly.
        """

    @abstractmethod
    def asks(self, world: WorldT, rng: Random) -> list[Ask[ValueT]]:
        """Return 1 to 5 different questions about the world, each with its right value and wrong values."""

    def operations(self, world: WorldT, ask: Ask[ValueT]) -> int | None:
        """Return how many operations, each on the result of others, lead to an answer; None where it is not known."""
        return None

    @abstractmethod
    def holds(self, world: WorldT, ask: Ask[ValueT], value: ValueT) -> bool:
        """Prove from the facts given to the reader, independently of ``asks``, whether ``value`` answers ``ask``."""

    @abstractmethod
    def cast(self, world: WorldT, voice: Voice) -> CastT:
        """Choose names and the wordings that stay fixed through the problem."""

    @abstractmethod
    def tell(self, world: WorldT, cast: CastT, voice: Voice) -> str:
        """Tell the problem's text (all facts, and the rules of the game)."""

    @abstractmethod
    def question(self, world: WorldT, ask: Ask[ValueT], cast: CastT, voice: Voice) -> str:
        """Word the question."""

    @abstractmethod
    def option(self, world: WorldT, ask: Ask[ValueT], value: ValueT, cast: CastT, voice: Voice) -> str:
        """Word one option; two different values must give two different texts. No randomness per call."""

    @abstractmethod
    def chain(self, world: WorldT, ask: Ask[ValueT], cast: CastT, voice: Voice, shown: tuple[ValueT, ...]) -> str:
        """Derive the answer step by step from the facts, up to the value itself.

        Args:
            voice: has a random stream of its own, so that chains can change without moving any wording.
            shown: the options' values in the order shown; a chain that has to try options tries them in this order,
                headed by their letters, up to the one that holds.
        """
