"""Which passages of an output may hold the answer to the question asked, and the verdict over them, best first.

Outside the thoughts (``solver.extraction.thoughts``), in the last answer block, and before the first further question
that the model imagines. Several blocks or numbered answers that name different letters answer different questions, of
which none is known to be the one asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from solver.extraction import patterns, thoughts
from solver.extraction.outcome import NOTHING, Extraction, ExtractionRule, last_match
from solver.extraction.reader import Reader

_LAST_LINE = 60  # characters; the longest last line of a thought that may be its answer
_ANSWER_END = "<eoa>"
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

# What stands before an answer that is not alone in its line: a whole sentence, or a doubt.
SAYS_MORE = re.compile(r"[。？?！!；;]|也许|或许|可能|大概|\b(?:[Mm]aybe|[Pp]erhaps|[Pp]ossibly|[Mm]ight|[Cc]ould)\b")
OUTPUT_OPEN = re.compile(r"<(output|answer|final_answer|final|回答|答案)>")
BLOCK = re.compile(r"(?<=<output>)[^<]{0,2000}(?=</output>)|(?<=<answer>)[^<]{0,2000}(?=</answer>)")
# A heading that starts another question: after an answer, it and the rest are run-on.
_N = r"[\d一二三四五六七八九十]{1,3}"
_HEAD = r"\n[ \t>]{0,4}(?:#{1,6} ?|\*\*|[-*•] |\d{1,2}[.、] ?)?(?=[选下第问题小用背已任例练变拓思类同【QqPIHUEF%s])"
_NEXT = (
    rf"(?:【?(?:例题?|练习题?|变式题?|拓展题?|思考题?|类似题?|同类题) ?(?:{_N})?[】:：.]"
    rf"|选择题 ?{_N}|下一(?:题|个(?:问题|题|选择题|例|[:：\n]))"
    rf"|第 ?{_N} ?[题问]|(?:问题|题目) ?\d{{0,3}} ?[:：]|用户 ?[:：]"
    r"|(?:[Qq]uestion\b|Q|Problem|Example) ?\d{0,3} ?[:：]|[Qq]uestion\b ?\d{0,3} ?[.\n]|QUESTION\b|Instructions?\b"
    r"|(?:Follow-?up|Extra|Bonus|Further)(?: question| problem)?:"
    rf"|(?:问题|题目) ?{_N}(?=[*_:：.。 ]{{0,4}}(?:\n|$))|小题 ?{_N}"
    r"|(?:Input|Human|User) ?[:：]"
    # the headings of solver/prompts
    r"|(?<=[#] )(?:问题|题目|背景|已知|任务|Problem|Question)[ \t]*(?:\n|$))"
)
NEXT = re.compile(_HEAD % "" + _NEXT)
# A heading that starts another way to look at the same question: each may have an answer of its own.
_WAY = r"(?:(?:方法|解法|思路|理解|解读)|(?:Approach|Method|Interpretation|Reading) ?)"
_WAY_HEAD = rf"[ \t>]{{0,4}}(?:#{{1,6}} ?|\*\*)?{_WAY}[一二三四1-4]"
WAY = re.compile(rf"\n{_WAY_HEAD}")
WAY_FIRST = re.compile(rf"\s{{0,8}}{_WAY_HEAD}")
GOES_ON = re.compile(_HEAD % "方解理AMR" + rf"(?:{_NEXT}|{_WAY}[二2])")
"""What may start an answer to something else; searched once for both."""
_NUMBERED = (
    rf"[ \t>]{{0,4}}(?:#{{1,6}} ?|\*\*)?(?:(?:选择题|问题|题目|小题|[Qq]uestion|[Pp]roblem|Q) ?{_N}|第 ?{_N} ?[题问])"
)
NUMBERED = re.compile(rf"\n{_NUMBERED}")
NUMBERED_FIRST = re.compile(rf"\s{{0,8}}{_NUMBERED}")
# A further question in words, wherever its line begins.
OTHER = re.compile(
    r"(?:另一|另外一|下一)[个道](?:问题|题)|再来一[道个]?题|\b[Nn]ext question\b"
    r"|\b(?:another|a different|a new|the next) (?:question|puzzle|problem)\b"
)
MAY_BE_OTHER = re.compile(r"[一qp](?:[个道](?:问?题)|(?<=来一)题|(?<=[trw] q)uestion\b|(?<=[rtw] p)(?:uzzle|roblem)\b)")
"""What every match of ``OTHER`` holds, in a form that is found ten times faster."""
# The end of the model's turn does the same; a pattern of its own, so that each starts with one literal character.
TURN_END = re.compile(r"<(?:\|(?:im_end|im_start|endoftext|eot_id|end|user|end_of_text)\|>|/s>|eoa>)")
HAS_MARKUP = re.compile(r"<(?:output|answer|final|\||回答|答案)")


def read(text: str, reader: Reader) -> Extraction:
    """Try the stretches of the text that may hold the answer, best first."""
    if HAS_MARKUP.search(text) is None and not thoughts.has_thoughts(text):
        return _asked_verdict(text, reader, 0, len(text))
    best = NOTHING
    spoken = _spoken(text, reader)
    if len(spoken) > 1:
        blocks = [block.span() for start, end in spoken for block in BLOCK.finditer(text, start, end)]
        differing = _differing(text, reader, [block for block in blocks if _opens_line(text, block[0])])
        if differing.rule is ExtractionRule.AMBIGUOUS:
            return differing
    for start, end in reversed(spoken):
        for found, is_firm_only in _readings(text, reader, start, end):
            if found.rule in _FIRM or (found.rule not in _EMPTY and not is_firm_only):
                return found
            best = found if best.rule is ExtractionRule.NOTHING and not is_firm_only else best
    return best


def _readings(text: str, reader: Reader, start: int, end: int) -> Iterator[tuple[Extraction, bool]]:
    """Yield the readings of one stretch outside the thoughts, best first, and whether only a firm one counts.

    Answer blocks that differ; then from the last block to the end (a correction after the block counts if it is firm),
    inside the block, and everything.
    """
    blocks = [(block.start(), block.end()) for block in BLOCK.finditer(text, start, end)]
    if len(blocks) > 1:
        yield _differing(text, reader, blocks), True
    opened = last_match(OUTPUT_OPEN, text, start, end)
    if opened is not None:
        closing = text.find("</" + opened[1] + ">", opened.end(), end)
        if closing >= 0:
            yield _asked_verdict(text, reader, opened.end(), end), True
        yield _asked_verdict(text, reader, opened.end(), end if closing < 0 else closing), False
    yield _asked_verdict(text, reader, start, end), False


def _differing(text: str, reader: Reader, parts: list[tuple[int, int]]) -> Extraction:
    """Say that several answers name different letters, where they do and nothing between them corrects the first.

    They are answers to further questions, imagined by the model; which was asked cannot be told.
    """
    letter, since = None, -1
    for start, end in parts:
        found = reader.verdict(start, end)
        if found.letter is None:
            continue
        if letter not in (None, found.letter) and not _is_corrected(text, since, start):
            return Extraction(None, ExtractionRule.AMBIGUOUS, (parts[0][0], end))
        letter, since = found.letter, end
    return NOTHING


def _is_corrected(text: str, start: int, end: int) -> bool:
    """Tell whether what stands between two answers corrects the first: in words, or by a reflection alone."""
    return patterns.CORRECTS.search(text, start, end) is not None or (
        text.find("<reflection", start, end) >= 0 and text.find("<think", start, end) < 0
    )


def _opens_line(text: str, position: int) -> bool:
    """Tell whether the tag right before a position opens its line; in mid-sentence it belongs to a quoted format."""
    tag = text.rfind("<", 0, position)
    return thoughts.AT_LINE_START.search(text[max(0, tag - 40) : tag]) is not None


def _spoken(text: str, reader: Reader) -> tuple[tuple[int, int], ...]:
    """Return what to read: outside the thoughts, or what a thought says at its end that only lacks its closer."""
    found = thoughts.find(text)
    if found.cut_at is None and found.stretches:
        return found.stretches
    inside = found.cut_at or 0
    block = last_match(OUTPUT_OPEN, text, inside, len(text))
    if block is not None and _opens_line(text, block.end()):
        return (*found.stretches, (block.start(), len(text)))
    ends = found.openers if found.cut_at is None else (*found.openers, len(text))
    for stop in reversed(ends):
        last = len(text[:stop].rstrip())
        for line in _line_starts(text, inside, last):
            if patterns.LABEL.search(text, line, last) and _is_answer_alone(text, reader, line, last):
                return (*found.stretches, (line, stop))
    return found.stretches


def _is_answer_alone(text: str, reader: Reader, line: int, end: int) -> bool:
    """Tell whether a range is an announcement and nothing else, but for a text behind the letter's sign."""
    found = reader.verdict(line, end)
    if found.rule not in _FIRM or found.span is None:
        return False
    closed = patterns.CLOSE.match(text, found.span[1], end)
    if SAYS_MORE.search(text, line, found.span[0]):
        return False
    rest = text[closed.end() if closed else found.span[1] : end].strip()
    return not rest.strip("。.!！") or rest[0] in ".．、:：<-" or rest[-1] in ")）"


