"""Option letters: index 0 is ``A``, index 25 is ``Z``.

>>> letter_of(2), index_of("C")
('C', 2)
"""

from __future__ import annotations

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NO_ANSWER = "?"
"""Stands for the letter of a sample without an answer."""


def letter_of(index: int) -> str:
    """Return the letter shown at position ``index`` (0 to 25)."""
    return ALPHABET[index]


def letter_or_none(index: int | None) -> str | None:
    """Return the letter of an option, or None where there is no option."""
    return None if index is None else letter_of(index)


def vote_letter(vote: int | None) -> str:
    """Return a vote as its letter, ``?`` for a sample without an answer."""
    return NO_ANSWER if vote is None else letter_of(vote)


def letter_or_number(index: int) -> str:
    """Return the letter of an option, or its number from 0 on where letters end."""
    return letter_of(index) if index < len(ALPHABET) else str(index)


def index_of(letter: str) -> int:
    """Return the position of ``letter`` (``A`` to ``Z``).

    Raises:
        ValueError: ``letter`` is not one capital letter.
    """
    if len(letter) != 1:
        raise ValueError(f"not an option letter: {letter!r}")
    return ALPHABET.index(letter)
