"""Yes or no, where the question is known: by whether the last words of an output assert or deny what it asks.

``因此马比大象小。`` is 否 to ``马比大象大吗？`` and 是 to ``马比大象小吗？``. What asks, supposes, doubts or plans
answers nothing; behind the answer only remarks may stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule, last_match
from solver.extraction.unannounced import wordings
from solver.extraction.unannounced.polar import english, polarity, roles
from solver.extraction.unannounced.polar import patterns as polar
from solver.extraction.unannounced.polar.asked import HAN, REACH, WORD, Proposition, folded, proposition, words
from solver.extraction.unannounced.polar.comparison import clauses, is_each_in, says
from solver.extraction.unannounced.sentences import CUT, SENTENCES, asked_sentence, last_sentences
from solver.extraction.variants import unified
from solver.problems.letters import ALPHABET

_SHARE_YES, _SHARE_NO = 0.75, 0.5
"""Of a predicate's words, how many a conclusion in other words must hold (measured on ``plain_dev``, 2026-11-30)."""


_SHARE_TOLD = 0.85
"""Of a question's words, how many must be there where it is told again."""
_FEWEST = 3  # words; what ends on a number and has fewer asks for a value
_IT_IS_TRUE = re.compile(r"\bit is (?P<no>not )?(?:true|the case) that\b ?", re.IGNORECASE)
_DENIED_EN = re.compile(r"\b(?:not|never|no|cannot)\b|n['’]t\b", re.IGNORECASE)
_IN_QUOTES = re.compile(r"[\"“]([A-Za-z][^\"“”]{3,200})[\"”]")
_OWNER = re.compile(r"\b([A-Z]\w{0,24})['’]s\b")
_REPLACED = 3  # words that may stand in the place of one
_ANNOUNCEMENT = 30  # characters; the longest end of a text that was cut where it would have named the answer
_ANNOUNCES = re.compile(
    r"(?:答案|回答|结果|选项|因此|所以|结论|\banswer|\bresult|\bconclusion)[^。.!！?？\n]{0,12}[:：][*_\s]{0,4}\Z",
    re.IGNORECASE,
)
_THEREFORE = re.compile(r"因此|所以")
_AT_ONCE = re.compile(r"直接(?![^，。]{0,4}间接)|一步|单独|立[即刻]")
"""What is denied of one way only."""
_BECAUSE_ALONE = re.compile(r"\s{0,4}(?:这(?:主要)?是(?:因为|由于)|因为)")
_RULE = re.compile(r"根据|按照|依据|规则|定义")


def answered(text: str, options: OptionTexts, start: int, end: int, question: str) -> Extraction | None:
    """Read yes or no off the last sentence that asserts or denies what is asked."""
    poles = polarity.poles(options)
    asked = None if poles is None else proposition(unified(question[-REACH:]))
    if poles is None or asked is None or (asked.is_denied and not (asked.is_stated or poles.are_facts)):
        return None
    is_open = any(polar.CANNOT_KNOW.search(core) for core in options.cores or ())
    end = start + len(text[start:end].rstrip())
    if text[end - 1 : end] in CUT and _ANNOUNCES.search(text, max(start, end - _ANNOUNCEMENT), end) is None:
        return None
    sentences = list(last_sentences(text, start, end))
    if (
        len(sentences) > 1
        and _BECAUSE_ALONE.match(text, *sentences[0])
        and wordings.STOPS.search(text, *sentences[0])
        and not wordings.FOLLOWS.search(text, *sentences[0])
    ):
        sentences = sentences[1:]  # the reason of what stands before it
    for place, (since, stop) in enumerate(sentences[:SENTENCES]):
        judged = polar.ON_TOLD.search(text, since, stop) if place == 0 else None
        if judged is not None and _is_told(judged["told"], asked):
            return Extraction(ALPHABET[poles.yes if judged["yes"] else poles.no], ExtractionRule.IMPLIED, judged.span())
        sentence = polar.ASIDE.sub("", polar.RESTATED.sub("", text[since:stop]))
        sentence = polar.CONDITION.sub("", sentence) if asked.is_supposed else _without_rule(sentence)
        sentence = _IT_IS_TRUE.sub(lambda told: told["no"] or "", sentence)
        quoted = polar.ON_QUOTED.search(sentence) if asked.is_stated else None
        if quoted is not None and place == 0 and words(_DENIED_EN.sub(" ", quoted["said"])) == asked.predicate:
            if is_open and quoted["no"] and not quoted["cannot"]:
                return None  # what is not true may be open
            is_denied = bool(quoted["no"] or quoted["cannot"])
            is_yes = (quoted["verdict"].lower() not in polar.VERDICTS_OF_NO) != is_denied
            if asked.is_denied != (_DENIED_EN.search(quoted["said"]) is not None):
                return None
            return Extraction(
                ALPHABET[poles.yes if is_yes else poles.no], ExtractionRule.IMPLIED, _trimmed(text, since, stop)
            )
        if polar.OF_STATEMENTS.search(sentence) or polar.SUPPOSED.search(sentence) or polar.OF_OPTION.search(sentence):
            return None
        if (
            asked.is_stated
            and not HAN.search(sentence)
            and any(words(told[1]) == asked.predicate for told in _IN_QUOTES.finditer(sentence))
        ):
            return None  # what is told again in quotes is no verdict
        if is_open and polar.NOT_TOLD.search(sentence):
            return None
        if not HAN.search(sentence) and any(told[0] not in question for told in polar.HEARSAY.finditer(sentence)):
            return None
        if asked.text and any(
            owner[1] in asked.text and owner[0] not in asked.text
            for owner in _OWNER.finditer(english.conclusion(sentence))
        ):
            return None  # on another: ``Ken's aunt``
        verdict = says(sentence, asked)
        if verdict is None and asked.text:
            verdict = english.says(sentence, asked.text, is_stated=asked.is_stated)
        if verdict is None and place == 0:
            verdict = _hints(sentence, asked, options, asked_sentence(question))
        if verdict and roles.is_of_fewer(sentence, asked_sentence(question)):
            return None
        if verdict is None and not wordings.TURNS.search(sentence):
            continue
        if verdict is None or not _concludes(sentence, asked, place, verdict):
            return None
        is_yes = verdict if poles.are_facts else verdict is not asked.is_denied
        option = poles.yes if is_yes else poles.no
        return Extraction(ALPHABET[option], ExtractionRule.IMPLIED, _trimmed(text, since, stop))
    return None


