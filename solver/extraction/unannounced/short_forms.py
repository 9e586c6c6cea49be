"""Short forms of an answer: a word that stands for it, a sign, and nothing but a letter or an option's text.

``结论：D``, ``的回答是：A. 是``, ``ANS: B``, ``## 结论`` with the letter below. The patterns are in
``solver.extraction.unannounced.patterns``.
"""

from __future__ import annotations

import re

from solver.extraction import patterns as rules
from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule, ranged
from solver.extraction.unannounced import patterns as weak
from solver.extraction.values import text_behind
from solver.problems.letters import ALPHABET

_LINE = 600  # characters; a longer line is no labelled option


def short_answer(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read the last short form (``结论：D``, ``ANS: B``): a word, a sign, and nothing but a letter or an option."""
    whole = weak.WHOLE.match(text, start, end)
    if whole is not None and whole.end() == end:
        letter = whole["en"] or whole["zh"]
        return ranged(letter, options.count, ExtractionRule.DECLARED, whole.span("en" if whole["en"] else "zh"))
    found: Extraction | None = None
    before: re.Match[str] | None = None
    listed: set[str | None] = set()
    for match in weak.SHORT.finditer(text, start, end):
        read = _short_value(text, options, match.start(), match.end(), end)
        if match["list"] or match["headed"]:
            listed.add(read.letter if read else None)
        if match["headed"] and not _is_asked_for(text, match, read, end):
            continue
        if read is None or is_unmeant(text[max(start, match.start() - LOOK_BACK) : match.start()]):
            continue
        if (
            found is not None
            and before is not None
            and found.letter != read.letter
            and before[0] == match[0]
            and not rules.CORRECTS.search(text, before.end(), match.start())
        ):
            return Extraction(None, ExtractionRule.AMBIGUOUS, (before.start(), match.end()))
        found, before = read, match
    return None if len(listed) > 1 else found


def _is_asked_for(text: str, match: re.Match[str], read: Extraction | None, end: int) -> bool:
    """Tell whether one option under ``【选项】`` is chosen: what is above asks or announces, or reasons are below."""
    if read is None or read.span is None:
        return False
    line_end = text.find("\n", read.span[1], end)
    below = text[line_end:end].lstrip() if line_end >= 0 else ""
    above = text[: match.start()].rstrip()
    line = above[above.rfind("\n") + 1 :]
    if line[-1:] in (":", "：") and weak.GIVES_ALL.search(line) is not None:
        return False
    if not above and not below:
        return True  # the whole output
    return (not below and line[-1:] in (":", "：", "?", "？")) or weak.REASONS_HEADED.match(below) is not None


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
