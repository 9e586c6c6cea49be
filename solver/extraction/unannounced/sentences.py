"""The last sentences of an output and their clauses, read where nothing is announced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from solver.extraction.outcome import last_match
from solver.extraction.unannounced import patterns as weak
from solver.extraction.unannounced import wordings

_REACH = 400  # characters from the end; a conclusion that stands further off is none
_ASKED = 400  # characters of a question's end; the sentence that asks stands there
_ASKING = re.compile(r"(?:[^。！!?？\n.]|\.(?=\S)){1,400}[?？]?")
_FIRST_OPTION = re.compile(
    r"\n\s{0,4}[(（]?A[)）]?[.．、:：)） ](?=[^\n]{0,300}\s[(（]?B[)）]?[.．、:：)） ]|[^\n]{0,300}\n\s{0,4}[(（]?B)"
)
"""The first of the options, where a question holds them."""
CUT = frozenset("，,、；;：:—-(（[+=×<>")
"""Signs that a text which was cut may end on."""
SENTENCES = 3
"""From the end: the conclusion and what may be remarked behind it."""


def last_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the last sentences, the last one first; none that begins out of reach."""
    floor = max(start, end - _REACH)
    stops = [stop.end() for stop in weak.LAST_STOP.finditer(text, floor, end)]
    starts = [*([floor] if floor == start else []), *stops]
    stop = end
    for since in reversed(starts):
        if text[since:stop].strip(" \t\r\n*_`#>-"):
            yield since, stop
            stop = since


def clauses(sentence: str, since: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the clauses of a sentence from a place on."""
    for sign in wordings.CLAUSE_ENDS.finditer(sentence, since):
        if sign.start() > since:
            yield since, sign.start()
        since = sign.start() if sign[0][:1].isalpha() or not sign[0] else sign.end()
    yield since, len(sentence)


def is_below_list(text: str, start: int, since: int) -> bool:
    """Tell whether a sentence stands below the list whose last entry is the line before."""
    above_end = start + len(text[start:since].rstrip())
    above = max(text.rfind("\n", start, above_end) + 1, start)
    return (
        text.find("\n", above_end, since) >= 0
        and wordings.ENTRY.match(text, above) is not None
        and wordings.ENTRY.match(text, since) is None
    )


@lru_cache(maxsize=64)
def asked_sentence(question: str) -> str:
    """Return the sentence of a question that asks: its last one with a question mark, else its last one."""
    options = last_match(_FIRST_OPTION, question, 0, len(question))
    question = question if options is None else question[: options.start()]
    sentences = [sentence for sentence in _ASKING.findall(question[-_ASKED:]) if sentence.strip()]
    asking = [sentence for sentence in sentences if sentence.rstrip()[-1] in "?？"] or sentences
    return asking[-1] if asking else ""