def _line_starts(text: str, floor: int, end: int) -> Iterator[int]:
    """Yield where the last line starts, and the line above that announces it (``答案是：``), if they are short."""
    line = text.rfind("\n", floor, end)
    if line <= floor or end - line > _LAST_LINE:
        return
    yield line
    above_end = floor + len(text[floor:line].rstrip())
    above = text.rfind("\n", floor, above_end)
    if floor < above and above_end - above <= _LAST_LINE and text[above_end - 1] in ":：*":
        yield above


def may_have_other_question(text: str) -> bool:
    """Tell by single characters, ten times faster than ``OTHER``, whether a text might speak of another question."""
    # Unrolled: words in a loop took a quarter of a plain output's time.
    return (
        ("q" in text and "uestion" in text)
        or ("z" in text and "puzzle" in text)
        or "problem" in text
        or (
            not text.isascii()
            and ("另" in text or ("下" in text and "下一" in text) or ("再" in text and "再来" in text))
        )
    )


def has_other_question(text: str, start: int, end: int) -> bool:
    """Tell whether a range speaks of another question; its last words are looked for first, ten times faster."""
    return MAY_BE_OTHER.search(text, start, end) is not None and OTHER.search(text, start, end) is not None


def _heads(text: str, first: re.Pattern[str], further: re.Pattern[str], start: int, end: int) -> list[int]:
    """Return where headings of one sort start: one that the range begins with, and those of further lines."""
    head = first.match(text, start, end)
    heads = [] if head is None else [head.start()]
    return heads + [other.start() for other in further.finditer(text, start if head is None else head.end(), end)]


