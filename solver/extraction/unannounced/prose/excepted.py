"""The option that does not fit, where a Chinese question asks for it: ``A、B、C正确，D错误``, ``不能推出的是：乙``.

Other readings take ``正确`` for praise and ``不能推出`` for a denial; here they are the other way round. Each sentence
on an option by its letter is a verdict on it, and one option alone must be said not to fit. English is read by
``solver.extraction.unannounced.prose.approved``.
"""

from __future__ import annotations

import re

from solver.extraction import patterns as rules
from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule, last_match
from solver.extraction.unannounced import patterns as weak
from solver.extraction.unannounced import reviews, wordings
from solver.extraction.unannounced.polar.asked import HAN
from solver.extraction.unannounced.sentences import asked_sentence
from solver.problems.letters import ALPHABET

_REACH = 4000  # characters from the end
_STOP = 12  # characters; the longest end of a sentence behind its full stop
_LAST = 200  # characters from the end; a verdict that stands alone stands there
_WRONG = r"错误?(?!在)|有误|不(?:正确|恰当|合适|合理|准确|对|妥|当|符(?:合)?|成立)|违反|违背|矛盾"
_CANNOT = r"(?:不(?:能|可能|可以|会|必然|一定)|无法|难以)(?:[^，。；]{0,12}?(?:推得?出|推断|推知|得出))?|推不出"
_NO = rf"{_WRONG}|{_CANNOT}|不(?:属于|包括|包含|是)"
_SAME = (frozenset(("不能", "无法", "难以", "推不出")), frozenset(("不可能", "不能", "不会")))
"""Denials that mean the same."""
_ASKS = re.compile(rf"(?:{_NO}|不)[^，。；？?]{{0,14}}(?:\Z|[?？（(]|的(?:一[项个]|选项|是|为|有)?)")
"""What asks, in the last clause of a question, for the option that does not fit."""
_ON = re.compile(
    r"(?:\A|(?<=[\n。；;，,：:]))[ \t]{0,4}(?:[-*•] ?|\d{1,2}[.、] ?)?(?:因此|所以|故|综上(?:所述)?|可见|只有|而|但)?"
    r"[，,]?\s?(?:选项)?\s?[*(（【]{0,3}(?P<letters>[A-Z](?:[、和与及,，]{1,2}[A-Z]){0,7})[)）*】]{0,3}\s?(?:[两三四]?[个]?选项|[两三四]?项)?"
    r"[.．、:：]?(?![A-Za-z])"
)
_VERDICT = re.compile(
    rf"(?P<chosen>当选|入选)|(?P<out>排除|不选|不当选)|(?P<no>{_NO})|(?P<yes>正确|恰当|合适|合理|准确|对的?(?=[，。；,;\n]|\Z)"
    r"|符合|成立|属于|推得?出|推断|得出|可能|可以|能)"
)
_IN_SO_MANY_WORDS = re.compile(rf"{_WRONG}|正确|恰当|合适|合理|准确|对的")
_CONCLUDES = re.compile(r"因此|所以|故|综上|可见")
_BECAUSE = re.compile(r"因为|由于|原因|理由|其[他它余]|另外|剩下")
_SENTENCE_END = re.compile(r"[。；;！!\n]|\Z")
_FEWEST = 3  # characters; a shorter option may be a word of anything
_CALLED_WRONG = re.compile(
    r"[”」\"*]{0,3}[，,]?(?:的|这一?个?|该|此)(?:说法|叙述|判断|结论|表述|观点|陈述)[也都显明]?[然]?[是为]?(?:错误?|不正确|不对|不成立|不恰当|有误)"
)
_NAMED = re.compile(
    rf"(?:{_NO})[^，。；：:\s]{{0,6}}的(?:一[项个]|选项|叙述|说法|表述|判断|结论|陈述|观点|做法)?(?:应该?|就|只)?[是为][:：]?"
    r"\s{0,4}[“\"「*]{0,3}(?:选项)?"
)
"""``不能推出的是：``: what is asked for is named."""


def excepted(text: str, options: OptionTexts, start: int, end: int, question: str) -> Extraction | None:
    """Read the option that does not fit, where the question asks for it, by its letter or its text."""
    asked = asked_sentence(question).rstrip("（()） \n\t")
    if _ASKS.search(asked[max(asked.rfind("，"), asked.rfind(",")) + 1 :]) is None:
        return None
    end = start + len(text[start:end].rstrip())
    return (
        _named(text, options, start, end)
        or _told_wrong(text, options, start, end)
        or _judged(text, options, start, end, asked)
    )


def sole_right(text: str, options: OptionTexts, start: int, end: int, question: str) -> Extraction | None:
    """Read the option that is called right where all others are called wrong, in sentences on them by their letters."""
    if HAN.search(question) is None or reviews.ASKS_FOR_NONE.search(asked_sentence(question)):
        return None
    end = start + len(text[start:end].rstrip())
    if not wordings.STOPS.search(text, max(start, end - _STOP), end):
        return None
    fits, where = _verdicts(text, options, start, end, None)
    right = [letter for letter, does_fit in fits.items() if does_fit]
    if len(right) != 1 or len(fits) < options.count or ALPHABET.index(max(fits)) >= options.count:
        return None
    return Extraction(right[0], ExtractionRule.IMPLIED, where[right[0]])


