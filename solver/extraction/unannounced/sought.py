"""What a sentence says the asked words of, where the question asks who or which, and no other reading finds an answer.

``小林的成绩最高。`` to ``哪位同学的成绩最高？``; ``喜欢茶的是小林，他有两只杯子。`` to ``谁喜欢茶？``. All the words
that are asked must stand in one clause in their order, which denies nothing; what it says them of must be one option's
items.

>>> sought("小林会唱歌，小周会跳舞。", OptionTexts(2, ("小林", "小周")), 0, 12, "谁会跳舞？").letter
'B'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule
from solver.extraction.unannounced import wordings
from solver.extraction.unannounced.items import Items, Named, grouped, items_for
from solver.extraction.unannounced.polar import patterns as polar
from solver.extraction.unannounced.polar.asked import REACH, WORD, folded, words
from solver.extraction.unannounced.sentences import SENTENCES, clauses, last_sentences
from solver.extraction.variants import unified
from solver.problems.letters import ALPHABET

DENIALS = "不没未无非"
"""Signs that turn a clause round."""
_FUNCTION = "的是在有位不没和与被会能可比最"
_ASKS = re.compile(
    r"(?P<before>[^，,：:。？?！!\n]{0,40})(?:谁|(?<![为是做干])什么(?=[在能会])|哪(?:一?[个位名只座家条种张块门件]|些)?(?P<noun>人|同学|学生|"
    rf"[^{_FUNCTION}，,？?。]{{0,5}}(?=[{_FUNCTION}]))?)(?P<asked>[^，,？?。！!\n]{{2,60}}?)[呢啊]?[？?]?\s*\Z"
)
_ASKS_EN = re.compile(
    r"(?:^|[.!:,\n]\s{0,4}|\bthen )(?:who|which(?: of the)?(?: (?P<noun>[a-z]{2,16}))?)"
    r" (?P<asked>[^.,?!\n]{2,100})\?\s*\Z",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"[\s*_#>]*(?:选择题|问题)?\s?\d{0,2}[.、:：)）]?\s?(?:请问|那么|则|其中|[以下]下|下列|下面)?|.{0,12}[中里]"
)
"""Before the word that asks: nothing that is asked of somebody."""
_NOBODY = re.compile(r"[他她它其]|答案|没有|无人")
_NO_WORDS = frozenset("是在有位于")
_FEWEST = 2
_MOST = re.compile(r"\w{2,12}est|most|least")
"""One word that is asked of one alone."""
_IS = re.compile(
    r"(?: \w{2,16})?\s(?:is|was)(?: the)?[\s*_\"“]{1,4}"
    r"|[\s*_\"”」]{0,3}的?(?:人|那位|那个|同学|学生)?(?:就|正|只|便)?是[\s*_\"“「]{0,3}"
)


def sought(text: str, options: OptionTexts, start: int, end: int, question: str) -> Extraction | None:
    """Read what the last sentence that names an option says the asked words of."""
    asked = asked_words(unified(question[-REACH:]))
    items = items_for(options)
    end = start + len(text[start:end].rstrip())
    if asked is None or end <= start or not items.universe:
        return None
    for since, stop in list(last_sentences(text, start, end))[:SENTENCES]:
        sentence = text[since:stop]
        if not items.named(sentence):
            if wordings.OF_REASONING.search(sentence):
                continue
            return None
        if (
            not wordings.STOPS.search(sentence)
            or wordings.CONDITIONAL.search(sentence)
            or wordings.SUPPOSES.match(sentence)
            or wordings.ON_OPTION.search(sentence)
            or is_unmeant(text[max(start, since - LOOK_BACK) : since])
        ):
            return None
        said = []
        for low, high in clauses(sentence, 0):
            low = max(low, sentence.rfind("：", low, high) + 1)
            if names := _said(sentence[low:high], items, asked):
                said.append((names, since + low))
        option = items.meant([name.item for name in said[0][0]]) if len(said) == 1 else None
        if option is None:
            return None
        names, at = said[0]
        return Extraction(ALPHABET[option], ExtractionRule.IMPLIED, (at + names[0].start, at + names[-1].end))
    return None


def is_said_of_another(text: str, options: OptionTexts, start: int, end: int, question: str) -> bool:
    """Tell whether a sentence behind an answer concludes the asked words of one who is no option: ``所以，癸说谎。``"""
    asked = asked_words(unified(question[-REACH:]))
    if asked is None:
        return False
    items = items_for(options)
    return any(
        wordings.FOLLOWS.match(sentence.strip()) is not None
        and not items.named(sentence)
        and _span(sentence, asked) is not None
        and _NOBODY.search(sentence) is None
        for sentence in (text[max(since, start) : stop] for since, stop in last_sentences(text, start, end))
    )


def _denials(text: str) -> int:
    return sum(text.count(sign) for sign in DENIALS)


@lru_cache(maxsize=64)
def asked_words(question: str) -> tuple[str, ...] | None:
    """Return the words that are asked of somebody, without those of the noun that asks; None where none are plain."""
    match = _ASKS.search(question.rstrip())
    if match is None:
        match = _ASKS_EN.search(question.rstrip())
    elif not _LEADS.fullmatch(match["before"]):
        return None
    if match is None:
        return None
    noun = frozenset(words(match["noun"] or ""))
    asked = tuple(word for word in words(match["asked"]) if word not in noun | _NO_WORDS)
    is_most = len(asked) == 1 and (asked[0] in "高低大小多少" or _MOST.fullmatch(asked[0]) is not None)
    return asked if len(asked) >= _FEWEST or is_most else None


def _span(clause: str, asked: Sequence[str]) -> tuple[int, int] | None:
    """Return where the asked words stand in a clause, in order, the last such place; None where one is missing."""
    left = list(asked)
    high = low = 0
    for match in reversed(list(WORD.finditer(clause))):
        if left and folded(match[0]) == left[-1]:
            high = match.end() if len(left) == len(asked) else high
            low = match.start()
            left.pop()
    return None if left else (low, high)


def _said(clause: str, items: Items, asked: Sequence[str]) -> tuple[Named, ...]:
    """Return the items that a clause says the asked words of; empty where it denies or doubts, or names two groups."""
    span = _span(clause, asked)
    if span is None or polar.REASON.match(clause):
        return ()
    low, high = span
    around = f"{clause[:low]} {clause[high:]}"  # what is asked may itself deny: ``谁违反了规则``
    if any(sign.search(clause) for sign in (wordings.OPEN, wordings.EITHER, polar.UNCERTAIN)) or (
        wordings.DENIES.search(around) or _denials("".join(clause[low:high])) != _denials("".join(asked))
    ):
        return ()
    everyone = items.named(clause)
    named = [name for name in everyone if name.end <= low or name.start >= high]
    inside = [name for name in everyone if name not in named]
    if len(grouped(clause, named)) != 1 or any(not set(words(name.item)) <= set(asked) for name in inside):
        return ()
    first = named[0]
    is_behind = first.start >= high and _IS.fullmatch(clause, high, first.start) is not None
    return tuple(named) if first.end <= low or is_behind else ()
