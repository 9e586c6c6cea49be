"""Which row of a table has the names of its columns, and what they are: below titles, in one row or in two.

>>> headings_of([("Logic", "2024"), ("题目", "选项", "", "答案"), ("", "A", "B", ""), ("谁？", "甲", "乙", "B")])
Headings(names=('题目', 'A', 'B', '答案'), end=3)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from solver.problems.letters import ALPHABET
from solver.problems.shapes.fields import PARTS, all_named, option_runs, part_named, simple
from solver.problems.shapes.option_reading import options_in

LOOKED_AT = 30
"""Rows that are not blank among which the names are looked for."""
_CHINESE = re.compile("[\u4e00-\u9fff]")

Cells = Sequence[str]


class Headings(NamedTuple):
    """The names of a table's columns."""

    names: tuple[str, ...]
    """Empty for columns without one."""
    end: int
    """How many of the rows looked at are titles and names."""


def headings_of(rows: Sequence[Cells]) -> Headings | None:
    """Find the names in the first rows of a table, blank ones left out; None where no row is known to be names.

    A second row of names tells the options apart that one name stands above. Columns without a name behind one that
    means options hold options, too, where the first row below is filled there.
    """
    place = next((place for place, cells in enumerate(rows) if are_names(cells)), None)
    if place is None:
        return None
    if not _are_exact(rows[place]) and any(_filled(cells) >= _filled(rows[place]) for cells in rows[:place]):
        return None  # what is above is as wide: names in other words, and this is a row whose texts end on such words
    names, below = tuple(rows[place]), rows[place + 1 :]
    if below and _are_parts(names, below[0]):
        told = zip_longest(names, below[0], fillvalue="")
        return Headings(tuple(part or name for name, part in told), place + 2)
    return Headings(_spread(names, below[0]) if below else names, place + 1)


def names_of_unnamed(rows: Sequence[Cells]) -> tuple[str, ...] | None:
    """Return names for a table that has none, where all its rows are a question, its options and a letter, as MMLU's.

    >>> names_of_unnamed([("Who?", "Ann", "Tom", "B"), ("Where?", "here", "there", "A")])
    ('question', 'A', 'B', 'answer')
    >>> names_of_unnamed([("item", "one", "two", "key"), ("Who?", "Ann", "Tom", "B")]) is None
    True
    """
    width = len(rows[0]) if rows else 0
    letters = ALPHABET[: width - 2]
    if width < 4 or width - 2 > len(ALPHABET):
        return None
    are_good = all(len(cells) == width and all(cells) and cells[-1] in letters for cells in rows)
    # A head of letters may end on one, too.
    is_head = all(len(cell) == 1 for cell in rows[0][1:])
    if not are_good or is_head:
        return None
    # An id, or a subject, before the question would be taken for it: what is asked is the longest.
    lengths = [sum(map(len, column)) for column in zip(*rows, strict=True)]
    return ("question", *letters, "answer") if lengths[0] == max(lengths) else None


def _are_exact(cells: Cells) -> bool:
    """Tell whether cells are names of their own, one of them a question's and nothing more."""
    names = [simple(cell) for cell in cells if cell]
    return len(set(names)) == len(names) and any(name in tier for tier in PARTS["question"][:-1] for name in names)


def _filled(cells: Cells) -> int:
    return sum(map(bool, cells))


def are_names(cells: Cells) -> bool:
    """Tell whether cells name a question and options or an answer."""
    names = [cell for cell in cells if cell]
    return bool(part_named(names, "question")) and bool(
        option_runs(names) or all_named(names, "options") or all_named(names, "answer")
    )


def _are_parts(names: Cells, cells: Cells) -> bool:
    """Tell whether a row below names holds nothing but the letters of options, some under no name of their own."""
    filled = [place for place, cell in enumerate(cells) if cell]
    runs = option_runs([cells[place] for place in filled])
    return (
        len(runs) == 1
        and len(runs[0].names) == len(filled)
        and any(place >= len(names) or not names[place] for place in filled)
    )


def _spread(names: tuple[str, ...], first: Cells) -> tuple[str, ...]:
    """Name the columns without a name behind one that means options: ``选项`` as ``选项A``, ``选项B`` …"""
    found, place = [*names, *[""] * (len(first) - len(names))], 0
    while place < len(found):
        end = place + 1
        while end < len(found) and not found[end]:
            end += 1
        is_spread = end > place + 1 and first[place + 1 : place + 2] not in ([], [""])
        # A cell that holds all options is followed by a remark.
        if is_spread and part_named([found[place]], "options") and options_in(first[place]) is None:
            stem = "选项" if _CHINESE.search(found[place]) else "option"
            found[place:end] = [f"{stem}{letter}" for letter in ALPHABET[: end - place]]
        place = end
    return tuple(found)
