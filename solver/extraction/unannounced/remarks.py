"""Weaker ways to name an answer, read where no announcement decides: remarks on options, places, tables.

They count only if they agree, or if the last of them concludes. The patterns are in
``solver.extraction.unannounced.patterns``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from solver.extraction import doubts
from solver.extraction import patterns as rules
from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule, last_match, ranged
from solver.extraction.places import place
from solver.extraction.unannounced import patterns as weak
from solver.extraction.values import text_behind
from solver.problems.letters import ALPHABET

_BACK, _AHEAD = 64, 160  # characters around its letter; no match of ``weak.WEAK`` reaches further
_LOOKED_AT = 48  # characters behind a match of it, on which it may depend
_PARTLY = "程度上"  # ``在一定程度上是正确的`` approves of nothing
_UNDER_A_CONDITION = "would be "  # ``B would be right at one o'clock``
_LEAD = 24  # characters before a weak announcement that tell whether it only seems so


class _Hit(NamedTuple):
    """One weakly named letter."""

    letter: str
    start: int
    end: int
    is_listed: bool = False
    """It stands beside another: ``A、C 正确``."""
    only_seems: bool = False
    """The words say no more: ``A seems right at first``."""


def implied(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read weak wordings: all of one mind, or of one mind after the last 因此 of the last line that has any."""
    hits = _hits(text, options, start, end)
    hits = [hit for hit in hits if not hit.only_seems] or hits
    hits = [hit for hit in hits if not _is_name(hit.letter, options)]
    if not hits:
        return None
    last = hits[-1]
    span = (last.start, last.end)
    if weak.SEVERAL.search(text, last.end, end):
        return Extraction(None, ExtractionRule.AMBIGUOUS, (last.start, end))
    behind = text_behind(text, options, last.letter, last.end, end)
    if behind is not None and all(hit.letter == last.letter for hit in hits):
        return Extraction(ALPHABET[behind[0]], ExtractionRule.DECLARED_TEXT, (last.start, behind[1]))
    if any(hit.letter != last.letter for hit in hits):
        line = max(text.rfind("\n", start, last.start) + 1, start)
        therefore = last_match(weak.THEREFORE, text, line, last.start + 2)
        if therefore is None and _is_choice_from_list(text, hits):
            return ranged(last.letter, options.count, ExtractionRule.IMPLIED, span)
        if therefore is None:
            return Extraction(None, ExtractionRule.AMBIGUOUS, (hits[0].start, last.end))
        if _are_of_several_questions(text, hits, start):
            return Extraction(None, ExtractionRule.AMBIGUOUS, (hits[0].start, last.end))
        final = {hit.letter for hit in hits if hit.start >= therefore.start() - 2}
        if len(final) != 1:
            return Extraction(None, ExtractionRule.AMBIGUOUS, (therefore.start(), last.end))
    return ranged(last.letter, options.count, ExtractionRule.IMPLIED, span)


