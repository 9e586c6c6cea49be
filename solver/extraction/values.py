r"""What an announcement says: a letter, several, an option's text, its place, what only it can mean, or no option.

The patterns are in ``solver.extraction.patterns``; whether an announcement counts is for ``announcements`` to say.
"""

from __future__ import annotations

import re

from solver.extraction import doubts
from solver.extraction import patterns as rules
from solver.extraction.options import OptionTexts, core_of
from solver.extraction.outcome import Extraction, ExtractionRule, ranged
from solver.extraction.places import placed
from solver.problems.letters import ALPHABET

_LINE = 1000  # characters; no more of a line is read as one value


def value_at(text: str, options: OptionTexts, label: re.Match[str], end: int) -> Extraction | None:
    """Read what is announced after ``label``: a letter, several, an option's text, its place, or no option."""
    position = label.end()
    kind = label.lastgroup or "zh"
    since = word_start(text, label)
    gap = rules.GAP.match(text, position, end)
    value = position if gap is None else gap.end()
    stand_in = rules.STAND_IN.match(text, value, end)
    if stand_in is not None and options.knows_x and options.at(text, stand_in.end(), stand_in.end(), end)[0] is None:
        stand_in = None
    if stand_in is not None:  # ``X: Lima``, an echoed placeholder before the answer
        position = value = stand_in.end()
    index, option_end = options.at(text, position, value, end)
    if index is not None and _is_part_of_signs(text, options, index, label.end(), option_end, end):
        return _no_option(text, label, value, end)
    letter = rules.LETTER.match(text, value, end)
    if letter is not None and index is not None:
        # An option's text wins over a letter only where it starts with that letter (A型血), or is lower case (b).
        is_one_capital = (
            option_end - value == 1 and letter[1].isupper() and ALPHABET.index(_capital(letter[1])) < options.count
        )
        index = None if option_end <= value or is_one_capital else index
    if index is not None:
        return _by_text(text, options, index, (since, option_end), end)
    if letter is not None and _is_letter(text, options, letter, position, end, kind):
        return _several(text, options, letter, since, end)
    via = rules.VIA.match(text, position, end) if kind == "zh" else None
    if via is not None:
        letter = rules.LETTER.match(text, via.end(), end)
        if letter is not None and _is_letter(text, options, letter, position, end, kind):
            return _several(text, options, letter, since, end)
    glued = rules.GLUED.match(text, value, end)
    if glued is not None and _is_answer_list(glued[0], options.count):
        return Extraction(None, ExtractionRule.AMBIGUOUS, (since, glued.end()))
    if options.cores is not None:
        meant = _meant(text, options, label, value, end)
        if meant is not None:
            return meant
    return _no_option(text, label, value, end)


def _is_part_of_signs(text: str, options: OptionTexts, index: int, position: int, option_end: int, end: int) -> bool:
    """Tell whether an option of signs alone is but a part of the signs that are announced: ``@`` of ``$$@$$``."""
    core = (options.cores or ("",))[index]
    if any(sign.isalnum() for sign in core):
        return False
    line_end = text.find("\n", position, end)
    said = text[position : end if line_end < 0 else line_end]
    return said.strip(" \t*`\"'.。:：") != core


def text_behind(text: str, options: OptionTexts, letter: str, position: int, end: int) -> tuple[int, int] | None:
    """Return option and end of an exact text that stands behind another letter: ``A. 乙``, ``A（乙）``, ``A) Rome``.

    The text decides then: models mix up letters more easily than texts. None where the letter's own text follows,
    anything else, or a sentence that only begins so.
    """
    if options.cores is None:
        return None
    sign = rules.LABEL_SIGN.match(text, position, end)
    if sign is None:
        return None
    index, stop = options.at(text, position, sign.end(), end)
    if index is None or not rules.TEXT_ENDS.match(text, stop, end):
        clause = rules.CLAUSE.match(text, sign.end(), end)
        if clause is None or not rules.TEXT_ENDS.match(text, clause.end(), end):
            return None
        index, stop = options.exact(clause[0].rstrip(rules.CLOSERS)), clause.end()
    if index is None or rules.LONE_LETTER.fullmatch(options.cores[index]):
        return None
    own = ALPHABET.index(letter)
    if own < len(options.plain) and options.plain[own] == options.plain[index]:
        return None
    return index, stop


