"""The number that the last sentence comes to, where the options are numbers and no other reading finds an answer.

``因此在盘上共有 6 种走法``, ``所以 3 是 6 和 9 的最大公约数``, ``所以只有三个人通过``. Of several numbers the one
counts that something is said to be; numbers in brackets, terms of a calculation and values of variables are none.

>>> figured("所以这三天里只有两个人请假。", OptionTexts(3, ("1", "2", "3")), 0, 14).letter
'B'
"""

from __future__ import annotations

import re

from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule, last_match
from solver.extraction.places import NUMBERS
from solver.extraction.unannounced import wordings
from solver.extraction.unannounced.polar.asked import folded, words
from solver.extraction.unannounced.sentences import SENTENCES, asked_sentence, last_sentences
from solver.problems.letters import ALPHABET

_STOP = 12  # characters; the longest end of a sentence behind its full stop
_PLACE = re.compile(r"(?:place|position|rank|level|term) ")
_PLACED = re.compile(r"(?:place|position|rank\w{0,3}|level|term|number)[\s*_]{1,4}\Z", re.IGNORECASE)
_OPTION = re.compile(
    _PLACE.pattern.join(("(?:", ")?")) + r"[$￥¥]?\s?([-−+]?\d[\d,]{0,12}(?:\.\d{1,8})?)\s?([^\d,.;]{0,12})"
)
_NUMERALS = (
    {sign: place + 1 for place, sign in enumerate("一二三四五六七八九十")}
    | {"两": 2}
    | {word: place + 1 for place, word in enumerate(NUMBERS)}
)
_MEASURE = r"[个种次人位名条只本张天块件组对元岁步]"
_NUMBER = re.compile(
    # no part of a word, a time, a term
    r"(?<![A-Za-z\d_.^/*×+−÷第件则骤索题息条号-])(?<!\d[,:：])(?<![\w.)][-−+*×/÷^] )"
    r"(?P<digits>[-−]?\d[\d,]{0,12}(?:\.\d{1,8})?)(?P<percent>\s?%)?"
    r"(?![\d^/×*+−÷:：]|[.,]\d|\s?[-+*/×^÷=<>]|[A-Za-z_]|\s?\\(?:times|cdot|div)|\s?[乘除加减]"
    r"|\s?的?(?:次[方幂])|\s?[和与、,，]\s?\d+\s?的)"
    rf"|\b(?P<word>{'|'.join(NUMBERS)})"
    r"(?:(?= (?:of (?:the|them)\b|people\b|persons?\b|(?:\w{1,9} )?ways?\b))"
    r"|(?<=\ball \w{3})|(?<=\ball \w{4})|(?<=\ball \w{5}))"
    rf"|(?<![第一二三四五六七八九十几每某另任同这那])(?P<numeral>[一二三四五六七八九十两])(?=\s?{_MEASURE})(?!个\s?(?:[A-Z]|值|选项|答案|解))"
)
_IN_BRACKETS = re.compile(r"\[[^\[\]\n]{0,200}\]|(?<!\\)[(（][^()（）\n]{0,200}[)）]|\{[^{}\n]{0,200}\}")
_BEHIND_IS = re.compile(
    r"(?:是|为|等于|得到?了?|得出|[共只仅剩]有?|有|返回|输出|即|结果[:：]?|=|≈|\b(?:is|are|be|was|were|equals?|total(?:s|ing)?|only"
    r"|gives|yields|returns|have|has|of|ranked|takes place)(?: exactly| only| just| a total of)?)[\s*_`\"“$\\(]{0,6}\Z"
)
_BEFORE_IS = re.compile(r"[\s*_`\"”$\\)]{0,6}(?:就|才|即)?(?:是|为)(?![否])|\s(?:is|was) the\b")
_CLAUSE_START = re.compile(r"(?:^|[，,；;：:])[\s*_\"“]{0,4}(?:出|则|数字?|整数|值|只有|选项中的?)?\s?\Z")
_DIGIT = re.compile(r"\d")
_APPROVES = re.compile(r"正确|没有|无误|完整|合理|一致|遗漏|\b(?:correct|valid|no (?:error|mistake))")
_TERM = re.compile(r"(?<![A-Za-z])[A-Z](?![A-Za-z])[^，。\d有]{0,6}\Z|(?:[乘除]以?|加上?|减去?)[\s\\($]{0,4}\Z")
"""Before a number: a letter whose value it is in an algorithm (``B 现在为 0``), or a term of a calculation."""
_STEP = re.compile(r"需要?[先再]?(?:计算|求|找|确[定认]|将|把)|来自|(?:给定|输入)的")
_BOXED = re.compile(r"boxed\{\s?([-−]?\d[\d,]{0,12}(?:\.\d{1,8})?)\s?\}")
_ASKS_PLACE = re.compile(r"\b(?:what|which) (?:place|position|rank)\b|\bthe place of\b", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_HOW_MANY_ZH = re.compile(rf"(?:几|多少)\s?({_MEASURE})")
_HOW_MANY = re.compile(r"\bhow many (?:of (?:the |them )?)?(?P<what>(?:[a-z]+ ?){1,3})", re.IGNORECASE)
_COUNTS = "no one two three four five six seven eight nine ten".split()
_COUNT = re.compile(
    rf"\b(?P<word>none|zero|{'|'.join(_COUNTS)})\b(?: of (?:the |these |them\b)?)?(?P<what>(?: ?[a-z]+){{0,3}})",
    re.IGNORECASE,
)
_SAYS_COUNT = re.compile(r"\b(?:there (?:is|are)|only|exactly|none of|all)\b", re.IGNORECASE)
_NO_COUNT = re.compile(r"\b(?:not|never|cannot|each|every|another|other|n't)\b", re.IGNORECASE)
_LISTED = re.compile(r"\s?[、和与及或]\s?(?:节点|数字)?\d|[,，] ?\d+ ?[、,，和与。]")
_ONE = re.compile(r"(?:只有|仅有?|唯一|就?只|有且[只仅]有)[^，。]{0,6}\Z")


def figured(text: str, options: OptionTexts, start: int, end: int, question: str | None = None) -> Extraction | None:
    """Read the number that the last sentence with one comes to, if it is one option's.

    Args:
        question: its text, where known; numbers in the sentence that asks are given and none that it comes to, and its
            words are no doubts.
    """
    values = _values(options)
    asking = "" if question is None else asked_sentence(question)
    end = start + len(text[start:end].rstrip())
    if values is None or end <= start or not wordings.STOPS.search(text, max(start, end - _STOP), end):
        return None
    for since, stop in list(last_sentences(text, start, end))[:SENTENCES]:
        sentence = text[since:stop]
        boxed = _BOXED.search(sentence)
        if boxed is not None and (_number(boxed[1]), False) not in values:
            return None
        told = _IN_BRACKETS.sub(lambda match: "\0" * len(match[0]), sentence)
        if _ASKS_PLACE.search(asking):
            told = _ORDINAL.sub("  ", told)
        found = _concluded(told, asking)
        if found is None:
            if wordings.OF_REASONING.search(sentence) and (not _DIGIT.search(sentence) or _APPROVES.search(sentence)):
                continue
            return None
        if is_unmeant(text[max(start, since - LOOK_BACK) : since]) or wordings.ON_OPTION.search(sentence):
            return None
        if (
            _has_place(options)
            and not _PLACED.search(sentence[: found.start()])
            and told[found.end() :][:2] == sentence[found.end() :][:2]
        ):
            return None  # points, where a place is asked for
        alike = [index for index, value in enumerate(values) if value == _value(found)]
        if len(alike) != 1:
            return None
        return Extraction(ALPHABET[alike[0]], ExtractionRule.IMPLIED, (since + found.start(), since + found.end()))
    return None


def _values(options: OptionTexts) -> list[tuple[float, bool] | None] | None:
    """Return the options' numbers and whether they are per cent; None where more than one option is no number."""
    values: list[tuple[float, bool] | None] = []
    for core in options.cores or ():
        match = _OPTION.fullmatch(core)
        values.append(None if match is None else (_number(match[1]), "%" in match[2]))
    known = [value for value in values if value is not None]
    return values if len(known) >= max(2, len(values) - 1) and len(set(known)) == len(known) else None


def _has_place(options: OptionTexts) -> bool:
    """Tell whether options are numbers behind a word: ``place 2``."""
    return any(_PLACE.match(core) for core in options.cores or ())


def _number(digits: str) -> float:
    return float(digits.replace(",", "").replace("−", "-"))


def _value(found: re.Match[str]) -> tuple[float, bool]:
    """Return the number of a match, and whether it is per cent."""
    if numeral := found["numeral"] or found["word"]:
        return float(_NUMERALS[numeral]), False
    return _number(found["digits"].rstrip(",")), bool(found["percent"])


def _concluded(sentence: str, asking: str) -> re.Match[str] | None:
    """Return the number that a sentence comes to, None where there is none or several."""
    therefore = last_match(wordings.FOLLOWS, sentence, 0, len(sentence))
    if wordings.CONDITIONAL.search(sentence) or wordings.SUPPOSES.match(sentence) or wordings.UNKNOWN.search(sentence):
        return None
    if therefore is not None and wordings.DENIED_BEFORE.search(sentence[: therefore.start()]):
        return None
    since = 0 if therefore is None else therefore.end()
    reason = wordings.MEANING.search(sentence, since + 1)
    stop = len(sentence) if reason is None else reason.start()
    if (
        _STEP.search(sentence)
        or any(doubt[0].lower() not in asking.lower() for doubt in wordings.OPEN.finditer(sentence, since))
        or wordings.EITHER.search(sentence, since)
        or wordings.DENIES.search(sentence, since, stop)
    ):
        return None
    numbers = [
        number
        for number in _NUMBER.finditer(sentence, since, stop)
        if not _TERM.search(before := sentence[: number.start()]) and (number["numeral"] != "一" or _ONE.search(before))
    ]
    given = {_value(number) for number in _NUMBER.finditer(asking)}
    numbers = [number for number in numbers if _value(number) not in given] or numbers
    measure = _HOW_MANY_ZH.search(asking)
    said = [
        number
        for number in numbers
        if _is_said(sentence, since, number)
        or (number["numeral"] and measure is not None and sentence.startswith(measure[1], number.end()))
    ]
    if said and wordings.RESULT.search(sentence[: numbers[-1].start()]):
        numbers = said = numbers[-1:]
    if therefore is None and len(said) < len(numbers):  # nothing is said to follow: no other number may stand beside
        return None
    said = said or [number for number in numbers if not number["numeral"]]
    if said and _LISTED.match(sentence, said[-1].end()):
        return None
    return said[-1] if len({_value(number) for number in said}) == 1 else None


def _is_said(sentence: str, since: int, number: re.Match[str]) -> bool:
    """Tell whether a number is what something is said to be: ``结果是 6``; behind 所以 also ``6 是最大的``."""
    if sentence.startswith("的", number.end()):
        return False
    before = sentence[: number.start()]
    return _BEHIND_IS.search(before) is not None or (
        since > 0
        and _CLAUSE_START.search(before[since:]) is not None
        and _BEFORE_IS.match(sentence, number.end()) is not None
    )


def counted(text: str, options: OptionTexts, start: int, end: int, question: str) -> Extraction | None:
    """Read the one count of what is asked for off the last sentence: ``none of the moves``, ``only one move``."""
    asked = _HOW_MANY.search(asked_sentence(question))
    numbers = [core.split(" ")[0] for core in options.cores or ()]
    since, stop = next(iter(last_sentences(text, start, end)), (end, end))
    sentence = text[since:stop]
    if asked is None or not wordings.STOPS.search(sentence) or _NO_COUNT.search(sentence):
        return None
    if not (_SAYS_COUNT.search(sentence) or wordings.FOLLOWS.search(sentence)) or wordings.CONDITIONAL.search(sentence):
        return None
    if any(doubt[0].lower() not in question.lower() for doubt in wordings.OPEN.finditer(sentence)):
        return None
    nouns = set(words(asked["what"]))
    counts = {
        "0" if match["word"].lower() in ("none", "zero", "no") else str(_COUNTS.index(match["word"].lower()))
        for match in _COUNT.finditer(sentence)
        if nouns & {folded(word) for word in match["what"].lower().split()}
    }
    if len(counts) != 1 or numbers.count(number := counts.pop()) != 1:
        return None
    return Extraction(ALPHABET[numbers.index(number)], ExtractionRule.IMPLIED, (since, stop))
