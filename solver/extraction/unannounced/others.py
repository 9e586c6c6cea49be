"""What a sentence says of somebody or something else than the question asks for: no answer, though it names an option.

``Bob是Dee的父亲。`` to ``谁是Bob的父亲？``; ``小林的得分最高。`` to ``谁的得分最低？``; ``y = 8`` to
``x 是多少？``. It only takes readings back and finds none.

>>> is_of_another("Bob是Dee的父亲。", 0, "谁是Bob的父亲？"), is_of_another("Adam是Bob的父亲。", 0, "谁是Bob的父亲？")
(True, False)
"""

from __future__ import annotations

import re

from solver.extraction.unannounced.sentences import asked_sentence
from solver.extraction.unannounced.sought import DENIALS, asked_words

_NAME = r"[^\s，,。.;；:：？?、是的谁]{1,24}"
_OWNED = re.compile(
    rf"(?:谁|哪.{{0,6}}?)是\s?(?P<of>{_NAME}?)\s?的\s?(?P<what>{_NAME})[？?]?\s*\Z"
    rf"|(?P<of2>{_NAME})\s?的\s?(?P<what2>{_NAME})\s?(?:是|为)(?:谁|哪.{{0,6}}?)[？?]?\s*\Z"
)
_PLACED = re.compile(
    rf"(?:谁|哪.{{0,6}}?)(?:位于|在)\s?(?P<of>{_NAME}?)\s?的?\s?(?P<what>[东南西北左右上下前后]{{1,2}}[边面方侧]?)[？?]?\s*\Z"
)
"""Who is on one side of somebody; the other one is on the other side of him."""
_OWNED_EN = re.compile(
    r"\b(?:whom?|which(?: \w+){0,3}) (?:is|was) (?:(?P<of>\w{1,24})['’]s (?P<what>[\w-]{2,24})"
    r"|(?:the|a|an) (?P<what2>[\w-]{2,24}) of (?P<of2>\w{1,24}))\?\s*\Z",
    re.IGNORECASE,
)
_ASKED_NAME = re.compile(
    r"\b(?:what|which|where|when|how)\b[^?.]{0,60}\b(?:does|did|do|is|was|has|will|can) "
    r"(?P<name>[A-Z]\w{0,24})\b(?!['’])"
)
_NAMES = re.compile(r"\b[A-Z]\w{0,24}\b(?!['’][a-z]{2})")
_NO_NAMES = frozenset(
    "A I The This That These So Since Therefore Thus Hence Because From In If It He She They We You Based According"
    " Given As After Before When For And But Now Then Finally Option Answer Of To At On By With All Both Each Its His"
    " Her".split()
)
_PRONOUN = re.compile(r"(?:[他她它其]|自己)\Z")
_PRONOUN_EN = re.compile(r"\b(?:he|she|it|they|his|her|its|their)\b", re.IGNORECASE)
_ASKS = re.compile(r"谁|哪|什么|何|\b(?:who|whose|which|what)\b", re.IGNORECASE)
_MOST = tuple(
    tuple(pair.split("/"))
    for pair in (
        "最高/最低 最高/最矮 最大/最小 最多/最少 最长/最短 最快/最慢 最早/最晚 最重/最轻 最前/最后"
        " 最远/最近 最左/最右 最强/最弱 最年长/最年轻"
        " highest/lowest tallest/shortest largest/smallest biggest/smallest oldest/youngest most/least"
        " most/fewest fastest/slowest earliest/latest heaviest/lightest longest/shortest leftmost/rightmost"
    ).split()
)
_ORDINAL = re.compile(
    r"\bnumber (\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th)\b"
    r"|\b(first|second|third|fourth|fifth|sixth|seventh|eighth)\b(?!-)",
    re.IGNORECASE,
)
_ASKED_PLACE = re.compile(
    r"\b(?:who|which)\b[^?.]{0,30}\b(?:is|was|comes?|came|finish\w{0,3}|be|ranks?)"
    r" (?:in )?(?:the )?(?:number )?\w{1,8}",
    re.IGNORECASE,
)
"""``Which one is number 2``, ``who came third``."""
_ORDINALS = {
    word: str(place + 1) for place, word in enumerate("first second third fourth fifth sixth seventh eighth".split())
}
_VALUE = re.compile(
    r"(?<![A-Za-z\d_])(?P<zh>[A-Za-z]\w{0,3}) ?(?:的(?:值|取值))? ?(?:是|为|等于|=) ?(?:多少|几|什么)"
    r"|\b(?:value of|what is) (?P<en>[A-Za-z]\w{0,3})\?",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"(?<![\w+\-*/^)])([A-Za-z]\w{0,3}) ?=[\s$*_`]{0,4}\Z")


