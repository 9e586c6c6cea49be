"""Where a sentence names options: by their texts, whole words and numbers only, the longest first, or by what differs.

>>> [mention.option for mention in mentions("所以丙和乙都去", OptionTexts(3, ("乙", "丙", "丙和乙")))]
[2]
>>> [mention.option for mention in mentions("The statement must be false.", OptionTexts(2, ("True", "False")))]
[1]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from solver.extraction.options import LONGEST_OPTION, OptionTexts
from solver.problems.letters import ALPHABET

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_DIGITS = "〇一二三四五六七八九十"
# Names that are also common words: only the same case counts.
_CASED = frozenset("may will mark rose hope grace faith bill grant drew sue rob pat art march summer".split())
_TRUE = re.compile(r"正确|对的?|真的?|true|correct|right")
_FALSE = re.compile(r"错误?的?|不正确|不对|假的?|false|incorrect|wrong")
_YES = re.compile(r"(?:是的?|对的?|yes)(?:[,，].*)?")
_NO = re.compile(r"(?:否|不是的?|不对|no)(?:[,，].*)?")
_SAYS_YES = re.compile(r"(?:^|(?<=[，,。\s以此]))(?:是|对)的(?=[，,。])|\b[Yy]es\b(?=[,.])")
_SAYS_NO = re.compile(r"(?:^|(?<=[，,。\s以此]))不(?:是|对)的?(?=[，,。])|\b[Nn]o\b(?=[,.])")
_SAYS_TRUE = re.compile(
    r"正确|成立|属实|是对的|是真的|(?<![绝相面反不核])对(?=[。，,]|\Z)|\b(?:true|correct)\b", re.IGNORECASE
)
_SAYS_FALSE = re.compile(
    r"不(?:正确|成立|属实|是真的)|是?错误的?|是错的|是假的|有误|不对|\b(?:false|incorrect|untrue)\b", re.IGNORECASE
)
_SAYS_NOT_TRUE = re.compile(r"\b(?:not|cannot be|can't be|isn't) (?:true|correct)\b", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"(?:无法|不能|难以)(?:被|完全|唯一|通过[^，。]{1,10}?|[从由][^，。]{1,10}?中?)?(?:确定|判断|得知|知道|判定|推断出?|推出)"
    r"(?:[^，。,.；;\n]{0,24}(?:[谁哪几]|什么|[是能会可与]否|对错|真假|正误)[^，。,.；;\n]{0,24})?|不确定|未知"
    r"|(?:cannot|can't|can not|impossible to|not possible to) (?:\w{4,14}ly )?(?:be )?(?:\w{4,14}ly )?"
    r"(?:determined?|known?|inferred|infer|tell|say|decided?|deduced?|concluded?)\b"
    r"(?: (?:who|which|what|whether|where|when|how|if)\b[^.,;\n]{0,60})?"
    r"|\b(?:undetermined|uncertain|unknown|indeterminate)\b|(?:not enough|insufficient) information",
    re.IGNORECASE,
)
_ASKED = 60  # characters
_ASKED_BEFORE = re.compile(
    r"(?:[是能会可]否|谁|哪|什么|多少|几|\b(?:whether|who|which|what|when|where|how)\b)[^，。,.；;\n]{0,40}\Z",
    re.IGNORECASE,
)
"""What is asked, right before the words that it cannot be known."""
_COUNTED = re.compile(r"第|\b(?:first|second|third|fourth|last|one)\b", re.IGNORECASE)
_PLACES = tuple(
    (
        index,
        re.compile(
            rf"第[{zh}{index + 1}](?:个?(?:选项|句|首|段|幅|则)|[种个](?:说法|解释|理解|方案|句子))(?!话|的|[说讲])"
            rf"|\b[Tt]he {en} (?:one|option|choice|answer|statement|reading|sentence)\b(?!'s)"
        ),
    )
    for index, (zh, en) in enumerate(zip("一二三四五", "first second third fourth fifth".split(), strict=True))
)
"""Places among the options, in words."""
_WITH_UNIT = re.compile(r"(\d[\d.,]{0,12}) ?([^\W\d_]{1,8})")
_UNITS = {"h": "h|hours?", "min": "min|minutes?", "km": "km|kilomet(?:er|re)s?", "m": "m|met(?:er|re)s?"}
"""How a unit may be written out."""
_PLACE = re.compile(r"(?:place|position|rank) \d")
_ARROW = re.compile(r" ?(?:-+>|→) ?")
_ANY_ARROW = r"(?:\\\)|\$)?\s?(?:-+>|→|\\(?:right|longright)arrow\b|\\to\b)\s?(?:\\\(|\$)?"
_NOUNS = (
    "state|node|vertex|point|car|box|block|stack|plate|book|card|room|house|seat|city|town|person|player|team|lamp|valve"
    "|item|task|job|train|bus|set|gate"
)
"""What single letters may be names of: ``the machine ends in state A``."""
_LIST = re.compile(r"[\[(（{][^\n]{1,60}[\])）}]")
_QUOTES = re.compile(r"[\"'‘’“”`]")
_EMPTY_LISTS = frozenset(("[]", "[ ]", "{}", "()"))
_EMPTY_LIST = re.compile(r"空的?(?:列表|数组|集合|序列)|\b(?:the|an) empty (?:list|set|array)\b")
_NUMBERED = re.compile(r"([\u4e00-\u9fff]{1,8})(\d{1,4})")
_COMMAS = (",", "，", "、")
_LIST_PARTS = re.compile(r"[,，\[\](){}（）]|[^,，\[\](){}（）\s]+")
# An option of another form than the rest.
_UNLIKE = re.compile(r"(?:no|none|neither|nobody|all|both|it|there)\b|没|都|均|无|不|以上|[四三两]人", re.IGNORECASE)
# Around a number: what makes it a part of another, of a time, a fraction, a term.
_NUMBER_BEFORE = re.compile(r"(?:\d[.,:：/]|[-−+×/^÷.]\s?|(?<!\*)\*\s?|[\[{^_,]|\w\()\Z")
_NUMBER_AFTER = re.compile(r"[.,:：/]\d|\s?[-−+×/^÷=%]|\s?\*(?!\*)|[\]}]")
_LATIN = re.compile(r"[A-Za-z0-9]")
_BRACKETS = frozenset("()[]{}")
_WORD_GOES_ON = re.compile(r"[a-zA-Z0-9_]|['’]s\b(?! turn\b)|-[a-zA-Z]")
# Around a word of one Chinese character.
_BEFORE = frozenset("是为的在和与及由给被从有向朝往，、")
_AFTER = frozenset("是为的在和与及个种色，、")
_FUNCTION = frozenset("是否有无对错真假不一")
_NOT_ABLE = frozenset("可功性才智不只")
_ABILITY = frozenset("力量源否")


class Mention(NamedTuple):
    """One option named in a sentence."""

    option: int
    start: int
    end: int
    is_figure: bool
    """It is a number and nothing else."""


def mentions(sentence: str, options: OptionTexts) -> list[Mention]:
    """Find every place where a sentence names an option, in the sentence's order; of twins the first option."""
    lowered = sentence.lower()
    if len(lowered) != len(sentence):
        lowered = sentence
    taken = bytearray(len(sentence))
    found: list[Mention] = []
    for index, form in _forms(options):
        for start, end in form(sentence, lowered):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(Mention(index, start, end, sentence[start:end].isdigit()))
    return sorted(found, key=lambda mention: mention.start)


