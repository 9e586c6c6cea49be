"""Which answers share a forward pass: packs without a gap, or rows of like length where packs cannot be had. Pure.

>>> packed([3, 7, 5, 2], most=10), padded([3, 7, 5, 2], most=10)
([[1, 0], [2, 3]], [[3, 0], [2], [1]])
"""

from __future__ import annotations

from collections.abc import Sequence


def packed(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Put rows behind each other, the longest first, each where it still fits (first fit decreasing).

    Args:
        most: tokens of a pass; a longer row has one of its own.

    Returns:
        Indices of the rows of each pass.
    """
    rooms: list[int] = []
    found: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        place = next((place for place, room in enumerate(rooms) if lengths[index] <= room), None)
        if place is None:
            rooms.append(most - lengths[index])
            found.append([index])
        else:
            rooms[place] -= lengths[index]
            found[place].append(index)
    return found


def padded(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Put rows of like length below each other; rows times the longest of them is at most ``most``.

    Returns:
        Indices of the rows of each pass.
    """
    found: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        if found and (len(found[-1]) + 1) * lengths[index] <= most:
            found[-1].append(index)
        else:
            found.append([index])
    return found
