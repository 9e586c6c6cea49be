"""Text that runs in circles: seen while it is streamed, where the engine itself does not look.

vLLM's own look is at tokens (``solver.sampling.client.CIRCLES``). Another server's tokens are not known, so the same is
asked of the characters: the last piece of 40 to 600 of them stands four times in a row (docs/log.md).

>>> runs_in_circles("一二三四五六七八九十" * 16), runs_in_circles("一二三四五六七八九十" * 15 + "完")
(True, False)
"""

from __future__ import annotations

SHORTEST, LONGEST, TIMES = 40, 600, 4
"""Characters of what is said again, and how often it is said."""
LOOK_EVERY = 200
"""Characters of a chain between two looks."""


def runs_in_circles(text: str) -> bool:
    """Tell whether a text ends in a piece that stands ``TIMES`` times in a row.

    A shorter piece said more often is found as well: twice, three times it is a longer one.
    """
    end = len(text)
    if end < SHORTEST * TIMES:
        return False
    seed = text[-SHORTEST:]
    # Where the last characters stood before says how long the piece would be: nothing else need be tried.
    at = end - SHORTEST
    while (at := text.rfind(seed, max(0, end - SHORTEST - LONGEST), at + SHORTEST - 1)) >= 0:
        period = end - SHORTEST - at
        if period >= SHORTEST and text.endswith(text[-period:] * TIMES):
            return True
    return False
