r"""From a model's output to one letter of the question's own options, or None; never a guess.

The last valid announcement (``答案是``, ``故选``, ``\boxed{}``, ``[[ ]]``, JSON, ``the answer is`` …) decides, after
thoughts (``solver.extraction.thoughts``), echoed instructions and answers to further imagined questions are put aside.
Two different letters in it, a letter that is no option, a refusal or nothing at all give None; there is no "last
capital letter" rule. The patterns are in ``solver.extraction.patterns``. What this module does not do: it never looks
at the question, at the gold answer or at log-probabilities.

>>> extract("先看B，不成立。\n答案是：C", 4)
Extraction(letter='C', rule=<ExtractionRule.DECLARED: 'declared'>, span=(9, 14))
>>> extract("答案是：A 或 B", 4).rule
<ExtractionRule.AMBIGUOUS: 'ambiguous'>
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from solver.extraction import passages, patterns, thoughts
from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.outcome import Extraction, ExtractionRule, ranged
from solver.extraction.reader import Reader
from solver.extraction.variants import unified
from solver.problems.letters import ALPHABET

__all__ = ["Extraction", "ExtractionRule", "extract"]

_FAST_TAIL = 48  # characters; the longest ending that FAST reads


def extract(text: str, n_options: int, options: Sequence[str] | None = None) -> Extraction:
    """Read the answer letter out of a model's output.

    Time is linear in the length of ``text``; the usual endings are read without looking at the rest.

    Args:
        text: the output, any text at all.
        n_options: how many options the question has, 1 to 26; letters beyond are no options.
        options: their texts, where known, in the order the model saw; lets ``答案是：NBA球员`` count.

    Returns:
        The letter, or None with the reason as its rule.
    """
    fast = patterns.FAST.search(text, max(0, len(text) - _FAST_TAIL))
    if fast is not None and _is_plain(text, fast, n_options, options):
        return Extraction(fast[1], ExtractionRule.DECLARED, (fast.start(), fast.end(1)))
    if len(text) <= 40:
        bare = patterns.BARE.match(text)
        if bare is not None:
            return ranged(bare[1].upper(), n_options, ExtractionRule.BARE, bare.span(1))
    text = unified(text)
    return passages.read(text, Reader(text, n_options, options))


def _is_plain(text: str, fast: re.Match[str], n_options: int, options: Sequence[str] | None) -> bool:
    """Tell whether a usual ending is nothing but what it seems: no echo, doubt, other option's text, other question."""
    start = fast.start()
    index = ALPHABET.index(fast[1])
    if index >= n_options:
        return False
    before = text[max(0, start - LOOK_BACK) : start]
    lead = before[max(before.rfind("\n"), before.rfind("。"), before.rfind(". ") + 1) + 1 :]
    if not lead and patterns.NUMBERED.search(before):
        return False
    if lead in patterns.PLAIN_LEADS:
        above = before[: len(before) - len(lead) - 1].rstrip()
        if "案" in above or "swer" in above:
            listed = patterns.LISTED_ABOVE.search(above)
            if listed is not None and listed[1] != fast[1]:
                return False
    elif is_unmeant(before) or patterns.NUMBERED.search(before):
        return False
    line = before[before.rfind("\n") + 1 :]
    if len(line) > len(lead) and patterns.NUMBER.match(line.lstrip(patterns.LINE_MARKS)):
        return False
    label = fast[2]
    if (
        label is not None
        and options is not None
        and not any(option.startswith(label.strip()) for option in options[index : index + 1])
    ):
        return False
    if fast[3] == "</output>" and text.count("<output>", 0, start) > 1:
        return False
    return (
        passages.NEXT.search(text, 0, start) is None
        and not passages.has_other_question(text, 0, start)
        and passages.TURN_END.search(text, 0, start) is None
        and (thoughts.is_behind_all(text, start) or _is_spoken(text, start))
    )


def _is_spoken(text: str, start: int) -> bool:
    """Tell whether the announcement at ``start`` stands outside every thought, or closes an unclosed one.

    An unclosed thought is a chain cut short, whose drafts are no answers; but where its very last line is an
    announcement and nothing else, the model only forgot the tag.
    """
    found = thoughts.find(text)
    if found.cut_at is None:
        return any(since <= start < end for since, end in found.stretches[-1:])
    line = text.rfind("\n", 0, start) + 1
    return line > found.cut_at and start - line <= 24
