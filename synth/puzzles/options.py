"""Which values become the options of an ask, and in which order, so that none of them stands out.

* **numbers**: the right one's rank is drawn first, then wrong ones are taken from below and above it;
* **sequences** (orders, routes, words): slips that touch different places are made in every combination, and the
  options are corners of that square or cube: each is as like the others as the next, and none is the centre;
* **all else**, yes and no included: any of the wrong ones, in any order.

What is left of a habit in a family's own wrong values is taken away by ``synth.puzzles.balance``.

>>> cube("abcd", ["bacd", "abdc"])
['bacd', 'abdc', 'badc']
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, permutations
from random import Random
from typing import Any, NamedTuple

from synth.errors import ProofError
from synth.giveaways.looks import number_of
from synth.puzzles.distractors import REACH
from synth.puzzles.family import Ask
from synth.puzzles.mistakes import mistake

_COUNTS = (3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 6)
"""Options of an ask, where it has that many values: mostly four and five. A choice; the contest has 2 to 5."""
_SLIPS = 3
"""Slips that are combined at most: eight sequences, of which some are shown."""
_ALIKE = 3
"""Wrong numbers that are enough to be all options."""
_LEAN = 1.6
"""How much likelier each rank is than the one before where the other side is short. Set by measuring."""


class Edit(NamedTuple):
    """A part of a sequence that is replaced."""

    start: int
    end: int
    new: Any


_Edits = list[Edit]


class Shown(NamedTuple):
    """An ask with its options."""

    ask: Ask[Any]
    values: tuple[Any, ...]
    """The options' values in the order shown."""
    gold: int
    """Place of the right one."""
    texts: tuple[str, ...] = ()
    """How the options were worded when they were chosen."""
    numbers: Sequence[float] | None = None
    """What they say as numbers; None where that is not all that they say."""
    mistakes: tuple[str | None, ...] = ()
    """What leads to each option, once it is wanted; None for the right one."""
    needed: int | None = None
    """Facts of which none may be missing, where it is known."""


class _Texts(dict[Any, str]):
    """Words of values, each made once."""

    def __init__(self, text: Callable[[Any], str]) -> None:
        self._text = text

    def __missing__(self, value: Any) -> str:
        self[value] = said = self._text(value)
        return said


def is_two_valued(ask: Ask[Any]) -> bool:
    """Tell whether an ask will have two options, before they are chosen."""
    return len({value for value in ask.wrong if value != ask.right}) == 1


def shown(
    ask: Ask[Any],
    rng: Random,
    *,
    is_wrong: Callable[[Any], bool],
    text: Callable[[Any], str],
    problem: str = "",
) -> Shown:
    """Choose the options of an ask: 2 to 6 of them, the right one at any place with the same chance.

    Args:
        is_wrong: proves that a value made here, which the family did not offer, is no answer.
        text: words a value; numbers are known by it.
        problem: the text of the problem. Where there are enough, numbers that it mentions stand among such numbers
            alone, and others among others.

    Raises:
        ProofError: the ask has no wrong value.
    """
    wrong = [value for value in dict.fromkeys(ask.wrong) if value != ask.right]
    if not wrong:
        raise ProofError(f"ask {ask.kind} has no distractor")
    count = min(len(wrong), _COUNTS[int(rng.random() * len(_COUNTS))] - 1)
    text = _Texts(text).__getitem__
    numbers = _numbers([ask.right, *wrong], text) if len(wrong) > 1 else None
    if numbers is not None:
        is_told = text(ask.right) in problem
        alike = [place for place, value in enumerate(wrong) if (text(value) in problem) == is_told]
        places = alike if len(alike) >= _ALIKE else range(len(wrong))
        count = min(count, len(places))
        chosen = _ranked([wrong[at] for at in places], numbers[0], [numbers[1 + at] for at in places], count, rng)
    elif len(joined := [value for value in cube(ask.right, _one_way(ask.right, wrong, rng)) if is_wrong(value)]) > 1:
        chosen = rng.sample(joined, min(count, len(joined)))
    else:
        chosen = rng.sample(wrong, count)
    rng.shuffle(chosen)
    gold = int(rng.random() * (len(chosen) + 1))
    values = (*chosen[:gold], ask.right, *chosen[gold:])
    if numbers is not None:
        said = dict(zip((ask.right, *wrong), numbers, strict=True))
        numbers = [said[value] for value in values]
    return Shown(ask, values, gold, tuple(map(text, values)), numbers)


def mistakes_of(one: Shown) -> tuple[str | None, ...]:
    """Name what leads to each wrong option; None for the right one."""
    values, numbers, right = one.values, one.numbers, one.values[one.gold]
    more = [number - numbers[one.gold] for number in numbers] if numbers else [None] * len(values)
    mistakes = [mistake(right, value, number=by, values=len(values)) for value, by in zip(values, more, strict=True)]
    return (*mistakes[: one.gold], None, *mistakes[one.gold + 1 :])


def _numbers(values: Sequence[Any], text: Callable[[Any], str]) -> list[float] | None:
    """Return what the values say as numbers; None where they differ in anything else."""
    if isinstance(values[0], bool):
        return None
    numbers, frame = [], None
    for value in values:
        # Most asks that are not about numbers show it by their first value.
        found = number_of(text(value))
        if found is None or (frame is not None and found.frame != frame):
            return None
        frame = found.frame
        numbers.append(found.value)
    return numbers


