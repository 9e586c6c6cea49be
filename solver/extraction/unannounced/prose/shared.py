"""The one option whose content the last sentence shares: its words, numbers, names and denials, told in its own way.

``Therefore, Landon must be assigned as ambassador to Zambia.`` for ``Landon is assigned as ambassador to Zambia.`` It
is read where options are sentences and no other reading finds an answer. Words that all options share tell nothing.

>>> options = OptionTexts(2, ("The red book is left of the blue pen.", "The red pen is left of the green book."))
>>> text = "So it must be true that the red book is to the left of the blue pen."
>>> shared(text, options, 0, len(text), "Which must be true?").letter
'A'
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule, last_match
from solver.extraction.unannounced import reviews, wordings
from solver.extraction.unannounced.polar import patterns as polar
from solver.extraction.unannounced.polar.asked import HAN, WORD, folded, words
from solver.extraction.unannounced.polar.english import names
from solver.extraction.unannounced.polar.roles import are_kept
from solver.extraction.unannounced.sentences import asked_sentence, last_sentences
from solver.problems.letters import ALPHABET

_FEWEST, _FEWEST_HAN = 4, 8  # words of the option; fewer are names and values, as those of any with less than three
_FEWEST_OF_ANY = 3
_LONGEST = 400  # characters of an option
_MOST = 12  # options
_SHARED, _OTHERS = 0.8, 0.6  # of an option's words: that a sentence must hold, and of no other option may
_AHEAD = 0.25
_SLIGHT = frozenset("in on at of by with for from as into".split())
_NUMBER = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十]")
_SAYS_SO = re.compile(
    r"\b(?:is|are) that\b|\bbecause it\b|\bin that it\b|\b(?:conclusion|explanation|answer|flaw|assumption)\b|是[:：]?"
    r"|\bmust be\b|\bcould be\b|\bonly\b"
)


_UNMEANT = re.compile(
    r"\b(?:false|wrong|mistaken|unlikely|hardly|reject\w{0,3}|refuted?|claims?|claimed|says?|said|thought|draft|when)\b"
)
"""That a sentence denies, reports or supposes what it tells again."""


def shared(text: str, options: OptionTexts, start: int, end: int, question: str) -> Extraction | None:
    """Read the option of which the last sentence that concludes holds nearly all words, and of no other one."""
    cores = options.cores or ()
    end = start + len(text[start:end].rstrip())
    if (
        not 1 < len(cores) <= _MOST
        or any(len(core) > _LONGEST for core in cores)
        or len(set(options.plain)) < len(cores)
    ):
        return None
    own = [tuple(word for word in words(core) if word not in _SLIGHT) for core in cores]
    fewest = _FEWEST_HAN if HAN.search(cores[0]) else _FEWEST
    if min(map(len, own)) < _FEWEST_OF_ANY:
        return None
    since, stop = next(iter(last_sentences(text, start, end)), (end, end))
    sentence = text[since:stop]
    therefore = last_match(wordings.FOLLOWS, sentence, 0, len(sentence))
    if therefore is None and not _SAYS_SO.search(sentence):
        return None
    if not wordings.STOPS.search(sentence) or is_unmeant(text[max(start, since - LOOK_BACK) : since]):
        return None
    said = sentence if therefore is None else sentence[therefore.end() :]
    index = _most_shared(said, cores, own)
    if index is None or len(own[index]) < fewest or reviews.ASKS_FOR_NONE.search(asked_sentence(question)):
        return None
    core = cores[index]
    if any(told[0].lower() not in core.lower() for told in _UNMEANT.finditer(sentence)):
        return None
    if (
        any(doubt[0].lower() not in (core + question).lower() for doubt in wordings.OPEN.finditer(said))
        or wordings.EITHER.search(said)
        and not wordings.EITHER.search(core)
        or set(_NUMBER.findall(core)) - set(_NUMBER.findall(said))
        or not are_kept(said, core)
    ):
        return None
    return Extraction(ALPHABET[index], ExtractionRule.IMPLIED, (since, stop))


def _most_shared(said: str, cores: Sequence[str], own: Sequence[Sequence[str]]) -> int | None:
    """Return the option whose words a text holds, far ahead of others that deny as often, and no other one's names."""
    denials = len(polar.DENIAL.findall(said))
    told = {folded(match[0]) for match in WORD.finditer(said)}
    count = Counter(word for words_of in own for word in set(words_of))
    shares = [sum(word in told for word in words_of) / len(words_of) for words_of in own]
    apart = []
    for words_of in own:
        telling = {word for word in words_of if count[word] < len(own)}
        apart.append(sum(word in told for word in telling) / len(telling) if telling else 0.0)
    apart = [
        share if len(polar.DENIAL.findall(core)) == denials else 0.0 for share, core in zip(apart, cores, strict=True)
    ]
    order = sorted(range(len(own)), key=lambda index: -apart[index])
    best, second = order[0], order[1]
    if shares[best] < _SHARED or apart[best] < _SHARED or apart[second] > min(_OTHERS, apart[best] - _AHEAD):
        return None
    if not HAN.search(said):
        named = {name.lower() for name in names(said)}
        meant = {name.lower() for name in names(cores[best])}
        others = {name.lower() for core in cores for name in names(core)} - meant
        if meant - {folded(word) for word in told} - told or named & others:
            return None
    return best
