"""A review of the options one by one that ends an output: all but one are said not to fit.

``A. …，不符合。B. …，符合。C. …，不符合。`` for B. What only compares the options, or leaves two, concludes nothing; of
two options the one that does not fit may be the one that was asked for.
"""

from __future__ import annotations

import re

from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule
from solver.extraction.unannounced import wordings
from solver.problems.letters import ALPHABET

_REACH = 4000  # characters from the end; a longer review is none
_FEWEST = 3
_ENTRY = re.compile(
    r"(?:^|\n)[ \t]{0,4}(?:[-*•] |\d\. )?[*_(（]{0,3}(?:(?:选项|[Oo]ption) ?)?([A-Z])[*_)）]{0,3}(?:选项)?"
    r"[.．、:：)][*_]{0,3}"
)
_FITS = re.compile(
    r"正确|[符合]合|满足|成立|可行|确实|合法|有效|属于|就是|是|能|可以|\b(?:correct|right|true|valid|fits?|satisf\w{2,4}|works|is)\b",
    re.IGNORECASE,
)


def reviewed(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read a review of all options, each on a line of its own, that leaves one of three or more."""
    cores = options.cores
    if cores is None or len(cores) < _FEWEST:
        return None
    end = start + len(text[start:end].rstrip())
    entries = list(_ENTRY.finditer(text, max(start, end - _REACH), end))[-len(cores) :]
    if [entry[1] for entry in entries] != list(ALPHABET[: len(cores)]):
        return None
    stops = [entry.start() for entry in entries[1:]] + [end]
    if "\n" in text[entries[-1].end() : end]:
        return None
    left = []
    for index, (entry, stop) in enumerate(zip(entries, stops, strict=True)):
        body = text[entry.end() : stop].replace(cores[index], "\0") if cores[index] else text[entry.end() : stop]
        if wordings.DENIES.search(body) is None:
            left.append((index, entry, body))
    if len(left) != 1:
        return None
    index, entry, body = left[0]
    if _FITS.search(body) is None or wordings.OPEN.search(body):
        return None
    return Extraction(ALPHABET[index], ExtractionRule.IMPLIED, entry.span(1))


def is_entry(text: str, start: int, since: int) -> bool:
    """Tell whether a sentence begins an entry of such a review, behind the entry of the option before."""
    entry = _ENTRY.match(text, max(start, since - 1)) or _ENTRY.match(text, since)
    if entry is None or entry[1] == ALPHABET[0]:
        return False
    before = list(_ENTRY.finditer(text, max(start, since - _REACH), since))
    return bool(before) and ALPHABET.index(before[-1][1]) == ALPHABET.index(entry[1]) - 1
