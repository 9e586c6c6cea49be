"""What an extraction can come out as: a letter or none, by which rule, and from where in the text."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from solver.problems.letters import ALPHABET


class ExtractionRule(StrEnum):
    """Why an extraction came out as it did: the first group gives a letter, the second None."""

    DECLARED = "declared"
    """An explicit announcement: 答案是, 故选, boxed, double brackets, JSON, the answer is."""
    DECLARED_TEXT = "declared_text"
    """An explicit announcement that names an option by its text, by what only it holds, or by its place."""
    BARE = "bare"
    """A line that is a letter and nothing else."""
    LABELLED = "labelled"
    """The last line, or the whole output, is an option's letter with its text."""
    OPTION_TEXT = "option_text"
    """The last line, or the whole output, is an option's exact text."""
    IMPLIED = "implied"
    """Weaker wordings that all agree (选项C正确, I choose C), or the one option that the last words assert."""

    AMBIGUOUS = "ambiguous"
    """The final announcement names two different letters, or several answers differ."""
    OUT_OF_RANGE = "out_of_range"
    """The final announcement names a letter that is no option."""
    NO_OPTION = "no_option"
    """The final announcement says that no option fits: 无正确选项, cannot be determined."""
    OFF_LIST = "off_list"
    """The only announcements name a value that is not on offer."""
    REFUSAL = "refusal"
    """No announcement, and the text declines to answer."""
    NOTHING = "nothing"
    """No announcement at all, or one that was taken back."""


class Extraction(NamedTuple):
    """What was read, and where."""

    letter: str | None
    """A capital letter within the question's range, or None."""
    rule: ExtractionRule
    """The rule that fired; for None, the reason."""
    span: tuple[int, int] | None
    """Characters of the original text that decided, from announcement to letter; None where nothing did."""


NOTHING = Extraction(None, ExtractionRule.NOTHING, None)


def ranged(letter: str, n_options: int, rule: ExtractionRule, span: tuple[int, int]) -> Extraction:
    """Give the letter if it is an option, else say that it is out of range."""
    if ALPHABET.index(letter) < n_options:
        return Extraction(letter, rule, span)
    return Extraction(None, ExtractionRule.OUT_OF_RANGE, span)


def last_match(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    """Return a pattern's last match within the range."""
    found = None
    for match in pattern.finditer(text, start, end):
        found = match
    return found