def _named(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read what a last sentence names as what is asked for."""
    label = last_match(_NAMED, text, max(start, end - _LAST), end)
    if label is None or is_unmeant(text[max(start, label.start() - LOOK_BACK) : label.start()]):
        return None
    if weak.LAST_STOP.search(text, label.end(), end - 1) is not None:
        return None
    index, stop = options.at(text, label.end(), label.end(), end)
    if index is not None and rules.TEXT_ENDS.match(text, stop, end):
        return Extraction(ALPHABET[index], ExtractionRule.IMPLIED, (label.start(), stop))
    letter = rules.LETTER.match(text, label.end(), end)
    if letter is None or not letter[1].isupper() or ALPHABET.index(letter[1]) >= options.count:
        return None
    closed = rules.CLOSE.match(text, letter.end(), end)
    since = letter.end() if closed is None else closed.end()
    if not rules.ENDS.match(text, since, end) or rules.ALSO.match(text, letter.end(), end):
        return None
    return Extraction(letter[1], ExtractionRule.IMPLIED, (label.start(), letter.end()))


def _told_wrong(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read the one option that is told again and called wrong: ``“丙会游泳”的说法是错误的``."""
    found = []
    for index, core in enumerate(options.cores or ()):
        at = text.find(core, max(start, end - _LAST), end) if len(core) > _FEWEST else -1
        if at >= 0 and _CALLED_WRONG.match(text, at + len(core), end):
            found.append((index, (at, at + len(core))))
    if len(found) > 1:
        return Extraction(None, ExtractionRule.AMBIGUOUS, found[-1][1])
    return Extraction(ALPHABET[found[0][0]], ExtractionRule.IMPLIED, found[0][1]) if found else None


def _judged(text: str, options: OptionTexts, start: int, end: int, asked: str) -> Extraction | None:
    """Read the verdicts on options by their letters, of which one alone says that it does not fit."""
    fits, where = _verdicts(text, options, start, end, asked)
    # what is concluded in the end needs no verdict on all others
    chosen = [letter for letter, does_fit in fits.items() if not does_fit]
    if len(chosen) != 1 or ALPHABET.index(chosen[0]) >= options.count:
        return None
    at = where[chosen[0]][0]
    line = text[max(start, text.rfind("\n", start, at), text.rfind("。", start, at)) : at]
    is_last = at >= end - _LAST and (len(fits) == 1 or _CONCLUDES.search(line) is not None)
    if len(fits) < options.count and not is_last:
        return None
    return Extraction(chosen[0], ExtractionRule.IMPLIED, where[chosen[0]])


def _verdicts(
    text: str, options: OptionTexts, start: int, end: int, asked: str | None
) -> tuple[dict[str, bool], dict[str, tuple[int, int]]]:
    """Return which letters are said to fit, and where; the last verdict on each counts.

    Args:
        asked: what asks for the option that does not fit, so that the denial in its words is a verdict; None where the
            one that fits is asked for.
    """
    has_names = any(weak.SOLE_LETTER.search(core) for core in options.cores or ())
    entries = list(_ON.finditer(text, max(start, end - _REACH), end))
    fits: dict[str, bool] = {}
    where: dict[str, tuple[int, int]] = {}
    for place, entry in enumerate(entries):
        stop = entries[place + 1].start() if place + 1 < len(entries) else end
        ends = _SENTENCE_END.search(text, entry.end(), stop)
        body = _BECAUSE.split(text[entry.end() : stop if ends is None else ends.start()])[0]
        verdicts = [] if has_names and "项" not in entry[0] else list(_VERDICT.finditer(body))
        if not verdicts or wordings.OPEN.search(body):
            continue
        final = next((said for said in verdicts if said["chosen"] or said["out"]), None)
        final = final or next((said for said in reversed(verdicts) if _IN_SO_MANY_WORDS.match(said[0])), verdicts[-1])
        if final["no"] and not _is_asked(final["no"], asked or ""):
            continue
        for letter in rules.LETTER.findall(entry["letters"]):
            is_answer = bool(final["chosen"]) or not final["out"] and bool(final["yes"]) is (asked is None)
            fits[letter] = is_answer if asked is None else not is_answer
            where[letter] = entry.span("letters")
    return fits, where


def _is_asked(denial: str, asked: str) -> bool:
    """Tell whether a denial is a verdict on any option, or what the question itself denies."""
    if re.match(_WRONG, denial):
        return True
    words = {word for same in _SAME for word in same if denial.startswith(word)} or {denial}
    return any(word in asked for same in (*_SAME, frozenset(words)) if words & same for word in same)