def _ranked(wrong: Sequence[Any], right: float, numbers: Sequence[float], count: int, rng: Random) -> list[Any]:
    """Take wrong numbers so that the right one's rank is any with the same chance, where both sides have enough."""
    by_number = dict(zip(numbers, wrong, strict=True))
    below = [number for number in by_number if number < right]
    above = [number for number in by_number if number > right]
    ranks = range(max(0, count - len(above)), min(count, len(below)) + 1)
    # Near the least number that makes sense high ranks are seldom possible, so they are taken where they are.
    lean = (len(below) < REACH) - (len(above) < REACH)
    low = rng.choices(ranks, [_LEAN ** (lean * rank) for rank in ranks])[0]
    # The distances between options are of one make on both sides, set by one of the wrong ones, likelier an early one.
    unit = abs(numbers[int(rng.random() ** 2 * len(numbers))] - right) / (1 + int(rng.random() * 2))
    taken = _spaced(right, below, -unit, low, rng) + _spaced(right, above, unit, count - low, rng)
    return [by_number[number] for number in taken]


def _spaced(start: float, numbers: Sequence[float], unit: float, count: int, rng: Random) -> list[float]:
    """Go away from a number, and take those nearest to steps of half to one and a half units."""
    left, taken = sorted(numbers, reverse=unit < 0), []
    for still in range(count, 0, -1):
        start += unit * (0.5 + rng.random())
        # Enough must be left beyond.
        best = min(range(len(left) - still + 1), key=lambda at: abs(left[at] - start))
        start = left[best]
        taken.append(start)
        left = left[best + 1 :]
    return taken


def _one_way(right: Any, wrong: Sequence[Any], rng: Random) -> list[Any]:
    """Put wrong values in any order; of sequences without those that are longer, or without those that are shorter.

    So ``right`` is as often among the longer options as among the shorter ones.
    """
    found = rng.sample(wrong, len(wrong))
    if not isinstance(right, (tuple, str)) or list(right) == sorted(right):
        return found
    longer, shorter = ([value for value in found if sign * (len(value) - len(right)) > 0] for sign in (1, -1))
    left_out = rng.choice((longer, shorter)) if longer and shorter else []
    return [value for value in found if value not in left_out]


def cube(right: Any, wrong: Sequence[Any]) -> list[Any]:
    """Return the right sequence with slips that touch different places of it made in every combination.

    Any of what comes back could be the right one for how like the others it is: a slip undone is a slip like another.
    What holds of all sequences given holds of those made here: the same members, each once, in order.

    Returns:
        The combinations of two or three slips, without ``right`` itself (of three items that change
        places, all orders); none where no two slips are apart.
    """
    if not isinstance(right, (tuple, str)) or len(right) < 2:
        return []
    given = (right, *wrong)
    laws = [law for law in _LAWS if all(law(value, right) for value in given)]
    if len(right) == 3 and all(law(value, right) for law in _LAWS[:2] for value in given):
        return [_with(right, _edits(right, order)) for order in permutations(right) if order != tuple(right)]
    apart: list[_Edits] = []
    # The slips that touch least come first, so that more of them are apart.
    found = sorted(
        (_edits(right, value) for value in wrong if type(value) is type(right)), key=lambda e: len(_touched(e))
    )
    is_set = _LAWS[-1] in laws
    for edits in found:
        # Of those that change the length one is enough, or ``right`` would be the longest or the shortest; sets grow
        # and shrink as they are made.
        is_second = _grows(edits) and not is_set and any(map(_grows, apart))
        if len(apart) < _SLIPS and not is_second and not any(_touched(edits) & _touched(other) for other in apart):
            apart.append(edits)
    if len(apart) < 2:
        return []
    made = {
        _with(right, [edit for edits in some for edit in edits]): None
        for size in range(1, len(apart) + 1)
        for some in combinations(apart, size)
    }
    return [value for value in made if value != right and all(law(value, right) for law in laws)]


def _edits(right: Any, wrong: Any) -> _Edits:
    """Return how a wrong sequence comes of the right one."""
    if len(right) == len(wrong):
        return [Edit(at, at + 1, wrong[at : at + 1]) for at in range(len(right)) if right[at] != wrong[at]]
    shorter = min(len(right), len(wrong))
    start = next((at for at in range(shorter) if right[at] != wrong[at]), shorter)
    end = next((at for at in range(shorter - start) if right[-1 - at] != wrong[-1 - at]), shorter - start)
    return [Edit(start, len(right) - end, wrong[start : len(wrong) - end])]


def _grows(edits: _Edits) -> bool:
    return any(len(edit.new) != edit.end - edit.start for edit in edits)


def _touched(edits: _Edits) -> set[int]:
    return {at for edit in edits for at in range(edit.start, max(edit.end, edit.start + 1))}


def _with(right: Any, edits: _Edits) -> Any:
    """Make edits that touch different places."""
    parts = list(right)
    for start, end, new in sorted(edits, key=lambda edit: (-edit.start, -edit.end)):
        parts[start:end] = list(new)
    if isinstance(right, str):
        return "".join(parts)
    return type(right)(*parts) if hasattr(right, "_fields") else tuple(parts)


_LAWS: tuple[Callable[[Any, Any], bool], ...] = (
    lambda value, right: sorted(value) == sorted(right),
    lambda value, right: len(set(value)) == len(value),
    lambda value, right: list(value) == sorted(value),
)
