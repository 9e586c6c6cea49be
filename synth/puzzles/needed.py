"""How many facts an answer needs together, as the prover finds: each one without which the answer is open, or another.

This is what makes a question hard to a reader, and what ``Item`` records: not how many facts are told, but how many
must be brought together. It is known for families that say which fields of their world hold such facts
(``Family.facts``), or how many operations lead to an answer (``Family.operations``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from synth.puzzles.family import Ask, Family


def needed(family: Family[Any, Any, Any], world: Any, ask: Ask[Any]) -> int | None:
    """Return of how many facts none may be missing; None where the family does not say what its facts are.

    >>> from synth.puzzles.families import FAMILIES
    >>> ordering = FAMILIES["ordering"]
    >>> from synth.puzzles.families.ordering import World
    >>> world = World((0, 1, 2, 3), ((0, 0, 1), (0, 1, 2), (0, 2, 3)))
    >>> needed(ordering, world, Ask("compare", (0, 2), True, (False,)))
    2
    """
    names = family.facts or family.order_free
    if not names:
        return family.operations(world, ask)
    return sum(
        _is_needed(family, replace(world, **{name: facts[:at] + facts[at + 1 :]}), ask)
        for name in names
        for facts in (getattr(world, name),)
        for at in range(len(facts))
    )


def _is_needed(family: Family[Any, Any, Any], world: Any, ask: Ask[Any]) -> bool:
    try:
        return not family.holds(world, ask, ask.right)
    except (ArithmeticError, LookupError, ValueError, TypeError, StopIteration):
        # Without the fact the game cannot be played: a block is moved from an empty stack.
        return True
