"""What a puzzle family asks. A family (``synth.puzzles.kinds.kind.Family``) is one file that makes worlds, asks about
them, proves answers, and tells it all in words.

The work is split so that a proof cannot depend on a wording:

* ``world`` and ``asks`` are structure: facts as numbers and tuples, a right value and wrong values for each ask.
* ``holds`` is the independent prover. It looks at the facts that the *reader* is given, not at how the world was made,
  and decides by brute force or search whether a value answers an ask. ``synth.puzzles.compose`` calls it on every
  option.
* ``cast``, ``tell``, ``question``, ``option`` and ``chain`` are words.

Adding a family is adding one file to ``synth/puzzles/families`` and one line to its registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

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
