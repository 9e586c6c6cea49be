"""Reading one stretch of a model's output: its announcements, and the verdict on them.

``solver.extraction.extract`` decides which stretch is read; the patterns are in ``solver.extraction.patterns``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from solver.extraction import patterns as rules
from solver.extraction.variants import unified
from solver.problems.letters import ALPHABET


class ExtractionRule(StrEnum):
    """Why an extraction came out as it did: the first group gives a letter, the second None."""

    DECLARED = "declared"
    """An explicit announcement: 答案是, 故选, boxed, double brackets, JSON, the answer is."""
    DECLARED_TEXT = "declared_text"
    """An explicit announcement that names an option by its exact text."""
    BARE = "bare"
    """A line that is a letter and nothing else."""
    LABELLED = "labelled"
    """The last line, or the whole output, is an option's letter with its text."""
    OPTION_TEXT = "option_text"
    """The last line, or the whole output, is an option's exact text."""
    IMPLIED = "implied"
    """Weaker wordings that all agree: 选项C正确, 不恰当的是C项, I choose C."""

    AMBIGUOUS = "ambiguous"
    """The final announcement names two different letters."""
    OUT_OF_RANGE = "out_of_range"
    """The final announcement names a letter that is no option."""
    NO_OPTION = "no_option"
    """The final announcement says that no option fits: 无正确选项, cannot be determined."""
    OFF_LIST = "off_list"
    """The only announcements name a value that is not on offer."""
    REFUSAL = "refusal"
    """No announcement, and the text declines to answer."""
    NOTHING = "nothing"
    """No announcement at all."""


class Extraction(NamedTuple):
    """What was read, and where."""

    letter: str | None
    """A capital letter within the question's range, or None."""
    rule: ExtractionRule
    """The rule that fired; for None, the reason."""
    span: tuple[int, int] | None
    """Characters of the original text that decided, from announcement to letter; None where nothing did."""


NOTHING = Extraction(None, ExtractionRule.NOTHING, None)
LOOK_BACK = 40  # characters; the longest pattern of ECHO and DOUBT reads 40 back
# Characters; a longer option is not looked for behind an announcement. It would be compared at every one, which for
# long texts with long options takes the product of both (the longest option in shared/data has a third of this).
_LONGEST_OPTION = 1000
_WINDOW = 320  # characters of the first slow look; 98.6 % of the answers in plain_dev start within it


def ranged(letter: str, n_options: int, rule: ExtractionRule, span: tuple[int, int]) -> Extraction:
    """Give the letter if it is an option, else say that it is out of range."""
    if ALPHABET.index(letter) < n_options:
        return Extraction(letter, rule, span)
    return Extraction(None, ExtractionRule.OUT_OF_RANGE, span)


