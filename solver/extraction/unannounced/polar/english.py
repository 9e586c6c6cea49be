"""Whether an English sentence asserts or denies what an English question asks, a phrase of time or place before it.

``So, on day 9, Kate is on duty.`` to ``Is Kate on duty on day 9?``. All asked words must be there, in the order of the
question, but that a phrase at the start, with its comma, may stand at the end; names and numbers among them no other.
Two names changed over beside ``before`` or ``than`` deny it. When something is, may be left out.

>>> says("So, on day 9, Kate is on duty.", "Is Kate on duty on day 9?")
True
>>> says("Since 17 < 39, Mei comes before Kai.", "Does Kai come before Mei?"), says("Kate is ill.", "Is Kate on duty?")
(False, None)
>>> says("So 4 is an ancestor of 7.", "Is 7 an ancestor of 4?")
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from solver.extraction.unannounced import wordings
from solver.extraction.unannounced.polar import patterns as polar
from solver.extraction.unannounced.polar.asked import EMPTY_EN, EN_WHICH, HAN, WORD, folded, words

_ASIDE = re.compile(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]")
_SET = re.compile(r"\{[^{}]{0,80}\}")
_HEAD = re.compile(r"\A\s*(?:(?:Question|Q) ?\d{0,2}[.:]\s*)?(?:(?:In the end|Finally|After [^,?]{1,40}),\s*)?")
_WHEN = re.compile(r"\s(?:(?:right )?after|in the end|at the end)\b(?![^?]*\b(?:is|are|was|does|do)\b)[^?]{0,40}\Z")
"""When something is: an end of a question that an answer leaves out."""
_AUXILIARY = re.compile(r"(?:is|are|was|were|does|do|did|can|could|will|would|must|has|have)\b", re.IGNORECASE)
_REASON = re.compile(r"\A[\s*_>-]{0,6}(?:Since|Because|As|Given that) .{1,200}?, (?=(?:[^,]{1,120})\Z)", re.DOTALL)
_LEAD = re.compile(
    r"\A[\s\S]{0,160}\b(?:therefore|thus|hence|so|see that|conclude that|means that|follows that)\b,? ?", re.IGNORECASE
)
_PRONOUN = re.compile(r"\A[\s*_]{0,4}(?:it|he|she|they|both|this)\b", re.IGNORECASE)
_BEHIND = re.compile(r", (?:which|who|because|since|as|making|meaning)\b.*\Z", re.DOTALL)
_DETACHED = re.compile(
    r"\A[\s*_]{0,4}(?P<phrase>(?:in|on|at|during)(?: [^\s,]{1,30}){1,5}),\s(?P<rest>.*)\Z", re.IGNORECASE | re.DOTALL
)
"""A phrase of time or place before all else: ``on day 9, Kate is on duty``."""
_ASYMMETRIC = frozenset(
    folded(word)
    for word in "before after above below left right than over under ahead behind parent ancestor father mother".split()
)
_SELDOM = re.compile(
    r"\b(?:only|always|necessarily|every|some|other|another|direct|directly|first|last|again|also|but|although|though"
    r"|while|whereas|however|until|unless|if|neither|either|or|friend|'s)\b|['’]s\b",
    re.IGNORECASE,
)
"""What makes it another statement where the question has not the same word."""
_FILLERS = frozenset(
    folded(word)
    for word in "therefore thus hence so we can see conclude that indeed in fact not no never cannot must there then"
    " consequently this means it he she they both at on and from by with for as a all be clear".split()
)
_MOST_OTHERS = 2
"""Words beyond the asked ones and ``_FILLERS``."""


def says(sentence: str, question: str, *, is_stated: bool = False) -> bool | None:
    """Return whether a sentence asserts (True) or denies (False) what is asked, or None.

    A denial of the question's own is left out, as in ``comparison.says``.

    Args:
        is_stated: the question is a statement, which is to be judged.
    """
    asked = _ASIDE.sub("", _HEAD.sub("", question.strip())).strip().rstrip("?. ")
    asked = _WHEN.sub("", asked)
    if HAN.search(sentence + asked) or EN_WHICH.search(asked) or not (is_stated or _AUXILIARY.match(asked)):
        return None
    wanted = words(polar.DENIAL.sub(" ", asked))
    said = conclusion(sentence)
    told = [match[0] for match in WORD.finditer(said)]
    plain = [folded(word.lower() if word.lower() in _NO_NAMES else word) for word in told]
    missing = [word for word in wanted if word not in plain]
    if len(wanted) < 2 or (missing and not (_PRONOUN.match(said) and _is_prefix(missing, wanted))):
        return None
    if any(word[0].lower() not in asked.lower() for word in _SELDOM.finditer(said)):
        return None
    if any(doubt[0].lower() not in asked.lower() for doubt in wordings.OPEN.finditer(said)):
        return None
    others = set(plain) - set(wanted) - _FILLERS - EMPTY_EN
    named, meant = _names(told), _names([match[0] for match in WORD.finditer(asked)][not is_stated :])
    if set(named) - set(meant) or len(others) > _MOST_OTHERS:
        return None
    denials = len(polar.DENIAL.findall(said))
    if denials > 1:
        return None
    order = [word for word in _in_order(asked, wanted) if word not in missing]
    told_order = [word for word in _in_order(said, wanted) if word in wanted]
    if told_order == order:
        return denials == 0
    turned = [name.lower() for name in named if not name.isdigit() and name in meant]
    if len(turned) != 2 or denials or not _ASYMMETRIC & set(wanted) or polar.CAN_BE.search(said):
        return None
    other = dict(zip(turned, turned[::-1], strict=True))
    return False if [other.get(word, word) for word in told_order] == order else None


def conclusion(sentence: str) -> str:
    """Return what a sentence says behind its reason and its last word that it follows."""
    bare = _SET.sub(lambda listed: listed[0].replace(",", " "), _ASIDE.sub("", sentence))
    said = _REASON.sub("", _BEHIND.sub("", bare))
    return _LEAD.sub("", said) or said


def _is_prefix(missing: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether the words that are missing are what the pronoun stands for: the first of those that are asked."""
    return len(missing) < len(wanted) and list(wanted[: len(missing)]) == list(missing)


def _in_order(told: str, wanted: Sequence[str]) -> list[str]:
    """Return the words of a statement or question that carry meaning; a detached phrase that is asked comes last."""
    detached = _DETACHED.match(told)
    first = _spelt(detached["phrase"]) if detached else ()
    if detached is None or not set(first) <= set(wanted):
        return list(_spelt(told))
    return [*_spelt(detached["rest"]), *first]


def _spelt(told: str) -> tuple[str, ...]:
    """Return the words that carry meaning, without denials and ``must``, which stands elsewhere in a question."""
    small = WORD.sub(lambda word: word[0].lower() if word[0].lower() in _NO_NAMES else word[0], told)
    return tuple(word for word in words(polar.DENIAL.sub(" ", small)) if word != "must")


def names(told: str) -> list[str]:
    """Return the names, numbers and letters of a statement, or of a question, whose first word is none."""
    return _names([match[0] for match in WORD.finditer(told)][told.rstrip().endswith("?") :])


def _names(told: Sequence[str]) -> list[str]:
    """Return the names, numbers and letters among words, each once."""
    names = [
        word
        for place, word in enumerate(told)
        if any(char.isdigit() for char in word)
        or (len(word) == 1 and word not in "aI")
        or (word[0].isupper() and (place or word.lower() not in _NO_NAMES))
    ]
    return list(dict.fromkeys(names))


_NO_NAMES = frozenset("there the this that it he she they we so no both all each every on in at after by from".split())
