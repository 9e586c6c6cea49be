"""Option letters: index 0 is ``A``, index 25 is ``Z``.

>>> letter_of(2), index_of("C")
('C', 2)
"""

from __future__ import annotations

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letter_of(index: int) -> str:
    """Return the letter shown at position ``index`` (0 to 25)."""
    return ALPHABET[index]


def index_of(letter: str) -> int:
    """Return the position of ``letter`` (``A`` to ``Z``).

    Raises:
        ValueError: ``letter`` is not one capital letter.
    """
    if len(letter) != 1:
        raise ValueError(f"not an option letter: {letter!r}")
    return ALPHABET.index(letter)
