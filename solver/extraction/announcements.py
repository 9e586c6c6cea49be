r"""Explicit announcements of an answer (``答案是``, ``\boxed``, ``the answer is`` …): what each says, and which holds.

The last one that holds decides. One does not hold where it describes a format, supposes, doubts or hedges
(``solver.extraction.doubts``), or is rejected right behind. The patterns are in ``solver.extraction.patterns``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from solver.extraction import patterns as rules
from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule
from solver.extraction.values import value_at, word_start
from solver.problems.letters import ALPHABET

_WINDOW = 320  # characters of the first slow look; 98.6 % of the answers in plain_dev start within it
_CHANGES = ("改", "换", "were", "had been", "was changed", "asked for")  # OF_A_CHANGE holds one of these
_LIST_NUMBER = re.compile(r"(?:\n|\A)[ \t*]{0,6}\d{1,2}\Z")
"""The number of a list's entry, cut off from it."""
_REST_ENDS = frozenset("误确对符意求件立余他它外下的个几两三四gtr")  # OF_THE_REST ends on one of these


def last_announced(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Find the last announcement that holds, looking at ever larger tails of the range.

    What is announced as wrong or as the rest (``错误的选项是A、C``), for a changed question (``若改为…，则答案是A``),
    and what is not on offer, counts only where there is nothing else.
    """
    upper = end
    size = _WINDOW
    lesser = None
    while upper > start:
        lower = max(start, end - size)
        if lower > start:  # begin at a line, so that no announcement is cut in two
            lower = max(text.rfind("\n", start, lower) + 1, start)
        labels = [label for label in rules.LABEL.finditer(text, lower, end) if label.start() < upper]
        for label in reversed(labels):
            found = holding(text, options, label, start, end)
            if found is None:
                continue
            if found.rule is ExtractionRule.OUT_OF_RANGE:
                return _said_before(text, options, found, start) or found
            if found.rule is not ExtractionRule.OFF_LIST and not _is_aside(text, label, start):
                return (
                    _one_of_several(text, options, label, found, labels, start, end)
                    or _one_of_two_alike(text, options, label, found, start, end)
                    or found
                )
            lesser = lesser or found
        upper = lower
        size *= 16
    return lesser


def _one_of_several(
    text: str,
    options: OptionTexts,
    label: re.Match[str],
    found: Extraction,
    labels: Sequence[re.Match[str]],
    start: int,
    end: int,
) -> Extraction | None:
    """Say that the last announcement is one of several that answer different questions, and differ.

    They carry the numbers of their questions or the conditions of their cases, or stand line by line, or in one
    sentence, with nothing in between.
    """
    if found.letter is None or labels[0].start() >= label.start():
        return None
    number = _number_before(text, label, start)
    for other in reversed(labels):
        if other.start() >= label.start():
            continue
        if number is None and (
            not rules.NOTHING_ELSE.fullmatch(text, other.end(), label.start())
            or rules.CORRECTS.search(text, other.end(), label.start())
        ):
            return None
        if number is not None and _number_before(text, other, start) in (None, number):
            continue
        earlier = holding(text, options, other, start, end)
        if number is None and _settles(text, label, start) and not _settles(text, other, start):
            return None
        if earlier is not None and earlier.letter not in (None, found.letter):
            return Extraction(None, ExtractionRule.AMBIGUOUS, (other.start(), label.end()))
    return None


def _one_of_two_alike(
    text: str, options: OptionTexts, label: re.Match[str], found: Extraction, start: int, end: int
) -> Extraction | None:
    """Say that the last announcement and the one before in the same words differ, and nothing corrects or settles."""
    if found.letter is None or label.lastgroup in ("brackets", "instead"):
        return None
    at = text.rfind(label[0], start, label.start())
    other = rules.LABEL.match(text, at, end) if at >= 0 else None
    if other is None or other[0] != label[0]:
        return None
    earlier = holding(text, options, other, start, end)
    if earlier is None or earlier.rule is not ExtractionRule.DECLARED or earlier.letter == found.letter:
        return None
    is_settled = _settles(text, label, start) and not _settles(text, other, start)
    is_settled = is_settled or bool(
        rules.SETTLING_LINE.search(text, other.end(), label.start())
        and not rules.SETTLING_LINE.search(text, start, other.start())
    )
    if is_settled or rules.CORRECTS.search(text, other.end(), label.start()):
        return None
    return Extraction(None, ExtractionRule.AMBIGUOUS, (other.start(), label.end()))


def _settles(text: str, label: re.Match[str], start: int) -> bool:
    """Tell whether the words before an announcement say that it is the one that counts."""
    return rules.SETTLES.search(_lead(text, label, start)) is not None


def _lead(text: str, label: re.Match[str], start: int) -> str:
    """Return what stands before an announcement in its line, a few words of it."""
    line = max(text.rfind("\n", start, label.start()) + 1, start, label.start() - LOOK_BACK)
    return text[line : label.start()]


def _number_before(text: str, label: re.Match[str], start: int) -> str | None:
    since = word_start(text, label)
    match = rules.NUMBERED.search(text[max(start, since - 32) : since])
    if match is None:  # or inside: ``the answer to the first question is``
        match = rules.NUMBERED.search(text[since : label.end()]) or rules.WITH_ORDINAL.search(
            text[max(start, since - 16) : label.end()]
        )
    if match is None:  # or at the head of the line
        line = max(text.rfind("\n", start, since) + 1, start)
        match = rules.NUMBER.match(text[line:since].lstrip(rules.LINE_MARKS))
    if match is None:  # or the condition of a case: ``if Ann lies, then the answer is``
        match = rules.CASE.search(text[max(start, since - LOOK_BACK) : since])
    return None if match is None else match[match.lastgroup or 0]


def holding(text: str, options: OptionTexts, label: re.Match[str], start: int, end: int) -> Extraction | None:
    """Read the value of one announcement; None where it announces nothing or is taken back."""
    found = value_at(text, options, label, end)
    if found is None:
        return None
    since = word_start(text, label) + (label.lastgroup == "instead")  # what 而 follows may be a reason
    before = text[max(start, since - LOOK_BACK) : since]
    if label.lastgroup == "choose" and not rules.CHOSEN.search(before):
        return None
    if label.lastgroup == "instead" and not rules.NOT_THAT.search(before[-30:]):
        return None
    if found.span is not None and "would" in label[0] and rules.IF_BEHIND.match(text, found.span[1], end):
        return None
    return None if is_unmeant(before) else found


def _is_aside(text: str, label: re.Match[str], start: int) -> bool:
    since = word_start(text, label)
    before = text[max(start, since - LOOK_BACK) : since]
    if any(word in before for word in _CHANGES) and rules.OF_A_CHANGE.search(before):
        return True
    return before.rstrip()[-1:] in _REST_ENDS and rules.OF_THE_REST.search(before[-16:]) is not None


def _said_before(text: str, options: OptionTexts, found: Extraction, start: int) -> Extraction | None:
    """Read the option's text right before an announcement whose letter is no option: ``不可以，所以选C``."""
    if found.span is None or options.cores is None:
        return None
    since = found.span[0]
    before = rules.LEAD_IN.sub("", text[max(start, since - 80) : since])
    best, size = None, 0
    if _LIST_NUMBER.search(before) is not None:
        return None
    for index, core in enumerate(options.cores):
        if size < len(core) and before.endswith(core) and rules.ANSWERS_WITH.search(before[: len(before) - len(core)]):
            best, size = index, len(core)
    return None if best is None else Extraction(ALPHABET[best], ExtractionRule.DECLARED_TEXT, found.span)