def _is_told(told: str, asked: Proposition) -> bool:
    """Tell whether a text tells the question again: it asks, and nearly all its words are there."""
    own, said = asked.subject + asked.predicate, set(words(told))
    return bool(own) and sum(word in said for word in own) >= _SHARE_TOLD * len(own)


def _without_rule(sentence: str) -> str:
    """Return what a sentence concludes from a rule with a condition: ``根据规则，如果 … 则 …，因此 …``."""
    therefore, condition = last_match(_THEREFORE, sentence, 0, len(sentence)), polar.SUPPOSED.search(sentence)
    if therefore is None or condition is None or condition.start() > therefore.start():
        return sentence
    return sentence[therefore.start() :] if _RULE.search(sentence[: condition.start()]) else sentence


def _trimmed(text: str, since: int, stop: int) -> tuple[int, int]:
    """Return a range without the white space around it."""
    said = text[since:stop]
    return since + len(said) - len(said.lstrip()), since + len(said.rstrip())


def _concludes(sentence: str, asked: Proposition, place: int, verdict: bool) -> bool:
    """Tell whether a sentence that says yes or no is whole, and the conclusion.

    The last one needs no word for it; but where a statement is judged, what only tells it again is no verdict.
    """
    if place == 0 and not wordings.STOPS.search(sentence):
        return False
    follows = wordings.FOLLOWS.search(sentence) is not None
    if asked.is_verdict and verdict:
        return follows or (place == 0 and wordings.FIRM.search(sentence) is not None)
    return follows or place == 0


def _hints(sentence: str, asked: Proposition, options: OptionTexts, question: str) -> bool | None:
    """Read a conclusion on the same matter in other words, by whether it denies at all."""
    therefore = last_match(wordings.FOLLOWS, sentence, 0, len(sentence))
    if therefore is None or asked.is_denied or wordings.OPEN.search(polar.SURELY.sub("", sentence)):
        return None
    if wordings.DENIED_BEFORE.search(sentence[: therefore.start()]) or {"比", "than"} & set(asked.predicate):
        return None
    conclusion = "，".join(clauses(sentence[therefore.end() :]))
    said = {folded(match[0]) for match in WORD.finditer(conclusion)}
    told = [word for word in asked.predicate if word not in polar.SLIGHT]
    is_value = bool(told) and polar.NUMERAL.fullmatch(told[-1]) is not None and len(told) < _FEWEST
    if not told or is_value or not _is_about(said, asked):
        return None
    option, poles = polarity.said(conclusion, options), polarity.poles(options)
    if option is None or poles is None:
        return None
    order = [folded(match[0]) for match in WORD.finditer(conclusion)]
    if _is_replaced(order, told, asked) or not roles.are_kept(conclusion, question):
        return None
    if not roles.is_subject_kept(order, asked.subject, told, question):
        return None
    if not all(HAN.fullmatch(word) for word in told):  # ``点`` of ``从 a 点 … 到 d 点``
        told = [word for word in told if word not in asked.subject or not HAN.fullmatch(word)] or told
    share, is_yes = sum(word in said for word in told) / len(told), option == poles.yes
    if not is_yes and _AT_ONCE.search(conclusion) and not _AT_ONCE.search("".join(asked.predicate)):
        return None
    return is_yes if share >= (_SHARE_YES if is_yes else _SHARE_NO) else None


def _is_replaced(said: Sequence[str], told: Sequence[str], asked: Proposition) -> bool:
    """Tell whether another word stands in the place of one that is asked: ``小郑的祖先`` for ``小吴的祖先``."""
    own = {*told, *asked.subject}
    for before, word, behind in zip(told, told[1:], told[2:], strict=False):
        if word in said:
            continue
        for at, one in enumerate(said):
            between = said[at + 1 : at + _REPLACED + 2]
            if one == before and behind in between and set(between[: between.index(behind)]) - own - polar.SLIGHT:
                return True
    return False


def _is_about(said: set[str], asked: Proposition) -> bool:
    """Tell whether words hold all names and numbers that are asked about, and each subject."""
    names = {word for word in asked.subject + asked.predicate if HAN.fullmatch(word) is None}
    numerals = {word for word in asked.subject if polar.NUMERAL.fullmatch(word)}
    return names | numerals <= said and is_each_in(asked.subject, said)