def masked(sentence: str, named: Sequence[Mention]) -> str:
    """Blank out what belongs to options: an option may itself say that nothing can be known."""
    for mention in named:
        sentence = sentence[: mention.start] + "\0" * (mention.end - mention.start) + sentence[mention.end :]
    return sentence


_Finder = Callable[[str, str], Iterator[tuple[int, int]]]


def _unknown(sentence: str, lowered: str) -> Iterator[tuple[int, int]]:
    """Find what says that nothing can be known, with what is asked before it: ``谁最高无法确定``."""
    for match in _UNKNOWN.finditer(sentence):
        asked = _ASKED_BEFORE.search(sentence, max(0, match.start() - _ASKED), match.start())
        yield match.start() if asked is None else asked.start(), match.end()


def _forms(options: OptionTexts) -> Iterator[tuple[int, _Finder]]:
    """Yield how each option may be named, what is longer first."""
    cores = options.cores or []
    unknown = [index for index, core in enumerate(cores) if _UNKNOWN.search(core)]
    if len(unknown) == 1 or (unknown and len({options.plain[index] for index in unknown}) == 1):
        yield unknown[0], _unknown
    true = [index for index, core in enumerate(cores) if _TRUE.fullmatch(core.lower())]
    false = [index for index, core in enumerate(cores) if _FALSE.fullmatch(core.lower())]
    if len(true) == len(false) == 1:
        if len(cores) == 2:
            yield false[0], _by_pattern(_SAYS_NOT_TRUE)
        yield false[0], _by_pattern(_SAYS_FALSE)
        yield true[0], _by_pattern(_SAYS_TRUE)
    yes = [index for index, core in enumerate(cores) if _YES.fullmatch(core.lower())]
    no = [index for index, core in enumerate(cores) if _NO.fullmatch(core.lower())]
    if len(yes) == len(no) == 1:
        yield no[0], _by_pattern(_SAYS_NO)
        yield yes[0], _by_pattern(_SAYS_YES)
    firsts = {plain: index for index, plain in reversed(list(enumerate(options.plain)))}
    named = sorted(firsts.values(), key=lambda index: -len(cores[index]))
    for index in named:
        yield index, _by_text(cores[index])
        if cores[index] in _EMPTY_LISTS:
            yield index, _by_pattern(_EMPTY_LIST)
    bare = [_QUOTES.sub("", plain) for plain in options.plain]
    for index in named:
        listed = _listed(cores[index], has_quotes=bare.count(bare[index]) > 1)
        if listed is not None:
            yield index, _by_parts(*listed, is_whole=True)
        spaced = _spaced(cores[index])
        if spaced is not None:
            yield index, _by_parts(*spaced, is_whole=True)
        arrowed = _arrowed(cores[index])
        if arrowed is not None:
            yield index, _by_parts(*arrowed)
        measured = _measured(cores[index])
        if measured is not None:
            yield index, _by_parts(*measured, is_whole=True)
    letters = {
        index: ALPHABET.index(cores[index]) for index in named if len(cores[index]) == 1 and cores[index] in ALPHABET
    }
    if all(len(core) == 1 and core.isascii() and core.isalpha() for core in cores):
        for index in named:
            yield index, _by_pattern(re.compile(rf"\b(?:{_NOUNS}) {cores[index]}(?![A-Za-z0-9'’])"))
    if len(letters) == len(named) and all(own >= options.count or own == index for index, own in letters.items()):
        for index in named:
            yield index, _by_pattern(re.compile(rf"(?<![A-Za-z0-9]){cores[index]}(?![A-Za-z0-9'’])(?<![AI])"))
    if not any(_COUNTED.search(core) for core in cores) and all(len(core) > 2 for core in cores):
        yield from ((index, _by_pattern(pattern)) for index, pattern in _PLACES[: len(cores)])
    alike = [] if all(_PLACE.match(core) for core in cores) else named  # a bare number is no place
    for index, part in _parts([index for index in alike if not _UNLIKE.match(cores[index])], cores):
        is_list = _LIST.fullmatch(cores[index]) is not None
        if not is_list or _is_closed(part):
            yield index, _by_text(part, is_list=is_list)


