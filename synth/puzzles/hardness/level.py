"""How hard a question is, from 1 to 9, on one scale over all families: told by its own proof, not by what was ordered.

What is ordered (``Order.difficulty``) is the size of a world, and the questions about one world differ: one looks a
fact up, the next needs them all. A question's *work* is what its reader has to do: the words to go through times the
words of its proof as a trace, times the root of (one more than the facts needed together, times the options to tell
apart). Each level begins at one and a half times the work of the one below.

The exponents are round numbers and know no family. The embedded model chose the product among some twenty, on 1,188
problems of generator version 5; a model of 1.5 B parameters, which chose nothing, has 51, 52, 46, 41, 41, 35, 33, 30,
20 % right from level 1 to 9, where difficulty 1 to 9 told nothing (41 to 37 %). It is the text and the proof that make
a question hard for it; facts needed together do so for the embedded model alone, and options by guessing (docs/log.md,
2026-11-30).
"""

from __future__ import annotations

from bisect import bisect_right
from math import sqrt

_KINDS = bytes(97 if chr(at).isalnum() else 32 if chr(at).isspace() else 46 for at in range(128)) + bytes(128)
"""Of an ASCII character: part of a word, space, or a mark."""
_TYPICAL_NEEDED = 3
"""Facts needed together where the family does not say: the median of the others."""
_LEAST = tuple(3000 * 1.5**step for step in range(1, 9))
"""The least work of levels 2 to 9: of all difficulties mixed, each level has a twentieth of the questions or more."""


def level_of(*, proof: str, text: str, needed: int | None, options: int) -> int:
    """Return a question's level.

    Args:
        proof: its chain as a Chinese trace, up to the value.
        text: the problem, in Chinese: a puzzle has one level in all languages.
        needed: facts needed together, where it is known (``synth.puzzles.hardness.needed``).
        options: how many it has.

    >>> level_of(proof="甲3 乙5", text="甲有3个苹果，乙有5个。", needed=1, options=2)
    1
    """
    together = (1 + (_TYPICAL_NEEDED if needed is None else needed)) * options
    return 1 + bisect_right(_LEAST, words(proof) * words(text) * sqrt(together))


def words(text: str) -> int:
    """Count foreign words, numbers, Chinese characters and marks.

    >>> words("Frank 有12张票。")
    6
    """
    # Four times as fast as an expression that finds them: a Chinese character becomes a mark, a run of letters a word.
    kinds = text.encode("ascii", "replace").translate(_KINDS)
    return kinds.count(b".") + len(kinds.replace(b".", b" ").split())
