"""What mistake of reasoning leads to a wrong option, by how its value differs from the right one's.

The names stand in the data beside the options (``mistakes``; null for the right one), so that what a model does wrong
can be counted. They are of the form of the value, the same in all families; readers of problems pass over them.

>>> mistake("abcd", "badc"), mistake((1, 2, 3), (1, 2)), mistake(True, False), mistake((4,), (5,), number=1)
('two slips in the order', 'lost one', 'the opposite', 'one too many')
"""

from __future__ import annotations

from typing import Any

_YES_AND_NO = {0, 1}


def mistake(right: Any, wrong: Any, *, number: float | None = None, values: int = 2) -> str:
    """Name the mistake.

    Args:
        number: how much more than the right one it says, where both are numbers.
        values: how many options there are.
    """
    if number is not None:
        size = "one" if abs(number) == 1 else "a few" if abs(number) <= 3 else "far"
        return f"{size} too {'many' if number > 0 else 'few'}"
    one, other = (value[0] if isinstance(value, tuple) and len(value) == 1 else value for value in (right, wrong))
    if values == 2 and {one, other} <= _YES_AND_NO:
        return "the opposite"
    if isinstance(one, (tuple, str)) and type(one) is type(other) and len(one) > 1:
        return _of_sequences(one, other)
    return "another one"


def _of_sequences(right: Any, wrong: Any) -> str:
    if len(wrong) != len(right):
        gap = len(wrong) - len(right)
        return {-1: "lost one", 1: "one said twice or added"}.get(gap, "lost several" if gap < 0 else "added several")
    places = [at for at in range(len(right)) if right[at] != wrong[at]]
    if sorted(map(str, right)) != sorted(map(str, wrong)):
        return "one place wrong" if len(places) == 1 else "several places wrong"
    if wrong == right[::-1]:
        return "the other direction"
    if len(places) == 2:
        return "two swapped"
    return "two slips in the order" if len(places) == 4 else "another order"
