"""Letter and length balance of a data set: would a model learn to guess from the letter, or from an option's length?

A letter that is right too often, or a right option that is the longest too often, can be learnt without reading the
question. Both are held against chance, per number of options, with a normal test on the pooled excess.

>>> tally = Balance()
>>> for _ in range(400): tally.add(label="A", options=("xx", "y"))
>>> [note.is_serious for note in tally.notes()]
[True, True]
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from solver.base.display.figures import counted
from solver.problems.letters import index_of, letter_of

SIGMAS = 4.0
"""Standard errors from chance before anything is said: by chance once in 16,000 data sets."""
SERIOUS_EXCESS = 0.15
"""Excess over chance (a share) from which an imbalance is serious; the contest's own training questions, which have B
right on 42.6 % where chance says 33.2 %, stay a notice."""
NOTICED_EXCESS = 0.02


class Note(NamedTuple):
    """An imbalance."""

    name: str
    text: str
    is_serious: bool


@dataclass(slots=True)
class Balance:
    """Counts over rows with a label and known options."""

    letters: Counter[tuple[int, str]] = field(default_factory=Counter)
    """(number of options, label) -> rows."""
    longest: Counter[int] = field(default_factory=Counter)
    """Number of options -> rows in which one option is strictly the longest."""
    longest_right: Counter[int] = field(default_factory=Counter)
    """The same, where that option is the right one."""

    def add(self, *, label: str, options: tuple[str, ...]) -> None:
        """Count a row; the label must name an option."""
        count = len(options)
        self.letters[count, label] += 1
        sizes = [len(option.strip()) for option in options]
        if sizes.count(max(sizes)) == 1:
            self.longest[count] += 1
            self.longest_right[count] += sizes[index_of(label)] == max(sizes)

    def update(self, other: Balance) -> None:
        """Add another part's counts."""
        self.letters.update(other.letters)
        self.longest.update(other.longest)
        self.longest_right.update(other.longest_right)

    def letter_table(self) -> tuple[tuple[str, int, float, float], ...]:
        """Return (letter, rows, share of rows, share by chance) of every letter."""
        by_options = self._by_options()
        total = sum(by_options.values())
        return tuple(
            (
                letter_of(place),
                self._right(letter_of(place)),
                self._right(letter_of(place)) / total,
                sum(rows / n for n, rows in by_options.items() if place < n) / total,
            )
            for place in range(max(by_options, default=0))
        )

    def longest_share(self) -> tuple[float, float, int] | None:
        """Return how often the strictly longest option is right, how often by chance, and over how many rows."""
        total = self.longest.total()
        if not total:
            return None
        chance = sum(rows / n for n, rows in self.longest.items()) / total
        return self.longest_right.total() / total, chance, total

    def notes(self) -> tuple[Note, ...]:
        """Return the imbalances that chance does not explain."""
        notes = []
        by_options = self._by_options()
        total = sum(by_options.values())
        for letter, rows, share, chance in self.letter_table():
            place = index_of(letter)
            variance = sum(count / n * (1 - 1 / n) for n, count in by_options.items() if place < n)
            # A letter that is too rare is only the other side of one that is too frequent.
            if share > chance and _is_odd(rows - chance * total, variance, total):
                text = f"{letter} is right in {share:.1%} of {counted(total, 'row')}, by chance {chance:.1%}"
                notes.append(Note("letter_balance", text, share - chance >= SERIOUS_EXCESS))
        found = self.longest_share()
        if found is not None:
            share, chance, rows = found
            variance = sum(count / n * (1 - 1 / n) for n, count in self.longest.items())
            if _is_odd((share - chance) * rows, variance, rows):
                text = f"the longest option is right in {share:.1%} of {counted(rows, 'row')}, by chance {chance:.1%}"
                notes.append(Note("length_balance", text, share - chance >= SERIOUS_EXCESS))
        return tuple(notes)

    def _right(self, letter: str) -> int:
        return sum(rows for (_, one), rows in self.letters.items() if one == letter)

    def _by_options(self) -> dict[int, int]:
        found: Counter[int] = Counter()
        for (count, _), rows in self.letters.items():
            found[count] += rows
        return dict(found)


def _is_odd(excess: float, variance: float, rows: int) -> bool:
    return abs(excess) > SIGMAS * math.sqrt(max(variance, 1e-9)) and abs(excess) > NOTICED_EXCESS * rows
