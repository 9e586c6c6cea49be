"""Whether a conclusion names those it speaks of where the question names them: ``B到A`` is another thing than ``A到B``.

It only takes readings back and finds none. Names are Latin words of a Chinese question, and letters, numbers, 甲 and
the like of any; a Chinese name is known as the subject alone.

>>> are_kept("Mia can beat Tom", "Can Tom beat Mia?"), are_kept("Tom can beat Mia", "Can Tom beat Mia?")
(False, True)
>>> are_kept("Tom的父亲是Adam", "Adam是Tom的父亲吗？"), are_kept("Tom是Adam的父亲", "Adam是Tom的父亲吗？")
(True, False)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from solver.extraction.unannounced.polar.asked import HAN, folded
from solver.extraction.unannounced.polar.english import names

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_']*|\d+(?:\.\d+)?|[甲乙丙丁戊己庚辛壬癸]")
_BOTH_WAYS = re.compile(
    r"相[邻连同似等交反互]|邻[居近接]|朋友|同[学事伴桌]|兄弟|姐妹|夫妻|互|之间|平行|垂直"
    r"|\b(?:adjacent|next to|neighbou?rs?|siblings?|friends?|between|same|equal|married|touch\w{0,3}|parallel"
    r"|different|both)\b",
    re.IGNORECASE,
)
"""What is so of two in either order."""
_LED = re.compile(r"(?:从|自|被|比|由|\b(?:from|by|than|of))\s?\Z")
_OWNS = re.compile(r"\s?的|['’]s\b")
_ALL = re.compile(r"所有|有些|有的|凡|每|任何|一切|都是|\b(?:all|every|some|each|any)\b", re.IGNORECASE)
_QUANTIFIERS = frozenset("所有些每凡一切任何")
_HEAD = 2  # characters of a Chinese subject's end that are looked for


_OF_ALL = re.compile(r"所有|每[个一]|全部|都|\b(?:all|every|each)\b", re.IGNORECASE)
_OF_SOME = re.compile(r"有些|(?<!所)有的|部分|一些|至少有?一|\bsome\b", re.IGNORECASE)


def is_of_fewer(conclusion: str, question: str) -> bool:
    """Tell whether a conclusion is on some, where all are asked about: ``有些猫是狗`` to ``所有的猫都是狗吗``."""
    return bool(_OF_ALL.search(question) and _OF_SOME.search(conclusion)) and not _OF_SOME.search(question)


def are_kept(conclusion: str, question: str) -> bool:
    """Tell whether names stand in a conclusion in the question's order, or in another but marked as they are there.

    Args:
        conclusion: what a last sentence concludes.
        question: the sentence that asks.
    """
    if _BOTH_WAYS.search(question):
        return True
    asked, said = _named(question), _named(conclusion)
    for one, other in pairwise([name for name in asked if name in said]):
        if said[one][0] < said[other][0]:
            continue
        if asked[one][1:] != said[one][1:] or asked[other][1:] != said[other][1:] or asked[one][1:] == asked[other][1:]:
            return False
    return True


def is_subject_kept(said: Sequence[str], subject: Sequence[str], predicate: Sequence[str], question: str) -> bool:
    """Tell whether a Chinese subject stands before or behind its predicate in a conclusion, and not within it.

    Args:
        said: the conclusion's words.
        subject: the asked subject's words.
        predicate: the words of what is asked of it.
        question: the sentence that asks.
    """
    head = [word for word in subject if word not in _QUANTIFIERS][-_HEAD:]
    if not head or _BOTH_WAYS.search(question) or any(HAN.fullmatch(word) is None for word in head):
        return True
    at = next((at for at in range(len(said)) if list(said[at : at + len(head)]) == head), None)
    places, since = [], 0
    for word in predicate:
        if word in said[since:]:
            places.append(since + list(said[since:]).index(word))
            since = places[-1] + 1
    if at is None or not places or set(head) <= set(predicate):
        return True
    return at < places[0] or (at > places[-1] and _ALL.search(question) is None)


def _named(told: str) -> dict[str, tuple[int, bool, bool]]:
    """Return the names of a text: where each stands first, and whether it is led by 从, 比 …, or owns something."""
    if HAN.search(told) is None:
        found = [match for name in names(told) if (match := re.search(rf"\b{re.escape(name)}\b", told))]
    else:
        found = list(_NAME.finditer(told))
    named: dict[str, tuple[int, bool, bool]] = {}
    count = Counter(folded(match[0]) for match in found)
    for match in found:
        if count[folded(match[0])] > 1 and told.rstrip().endswith(("?", "？")):
            continue  # of one that is named twice nobody knows where it belongs
        is_led = _LED.search(told[: match.start()]) is not None
        named.setdefault(folded(match[0]), (match.start(), is_led, _OWNS.match(told, match.end()) is not None))
    return named
