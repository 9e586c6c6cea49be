"""What can be told of options without a model: whether two say the same, and what text a sample means by its letter.

Only forms are looked at, never facts: ``4`` and ``四个``, ``甲`` and ``是甲``, ``甲或乙`` and ``甲``. A question whose
accepted option overlaps with another in this way has no single answer, whoever is asked.

>>> same_meaning("4", "四个"), same_meaning("Bob", "it is Bob."), same_meaning("14", "4")
(True, True, False)
>>> covers("甲或乙", "甲"), covers("甲和乙", "甲")
(True, False)
>>> contradicts("…所以是13。\\n“13”是选项A。\\n答案是：A", "A", ["12", "14"])
True
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from solver.problems.letters import index_of

_DIGITS = {numeral: number for number, numeral in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
_FRAME = re.compile(
    r"^(?:答案[是为]|应该?是|就是|正是|即是?|是|为|共有?|一共有?|总共有?|有|it is|it's|that is|is|only|the|an?)\s*"
    r"|\s*(?:这个|那个|这一个|那一个|这位|那位|个人|个|位|名|人|本|只|次|种|条|件|张|项|元|岁|分|天|步|号|那一?个|本人)$",
    re.IGNORECASE,
)
"""Words around an answer that change nothing: "是甲", "4个", "it is Bob"."""
_EDGES = " \t\n\"'“”‘’「」《》()（）.。,，;；:：!！?？"
_OR = re.compile(r"\s*(?:或者?(?:是)?|/|\bor\b|、或)\s*", re.IGNORECASE)
_EITHER = re.compile(r"^(?:要么|或者?|either)\s*|\s*(?:之一|其中之一|中的一个|都可以|均可)$", re.IGNORECASE)
_SUM = re.compile(r"^(-?\d+)(?:\+|plus|加)(-?\d+)$")
_YES = frozenset("是 是的 对 对的 正确 成立 真 能 可以 会 yes true correct right".split())
_NO = frozenset("否 不 不是 不对 错 错误 不正确 不成立 假 不能 不可以 不会 no false incorrect wrong".split())

_NAMED = (
    re.compile(r"[“\"「]([^”\"」\n]{1,200})[”\"」]\s*(?:是|即|对应|就是)\s*选项\s*([A-Z])"),
    re.compile(r"(?:^|\n|[，。；])即\s*([^\n]{1,200}?)[，,]\s*选项\s*([A-Z])"),
    re.compile(r"\"([^\"\n]{1,200})\" is option ([A-Z])"),
    re.compile(
        r"(?:答案是|答案为|故选|应选|选择|[Tt]he answer is)[ \t]*[:：]?[ \t]*\**"
        r"\(?([A-Z])\)?[.．、:：)）][ \t]*([^\s*][^\n*]{0,200})"
    ),
)
"""How models name the text of the option they choose, beside its letter."""


def plain(text: str) -> str:
    """Return an option without what changes nothing: width, case, quotes, framing words; Chinese numerals as digits.

    >>> plain("是小明。"), plain("四个"), plain("第三"), plain(" It is Bob ")
    ('小明', '4', '第3', 'bob')
    """
    found = unicodedata.normalize("NFKC", text).casefold().strip(_EDGES)
    if found in _YES or found in _NO:
        return "yes" if found in _YES else "no"
    while (shorter := _FRAME.sub("", found).strip(_EDGES)) != found and shorter:
        found = shorter
    found = "".join(found.split())
    number = found.removeprefix("第")
    if number in _DIGITS:
        found = found.replace(number, str(_DIGITS[number]))
    total = _SUM.match(found)
    return str(int(total[1]) + int(total[2])) if total else found


def same_meaning(one: str, other: str) -> bool:
    """Tell whether two options plainly say the same."""
    return plain(one) == plain(other)


def covers(wide: str, narrow: str) -> bool:
    """Tell whether an option names another one as one of several possibilities."""
    parts = _OR.split(_EITHER.sub("", unicodedata.normalize("NFKC", wide).casefold().strip(_EDGES)))
    return len(parts) > 1 and any(same_meaning(part, narrow) for part in parts)


def overlapping(options: Sequence[str], chosen: int) -> int | None:
    """Return the place of an option that holds whenever the chosen one does, or the other way round; None without.

    >>> overlapping(["甲", "乙", "甲或丙"], 0), overlapping(["甲", "乙", "丙"], 0)
    (2, None)
    """
    for place, other in enumerate(options):
        if place == chosen:
            continue
        if same_meaning(other, options[chosen]) or covers(other, options[chosen]) or covers(options[chosen], other):
            return place
    return None


def contradicts(text: str, letter: str, options: Sequence[str]) -> bool:
    """Tell whether a sample names its letter together with a text that is not that option's.

    A solver that finds 13 where no option says so often takes some letter all the same; it then says "13 is option A".

    Args:
        options: as the solver saw them.
    """
    named = None
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            first, second = match[1], match[2]
            said, content = (
                (first, second) if len(first) == 1 and first.isupper() and pattern is _NAMED[-1] else (second, first)
            )
            if said == letter and (named is None or match.start() >= named[0]):
                named = (match.start(), content)
    if named is None:
        return False
    shown = options[index_of(letter)]
    content = named[1]
    return not same_meaning(content, shown) and plain(shown) not in plain(content)