def _is_closed(part: str) -> bool:
    """Tell whether every bracket of a part has its other one in it: it is no piece of a list of lists."""
    depth = 0
    for sign in part:
        depth += (sign in "[({") - (sign in "])}")
        if depth < 0:
            return False
    return depth == 0


def _by_pattern(pattern: re.Pattern[str], *, is_whole: bool = False) -> _Finder:
    def find(sentence: str, lowered: str) -> Iterator[tuple[int, int]]:
        for match in pattern.finditer(sentence):
            if not is_whole or stands_alone(sentence, *match.span()):
                yield match.span()

    return find


def _by_parts(parts: Sequence[str], pattern: str, *, is_whole: bool = False) -> _Finder:
    """Return what finds a pattern made of an option, compiled only where all parts that it takes are there."""

    def find(sentence: str, lowered: str) -> Iterator[tuple[int, int]]:
        if all(part in sentence for part in parts):
            yield from _by_pattern(re.compile(pattern), is_whole=is_whole)(sentence, lowered)

    return find


def _by_text(value: str, *, is_list: bool = False) -> _Finder:
    """Return what finds a text that stands alone; what is in brackets in the option, without a longer list around."""

    def find(sentence: str, lowered: str) -> Iterator[tuple[int, int]]:
        size = len(value)
        if not 0 < size <= min(len(sentence), LONGEST_OPTION):
            return
        is_cased = value.lower() in _CASED
        hay, needle = (sentence, value) if is_cased else (lowered, value.lower())
        at = hay.find(needle)
        while at >= 0:
            if stands_alone(sentence, at, at + size) and not (is_list and _goes_on(sentence, at, at + size)):
                yield at, at + size
            at = hay.find(needle, at + size)

    return find


def _goes_on(sentence: str, start: int, end: int) -> bool:
    """Tell whether a list goes on around a range."""
    return sentence[:start].rstrip(" '\"`")[-1:] in _COMMAS or sentence[end:].lstrip(" '\"`")[:1] in _COMMAS


