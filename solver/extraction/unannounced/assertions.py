"""The one option that the last words of an output assert, however they say so, where no pattern finds an answer.

``Henry is the culprit.``, ``所以，他们在六月见面。``, ``The statement must be false.`` The last sentence that names an
option counts, if it asserts exactly one: options named as a reason, as excluded or beside others do not count, and what
asks, supposes, doubts, reports or plans a further step concludes nothing. What follows it may only be a remark. How
options are found in a sentence is in ``solver.extraction.unannounced.mentions``.
"""

from __future__ import annotations

from collections.abc import Iterator

from solver.extraction import patterns as rules
from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule, last_match
from solver.extraction.unannounced import patterns as weak
from solver.extraction.unannounced import wordings
from solver.extraction.unannounced.mentions import Mention, masked, mentions
from solver.problems.letters import ALPHABET

_REACH = 400  # characters from the end; a conclusion that stands further off is none
_SENTENCES = 3  # from the end: the conclusion and what may be remarked behind it
_CUT = frozenset("，,、；;：:—-(（[+=×<>")  # signs that a text which was cut may end on


def asserted(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read the last sentence that names an option, if it asserts that option and no other."""
    if options.cores is None:
        return None
    end = start + len(text[start:end].rstrip())
    if end <= start or text[end - 1] in _CUT:
        return None
    for place, (since, stop) in enumerate(_sentences(text, start, end)):
        sentence = text[since:stop]
        named = mentions(sentence, options)
        rest = masked(sentence, named)
        if place == _SENTENCES or wordings.OPEN.search(rest) or wordings.NUMBER_ALONE.fullmatch(sentence):
            return None
        if not named:
            if wordings.TURNS.search(rest) or (not wordings.STOPS.search(rest) and wordings.FOLLOWS.search(rest)):
                return None
            continue
        label = rules.LINE.match(text, since, stop)
        if (label and label[2] and label[1].isupper()) or is_unmeant(text[max(start, since - LOOK_BACK) : since]):
            return None
        return _only_asserted(sentence, rest, named, since, is_whole=not text[start:since].strip())
    return None


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the last sentences, the last one first; none that begins out of reach."""
    floor = max(start, end - _REACH)
    stops = [stop.end() for stop in weak.LAST_STOP.finditer(text, floor, end)]
    starts = [*([floor] if floor == start else []), *stops]
    stop = end
    for since in reversed(starts):
        if text[since:stop].strip(" \t\r\n*_`#>-"):
            yield since, stop
            stop = since


def _only_asserted(sentence: str, rest: str, named: list[Mention], offset: int, *, is_whole: bool) -> Extraction | None:
    """Return the option of a sentence's conclusion, if exactly one is named there and not excluded."""
    therefore = last_match(wordings.FOLLOWS, rest, 0, len(rest))
    since = 0 if therefore is None else therefore.end()
    if therefore is not None and wordings.DENIED_BEFORE.search(rest[: therefore.start()]):
        return None
    last = named[-1] if _is_complement(rest, named[-1]) else None
    if therefore is None and (
        wordings.REPORTS.search(rest)
        or not (is_whole or last or wordings.FIRM.search(rest) or _is_clause(rest, named[-1]))
    ):
        return None
    held: dict[int, Mention] = {}
    denied: set[int] = set()
    clauses = list(_clauses(rest, since))
    for place, (start, end) in enumerate(clauses):
        inside = [mention for mention in named if start <= mention.start < end]
        if not inside or wordings.REASON.match(rest, start, end):
            continue
        behind = clauses[place + 1] if place + 1 < len(clauses) else (end, end)
        for mention in inside:
            if _is_denied(rest, start, end, mention) or _is_denied_behind(rest, mention, end, behind):
                denied.add(mention.option)
            elif mention is last or not _is_described(rest, mention, last, start):
                held[mention.option] = mention
    if len(held) != 1 or held.keys() & denied:
        return None
    index, mention = held.popitem()
    if mention is not last and sentence[mention.start : mention.end].isdigit() and wordings.FIGURE.search(rest, since):
        return None
    if not wordings.STOPS.search(rest) and sentence[mention.end :].strip(rules.CLOSERS):
        return None
    if wordings.JOINED_ON.match(rest, mention.end) or wordings.JOINED_TO.search(rest[: mention.start]):
        return None
    letters = set(weak.SOLE_LETTER.findall(rest)) - {ALPHABET[index], "A", "I"}
    if letters:
        return None
    return Extraction(ALPHABET[index], ExtractionRule.IMPLIED, (offset + mention.start, offset + mention.end))


def _is_complement(rest: str, mention: Mention) -> bool:
    """Tell whether a sentence ends on a mention behind 是, is, =, prints …"""
    return wordings.TAIL.fullmatch(rest, mention.end) is not None and (
        weak.COPULA.search(rest[: mention.start]) is not None
        or wordings.RETURNS.search(rest[: mention.start]) is not None
    )


def _is_described(rest: str, mention: Mention, last: Mention | None, start: int) -> bool:
    """Tell whether a mention only belongs to what the last one is said to be: ``坐在甲旁边的是丙``."""
    if last is None or not start <= mention.start < last.start:
        return False
    between = rest[mention.end : last.start]
    return wordings.CLAUSE_ENDS.search(between) is None and wordings.DESCRIBES.search(between) is not None


def _is_clause(rest: str, mention: Mention) -> bool:
    """Tell whether an option's text is a statement, and a clause of its own."""
    return (
        mention.end - mention.start > 4
        and (mention.start == 0 or not rest[mention.start - 1].isalnum())
        and not rest[mention.end :].strip(rules.CLOSERS + "。.!！")
    )


def _clauses(sentence: str, since: int) -> Iterator[tuple[int, int]]:
    for sign in wordings.CLAUSE_ENDS.finditer(sentence, since):
        if sign.start() > since:
            yield since, sign.start()
        since = sign.start() if sign[0][:1].isalpha() or not sign[0] else sign.end()
    yield since, len(sentence)


def _is_denied(sentence: str, start: int, end: int, mention: Mention) -> bool:
    """Tell whether a clause denies a mention; what only describes it (``没有去的人是丙``) does not."""
    if wordings.DENIES.search(sentence, start, end) is None:
        return False
    return wordings.DESCRIBED.search(sentence[start : mention.start]) is None or bool(
        wordings.DENIES.search(sentence, mention.end, end)
    )


def _is_denied_behind(sentence: str, mention: Mention, end: int, behind: tuple[int, int]) -> bool:
    """Tell whether a mention that ends its clause is denied by the next one: ``乙，不符合``, but not ``丙，不是乙``."""
    if sentence[mention.end : end].strip(' *_"”」'):
        return False
    return wordings.DENIES.search(sentence, *behind) is not None and "\0" not in sentence[slice(*behind)]
