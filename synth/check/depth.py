"""How deep generated questions are, per family: what rows say of questions' levels, chains and the facts they need.

It reads what ``python -m synth generate`` writes in the contest's form (``needed``, ``facts``, ``idle``); nothing is
proven again. ``python -m synth families --of FILE`` shows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from solver.base.intervals import wilson

ALL = "all"
MOST_OF_TWO, FEWEST_OF_THREE, FEWEST_OF_FIVE = 0.2, 1 / 3, 0.2
"""Of a mixed set: questions with two options at most, such as need three facts or more, and such as have five options
or more at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What was counted in one family."""

    family: str
    questions: int
    of_two: float
    """Share with two options."""
    of_five: float
    """Share with five options or more."""
    of_three: float
    """Share that needs three facts or operations or more."""
    again: float
    """Share that needs one."""
    level: float
    """Mean level."""
    chain_by_level: float | None
    """Correlation of the level with the length of the chain in Chinese; None where one of them is always the same."""
    needed_by_level: float | None
    """Correlation of the level with the number of facts needed."""
    facts: float | None
    """Mean number of facts that a problem states; None where the family names none."""
    idle: float | None
    """Mean number of those that no answer needs."""

    @property
    def misses(self) -> tuple[str, ...]:
        """What a mixed set should be and surely is not: by the far end of a 95 % interval, so that a few questions
        prove nothing."""
        found = []
        if self._bound(self.of_two)[0] > MOST_OF_TWO:
            found.append(f"two options: {self.of_two:.1%}, {MOST_OF_TWO:.0%} at most")
        if self._bound(self.of_three)[1] < FEWEST_OF_THREE:
            found.append(f"three facts or more: {self.of_three:.1%}, {FEWEST_OF_THREE:.0%} at least")
        if self._bound(self.of_five)[1] < FEWEST_OF_FIVE:
            found.append(f"five options or more: {self.of_five:.1%}, {FEWEST_OF_FIVE:.0%} at least")
        return tuple(found)

    def _bound(self, share: float) -> tuple[float, float]:
        return wilson(share, max(1, self.questions), 1.96)


def depths(rows: Iterable[Mapping[str, Any]]) -> list[Depth]:
    """Count rows in the contest's form: all of them first, then each family."""
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[ALL].append(row)
        groups[str(row.get("family"))].append(row)
    return [_depth(family, groups[family]) for family in (ALL, *sorted(set(groups) - {ALL}))]


def _depth(family: str, rows: Sequence[Mapping[str, Any]]) -> Depth:
    asked = [(row, question) for row in rows for question in row["questions"]]
    needed = [(_level(row, one), one["needed"]) for row, one in asked if one.get("needed") is not None]
    chains = [(_level(row, one), len(one["chain"])) for row, one in asked if "chain" in one and row.get("lang") != "en"]
    counted = [row for row in rows if row.get("facts") is not None]

    def share(hits: Iterable[bool]) -> float:
        return sum(hits) / max(1, len(asked))

    return Depth(
        family=family,
        questions=len(asked),
        of_two=share(len(one["options"]) == 2 for _, one in asked),
        of_five=share(len(one["options"]) >= 5 for _, one in asked),
        of_three=share(count >= 3 for _, count in needed),
        again=share(count == 1 for _, count in needed),
        level=sum(_level(row, one) for row, one in asked) / max(1, len(asked)),
        chain_by_level=correlation(chains),
        needed_by_level=correlation(needed),
        facts=sum(row["facts"] for row in counted) / len(counted) if counted else None,
        idle=sum(row["idle"] for row in counted) / len(counted) if counted else None,
    )


def _level(row: Mapping[str, Any], question: Mapping[str, Any]) -> int:
    """Return a question's level; older files say only what was asked for, of all questions of a problem."""
    level: int = question.get("level", row.get("level"))
    return level


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's correlation; None where one side is always the same.

    >>> correlation([(1, 2), (2, 4), (3, 6)])
    1.0
    """
    if not pairs:
        return None
    ones, others = (sum(side) / len(pairs) for side in zip(*pairs, strict=True))
    spread = [sum((pair[at] - mean) ** 2 for pair in pairs) for at, mean in enumerate((ones, others))]
    if not all(spread):
        return None
    both = sum((one - ones) * (other - others) for one, other in pairs)
    return round(float(both / sqrt(spread[0] * spread[1])), 3)
