"""Lines that are an answer by themselves: a letter, an option's letter with its text, or its text alone."""

from __future__ import annotations

import re

from solver.extraction import patterns as rules
from solver.extraction.options import OptionTexts, core_of
from solver.extraction.outcome import Extraction, ExtractionRule, ranged
from solver.extraction.unannounced import wordings
from solver.problems.letters import ALPHABET

_LONGEST_REMARK = 300  # characters; a longer line behind an answer is more than a word on it
_ECHO = 60  # characters before a question mark
_FEWEST_TOLD = 4  # characters of a question that is told again
_LETTER = 4  # characters; a letter and signs
_LONGEST_BARE = 40  # characters; a longer line is no letter alone


def bare_line(text: str, options: OptionTexts, line: int, end: int, floor: int) -> Extraction | None:
    """Read a line that is one letter and nothing else; two different such lines in a row are ambiguous."""
    if end - line > _LONGEST_BARE:
        return None
    match = rules.BARE.match(text[line:end])
    if match is None:
        return None
    letter = match[1].upper()
    span = (line + match.start(1), line + match.end(1))
    above_end = line - 1
    if above_end > floor:
        above = max(text.rfind("\n", floor, above_end) + 1, floor)
        other = rules.BARE.match(text[above:above_end]) if above_end - above <= _LONGEST_BARE else None
        if other is not None and other[1].upper() != letter and not text.startswith("[[", line):
            return Extraction(None, ExtractionRule.AMBIGUOUS, (above, end))
    return ranged(letter, options.count, ExtractionRule.BARE, span)


def labelled_line(text: str, options: OptionTexts, line: int, end: int, floor: int) -> Extraction | None:
    """Read a last line that is one option: its letter with its text, or its exact text alone."""
    exact = text_line(text, options, line, end) or _sole_bullet(text, options, line, end, floor)
    match = rules.LINE.match(text, line, end)
    if exact is not None or match is None:
        return exact
    rest = core_of(text[match.end() : end])
    if text[line:end].rstrip()[-1:] in ("，", ",", "、"):
        return None  # cut
    also = rules.ALSO.match(text, match.end(1), end)
    if also is not None:
        return Extraction(None, ExtractionRule.AMBIGUOUS, (match.start(1), also.end()))
    if rest and not match[2]:
        return None
    above_end = line - 1
    while above_end > floor and text[above_end - 1] in " \t\n\r*":
        above_end -= 1
    above = max(text.rfind("\n", floor, above_end) + 1, floor) if above_end > floor else None
    if above is not None and rules.LINE.match(text, above, above_end):
        return None  # the last of a list of options
    index = ALPHABET.index(match[1].upper())
    if above is not None and _ends_on_option(text[above:above_end], options, index - 1):
        return None
    if rest and options.cores is not None:
        other = options.exact(rest)
        if other is not None and not (index < len(options.plain) and options.plain[index] == options.plain[other]):
            return Extraction(ALPHABET[other], ExtractionRule.LABELLED, (line, end))  # the text decides
        if other is None and not (
            index < len(options.cores) and options.cores[index].lower().startswith(rest[:200].lower())
        ):
            return None
    elif rest and (
        above is not None or len(rest) > 60 or rules.LABEL_INSIDE.search(rest) or rules.OPTION_INSIDE.search(rest)
    ):
        return None
    return ranged(ALPHABET[index], options.count, ExtractionRule.LABELLED, match.span(1))


def _ends_on_option(line: str, options: OptionTexts, index: int) -> bool:
    """Tell whether a line ends on an option, letter and text: a list that begins behind its heading."""
    if index < 0 or options.cores is None or index >= len(options.cores) or not options.cores[index]:
        return False
    bare = line.rstrip(" *_")
    before = bare[: len(bare) - len(options.cores[index])].rstrip()
    return (
        bare.endswith(options.cores[index]) and before[:-1].endswith(ALPHABET[index]) and before[-1:] in ".．、:：)）"
    )


