"""How many facts an answer needs together, as the prover finds: each one without which the answer is open, or another.

This is what makes a question hard to a reader, and what ``Item`` records: not how many facts are told, but how many
must be brought together. It is known for families that say which fields of their world hold such facts
(``Family.facts``), or how many operations lead to an answer (``Family.operations``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from synth.puzzles.family import Ask, Family

Fact = tuple[str, int]
"""A field of the world, and a place in it."""


class Needed:
    """The facts that the answer to an ask needs together, counted as far as somebody wants to know.

    >>> from synth.puzzles.families import FAMILIES
    >>> from synth.puzzles.families.ordering import World
    >>> world = World((0, 1, 2, 3), ((0, 0, 1), (0, 1, 2), (0, 2, 3)))
    >>> Needed(FAMILIES["ordering"], world, Ask("compare", (0, 2), True, (False,))).count
    2
    """

    __slots__ = ("_ask", "_family", "_lacking", "_left", "_sure", "_world", "is_known")

    def __init__(self, family: Family[Any, Any, Any], world: Any, ask: Ask[Any]) -> None:
        self._family, self._world, self._ask = family, world, ask
        names = fields(family)
        operations = None if names else family.operations(world, ask)
        self.is_known = operations is not None or bool(names)
        """False where the family does not say what its facts are."""
        self._left = [(name, at) for name in names for at in range(len(getattr(world, name)))]
        self._lacking = _lacking(world)
        self._sure = operations or 0

    @property
    def count(self) -> int | None:
        """Of how many facts none may be missing; None where it is not known."""
        while self._left:
            self._look_at_one()
        return self._sure if self.is_known else None

    def is_below(self, chance: float, shares: Sequence[float]) -> bool:
        """Tell whether a chance is below the share of this count, the last share standing for all greater counts."""
        last, verdicts = len(shares) - 1, [chance < share for share in shares]
        while True:
            verdict = verdicts[min(self._sure, last)]
            other = next((count for count in range(self._sure, last + 1) if verdicts[count] != verdict), None)
            if other is None:
                return verdict
            while self._sure < other:
                if self._sure + len(self._left) < other:
                    return verdict
                self._look_at_one()

    def _look_at_one(self) -> None:
        world = _without(self._world, self._left.pop(), self._lacking)
        self._sure += not _is_right(self._family, world, self._ask)


def fields(family: Family[Any, Any, Any]) -> tuple[str, ...]:
    """Return the fields of the world of which any entry may be left out."""
    return family.facts or family.order_free


def needed_facts(family: Family[Any, Any, Any], world: Any, ask: Ask[Any]) -> list[Fact]:
    """Return the facts of which none may be missing."""
    facts, lacking = [(name, at) for name in fields(family) for at in range(len(getattr(world, name)))], _lacking(world)
    return [fact for fact in facts if not _is_right(family, _without(world, fact, lacking), ask)]


@lru_cache(maxsize=1)
def _lacking(world: Any) -> dict[Fact, Any]:
    """Return the worlds that lack one fact, as far as they were wanted: all questions about a world look at them."""
    return {}


def _without(world: Any, fact: Fact, lacking: dict[Fact, Any]) -> Any:
    if fact not in lacking:
        name, at = fact
        facts = getattr(world, name)
        lacking[fact] = _put(world, name, facts[:at] + facts[at + 1 :])
    return lacking[fact]


def _put(world: Any, name: str, value: Any) -> Any:
    """Put another value into a world: as ``replace`` does, in half the time."""
    return type(world)(*[value if one == name else getattr(world, one) for one in world.__dataclass_fields__])


def is_of_clues(family: Family[Any, Any, Any]) -> bool:
    """Tell whether an answer that needs one fact only says a clue again, or denies it."""
    return bool(family.order_free) and fields(family) == family.order_free and not family.is_layered


def idle_facts(family: Family[Any, Any, Any], world: Any, asks: Sequence[Ask[Any]]) -> list[Fact] | None:
    """Return the stated facts that some way to every answer does without; None where the family names none.

    They are the distractors among what a problem states. A fact that cannot be left out (``Family.figures``) is one
    where no answer changes with it.
    """
    names = fields(family)
    if not names and not family.figures:
        return None
    used = {fact for ask in asks if names for fact in _way(family, world, ask)}
    return [(name, at) for name in names for at in range(len(getattr(world, name))) if (name, at) not in used] + [
        (name, at)
        for name in family.figures
        for at in range(len(getattr(world, name)))
        if all(_is_right(family, other, ask) for other in _others(world, name, at) for ask in asks)
    ]


def stated(family: Family[Any, Any, Any], world: Any) -> int | None:
    """Return how many facts a problem states; None where the family names none."""
    names = (*fields(family), *family.figures)
    return sum(len(getattr(world, name)) for name in names) if names else None


def _way(family: Family[Any, Any, Any], world: Any, ask: Ask[Any]) -> set[Fact]:
    """Return facts that give the answer and of which none may be missing then."""
    kept = set(needed_facts(family, world, ask))
    if _is_right(family, _only(world, fields(family), kept), ask):
        return kept
    # There are several ways: take facts away one by one, as long as the answer stays.
    kept = {(name, at) for name in fields(family) for at in range(len(getattr(world, name)))}
    for fact in sorted(kept):
        if _is_right(family, _only(world, fields(family), kept - {fact}), ask):
            kept.remove(fact)
    return kept


def _only(world: Any, names: Sequence[str], kept: Collection[Fact]) -> Any:
    """Return the world without all other facts."""
    left = {name: tuple(fact for at, fact in enumerate(getattr(world, name)) if (name, at) in kept) for name in names}
    return replace(world, **left)


def _others(world: Any, name: str, at: int) -> Iterator[Any]:
    """Return worlds in which one entry is another."""
    entries = getattr(world, name)
    for value in _values(entries[at], [entry for entry in entries if isinstance(entry, str)]):
        yield _put(world, name, (*entries[:at], value, *entries[at + 1 :]))


def _values(value: Any, words: Sequence[str]) -> Iterator[Any]:
    """Return some values in the place of one."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + step for step in (1, -1, 7, -7))
    elif isinstance(value, str):
        yield from (word for word in words if word != value)
    elif isinstance(value, tuple):
        for at, part in enumerate(value):
            for other in _values(part, words):
                parts = [*value[:at], other, *value[at + 1 :]]
                yield type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


def _is_right(family: Family[Any, Any, Any], world: Any, ask: Ask[Any]) -> bool:
    try:
        return family.holds(world, ask, ask.right)
    except (ArithmeticError, LookupError, ValueError, TypeError, StopIteration):
        # Without the fact the game cannot be played: a block is moved from an empty stack.
        return False
