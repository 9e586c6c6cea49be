"""Weaker ways to name an answer, read where no announcement decides: short forms, remarks, tables, the last sentence.

They count only if they agree, or if the last of them concludes. The patterns are in
``solver.extraction.weak_patterns``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from solver.extraction import doubts
from solver.extraction import patterns as rules
from solver.extraction import weak_patterns as weak
from solver.extraction.announcements import text_behind
from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule, last_match, ranged
from solver.extraction.places import place
from solver.problems.letters import ALPHABET

_SENTENCE = 300  # characters; a longer last sentence concludes nothing
_LINE = 600  # characters; a longer line is no labelled option


class _Hit(NamedTuple):
    """One weakly named letter."""

    letter: str
    start: int
    end: int
    is_listed: bool = False
    """It stands beside another: ``A、C 正确``."""


def short_answer(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read the last short form (``结论：D``, ``ANS: B``): a word, a sign, and nothing but a letter or an option."""
    found: Extraction | None = None
    listed: set[str | None] = set()
    for match in weak.SHORT.finditer(text, start, end):
        read = _short_value(text, options, match.start(), match.end(), end)
        if match["list"]:
            listed.add(read.letter if read else None)
        if read is not None and not is_unmeant(text[max(start, match.start() - LOOK_BACK) : match.start()]):
            found = read
    return None if len(listed) > 1 else found


def _short_value(text: str, options: OptionTexts, since: int, position: int, end: int) -> Extraction | None:
    gap = weak.SHORT_GAP.match(text, position, end)
    value = position if gap is None else gap.end()
    letter = weak.SHORT_LETTER.match(text, value, end)
    if letter is None:
        return _short_text(text, options, since, position, value, end)
    if _heads_list(text, letter, end):
        return None
    behind = text_behind(text, options, letter[1], letter.end(1), end)
    if behind is not None:
        return Extraction(ALPHABET[behind[0]], ExtractionRule.DECLARED_TEXT, (since, behind[1]))
    if not weak.SHORT_ENDS.match(text, letter.end(), end) and not _is_labelled(
        text, options, letter[1], letter.end(), end
    ):
        return None
    return ranged(letter[1], options.count, ExtractionRule.DECLARED, (since, letter.end(1)))


def _short_text(text: str, options: OptionTexts, since: int, position: int, value: int, end: int) -> Extraction | None:
    index, stop = options.at(text, position, value, end)
    if index is None:
        clause = rules.CLAUSE.match(text, value, end)
        index = options.exact(clause[0].rstrip(rules.CLOSERS)) if clause else None
        stop = clause.end() if clause else value
    if index is None or not rules.TEXT_ENDS.match(text, stop, end):
        return None
    # A result in words may be that of a step; only the last thing said is the answer.
    if weak.STEP.match(text, since, end) and text[stop : min(end, stop + _LINE)].strip(rules.CLOSERS + "。.\n"):
        return None
    return Extraction(ALPHABET[index], ExtractionRule.DECLARED_TEXT, (since, stop))


def _heads_list(text: str, letter: re.Match[str], end: int) -> bool:
    """Tell whether the next line is the next option: a list of the options answers nothing."""
    line_end = text.find("\n", letter.end(), min(end, letter.end() + _LINE))
    below = rules.LINE.match(text, line_end + 1, end) if line_end >= 0 else None
    return below is not None and ord(below[1].upper()) == ord(letter[1]) + 1


def _is_labelled(text: str, options: OptionTexts, letter: str, position: int, end: int) -> bool:
    """Tell whether the letter's own text follows behind a label's sign, and ends there."""
    sign = rules.LABEL_SIGN.match(text, position, end)
    index = ALPHABET.index(letter)
    if sign is None or options.cores is None or index >= len(options.cores):
        return False
    core = options.cores[index]
    return (
        bool(core)
        and text.startswith(core, sign.end(), end)
        and bool(rules.TEXT_ENDS.match(text, sign.end() + len(core), end))
        and not rules.LABEL_INSIDE.search(text, sign.end() + len(core), min(end, sign.end() + len(core) + 12))
    )


