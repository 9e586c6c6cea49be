"""Places among the options in words: ``第三个选项``, ``选项二``, ``最后一项``, ``the third option``.

>>> placed("最后一项", 4), placed("the second option", 4), placed("第三个人", 4)
(3, 1, None)
"""

from __future__ import annotations

import re

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
NUMBERS = "one two three four five six seven eight nine ten".split()
_VALUES = {word: value for words in (_ORDINALS, NUMBERS, "一二三四五六七八九十") for value, word in enumerate(words, 1)}
_DIGITS = r"\d{1,2}|[一二三四五六七八九十]"
PLACE = (
    rf"(?:第 ?(?P<zh>{_DIGITS}) ?[个项种]?(?:选项|选择|答案|项)"
    rf"|倒数第 ?(?P<back>{_DIGITS}) ?[个项](?:选项|选择|答案)?|(?P<last>最后一?[个项])(?:选项|选择|答案)?"
    rf"|(?:选项|[Oo]ption |[Cc]hoice )(?P<number>{_DIGITS}|{'|'.join(NUMBERS[:5])})(?![\d.])"
    rf"|(?P<behind>{_DIGITS})号选项"
    rf"|[Tt]he (?P<en>{'|'.join(_ORDINALS)}|last)"
    r" (?:(?:option|choice|one|answer)\b|of the (?:[a-z]{3,5} )?(?:options|choices|answers)\b))"
)
"""A place in words, as part of a larger pattern; its groups tell which kind of words. ``place`` reads a match."""
BARE_PLACE = rf"第 ?(?P<bare>{_DIGITS}) ?[个项]"
"""``第二个``: a place of an option only where the words around it say so."""
_ONLY = re.compile(rf"(?:选项)?(?:{PLACE}|{BARE_PLACE})")


def placed(words: str, count: int) -> int | None:
    """Return the index that words mean which are a place and nothing else; it may be out of range."""
    match = _ONLY.fullmatch(words)
    return None if match is None else place(match, count)


def place(match: re.Match[str], count: int) -> int | None:
    """Return the index of a match of ``PLACE`` or ``BARE_PLACE``; it may be out of range."""
    groups = match.groupdict()
    if groups["last"] or groups["en"] == "last":
        return count - 1
    if groups["back"]:
        return count - _value(groups["back"])
    for kind in ("zh", "number", "behind", "en", "bare"):
        if groups.get(kind):
            return _value(groups[kind]) - 1
    return None


def _value(word: str) -> int:
    return int(word) if word.isdecimal() else _VALUES[word]