def is_of_another(sentence: str, at: int, question: str) -> bool:
    """Tell whether a sentence speaks of another's than is asked for, of the other end, or of another value.

    Args:
        sentence: the sentence that was read as an answer.
        at: where in it the answer's words start.
        question: the question's text; the sentence that asks counts.
    """
    asked = asked_sentence(question).strip()
    return (
        _owner_differs(sentence, asked)
        or _is_other_end(sentence, asked)
        or _value_differs(sentence, at, asked)
        or _name_differs(sentence, at, asked)
        or _place_differs(sentence, asked)
        or _is_asserted(sentence, asked)
    )


def _owner_differs(sentence: str, asked: str) -> bool:
    """Tell whether all of the asked kind that a sentence names are others': another's father, not the asked one's."""
    close = re.sub(r"\s", "", asked)
    match = _PLACED.search(close) or _OWNED.search(close) or _OWNED_EN.search(asked)
    if match is None:
        return False
    groups = match.groupdict()
    owner, what = groups["of"] or groups["of2"], groups["what"] or groups["what2"]
    bare = re.sub(r"[*_`\"“”「」]|[（(][^（）()]{0,60}[)）]", "", sentence)
    if match.re is not _OWNED_EN:
        bare = re.sub(r"\s", "", bare)
        of = "的" if match.re is _OWNED else "的?"
        others = [bare[: found.start()].rstrip() for found in re.finditer(rf"{of}\s?{re.escape(what)}", bare)]
        return bool(others) and not any(_is_same(other, owner) or _PRONOUN.search(other) for other in others)
    owners = re.findall(rf"(\w+)['’]s {re.escape(what)}\b", bare) + re.findall(
        rf"\b{re.escape(what)} of (?:the )?(\w+)", bare
    )
    if re.search(rf"\b(?:without|has no|have no|have any) (?:an? |any )?{re.escape(what)}\b", bare):
        return True  # of whom nobody is
    return bool(owners) and owner not in owners


def _is_same(before: str, owner: str) -> bool:
    """Tell whether a text ends on the asked owner: on the same Latin word, or on two of its Chinese characters."""
    if owner.isascii():
        return re.search(rf"(?<![A-Za-z]){re.escape(owner)}\W*\Z", before) is not None
    own = re.findall(r"[A-Za-z0-9]+", owner)
    if own:
        return re.findall(r"[A-Za-z0-9]+", before)[-1:] == own[-1:]
    pairs = {owner[at : at + 2] for at in range(max(1, len(owner) - 1))}
    return any(pair in before[-len(owner) :] for pair in pairs)


def _is_other_end(sentence: str, asked: str) -> bool:
    """Tell whether a sentence says who is the most, where the least is asked for, and not the least."""
    if not _ASKS.search(asked):
        return False
    wanted, said = asked.lower(), sentence.lower()
    return any(
        _has(wanted, one) and not _has(wanted, other) and _has(said, other) and not _has(said, one)
        for pair in _MOST
        for one, other in (pair, pair[::-1])
    )


def _name_differs(sentence: str, at: int, asked: str) -> bool:
    """Tell whether an English sentence is on others than the one whose prize, place … is asked for."""
    match = _ASKED_NAME.search(asked[:1].lower() + asked[1:])
    if match is None:
        return False
    named = {found[0] for found in _NAMES.finditer(sentence) if found.start() != at} - _NO_NAMES
    return bool(named) and match["name"] not in named and not _PRONOUN_EN.search(sentence)


def _place_differs(sentence: str, asked: str) -> bool:
    """Tell whether an English sentence is on another place in an order than the one that is asked for."""
    asks = _ASKED_PLACE.search(asked)
    wanted = {
        _ORDINALS.get(word.lower(), word)
        for words in _ORDINAL.findall(asks[0] if asks else "")
        for word in words
        if word
    }
    said = {_ORDINALS.get(word.lower(), word) for words in _ORDINAL.findall(sentence) for word in words if word}
    return len(wanted) == 1 and bool(said) and not wanted & said


def _is_asserted(sentence: str, asked: str) -> bool:
    """Tell whether a sentence asserts what is asked in the negative: ``乙喜欢茶`` to ``谁不喜欢茶``."""
    words = asked_words(asked) or ()
    plain = tuple(word for word in words if word not in DENIALS)
    if len(plain) == len(words) or any(sign in sentence for sign in DENIALS):
        return False
    return re.search(".{0,6}?".join(map(re.escape, plain)), sentence) is not None


def _has(text: str, word: str) -> bool:
    at = text.find(word)
    return at >= 0 and not (word.isascii() and (text[at - 1 : at].isalpha() or text[at + len(word) :][:1].isalpha()))


def _value_differs(sentence: str, at: int, asked: str) -> bool:
    """Tell whether an answer is the value of another variable than the one that is asked for."""
    wanted, said = _VALUE.search(asked), _EQUALS.search(sentence[:at])
    return wanted is not None and said is not None and said[1] != (wanted["zh"] or wanted["en"])