def implied(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read weak wordings: all of one mind, or of one mind after the last 因此 of the last line that has any."""
    hits = _hits(text, options, start, end)
    if not hits:
        return None
    last = hits[-1]
    span = (last.start, last.end)
    if any(hit.letter != last.letter for hit in hits):
        line = max(text.rfind("\n", start, last.start) + 1, start)
        therefore = last_match(weak.THEREFORE, text, line, last.start + 2)
        if therefore is None and _is_choice_from_list(text, hits):
            return ranged(last.letter, options.count, ExtractionRule.IMPLIED, span)
        if therefore is None:
            return Extraction(None, ExtractionRule.AMBIGUOUS, (hits[0].start, last.end))
        final = {hit.letter for hit in hits if hit.start >= therefore.start() - 2}
        if len(final) != 1:
            return Extraction(None, ExtractionRule.AMBIGUOUS, (therefore.start(), last.end))
    return ranged(last.letter, options.count, ExtractionRule.IMPLIED, span)


def _hits(text: str, options: OptionTexts, start: int, end: int) -> list[_Hit]:
    hits: list[_Hit] = []
    for match in weak.WEAK.finditer(text, start, end):
        group = match.lastgroup or "l1"
        after = rules.CLOSE.match(text, match.end(), end)
        if is_unmeant(text[max(start, match.start() - LOOK_BACK) : match.start()]):
            continue
        if doubts.RETRACT.match(text, after.end() if after else match.end(), end):
            continue
        beside = weak.BESIDE.search(text[max(start, match.start(group) - 16) : match.start(group)])
        also = rules.ALSO.match(text, match.end(group), end)
        is_listed = beside is not None or also is not None
        if beside is not None:
            hits.append(_Hit(beside[1], match.start(), match.end(group), is_listed))
        hits.append(_Hit(match[group], match.start(), match.end(group), is_listed))
        if also is not None:
            hits.append(_Hit(also[also.lastindex or 1], match.start(), also.end(), is_listed))
    for pattern in (weak.PLACED, weak.PLACE_IS_RIGHT):
        for match in pattern.finditer(text, start, end):
            index = place(match, options.count)
            if index is None or not 0 <= index < len(ALPHABET):
                continue
            if not is_unmeant(text[max(start, match.start() - LOOK_BACK) : match.start()]):
                hits.append(_Hit(ALPHABET[index], match.start(), match.end()))
    return sorted(hits, key=lambda hit: hit.start)


def _is_choice_from_list(text: str, hits: list[_Hit]) -> bool:
    """Tell whether only lists disagree with the last hit, and it is chosen from them by ``但``, ``其中``, ``only`` …"""
    last = hits[-1]
    others = [hit for hit in hits if hit.letter != last.letter]
    since = others[-1].end
    return not last.is_listed and all(hit.is_listed for hit in others) and bool(weak.BUT.search(text, since, last.end))


def judged_in_table(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read a table that judges every letter, and one of them right."""
    right: list[_Hit] = []
    wrong = 0
    for row in weak.ROW.finditer(text, start, end):
        is_wrong = weak.WRONG_CELL.search(row[2]) is not None
        if not is_wrong and weak.RIGHT_CELL.search(row[2]):
            right.append(_Hit(row[1], row.start(1), row.end(1)))
        wrong += is_wrong
    if len(right) != 1 or not wrong:
        return None
    return ranged(right[0].letter, options.count, ExtractionRule.IMPLIED, (right[0].start, right[0].end))


def concluded(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read a last sentence that concludes on exactly one option: on its letter and text, its text, its letter."""
    end = start + len(text[start:end].rstrip())
    floor = max(start, end - _SENTENCE)
    stop = end - (text[end - 1] in "。.!！") if end > start else end
    since = max((match.end() for match in weak.LAST_STOP.finditer(text, floor, stop)), default=floor)
    if floor > start and since == floor:
        return None
    sentence = text[since:stop]
    is_whole = not text[start:since].strip()
    if not (is_whole or weak.CONCLUDES.search(sentence)) or is_unmeant(text[max(start, since - LOOK_BACK) : since]):
        return None
    return _labelled_inside(options, sentence, since) or _at_the_end(options, sentence, since)


def _labelled_inside(options: OptionTexts, sentence: str, since: int) -> Extraction | None:
    """Read the one option that a sentence names by letter *and* exact text."""
    named = []
    for index, core in enumerate(options.cores or ()):
        for sign in ".．、:：)":
            at = sentence.find(f"{ALPHABET[index]}{sign}") if core else -1
            if at >= 0 and sentence.startswith(core, at + 2 + (sentence[at + 2 : at + 3] == " ")):
                named.append((index, since + at))
                break
    if len(named) != 1:
        return None
    index, at = named[0]
    return Extraction(ALPHABET[index], ExtractionRule.IMPLIED, (at, at + 1))


def _at_the_end(options: OptionTexts, sentence: str, since: int) -> Extraction | None:
    """Read the option that a sentence ends on, behind 是, =, is …"""
    cores = options.cores or ()
    stripped = sentence.rstrip(rules.CLOSERS)
    for body in (sentence, stripped, stripped.removesuffix("的").rstrip(rules.CLOSERS)):
        best = max((core for core in cores if 0 < len(core) < len(body) and body.endswith(core)), key=len, default="")
        if best:
            break
    value = weak.LAST_VALUE.search(body)
    if best:
        index: int | None = cores.index(best)
    elif body[-1:].isupper() and body[-1] in ALPHABET and _are_letters_labels(cores, sentence):
        index, best = ALPHABET.index(body[-1]), body[-1]
    else:
        index, best = (None, "") if value is None else (options.held(value[1]), value[1])
    if index is None:
        return None
    before = body[: len(body) - len(best)]
    copula = weak.COPULA.search(before)
    is_all = len(best) > 1 and not best.isascii() and weak.AFTER_COMMA.search(before)
    if copula is None and not is_all and not weak.ONLY_CONCLUDES.fullmatch(before):
        return None
    clause = max(before.rfind(sign, 0, copula.start() if copula else len(before)) for sign in "，,；;") + 1
    if weak.UNSURE.search(before, clause) or is_unmeant(before) or rules.LABEL.search(before):
        return None
    others = [core for core in cores if core and core != best and core not in best and len(core) > 1]
    if any(core in before[clause:] for core in others):
        return None
    return ranged(ALPHABET[index], options.count, ExtractionRule.IMPLIED, (since + len(before), since + len(body)))


def _are_letters_labels(cores: Sequence[str], sentence: str) -> bool:
    """Tell whether a letter in a sentence is an option's label, and no person, set or point of the question."""
    if not cores:
        return weak.OF_OPTIONS.search(sentence) is not None
    return not any(weak.SOLE_LETTER.search(core) for core in cores)


def labelled_below(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read an option, letter and text, that stands alone below the sentence that announces it."""
    if options.cores is None:
        return None
    found = None
    for match in weak.BELOW.finditer(text, start, end):
        line = match.end()
        line_end = text.find("\n", line, min(end, line + _LINE))
        label = rules.LINE.match(text, line, end)
        if line_end < 0 or label is None or not label[2]:
            continue
        below = line_end
        while below < end and text[below] in " \t\n\r*":
            below += 1
        following = rules.LINE.match(text, below, end)
        index = options.exact(text[label.end() : line_end])
        if index is None or (following is not None and following[2].strip("*_` ")):
            continue
        found = Extraction(ALPHABET[index], ExtractionRule.LABELLED, (label.start(1), line_end))
    return found
