"""How many facts an answer needs together, as the prover finds: each one without which the answer is open, or another.

This is what makes a question hard to a reader, and what ``Item`` records: not how many facts are told, but how many
must be brought together. It is known for families that say which fields of their world hold such facts
(``Family.facts``), or how many operations lead to an answer (``Family.operations``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family

Fact = tuple[str, int]
"""A field of the world, and a place in it."""


class Stated:
    """What a world states, and what the answers to questions about it need of that; found out once."""

    __slots__ = ("_facts", "_needed")

    def __init__(self, family: Family[Any, Any], world: Any) -> None:
        self._facts = _Facts(family, world)
        self._needed: dict[tuple[str, tuple[int, ...]], Needed] = {}

    @property
    def family(self) -> Family[Any, Any]:
        """The world's family."""
        return self._facts.family

    @property
    def count(self) -> int | None:
        """How many facts are stated; None where the family names none."""
        names = (*self._facts.names, *self.family.figures)
        return sum(len(getattr(self._facts.world, name)) for name in names) if names else None

    def needed(self, ask: Ask[Any]) -> Needed:
        """Return the facts that the answer to an ask needs together."""
        name = ask.kind, ask.args
        if name not in self._needed:
            self._needed[name] = Needed(self._facts, ask)
        return self._needed[name]

    def idle(self, asks: Sequence[Ask[Any]]) -> list[Fact] | None:
        """Return the facts that some way to every answer does without; None where the family names none.

        They are the distractors among what a problem states. A fact that cannot be left out (``Family.figures``) is
        one where no answer changes with it.
        """
        facts, world, figures = self._facts, self._facts.world, self.family.figures
        if not facts.names and not figures:
            return None
        used = {fact for ask in asks if facts.names for fact in self._way(ask)}
        return [fact for fact in facts.all if fact not in used] + [
            (name, at)
            for name in figures
            for at in range(len(getattr(world, name)))
            if all(_is_right(self.family, other, ask) for other in _others(world, name, at) for ask in asks)
        ]

    def _way(self, ask: Ask[Any]) -> Collection[Fact]:
        """Return facts that give the answer and of which none may be missing then."""
        needed = self.needed(ask).facts
        if self._facts.give(needed, ask):
            return needed
        # There are several ways: take facts away one by one, as long as the answer stays.
        kept = set(self._facts.all)
        for fact in sorted(kept):
            if self._facts.give(kept - {fact}, ask):
                kept.remove(fact)
        return kept


class _Facts:
    """The facts of a world of which any may be left out."""

    __slots__ = ("_lacking", "all", "family", "names", "world")

    def __init__(self, family: Family[Any, Any], world: Any) -> None:
        self.family, self.world, self.names = family, world, fields(family)
        self.all = [(name, at) for name in self.names for at in range(len(getattr(world, name)))]
        self._lacking: dict[Fact, Any] = {}
        """The worlds that lack one, as far as they were wanted: all questions look at them."""

    def about(self, ask: Ask[Any]) -> list[Fact]:
        """Return those that the prover may look at for the right answer to an ask."""
        is_about = self.family.kind(ask.kind).about
        if is_about is None:
            return self.all
        return [(name, at) for name, at in self.all if is_about(ask, getattr(self.world, name)[at])]

    def give_without(self, fact: Fact, ask: Ask[Any]) -> bool:
        """Tell whether the right answer to an ask is so where one fact is missing."""
        if fact not in self._lacking:
            name, at = fact
            facts = getattr(self.world, name)
            self._lacking[fact] = _put(self.world, {name: facts[:at] + facts[at + 1 :]})
        return _is_right(self.family, self._lacking[fact], ask)

    def give(self, kept: Collection[Fact], ask: Ask[Any]) -> bool:
        """Tell whether the right answer to an ask is so where all other facts are missing."""
        left = {
            name: tuple(fact for at, fact in enumerate(getattr(self.world, name)) if (name, at) in kept)
            for name in self.names
        }
        return _is_right(self.family, _put(self.world, left), ask)


class Needed:
    """The facts that the answer to an ask needs together, counted as far as somebody wants to know.

    >>> from synth.puzzles.families import FAMILIES
    >>> from synth.puzzles.families.ordering import World
    >>> world = World((0, 1, 2, 3), ((0, 0, 1), (0, 1, 2), (0, 2, 3)))
    >>> Stated(FAMILIES["ordering"], world).needed(Ask("compare", (0, 2), True, (False,))).count
    2
    """

    __slots__ = ("_all", "_ask", "_facts", "_found", "_left", "_operations", "is_known")

    def __init__(self, facts: _Facts, ask: Ask[Any]) -> None:
        self._facts, self._ask = facts, ask
        self._operations = None if facts.names else facts.family.operations(facts.world, ask)
        self.is_known = self._operations is not None or bool(facts.names)
        """False where the family does not say what its facts are."""
        self._all = facts.about(ask)
        self._left = len(self._all)
        self._found: list[Fact] = []

    @property
    def facts(self) -> list[Fact]:
        """Those of which none may be missing."""
        while self._left:
            self._look_at_one()
        return self._found

    @property
    def count(self) -> int | None:
        """Of how many facts none may be missing, or how many operations there are; None where it is not known."""
        return (self._operations or len(self.facts)) if self.is_known else None

    def is_below(self, chance: float, shares: Sequence[float]) -> bool:
        """Tell whether a chance is below the share of this count, the last share standing for all greater counts."""
        last, verdicts = len(shares) - 1, [chance < share for share in shares]
        sure = self._operations or len(self._found)
        while True:
            verdict = verdicts[min(sure, last)]
            other = next((count for count in range(sure, last + 1) if verdicts[count] != verdict), None)
            if other is None:
                return verdict
            while sure < other:
                if sure + self._left < other:
                    return verdict
                sure += self._look_at_one()

    def _look_at_one(self) -> bool:
        """Look at the next fact, and tell whether it is needed."""
        self._left -= 1
        fact = self._all[self._left]
        is_needed = not self._facts.give_without(fact, self._ask)
        if is_needed:
            self._found.append(fact)
        return is_needed


def fields(family: Family[Any, Any]) -> tuple[str, ...]:
    """Return the fields of the world of which any entry may be left out."""
    return family.facts or family.order_free


def _put(world: Any, values: Mapping[str, Any]) -> Any:
    """Put other values into a world: as ``replace`` does, in half the time."""
    names = world.__dataclass_fields__
    return type(world)(*[values[name] if name in values else getattr(world, name) for name in names])


def is_of_clues(family: Family[Any, Any]) -> bool:
    """Tell whether an answer that needs one fact only says a clue again, or denies it."""
    return bool(family.order_free) and fields(family) == family.order_free and not family.is_layered


def _others(world: Any, name: str, at: int) -> Iterator[Any]:
    """Return worlds in which one entry is another."""
    entries = getattr(world, name)
    for value in _values(entries[at], [entry for entry in entries if isinstance(entry, str)]):
        yield _put(world, {name: (*entries[:at], value, *entries[at + 1 :])})


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


def _is_right(family: Family[Any, Any], world: Any, ask: Ask[Any]) -> bool:
    try:
        return family.holds(world, ask, ask.right)
    except (ArithmeticError, LookupError, ValueError, TypeError, StopIteration):
        # Without the fact the game cannot be played: a block is moved from an empty stack.
        return False
