"""A kind of stopping rule with all that anybody needs to know of it: name, help, how it is read, replayed and drawn.

Every rule's module ends with its own ``KIND``; ``solver.voting.rules.registry`` lists the modules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from solver.voting.rules.stopping_rule import Rule


class Mark(NamedTuple):
    """How charts draw a kind of rule; the names are matplotlib's. Its colour comes from its place among the rules."""

    marker: str
    """A marker of its own, so that charts read in grey."""
    line: str
    """The dash of the line through its points; empty for none."""
    size: float
    """Of the marker, points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleKind:
    """A kind of stopping rule."""

    name: str
    """What stands before the colon on the command line."""
    help: str
    """When it stops, in a few words."""
    example: str
    """One spelling, for help texts and messages; with a colon where the rule takes a number."""
    read: Callable[[str], Rule]
    """Makes the rule from what stands after the colon; a ``ValueError`` says what is wanted there."""
    grid: Callable[[int], Sequence[str]]
    """The rules of the kind that are worth replaying where a question has at most so many samples."""
    mark: Mark


def exact_number(text: str) -> Fraction | None:
    """Read a rule's number, exactly; None where it is none.

    No exponents: ``Fraction("1e999999999")`` computes as many digits, and the gateway reads strangers' rules.
    """
    try:
        return None if "e" in text.lower() else Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def count(text: str) -> int:
    """Read a rule's whole number.

    Raises:
        ValueError: saying what is wanted.
    """
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 1_000_000:
        raise ValueError("a whole number of at least 1")
    return int(text)
