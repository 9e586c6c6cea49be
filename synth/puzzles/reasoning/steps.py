"""The steps of a chain in words: what is claimed, and on what grounds, as structure.

A chain in words is a sequence of these steps. A *reasoner* (one a family) makes them out of the puzzle, ``proof``
refuses any that is not proven, and ``telling`` puts the rest into sentences. Nothing here knows a language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Register = Literal["plain", "careful", "terse", "talkative"]
Length = Literal["short", "medium", "long"]
REGISTERS: tuple[Register, ...] = ("plain", "careful", "terse", "talkative")
LENGTHS: tuple[Length, ...] = ("short", "medium", "long")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How chains in words are told; None where each question draws one of its own."""

    register: Register | None = None
    length: Length | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How one chain is told."""

    register: Register
    length: Length


class Claim(NamedTuple):
    """Something that is true or false of a puzzle, for example ``Claim("before", (2, 0))``."""

    kind: str
    """A key of the family's table of wordings."""
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """The puzzle says so."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Deduce:
    """The claim follows from others, which the puzzle says or which were deduced before."""

    claim: Claim
    because: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppose:
    """A case is tried; what follows holds in it alone, up to ``Contradiction``."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Contradiction:
    """These claims cannot be true together, so the case fails, and ``so`` holds."""

    because: tuple[Claim, ...]
    so: Claim


@dataclass(frozen=True, slots=True)
class Eliminated:
    """The option in this place says something else than a proven claim."""

    place: int
    because: Claim


@dataclass(frozen=True, slots=True)
class Rejected:
    """The option in this place comes of a named mistake (``synth.puzzles.mistakes``)."""

    place: int
    mistake: str


@dataclass(frozen=True, slots=True)
class Upheld:
    """The option in this place is true, where a false one is asked for."""

    place: int


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The option in this place answers the question."""

    place: int


Step = Given | Deduce | Suppose | Contradiction | Eliminated | Rejected | Upheld | Conclusion
