"""The question's own words with one option where it asks: ``Mary比谁年长？`` and ``因此，Mary比John年长。``.

What stands right before and behind the word that asks must stand right before and behind the option; so nothing is read
the wrong way round.

>>> filled("因此，Mary比John年长。", OptionTexts(2, ("Tom", "John")), 0, 15, "Mary比谁年长？").letter
'B'
"""

from __future__ import annotations

import re

from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule
from solver.extraction.unannounced import wordings
from solver.extraction.unannounced.sentences import SENTENCES, last_sentences
from solver.extraction.variants import unified
from solver.problems.letters import ALPHABET

_REACH = 120  # characters of a question's end
_ASKS = re.compile(r"谁|什么|(?<!好)几|多少|_{2,12}|哪[一几些]?(?P<noun>[\u4e00-\u9fff]{0,3})")
_MARKS = re.compile(r"[\s*_`\"'“”‘’「」『』]")
_SENTENCE = re.compile(r"[。！!\n；;？?]")
_ENDS = re.compile(r"[)）\\]{0,2}(?:[。.!！]|[，,](?:因为|由于))")
_LEADS = re.compile(r"(?:[，,：:.、-]|[是定出知此以称论到])\Z")
_DIGIT_BEFORE = re.compile(r"[\d.]\Z")
_SIDE, _FEWEST = 30, 3
"""Characters on each side that are held against the question, at most; on both together, at least."""
_LONGEST = 40  # characters of an option


def filled(text: str, options: OptionTexts, start: int, end: int, question: str) -> Extraction | None:
    """Read the option that the last sentence puts in the place of the word that asks."""
    cores = [_MARKS.sub("", core) for core in options.cores or ()]
    places = _places(unified(question[-_REACH:]))
    if not places or not all(0 < len(core) <= _LONGEST for core in cores):
        return None
    for since, stop in list(last_sentences(text, start, end))[:SENTENCES]:
        sentence = _MARKS.sub("", text[since:stop])
        if not wordings.STOPS.search(text, since, stop):
            return None
        found = {
            index
            for index, core in enumerate(cores)
            for before, behind in places
            if _stands_in(sentence, before, core, behind)
        }
        if found:
            is_open = wordings.CONDITIONAL.search(sentence) or wordings.UNKNOWN.search(sentence)
            return (
                None
                if len(found) > 1 or is_open
                else Extraction(ALPHABET[found.pop()], ExtractionRule.IMPLIED, (since, stop))
            )
        if wordings.OF_REASONING.search(sentence) is None:
            return None
    return None


def _places(question: str) -> list[tuple[str, str]]:
    """Return what stands right before and behind the word that asks, once for each end of its noun."""
    asked = question.rstrip().rstrip("？?。. ")
    asked = asked[max((stop.end() for stop in _SENTENCE.finditer(asked)), default=0) :]
    matches = list(_ASKS.finditer(asked))
    if len(matches) != 1:
        return []
    match = matches[0]
    before = re.split(r"[，,：:]", _MARKS.sub("", asked[: match.start()]))[-1]
    ends = range(match.start("noun"), match.end("noun") + 1) if match["noun"] is not None else (match.end(),)
    behind = {re.split(r"[，,]", _MARKS.sub("", asked[end:]))[0] for end in ends}
    return [
        (before, said) for said in behind if max(len(before), len(said)) <= _SIDE and len(before) + len(said) >= _FEWEST
    ]


def _stands_in(sentence: str, before: str, core: str, behind: str) -> bool:
    """Tell whether an option stands between the question's words, or at a clause's start or end."""
    at = sentence.find(f"{before}{core}{behind}")
    end = at + len(before) + len(core) + len(behind)
    if (
        at < 0
        or (not behind and not _ENDS.match(sentence, end))
        or (not before and _DIGIT_BEFORE.search(sentence[:at]))
    ):
        return False
    clause = max(sentence.rfind(sign, 0, at) for sign in "，,；;") + 1
    if wordings.DENIES.search(sentence[clause:at]):
        return False
    return bool(before) or at == 0 or _LEADS.search(sentence[:at]) is not None
