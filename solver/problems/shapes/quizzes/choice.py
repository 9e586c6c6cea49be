"""A question with one right option, as a row."""

from __future__ import annotations

from collections.abc import Sequence


def choice(question: str, options: Sequence[str], right: int, *, problem: str = "") -> dict[str, object]:
    """Return a row whose options say of themselves whether they are right: a letter might be an option's text, too.

    Args:
        right: place of the right one, from 0.

    >>> choice("Who lies?", ("B", "A"), 1)
    {'question': 'Who lies?', 'options': [{'text': 'B', 'right': False}, {'text': 'A', 'right': True}]}
    """
    told = [{"text": text, "right": place == right} for place, text in enumerate(options)]
    return {**({"problem": problem} if problem else {}), "question": question, "options": told}