def last_match(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    """Return a pattern's last match within the range."""
    found = None
    for match in pattern.finditer(text, start, end):
        found = match
    return found


def _word_start(text: str, label: re.Match[str]) -> int:
    """Return where an announcement starts: English branches of LABEL hang on a letter inside their first word."""
    start = label.start()
    if label.lastgroup in ("en", "en2"):
        while start > 0 and label.start() - start < 5 and text[start - 1].isalpha():
            start -= 1
    return start


class Reader:
    """The readings of one text.

    Args:
        text: the output, variants of characters already unified.
        n_options: how many options there are.
        options: their texts, where known.
    """

    __slots__ = ("_cores", "_options", "n_options", "text")

    def __init__(self, text: str, n_options: int, options: Sequence[str] | None) -> None:
        self.text = text
        self.n_options = min(n_options, len(ALPHABET))
        self._options = options
        self._cores: list[str] | None = None

    @property
    def cores(self) -> list[str] | None:
        """The options' texts without decoration, made when first needed; None where they are not known."""
        if self._cores is None and self._options is not None:
            self._cores = [_core(unified(option)) for option in self._options[: self.n_options]]
        return self._cores

    def verdict(self, start: int, end: int) -> Extraction:
        """Decide on one range: a bare last line, then announcements from the end, then weak wordings."""
        text = self.text
        last_end = start + len(text[start:end].rstrip())
        if last_end <= start:
            return NOTHING
        last_start = max(text.rfind("\n", start, last_end) + 1, start)
        bare = self._bare_line(last_start, last_end, start)
        if bare is not None:
            return bare
        strong = self._announced(start, end)
        if strong is not None and strong.rule not in (ExtractionRule.NO_OPTION, ExtractionRule.OFF_LIST):
            return strong
        weak_start = start if strong is None or strong.span is None else strong.span[1]
        weak = self._implied(weak_start, end)
        if weak is not None:
            return weak
        if strong is not None:
            return strong
        for found in (self._labelled_line(last_start, last_end, start), self._first_line(start, last_end)):
            if found is not None:
                return found
        if rules.REFUSAL.search(text, start, end):
            return Extraction(None, ExtractionRule.REFUSAL, None)
        return NOTHING

    def first_answer(self, start: int, end: int) -> int:
        """Return where the first answer of the range ends, or -1: a first line of one letter, or an announcement."""
        text = self.text
        while start < end and text[start].isspace():
            start += 1
        line_end = text.find("\n", start, min(end, start + 40))
        if line_end >= 0 and rules.BARE.match(text[start:line_end]):
            return line_end
        for label in rules.LABEL.finditer(text, start, end):
            if self._holds(label, start, end) is not None:
                return label.end()
        return -1

    def _bare_line(self, line: int, end: int, floor: int) -> Extraction | None:
        """Read a line that is one letter and nothing else; two different such lines in a row are ambiguous."""
        if end - line > 40:
            return None
        match = rules.BARE.match(self.text[line:end])
        if match is None:
            return None
        letter = match[1].upper()
        span = (line + match.start(1), line + match.end(1))
        above_end = line - 1
        if above_end > floor:
            above = max(self.text.rfind("\n", floor, above_end) + 1, floor)
            other = rules.BARE.match(self.text[above:above_end]) if above_end - above <= 40 else None
            if other is not None and other[1].upper() != letter and not self.text.startswith("[[", line):
                return Extraction(None, ExtractionRule.AMBIGUOUS, (above, end))
        return ranged(letter, self.n_options, ExtractionRule.BARE, span)

    def _announced(self, start: int, end: int) -> Extraction | None:
        """Find the last announcement that holds, looking at ever larger tails of the range."""
        upper = end
        size = _WINDOW
        off_list = None
        while upper > start:
            lower = max(start, end - size)
            if lower > start:  # begin at a line, so that no announcement is cut in two
                lower = max(self.text.rfind("\n", start, lower) + 1, start)
            labels = [label for label in rules.LABEL.finditer(self.text, lower, end) if label.start() < upper]
            for label in reversed(labels):
                found = self._holds(label, start, end)
                if found is None:
                    continue
                if found.rule is not ExtractionRule.OFF_LIST:
                    return found
                off_list = off_list or found
            upper = lower
            size *= 16
        return off_list

    def _holds(self, label: re.Match[str], start: int, end: int) -> Extraction | None:
        """Read the value of one announcement; None where it announces nothing or is taken back."""
        found = self._value_at(label, end)
        if found is None:
            return None
        since = _word_start(self.text, label)
        before = self.text[max(start, since - LOOK_BACK) : since]
        if label.lastgroup == "choose" and not rules.CHOSEN.search(before):
            return None
        if rules.ECHO.search(before) or rules.DOUBT.search(before):
            return None
        return found

    def _value_at(self, label: re.Match[str], end: int) -> Extraction | None:
        """Read what is announced after ``label``: a letter, several, an option's text, or no option."""
        text = self.text
        position = label.end()
        kind = label.lastgroup or "zh"
        since = _word_start(text, label)
        gap = rules.GAP.match(text, position, end)
        value = position if gap is None else gap.end()
        index, option_end = self._option_at(position, value, end)
        letter = rules.LETTER.match(text, value, end)
        if letter is not None and index is not None:
            # An option's text wins over a letter only where it starts with that letter (A型血), or is lower case (b).
            is_one_capital = option_end - value == 1 and letter[1].isupper()
            index = None if option_end <= value or is_one_capital else index
        if index is not None:
            return Extraction(ALPHABET[index], ExtractionRule.DECLARED_TEXT, (since, option_end))
        if letter is not None and self._is_letter(letter, position, end, kind):
            return self._several(letter, since, end)
        via = rules.VIA.match(text, position, end) if kind == "zh" else None
        if via is not None:
            letter = rules.LETTER.match(text, via.end(), end)
            if letter is not None and self._is_letter(letter, position, end, kind):
                return self._several(letter, since, end)
        glued = rules.GLUED.match(text, value, end)
        if glued is not None and self._is_answer_list(glued[0]):
            return Extraction(None, ExtractionRule.AMBIGUOUS, (since, glued.end()))
        return self._no_option(position, value, end, kind, since)

    def _is_letter(self, letter: re.Match[str], position: int, end: int, kind: str) -> bool:
        """Tell whether a single character after an announcement is meant as an option's letter."""
        text, stop = self.text, letter.end()
        char = letter[1]
        if char == "X" and self.n_options < 24:
            return False  # the placeholder of an echoed instruction
        if char.islower() and ALPHABET.index(_plain(char)) >= self.n_options:
            return False  # a variable: lower case is a letter only where it can be one
        closed = rules.CLOSE.match(text, stop, end)
        after = stop if closed is None else closed.end()
        if (char.islower() or kind == "instead") and not rules.ENDS.match(text, after, end):
            return False
        if char in "AI" and rules.ARTICLE.match(text, stop, end):
            return False
        if rules.RETRACT.match(text, after, end) and not self._is_followed_by_own_text(char, after):
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

    def _is_followed_by_own_text(self, char: str, position: int) -> bool:
        """Tell whether the option's own text follows its letter (``B 错误`` where option B reads 错误)."""
        index = ord(_plain(char)) - ord("A")
        if self.cores is None or index >= len(self.cores) or not self.cores[index]:
            return False
        core = self.cores[index]
        return len(core) <= _LONGEST_OPTION and self.text.find(core, position, position + len(core) + 3) >= 0

    def _several(self, letter: re.Match[str], since: int, end: int) -> Extraction:
        """Follow ``A、B``, ``A or B`` … after a letter: two different ones are ambiguous."""
        text = self.text
        first = _plain(letter[1])
        position = letter.end()
        for _ in range(len(ALPHABET)):
            closed = rules.CLOSE.match(text, position, end)
            position = position if closed is None else closed.end()
            also = rules.ALSO.match(text, position, end)
            if also is None:
                break
            if also[also.lastindex or 1] != first:
                return Extraction(None, ExtractionRule.AMBIGUOUS, (since, also.end(also.lastindex or 1)))
            position = also.end(also.lastindex or 1)
        return ranged(first, self.n_options, ExtractionRule.DECLARED, (since, letter.end()))

    def _is_answer_list(self, word: str) -> bool:
        """Tell whether capitals in one word are a list of options (``ABD``) rather than an abbreviation."""
        return list(word) == sorted(set(word)) and ALPHABET.index(word[-1]) < self.n_options

    def _option_at(self, low: int, high: int, end: int) -> tuple[int | None, int]:
        """Return the option whose exact text starts between ``low`` and ``high``, longest first, and its end."""
        best, best_end, best_size = None, 0, 0
        if self.cores is None:
            return best, best_end
        for index, core in enumerate(self.cores):
            size = len(core)
            if not best_size < size <= _LONGEST_OPTION:
                continue
            at = self.text.find(core, low, min(end, high + size))
            if at >= 0 and _is_bounded(self.text, at + size, end):
                best, best_end, best_size = index, at + size, size
        return best, best_end

    def _no_option(self, position: int, value: int, end: int, kind: str, since: int) -> Extraction | None:
        """Tell an announcement of something that is no option (``答案：无解``) from one that announces nothing."""
        if kind not in ("zh", "en", "option"):
            return None
        text = self.text
        if rules.NULL.match(text, position, min(end, position + 60)):
            return Extraction(None, ExtractionRule.NO_OPTION, (since, min(end, position + 12)))
        if not any(sign in text[position - 1 : value] for sign in ":：】"):
            return None
        line_end = text.find("\n", value, min(end, value + 60))
        rest = text[value : min(end, value + 60) if line_end < 0 else line_end]
        if not rest.strip() or "答案" in rest or "选" in rest or "nswer" in rest:
            return None
        return Extraction(None, ExtractionRule.OFF_LIST, (since, value + len(rest.rstrip())))

    def _implied(self, start: int, end: int) -> Extraction | None:
        """Read weak wordings: all of one mind, or of one mind after the last 因此 of the last line that has any."""
        hits: list[tuple[str, int, int]] = []
        for match in rules.WEAK.finditer(self.text, start, end):
            group = match.lastgroup or "l1"
            before = self.text[max(start, match.start() - 12) : match.start()]
            after = rules.CLOSE.match(self.text, match.end(), end)
            if rules.DOUBT.search(before) or rules.RETRACT.match(self.text, after.end() if after else match.end(), end):
                continue
            beside = rules.BESIDE.search(self.text[max(start, match.start(group) - 16) : match.start(group)])
            if beside is not None:
                hits.append((beside[1], match.start(), match.end(group)))
            hits.append((match[group], match.start(), match.end(group)))
            also = rules.ALSO.match(self.text, match.end(group), end)
            if also is not None:
                hits.append((also[also.lastindex or 1], match.start(), also.end()))
        if not hits:
            return self._concluded(start, end)
        last = hits[-1]
        if any(letter != last[0] for letter, _, _ in hits):
            line = max(self.text.rfind("\n", start, last[1]) + 1, start)
            therefore = last_match(rules.THEREFORE, self.text, line, last[1] + 2)
            if therefore is None:
                return Extraction(None, ExtractionRule.AMBIGUOUS, (hits[0][1], last[2]))
            final = {letter for letter, at, _ in hits if at >= therefore.start() - 2}
            if len(final) != 1:
                return Extraction(None, ExtractionRule.AMBIGUOUS, (therefore.start(), last[2]))
        return ranged(last[0], self.n_options, ExtractionRule.IMPLIED, (last[1], last[2]))

    def _concluded(self, start: int, end: int) -> Extraction | None:
        """Read a last line that concludes on exactly one option, naming it by letter *and* exact text."""
        if self.cores is None:
            return None
        text = self.text
        end = start + len(text[start:end].rstrip())
        line = max(text.rfind("\n", start, end) + 1, start)
        if rules.THEREFORE.search(text, line, end) is None:
            return None
        named = []
        for index, core in enumerate(self.cores):
            for sign in ". ．、:：)":
                at = text.find(f"{ALPHABET[index]}{sign}", line, end) if core else -1
                if at >= 0 and text.startswith(core, at + 2 + (text[at + 2 : at + 3] == " ")):
                    named.append((index, at))
                    break
        if len(named) != 1:
            return None
        index, at = named[0]
        return Extraction(ALPHABET[index], ExtractionRule.IMPLIED, (at, at + 1))

    def _labelled_line(self, line: int, end: int, floor: int) -> Extraction | None:
        """Read a last line that is one option: its letter with its text, or its exact text alone."""
        text = self.text
        exact = self._text_line(line, end)
        match = rules.LINE.match(text, line, end)
        if exact is not None or match is None:
            return exact
        rest = _core(text[match.end() : end])
        also = rules.ALSO.match(text, match.end(1), end)
        if also is not None:
            return Extraction(None, ExtractionRule.AMBIGUOUS, (match.start(1), also.end()))
        if rest and not match[2]:
            return self._text_line(line, end)
        above_end = line - 1
        while above_end > floor and text[above_end - 1] in " \t\n\r*":
            above_end -= 1
        above = max(text.rfind("\n", floor, above_end) + 1, floor) if above_end > floor else None
        if above is not None and rules.LINE.match(text, above, above_end):
            return None  # the last of a list of options
        letter = match[1].upper()
        index = ALPHABET.index(letter)
        if rest and self.cores is not None:
            if index >= len(self.cores) or not self.cores[index].startswith(rest[:200]):
                return None
        elif rest and (above is not None or len(rest) > 60 or rules.LABEL_INSIDE.search(rest)):
            return None
        return ranged(letter, self.n_options, ExtractionRule.LABELLED, match.span(1))

    def _first_line(self, start: int, end: int) -> Extraction | None:
        """Read a first line that answers before it explains: a letter, alone or with its option's text."""
        text = self.text
        while start < end and text[start].isspace():
            start += 1
        line_end = text.find("\n", start, end)
        if line_end < 0:
            return None
        bare = self._bare_line(start, line_end, start)
        if bare is not None:
            return bare
        below = line_end
        while below < end and text[below].isspace():
            below += 1
        if rules.LINE.match(text, below, end):
            return None  # the first of a list of options
        return self._labelled_line(start, line_end, start)

    def _text_line(self, line: int, end: int) -> Extraction | None:
        """Read a line that is exactly one option's text."""
        if self.cores is None:
            return None
        content = _core(self.text[line:end])
        for index, core in enumerate(self.cores):
            if core and core == content:
                return Extraction(ALPHABET[index], ExtractionRule.OPTION_TEXT, (line, end))
        return None


def _plain(char: str) -> str:
    """Return the capital ASCII letter behind a lower-case or circled one."""
    return ALPHABET[(ord(char) - 0x24B6) % 26] if char >= "Ⓐ" else char.upper()


def _core(option: str) -> str:
    """Strip white space, decoration and a final stop, so that ``**有。**`` and ``有`` are the same text."""
    return option.strip().strip('*_`"“”').rstrip("。.;；,， ").strip('*_`"“”')


def _is_bounded(text: str, position: int, end: int) -> bool:
    """Tell whether an option's text ends at ``position`` instead of running on into a longer word or sentence."""
    return position >= end or not (text[position].isalnum() or text[position] in "+-/=_^%\\")