def word_start(text: str, label: re.Match[str]) -> int:
    """Return where an announcement starts: English branches of LABEL hang on a letter inside their first word."""
    start = label.start()
    if label.lastgroup in ("en", "en2"):
        while start > 0 and label.start() - start < 5 and text[start - 1].isalpha():
            start -= 1
    return start


def _by_text(text: str, options: OptionTexts, index: int, span: tuple[int, int], end: int) -> Extraction | None:
    """Give the option whose text was announced, unless it is asked, rejected, or only one of several."""
    if doubts.RETRACT.match(text, span[1], end):
        return None
    joined = rules.JOINED.match(text, span[1], end)
    if joined is not None:
        other, other_end = options.at(text, joined.end(), joined.end(), end)
        if other is not None and other != index:
            return Extraction(None, ExtractionRule.AMBIGUOUS, (span[0], other_end))
    return Extraction(ALPHABET[index], ExtractionRule.DECLARED_TEXT, span)


def _meant(text: str, options: OptionTexts, label: re.Match[str], value: int, end: int) -> Extraction | None:
    """Read an announced clause that is no option's exact text, but can only mean one option."""
    clause = rules.CLAUSE.match(text, value, end)
    if clause is None or doubts.RETRACT.match(text, clause.end(), end):
        return None
    stop = clause.end()
    line_end = text.find("\n", value, min(end, value + _LINE))
    line = text[value : line_end if line_end >= 0 else min(end, value + _LINE)]
    goes_on = text.startswith("、", stop, end)
    meaning = options.named if not goes_on and rules.ALONE.match(text, stop, end) else options.exact
    index = None if goes_on else meaning(clause[0].rstrip(rules.CLOSERS))
    index = options.exact(line) if index is None else index
    index = options.joined(core_of(line)) if index is None else index
    if index is None and goes_on:
        return None
    if index is None:
        skipped = rules.SKIPPED.match(text, label.end(), end)
        words = rules.CLAUSE.match(text, skipped.end() if skipped else label.end(), end)
        if words is not None:
            index = options.exact(words[0])
            index = _placed(words[0].rstrip(rules.CLOSERS), options) if index is None else index
    if index is None and rules.INDEX.fullmatch(clause[0]) and rules.KEY.search(label[0]):
        index = {0: 0, options.count: options.count - 1}.get(int(clause[0].rstrip(rules.CLOSERS)))
    if index is None:
        return None
    span = (word_start(text, label), stop)
    if 0 <= index < options.count:
        return Extraction(ALPHABET[index], ExtractionRule.DECLARED_TEXT, span)
    return Extraction(None, ExtractionRule.OUT_OF_RANGE, span)


def _placed(words: str, options: OptionTexts) -> int | None:
    """Read a place (``第三个选项``); the short ``第三个`` only where no option counts in this way itself."""
    is_short = not words.endswith(("项", "择", "案")) and words.startswith("第")
    return None if is_short and any("第" in core for core in options.cores or ()) else placed(words, options.count)


def _is_letter(text: str, options: OptionTexts, letter: re.Match[str], position: int, end: int, kind: str) -> bool:
    """Tell whether a single character after an announcement is meant as an option's letter."""
    stop = letter.end()
    char = letter[1]
    if char == "X" and options.count < 24:
        return False  # the placeholder of an echoed instruction
    if char.islower() and (ALPHABET.index(_capital(char)) >= options.count or rules.QUOTED_ON.match(text, stop, end)):
        return False  # a variable: lower case is a letter only where it can be one; or the first of a list in quotes
    closed = rules.CLOSE.match(text, stop, end)
    after = stop if closed is None else closed.end()
    if (char.islower() or kind == "instead") and not rules.ENDS.match(text, after, end):
        return False
    if char in "AI" and rules.ARTICLE.match(text, stop, end):
        return False
    if doubts.RETRACT.match(text, after, end) and not options.is_own_at(ALPHABET.index(_capital(char)), text, after):
        return False
    if kind == "brackets":
        return text.startswith("]", stop) or rules.ALSO.match(text, stop, end) is not None
    # A list of the options under a heading (``答案：\nA. …\nB. …``) announces none of them.
    if "\n" in text[position : letter.start()]:
        line_end = text.find("\n", stop, min(end, stop + 400))
        if line_end >= 0:
            below = rules.LINE.match(text, line_end + 1, end)
            if below is not None and ord(below[1].upper()) == ord(char.upper()) + 1:
                return False
    return True