def _weak(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield what ``weak.WEAK.finditer`` would; looked for only around single capitals, in half the time."""
    stretches: list[list[int]] = []
    for letter in weak.CAPITAL.finditer(text, start, end):
        low, high = max(start, letter.start() - _BACK), min(end, letter.end() + _AHEAD)
        if stretches and low <= stretches[-1][1]:
            stretches[-1][1] = high
        else:
            stretches.append([low, high])
    since = start
    for low, high in stretches:
        low = max(low, since)
        while (match := weak.WEAK.search(text, low, high)) is not None:
            low = match.start() + 1
            if match.end() + _LOOKED_AT > high:  # where the stretch ends is no end of the text
                match = weak.WEAK.match(text, match.start(), end)
            if match is not None:
                yield match
                low = since = match.end()


def _is_name(letter: str, options: OptionTexts) -> bool:
    """Tell whether a letter is no label, where options speak of letters: ``M是正确的`` to ``T是真``."""
    return ALPHABET.index(letter) >= options.count and any(
        weak.SOLE_LETTER.search(core) for core in options.cores or ()
    )


def _hits(text: str, options: OptionTexts, start: int, end: int) -> list[_Hit]:
    hits: list[_Hit] = []
    has_names = any(len(core) > 1 and weak.SOLE_LETTER.search(core) for core in options.cores or ())
    for match in _weak(text, start, end):
        group = match.lastgroup or "l1"
        if group == "l3" and has_names and not weak.SAYS_OPTION.search(match[0]):
            continue  # ``只能是D``, where D is a town
        after = rules.CLOSE.match(text, match.end(), end)
        if is_unmeant(text[max(0, match.start() - LOOK_BACK) : match.start()]):
            continue
        if doubts.RETRACT.match(text, after.end() if after else match.end(), end):
            continue
        beside = weak.BESIDE.search(text[max(start, match.start(group) - 16) : match.start(group)])
        also = rules.ALSO.match(text, match.end(group), end) or weak.LISTED.match(text, match.end(group), end)
        is_listed = beside is not None or also is not None
        if beside is not None:
            hits.append(_Hit(beside[1], match.start(), match.end(group), is_listed))
        lead = text[max(start, match.start() - _LEAD) : match.start()]
        clause = doubts.CLAUSE_START.match(lead)
        since = match.start() - len(lead) + (clause.end() if clause else 0)
        before = text[max(0, match.start() - LOOK_BACK) : match.start()]
        if _PARTLY in text[since : match.end()] or _UNDER_A_CONDITION in match[0]:
            continue
        only_seems = weak.SEEMS.search(text, since, match.end()) is not None or rules.CASE.search(before) is not None
        hits.append(_Hit(match[group], match.start(), match.end(group), is_listed, only_seems))
        if also is not None:
            hits.append(_Hit(also[also.lastindex or 1], match.start(), also.end(), is_listed))
    for pattern in (weak.PLACED, weak.PLACE_IS_RIGHT):
        for match in pattern.finditer(text, start, end):
            index = place(match, options.count)
            if index is None or not 0 <= index < len(ALPHABET):
                continue
            if not is_unmeant(text[max(0, match.start() - LOOK_BACK) : match.start()]):
                hits.append(_Hit(ALPHABET[index], match.start(), match.end()))
    return sorted(hits, key=lambda hit: hit.start)


def _are_of_several_questions(text: str, hits: list[_Hit], start: int) -> bool:
    """Tell whether letters that differ stand behind the numbers of different questions."""
    numbers: dict[str, str] = {}
    for hit in hits:
        line = text[max(text.rfind("\n", start, hit.start) + 1, start, hit.start - LOOK_BACK) : hit.start]
        if found := [*rules.NUMBER.finditer(line)]:
            numbers.setdefault(found[-1][found[-1].lastgroup or 0], hit.letter)
    return len(set(numbers.values())) > 1


def _is_choice_from_list(text: str, hits: list[_Hit]) -> bool:
    """Tell whether only lists disagree with the last hit, and it is chosen from them by ``但``, ``其中``, ``only`` …"""
    last = hits[-1]
    others = [hit for hit in hits if hit.letter != last.letter]
    since = others[-1].end
    return not last.is_listed and all(hit.is_listed for hit in others) and bool(weak.BUT.search(text, since, last.end))


def judged(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read a table, lines with ticks and crosses, or a verdict in words on every option, that find one right."""
    right: list[_Hit] = []
    wrong = 0
    for row in weak.ROW.finditer(text, start, end):
        is_wrong = weak.WRONG_CELL.search(row[2]) is not None
        if not is_wrong and weak.RIGHT_CELL.search(row[2]):
            right.append(_Hit(row[1], row.start(1), row.end(1)))
        wrong += is_wrong
    for line in weak.MARKED.finditer(text, start, end):
        if line["right"]:
            right.append(_Hit(line[1], line.start(1), line.end(1)))
        wrong += not line["right"]
    if not right and not wrong:
        verdicts = {line[1]: line for line in weak.VERDICT.finditer(text, start, end)}
        right = [_Hit(at, line.start(1), line.end(1)) for at, line in verdicts.items() if line["right"]]
        wrong = len(verdicts) - len(right) if len(verdicts) == options.count else 0
    if len(right) != 1 or not wrong:
        return None
    return ranged(right[0].letter, options.count, ExtractionRule.IMPLIED, (right[0].start, right[0].end))