def explained_line(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read the only labelled line, where it is an option, letter and text, and one line behind it explains it."""
    last = text.rfind("\n", start, end) + 1
    above_end = start + len(text[start:last].rstrip())
    above = max(text.rfind("\n", start, above_end) + 1, start)
    if not start < above < last or end - last > _LONGEST_REMARK or options.cores is None:
        return None
    match = rules.LINE.match(text, above, above_end)
    if match is None or not match[2] or not match[1].isupper():
        return None
    index = options.exact(text[match.end() : above_end])
    is_own = index is not None and ALPHABET[index] == match[1]
    others = [found for line in text[start:end].split("\n") if (found := rules.LINE.match(line)) and found[2]]
    if not is_own or len(others) != 1:
        return None
    return ranged(match[1], options.count, ExtractionRule.LABELLED, match.span(1))


def first_line(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read a first line that answers before it explains: a letter, alone or with its option's text."""
    while start < end and text[start].isspace():
        start += 1
    leading = rules.LEADING.match(text, start, end)
    if leading is not None:
        group = leading.lastindex or 1
        return ranged(leading[group], options.count, ExtractionRule.LABELLED, leading.span(group))
    leading = rules.LEADING_TEXT.match(text, start, end)
    index = options.exact(leading[1]) if leading is not None else None
    if leading is not None and index is not None:
        return Extraction(ALPHABET[index], ExtractionRule.OPTION_TEXT, leading.span(1))
    explained = _labelled_sentence(text, options, start, end)
    if explained is not None:
        return explained
    line_end = text.find("\n", start, end)
    if line_end < 0:
        return None
    below = line_end
    while below < end and text[below].isspace():
        below += 1
    following = rules.LINE.match(text, below, end)
    bare = bare_line(text, options, start, line_end, start)
    if bare is not None:  # ``A. *`` above ``B. ^`` is the first of a list of options too
        heads_list = following is not None and following[2] and text[start] == "A" and following[1] == "B"
        return None if heads_list else bare
    if following or _heads_review(text, start, line_end, end):
        return None  # the first of a list of options
    return labelled_line(text, options, start, line_end, start)


def _heads_review(text: str, start: int, line_end: int, end: int) -> bool:
    """Tell whether a first line is the first option's, of which each is looked at in turn."""
    first, second = rules.LINE.match(text, start, line_end), rules.OTHER_LABEL.search(text, line_end, end)
    return first is not None and first[1] == "A" and second is not None and second[0].rstrip("*.、:：)） ")[-1:] == "B"


def _sole_bullet(text: str, options: OptionTexts, line: int, end: int, floor: int) -> Extraction | None:
    """Read a line that is one option's text as the only entry of a list, below what asks or says that it is."""
    bullet = rules.BULLET.match(text, line, end)
    if bullet is None or options.cores is None:
        return None
    above = text[max(floor, line - _ECHO) : line].rstrip()
    index = options.exact(text[bullet.end() : end])
    if index is None or not rules.ASKS_OR_IS.search(above):
        return None
    return Extraction(ALPHABET[index], ExtractionRule.OPTION_TEXT, (bullet.end(), end))


def _labelled_sentence(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read a text that begins with an option, letter and own text, as a sentence: ``B. 否。因为…``."""
    match = rules.LINE.match(text, start, end)
    if match is None or not match[2].strip("*_ ") or not match[1].isupper() or options.cores is None:
        return None
    index, stop = options.at(text, match.end(), match.end() + 1, end)
    if index is None or ALPHABET[index] != match[1] or not rules.SENTENCE_ENDS.match(text, stop, end):
        return None
    if any(rules.OTHER_LABEL.finditer(text, stop, end)):
        return None
    return Extraction(match[1], ExtractionRule.LABELLED, match.span(1))


def replied_line(text: str, options: OptionTexts, line: int, end: int, question: str) -> Extraction | None:
    """Read a last line that tells the question again and replies with one option: ``乙高吗？- 是``."""
    signs = sorted({text.find(sign, line, end) for sign in "？?"} | {text.rfind(sign, line, end) for sign in "？?"})
    for at in reversed(signs):
        found = None if at < 0 else _replied(text, options, line, at, end, question)
        if found is not None:
            return found
    return None


def _replied(text: str, options: OptionTexts, line: int, at: int, end: int, question: str) -> Extraction | None:
    """Read what replies to the question that is told up to its question mark."""
    told = text[max(line, at - _ECHO) : at].strip("*_ -")
    if len(told) < _FEWEST_TOLD or told[-_FEWEST_TOLD:] not in question:
        return None
    since = at + 1
    while since < end and text[since] in " *_-—–:：>":
        since += 1
    since += text.startswith("是", since) and text[since + 1 : since + 2] in ALPHABET and since + 1 < end
    match = rules.LINE.match(text, since, end)
    if match is not None and match[2].strip("*_ ") and match[1].isupper():
        index = options.exact(text[match.end() : end])
        if index is not None and ALPHABET[index] == match[1]:
            return Extraction(match[1], ExtractionRule.LABELLED, match.span(1))
    index = options.exact(text[since:end])
    if index is None and end - since <= _LETTER and (letter := rules.BARE.fullmatch(text[since:end])) is not None:
        return ranged(letter[1], options.count, ExtractionRule.LABELLED, (since, end)) if letter[1].isupper() else None
    reply = None if index is not None else wordings.REPLY.match(text, since, end)
    if reply is not None and _agrees(text[reply.end() : end], reply):
        index = options.named("是" if reply["yes"] else "否")
    return None if index is None else Extraction(ALPHABET[index], ExtractionRule.OPTION_TEXT, (since, end))


def _agrees(rest: str, reply: re.Match[str]) -> bool:
    """Tell whether what follows a reply gives its reason, or says the same: ``是的，因为…``, ``是的，她在。``"""
    if wordings.REASON.match(rest):
        return True
    return wordings.TURNS.search(rest) is None and (wordings.DENIES.search(rest) is not None) == (
        reply["no"] is not None and bool(rest.strip())
    )


def text_line(text: str, options: OptionTexts, line: int, end: int) -> Extraction | None:
    """Read a line that is exactly one option's text."""
    if options.cores is None:
        return None
    content = text[line:end]
    index = options.exact(content)
    if index is None and rules.CIRCLED_LINE.fullmatch(content.strip()):
        index = options.named(content)
    if index is None and (labelled := rules.LABELLED_BEHIND.fullmatch(content.strip())) is not None:
        own = options.exact(labelled[1])
        index = own if own is not None and ALPHABET[own] == labelled[2] else None
    return None if index is None else Extraction(ALPHABET[index], ExtractionRule.OPTION_TEXT, (line, end))
