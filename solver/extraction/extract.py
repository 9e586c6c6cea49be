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

from collections.abc import Iterator, Sequence

from solver.extraction import patterns as rules
from solver.extraction import thoughts
from solver.extraction.reader import LOOK_BACK, NOTHING, Extraction, ExtractionRule, Reader, last_match, ranged
from solver.extraction.variants import unified
from solver.problems.letters import ALPHABET

__all__ = ["Extraction", "ExtractionRule", "extract"]

_LAST_LINE = 60  # characters; the longest last line of a thought that may be its answer
_FAST_TAIL = 48  # characters; the longest ending that FAST reads
_FIRM = frozenset(
    (
        ExtractionRule.DECLARED,
        ExtractionRule.DECLARED_TEXT,
        ExtractionRule.BARE,
        ExtractionRule.AMBIGUOUS,
        ExtractionRule.OUT_OF_RANGE,
        ExtractionRule.NO_OPTION,
    )
)
_EMPTY = frozenset((ExtractionRule.OFF_LIST, ExtractionRule.REFUSAL, ExtractionRule.NOTHING))


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
    fast = rules.FAST.search(text, max(0, len(text) - _FAST_TAIL))
    if fast is not None:
        start = fast.start()
        before = text[max(0, start - LOOK_BACK) : start]
        lead = before[max(before.rfind("\n"), before.rfind("。"), before.rfind(". ") + 1) + 1 :]
        index = ALPHABET.index(fast[1])
        if (
            index < n_options
            and (lead in rules.PLAIN_LEADS or not (rules.ECHO.search(before) or rules.DOUBT.search(before)))
            and rules.NEXT.search(text, 0, start) is None
            and rules.TURN_END.search(text, 0, start) is None
            and (not thoughts.has_thoughts(text) or _is_spoken(text, start))
        ):
            return Extraction(fast[1], ExtractionRule.DECLARED, (start, fast.end(1)))
    if len(text) <= 40:
        bare = rules.BARE.match(text)
        if bare is not None:
            return ranged(bare[1].upper(), n_options, ExtractionRule.BARE, bare.span(1))
    text = unified(text)
    return _read(text, Reader(text, n_options, options))


def _read(text: str, reader: Reader) -> Extraction:
    """Try the stretches of the text that may hold the answer, best first."""
    if rules.HAS_MARKUP.search(text) is None and not thoughts.has_thoughts(text):
        return reader.verdict(*_asked(text, reader, 0, len(text)))
    best = NOTHING
    for start, end, is_firm_only in _stretches(text, reader):
        found = reader.verdict(start, end)
        if found.rule in _FIRM or (found.rule not in _EMPTY and not is_firm_only):
            return found
        best = found if best.rule is ExtractionRule.NOTHING and not is_firm_only else best
    return best


def _stretches(text: str, reader: Reader) -> Iterator[tuple[int, int, bool]]:
    """Yield what to read, best first, and whether only a firm answer counts there.

    Of each stretch outside the thoughts, the last first: from its last answer block to the end (a correction after the
    block counts if it is firm), then inside the block, then everything.
    """
    for start, end in reversed(_spoken(text)):
        opened = last_match(rules.OUTPUT_OPEN, text, start, end)
        if opened is not None:
            closing = text.find("</" + opened[1] + ">", opened.end(), end)
            if closing >= 0:
                yield *_asked(text, reader, opened.end(), end), True
            yield *_asked(text, reader, opened.end(), end if closing < 0 else closing), False
        yield *_asked(text, reader, start, end), False


def _spoken(text: str) -> tuple[tuple[int, int], ...]:
    """Return what to read: outside the thoughts, or what a thought says at its end that only lacks its closer."""
    found = thoughts.find(text)
    if found.cut_at is None and found.stretches:
        return found.stretches
    inside = found.cut_at or 0
    block = last_match(rules.OUTPUT_OPEN, text, inside, len(text))
    if block is not None and rules.AT_LINE_START.search(text[max(0, block.start() - 40) : block.start()]):
        return (*found.stretches, (block.start(), len(text)))
    ends = found.openers if found.cut_at is None else (*found.openers, len(text))
    for stop in reversed(ends):
        last = len(text[:stop].rstrip())
        line = text.rfind("\n", 0, last)
        if inside < line and last - line <= _LAST_LINE and rules.LABEL.search(text, line, last):
            return (*found.stretches, (line, stop))
    return found.stretches


def _asked(text: str, reader: Reader, start: int, end: int) -> tuple[int, int]:
    """Cut the range before the first further question that comes after an answer."""
    if rules.NEXT.search(text, start, end) is None and rules.TURN_END.search(text, start, end) is None:
        return start, end
    answered = reader.first_answer(start, end)
    if answered < 0:
        return start, end
    for pattern in (rules.NEXT, rules.TURN_END):
        cut = pattern.search(text, answered, end)
        end = end if cut is None else cut.start()
    return start, end


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
