r"""From a model's output to one letter of the question's own options, or None; never a guess.

The last valid announcement (``答案是``, ``故选``, ``\boxed{}``, ``[[ ]]``, JSON, ``the answer is`` …) decides, after
thoughts (``solver.extraction.thoughts``), echoed instructions and answers to further imagined questions are put aside.
Two different letters in it, or in two answers of the same words of which the second corrects nothing, a letter that is
no option, a refusal or nothing at all give None; there is no "last capital letter" rule. Without an announcement the
one option that the last words assert counts (``solver.extraction.unannounced``). The patterns are in
``solver.extraction.patterns``. The question, where known, only tells what yes and no would mean, what is given, and
which words of the last sentence say whom it asks for (``solver.extraction.unannounced``). What this module does not
do: it never looks at the gold answer or at log-probabilities, and answers no question itself.

>>> extract("先看B，不成立。\n答案是：C", 4)
Extraction(letter='C', rule=<ExtractionRule.DECLARED: 'declared'>, span=(9, 14))
>>> extract("答案是：A 或 B", 4).rule
<ExtractionRule.AMBIGUOUS: 'ambiguous'>
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from solver.extraction import passages, patterns, thoughts
from solver.extraction.doubts import LOOK_BACK, is_hedged, is_unmeant
from solver.extraction.outcome import Extraction, ExtractionRule, ranged
from solver.extraction.reader import Reader
from solver.extraction.variants import unified
from solver.problems.letters import ALPHABET

__all__ = ["Extraction", "ExtractionRule", "extract"]

_FAST_TAIL = 90  # characters; the longest ending that is read without the rest

_NUMBER_END = 12  # characters; the longest match of NUMBER_ENDS
_MAY_SAY_MORE = re.compile(r"[;；]")  # a second label may stand behind
_QUOTES = "“\"'‘「『"


def extract(text: str, n_options: int, options: Sequence[str] | None = None, question: str | None = None) -> Extraction:
    """Read the answer letter out of a model's output.

    Time is linear in the length of ``text``; the usual endings are read without looking at the rest.

    Args:
        text: the output, any text at all.
        n_options: how many options the question has, 1 to 26; letters beyond are no options.
        options: their texts, where known, in the order the model saw; lets ``答案是：NBA球员`` count.
        question: its text, where known, with or without what comes before it; tells what yes and no would mean,
                which options' words are given, and what is asked of whom.

    Returns:
        The letter, or None with the reason as its rule.
    """
    fast = _usual_ending(text)
    if fast is not None and _is_plain(text, fast, n_options, options):
        return Extraction(fast[1], ExtractionRule.DECLARED, (fast.start(), fast.end(1)))
    if len(text) <= 40:
        bare = patterns.BARE.match(text)
        if bare is not None:
            return ranged(bare[1].upper(), n_options, ExtractionRule.BARE, bare.span(1))
    text = unified(text)
    return passages.read(text, Reader(text, n_options, options, question))


def _usual_ending(text: str) -> re.Match[str] | None:
    tail = max(0, len(text) - _FAST_TAIL)
    at = text.rfind("答案", tail)
    if at < 0:
        at = text.rfind("nswer", tail)
    return patterns.FAST.match(text, at) if at >= 0 else None


def _is_plain(text: str, fast: re.Match[str], n_options: int, options: Sequence[str] | None) -> bool:
    """Tell whether a usual ending is nothing but what it seems: no echo, doubt, other option's text, other question."""
    start = fast.start()
    index = ALPHABET.index(fast[1])
    if index >= n_options:
        return False
    line = text.rfind("\n", 0, start) + 1
    is_first = text.find("答案", 0, start) < 0 and text.find("nswer", 0, start) < 0
    if line == start or text[line:start] not in patterns.PLAIN_LEADS:
        if not _is_plainly_led(text, line, start):
            return False
    elif line > 1 and text[line - 2] in _QUOTES:
        return False
    if not is_first and not _is_repeated(text, start, fast[1]):
        return False
    if fast[2] is not None and not _is_own_text(fast[2].strip(), index, options):
        return False
    if fast[3] == "</output>" and text.count("<output>", 0, start) > 1:
        return False
    return (
        passages.GOES_ON.search(text, 0, start) is None
        and not (passages.may_have_other_question(text) and passages.has_other_question(text, 0, start))
        and (text.find("<", 0, start) < 0 or passages.TURN_END.search(text, 0, start) is None)
        and (thoughts.is_behind_all(text, start) or _is_spoken(text, start))
    )


def _is_repeated(text: str, start: int, letter: str) -> bool:
    """Tell whether no announcement before a usual ending names another letter: an answer to something else perhaps."""
    for word in ("答案", "nswer"):
        at = text.find(word, 0, start)
        while at >= 0:
            other = patterns.ANNOUNCED.match(text, at, start)
            if other is not None and other[1] != letter:
                return False
            at = text.find(word, at + 2, start)
    return True


def _is_plainly_led(text: str, line: int, start: int) -> bool:
    """Tell whether what stands before an announcement in its own sentence and line is no echo, doubt or number."""
    before = text[max(0, start - LOOK_BACK) : start]
    lead = before[max(before.rfind("\n"), before.rfind("。"), before.rfind(". ") + 1) + 1 :]
    above = before[: max(0, len(before) - len(lead) - 1)]
    # A number reads over a full stop, but over no line's or 。's end: ``Question 2. So the``.
    if (
        above.endswith(".")
        and patterns.NUMBER_ENDS.search(above[-_NUMBER_END:]) is not None
        and patterns.NUMBERED.search(before) is not None
    ):
        return False
    if above and above[-1] in _QUOTES:
        return False
    if lead not in patterns.PLAIN_LEADS and (
        "案" in lead
        or "swer" in lead
        or is_unmeant(before)
        or patterns.NUMBERED.search(before)
        or patterns.CASE.search(before)
    ):
        return False
    if start - len(lead) > line and is_hedged(before):  # a hedge may stand before a full stop in the line
        return False
    line = max(line, start - LOOK_BACK)
    return line + len(lead) >= start or not patterns.NUMBER.match(text[line:start].lstrip(patterns.LINE_MARKS))


def _is_own_text(label: str, index: int, options: Sequence[str] | None) -> bool:
    """Tell whether the text behind a letter is its own option's, or, where options are not known, plain words."""
    is_simple = patterns.FAST_TEXT.fullmatch(label) is not None
    if options is None or index >= len(options):
        return is_simple and options is None
    own = options[index]
    if is_simple:
        return own.startswith(label)
    return own == label and not _MAY_SAY_MORE.search(label) and patterns.LABEL.search(label) is None


def _is_spoken(text: str, start: int) -> bool:
    """Tell whether the announcement at ``start`` stands outside every thought, or closes an unclosed one.

    An unclosed thought is a chain cut short, whose drafts are no answers; but where its very last line is an
    announcement and nothing else, the model only forgot the tag.
    """
    found = thoughts.find(text)
    if found.cut_at is None:
        return any(since <= start < end for since, end in found.stretches[-1:])
    line = text.rfind("\n", 0, start) + 1
    is_last = line > found.cut_at and start - line <= 24 and not text[found.cut_at : line].isspace()
    return is_last and passages.SAYS_MORE.search(text, line, start) is None