def _several(text: str, options: OptionTexts, letter: re.Match[str], since: int, end: int) -> Extraction:
    """Follow ``A、B``, ``A or B`` … after a letter: two different ones are ambiguous; another option's text decides."""
    first = _capital(letter[1])
    position = letter.end()
    behind = text_behind(text, options, first, position, end)
    if behind is not None:
        return Extraction(ALPHABET[behind[0]], ExtractionRule.DECLARED_TEXT, (since, behind[1]))
    series = rules.SERIES.match(text, position, end)
    if series is not None and series[1] != first:
        return Extraction(None, ExtractionRule.AMBIGUOUS, (since, series.end()))
    for _ in range(len(ALPHABET)):
        closed = rules.CLOSE.match(text, position, end)
        position = position if closed is None else closed.end()
        also = rules.ALSO.match(text, position, end)
        if also is None:
            break
        position = also.end(also.lastindex or 1)
        if also[also.lastindex or 1] != first:
            return Extraction(None, ExtractionRule.AMBIGUOUS, (since, position))
    text_of = None
    if ALPHABET.index(first) >= options.count:
        text_of = options.exact(first)
        text_of = options.with_letter(first) if text_of is None else text_of
    if text_of is not None:  # ``答案是：F`` of the options a, c, f
        return Extraction(ALPHABET[text_of], ExtractionRule.DECLARED_TEXT, (since, letter.end()))
    if ALPHABET.index(first) >= options.count and rules.SAID_OF.match(text, letter.end(), end):
        return Extraction(None, ExtractionRule.OFF_LIST, (since, letter.end()))  # a sentence on what is called so
    return ranged(first, options.count, ExtractionRule.DECLARED, (since, letter.end()))


def _is_answer_list(word: str, count: int) -> bool:
    """Tell whether capitals in one word are a list of options (``ABD``) rather than an abbreviation."""
    return list(word) == sorted(set(word)) and ALPHABET.index(word[-1]) < count


def _no_option(text: str, label: re.Match[str], value: int, end: int) -> Extraction | None:
    """Tell an announcement of something that is no option (``答案：无解``) from one that announces nothing."""
    if label.lastgroup not in ("zh", "en", "option"):
        return None
    position = label.end()
    since = word_start(text, label)
    has_colon = any(sign in text[position - 1 : value] for sign in ":：】")
    if doubts.NULL.match(text, position, min(end, position + 60)):
        is_remark = not has_colon and label[0][-1] not in "是为选" and doubts.REMARK.match(text, position, end)
        if is_remark or doubts.NOT_ONE.match(text, position, end):
            return None
        line_end = text.find("\n", value, min(end, position + 12))
        return Extraction(
            None, ExtractionRule.NO_OPTION, (since, min(end, position + 12) if line_end < 0 else line_end)
        )
    if not has_colon:
        return None
    line_end = text.find("\n", value, min(end, value + 60))
    rest = text[value : min(end, value + 60) if line_end < 0 else line_end]
    if not rest.strip() or "答案" in rest or "选" in rest or "nswer" in rest:
        return None
    return Extraction(None, ExtractionRule.OFF_LIST, (since, value + len(rest.rstrip())))


def _capital(char: str) -> str:
    """Return the capital ASCII letter behind a lower-case or circled one."""
    return ALPHABET[(ord(char) - 0x24B6) % 26] if char >= "Ⓐ" else char.upper()