def _are_ways_apart(text: str, reader: Reader, start: int, end: int) -> bool:
    """Tell whether two ways to look at the question end in different letters, and neither corrects or settles."""
    heads = _heads(text, WAY_FIRST, WAY, start, end)
    if len(heads) < 2:
        return False
    parts = list(zip(heads, [*heads[1:], end], strict=True))
    letters = {reader.verdict(*part).letter for part in parts} - {None}
    is_settled = (
        patterns.SETTLES.search(text, *parts[-1]) is not None and patterns.SETTLES.search(text, *parts[0]) is None
    )
    return len(letters) > 1 and not is_settled and patterns.CORRECTS.search(text, heads[1], end) is None


def _ends_turns_apart(text: str, reader: Reader, start: int, end: int) -> bool:
    """Tell whether blocks that each end on ``<eoa>`` answer differently, where no further question is asked."""
    if text.count(_ANSWER_END, start, end) < 2 or NEXT.search(text, start, end):
        return False
    parts, since = [], start
    while (stop := text.find(_ANSWER_END, since, end)) >= 0:
        parts.append((since, stop))
        since = stop + len(_ANSWER_END)
    return _differing(text, reader, parts).rule is ExtractionRule.AMBIGUOUS


def _asked_verdict(text: str, reader: Reader, start: int, end: int) -> Extraction:
    """Read a range up to the first further question that comes after an answer.

    Where the first answer already stands under a question's number, all are answers to questions that the model lists.
    """
    has_other = may_have_other_question(text) and has_other_question(text, start, end)
    goes_on = GOES_ON.search(text, start, end)
    if not has_other and goes_on is None and TURN_END.search(text, start, end) is None:
        return reader.verdict(start, end)
    if goes_on is not None and _are_ways_apart(text, reader, start, end):
        return Extraction(None, ExtractionRule.AMBIGUOUS, (start, end))
    answered = reader.first_answer(start, end)
    if answered < 0:
        return reader.verdict(start, end)
    heads = _heads(text, NUMBERED_FIRST, NUMBERED, start, end)
    if len(heads) > 1 and heads[0] < answered:
        found = _differing(text, reader, list(zip(heads, [*heads[1:], end], strict=True)))
        if found.rule is ExtractionRule.AMBIGUOUS:
            return found
    if _ends_turns_apart(text, reader, start, end):
        return Extraction(None, ExtractionRule.AMBIGUOUS, (start, end))
    for pattern in (NEXT, OTHER, TURN_END) if has_other else (NEXT, TURN_END):
        cut = pattern.search(text, answered, end)
        end = end if cut is None else cut.start()
    return reader.verdict(start, end)
