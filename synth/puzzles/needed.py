"""How many facts an answer needs together, as the prover finds: each one without which the answer is open, or another.

This is what makes a question hard to a reader, and what ``Item`` records: not how many facts are told, but how many
must be brought together. It is known for families that say which fields of their world hold such facts
(``Family.facts``), or how many operations lead to an answer (``Family.operations``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from synth.puzzles.family import Ask, Family


class Needed:
    """The facts that the answer to an ask needs together, counted as far as somebody wants to know.

    >>> from synth.puzzles.families import FAMILIES
    >>> from synth.puzzles.families.ordering import World
    >>> world = World((0, 1, 2, 3), ((0, 0, 1), (0, 1, 2), (0, 2, 3)))
    >>> Needed(FAMILIES["ordering"], world, Ask("compare", (0, 2), True, (False,))).count
    2
    """

    __slots__ = ("_ask", "_family", "_left", "_operations", "_sure", "_world")

    def __init__(self, family: Family[Any, Any, Any], world: Any, ask: Ask[Any]) -> None:
        self._family, self._world, self._ask = family, world, ask
        names = family.facts or family.order_free
        self._operations = None if names else family.operations(world, ask)
        self._left = [(name, at) for name in names for at in range(len(getattr(world, name)))]
        self._sure = 0

    @property
    def is_known(self) -> bool:
        """False where the family does not say what its facts are."""
        return self._operations is not None or bool(self._family.facts or self._family.order_free)

    @property
    def count(self) -> int | None:
        """Of how many facts none may be missing; None where it is not known."""
        while self._left:
            self._look_at_one()
        return self._sure_count if self.is_known else None

    def is_below(self, chance: float, shares: Sequence[float]) -> bool:
        """Tell whether a chance is below the share of this count, the last share standing for all greater counts."""
        last = len(shares) - 1
        while True:
            least, most = min(self._sure_count, last), min(self._sure_count + len(self._left), last)
            verdicts = {chance < share for share in shares[least : most + 1]}
            if len(verdicts) == 1:
                return verdicts.pop()
            self._look_at_one()

    @property
    def _sure_count(self) -> int:
        return self._sure if self._operations is None else self._operations

    def _look_at_one(self) -> None:
        name, at = self._left.pop()
        facts = getattr(self._world, name)
        world = replace(self._world, **{name: facts[:at] + facts[at + 1 :]})
        self._sure += _is_needed(self._family, world, self._ask)


def _is_needed(family: Family[Any, Any, Any], world: Any, ask: Ask[Any]) -> bool:
    try:
        return not family.holds(world, ask, ask.right)
    except (ArithmeticError, LookupError, ValueError, TypeError, StopIteration):
        # Without the fact the game cannot be played: a block is moved from an empty stack.
        return True