def _measured(value: str) -> tuple[Sequence[str], str] | None:
    """Return the pattern of a number with its unit, white space between them or not, behind what it takes."""
    match = _WITH_UNIT.fullmatch(value)
    if match is None:
        return None
    return (match[1],), rf"{re.escape(match[1])} ?(?:{_UNITS.get(match[2], re.escape(match[2]))})"


def _arrowed(value: str) -> tuple[Sequence[str], str] | None:
    """Return the pattern of a way along arrows, however they are drawn: ``d \\rightarrow p`` for ``d -> p``."""
    parts = _ARROW.split(value)
    if len(parts) < 2 or not all(parts):
        return None
    return parts, rf"(?:\\\()?\s?{_ANY_ARROW.join(map(re.escape, parts))}(?!\w|\s?(?:-+>|→|\\))"


def _spaced(value: str) -> tuple[Sequence[str], str] | None:
    """Return the pattern of Chinese characters and a number behind them, white space between them: ``类别 1``."""
    match = _NUMBERED.fullmatch(value)
    return None if match is None else (match.groups(), rf"{re.escape(match[1])} {match[2]}")


def _listed(value: str, *, has_quotes: bool) -> tuple[Sequence[str], str] | None:
    """Return the pattern of a list in brackets, with or without white space at its signs and quotes at its items.

    Args:
        has_quotes: another option differs in its quotes only, so that they count.
    """
    if not _LIST.fullmatch(value):
        return None
    parts = _LIST_PARTS.findall(value if has_quotes else _QUOTES.sub("", value))
    between = r"\s?" if has_quotes else rf"{_QUOTES.pattern}?\s?{_QUOTES.pattern}?\\?"
    return parts, between.join(re.escape(part) for part in parts)


def _parts(indices: list[int], cores: list[str]) -> Iterator[tuple[int, str]]:
    """Yield what is left of options of one form without what all share: ``王五`` of ``王五拿伞``, ``李四拿伞``."""
    if len(indices) < 2:
        return
    texts = [cores[index] for index in indices]
    low, high = min(texts), max(texts)
    start = next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), 0)
    turned = [text[start:][::-1] for text in texts]
    low, high = min(turned), max(turned)
    stop = next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), 0)
    while start and texts[0][start - 1].isascii() and texts[0][start - 1].isalnum():
        start -= 1
    while stop and texts[0][-stop].isascii() and texts[0][-stop].isalnum():
        stop -= 1
    parts = [text[start : len(text) - stop].strip() for text in texts]
    if start + stop > 1 and all(parts) and len(set(parts)) == len(parts):
        yield from zip(indices, parts, strict=True)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a range is a word, name or number of its own."""
    first, last = text[start], text[end - 1]
    before, after = text[start - 1 : start], text[end : end + 1]
    is_math = before == "(" and text[start - 2 : start - 1] == after == "\\"  # ``\([2, 3]\)``
    if not (first.isalnum() and last.isalnum()) and not is_math and (_is_term(before) or _is_term(after)):
        return False  # a part of a larger list or term
    if first.isdigit() and _NUMBER_BEFORE.search(text[max(0, start - 4) : start]):
        return False
    if last.isdigit() and _NUMBER_AFTER.match(text, end):
        return False
    if first in _DIGITS and (before.isdigit() or before and before in _DIGITS):
        return False
    if first.isascii() and first.isalnum() and before.isascii() and (before.isalnum() or before == "_"):
        return False
    if before == "'" and first.isascii() and first.isalnum() and _LATIN.match(text, max(0, start - 2)):
        return False  # the end of ``don't``; before an opening quote stands no letter
    if last.isascii() and last.isalnum() and _WORD_GOES_ON.match(text, end):
        return False
    if end - start > 1:
        return True
    if first.isascii():
        return first.isdigit()  # a letter may be a label; those that are none have a form of their own
    if first in _STEMS:
        return True
    if first == "能":
        return before not in _NOT_ABLE and after not in _ABILITY
    return first not in _FUNCTION and _is_edge(before, _BEFORE) and _is_edge(after, _AFTER)


def _is_term(neighbour: str) -> bool:
    return neighbour in _BRACKETS or (neighbour.isascii() and neighbour.isalnum()) or neighbour in ("-", "+", "^")


def _is_edge(neighbour: str, allowed: frozenset[str]) -> bool:
    return not neighbour or neighbour in allowed or not neighbour.isalnum()
