"""Whether a sentence asserts or denies what is asked: ``因此马比大象小`` denies 马比大象大.

A clause counts where the asked predicate stands in it, all its words in order, of the asked subject or of none. It
asserts it; or it denies it by a denial before or a verdict behind it, by its opposite (大 for 小), by another number,
or with both sides of a comparison changed over. A sentence of two minds says nothing.

>>> from solver.extraction.unannounced.polar.asked import proposition
>>> asked = proposition("马比大象大吗？")
>>> asked and [says(text, asked) for text in ("所以马比大象小", "所以马比大象大", "大象比狗大", "所以大象比马大")]
[False, True, None, False]
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from solver.extraction.unannounced import wordings
from solver.extraction.unannounced.polar import patterns as polar
from solver.extraction.unannounced.polar.asked import COUNTER, HAN, WORD, Proposition, folded, plain

_CANNOT = re.compile(r"无法|不能(?!不)|不可以")
_GAP, _HAN_GAP = 8, 4  # words between two words of the predicate; between two of one Chinese character
_LEAD = 12  # characters before the predicate in which a denial is one of it


def _words_of(told: str) -> tuple[str, ...]:
    return tuple(told) if HAN.search(told) else (folded(told),)


_OPPOSED = tuple(
    (_words_of(this), _words_of(that), "/".join(pair) in polar.CONTRARY)
    for pair in polar.OPPOSITES
    for this, that in (pair, pair[::-1])
)
"""The words of one, those of its opposite, and whether there is nothing between both."""


class _Word(NamedTuple):
    """One word of a clause, in small letters, and where it stands."""

    text: str
    start: int
    end: int


class _Found(NamedTuple):
    """Where a predicate's words stand among a clause's."""

    places: tuple[int, ...]
    is_other: bool
    """The number that it begins with is another."""


def says(sentence: str, asked: Proposition) -> bool | None:
    """Return whether a sentence asserts (True) or denies (False) a predicate of its subject, or None.

    A denial of the question's own (``Proposition.is_denied``) is left to the caller, as is what supposes or asks.
    """
    if _is_of_another(sentence, asked):
        return None
    said: set[bool] = set()
    told = list(clauses(sentence))
    for place, clause in enumerate(told):
        verdict = _clause_says(clause, asked, is_last=place == len(told) - 1)
        if verdict is not None:
            plainly = polar.SURELY.sub("", clause)
            if asked.is_possible:  # ``有一条可能的路``: asked for, and no doubt
                plainly = plainly.replace("可能", "")
            if any(not _is_asked(doubt[0], asked) for doubt in wordings.OPEN.finditer(plainly)):
                return None
            said.add(verdict)
    if not said and asked.is_verdict and len(told) > 1 and told[-1].lstrip().startswith("这"):
        judged = polar.VERDICT_ALONE.fullmatch(told[-1].strip())  # ``…结果是0，这是不成立的``
        before = [_Word(folded(match[0]), match.start(), match.end()) for match in WORD.finditer(told[-2])]
        if judged is not None and _placed(before, asked.predicate, ""):
            return judged["no"] is None
    return said.pop() if len(said) == 1 else None


def _is_asked(word: str, asked: Proposition) -> bool:
    """Tell whether what seems a doubt only repeats a word of the question: ``目前`` in ``手目前是否空闲``."""
    own = {*asked.subject, *asked.predicate}
    return {folded(found[0]) for found in WORD.finditer(word)} <= own


def clauses(sentence: str) -> Iterator[str]:
    """Yield the clauses that conclude, without marks; those that give a reason are left out."""
    for clause in polar.CLAUSE_ENDS.split(plain(sentence)):
        if clause.strip() and not polar.REASON.match(clause):
            yield polar.BECAUSE.split(clause)[0]


def _is_of_another(sentence: str, asked: Proposition) -> bool:
    """Tell whether a sentence names none of the Latin names that are asked about, but another one."""
    own = {word for word in asked.subject if _is_name(word)}
    said = {match[0].lower() for match in WORD.finditer(sentence)}
    return bool(own) and not own & said and any(_is_name(word) for word in said - set(asked.predicate))


def _is_name(word: str) -> bool:
    return word.isascii() and word.isalpha()


def _clause_says(clause: str, asked: Proposition, *, is_last: bool) -> bool | None:
    said = _part_says(clause, asked, is_last=is_last)
    if said is None and asked.subject:
        # What predicate and subject share may be told once: ``物品甲在乙的上方`` to ``物品甲在物品乙的上方吗``.
        rest = tuple(
            word
            for word in asked.predicate
            if word not in asked.subject or HAN.fullmatch(word) is None or word in polar.DEGREES
        )
        if 1 < len(rest) < len(asked.predicate):
            said = _part_says(clause, asked._replace(predicate=rest), is_last=is_last)
    return said


def _part_says(clause: str, asked: Proposition, *, is_last: bool) -> bool | None:
    words = [_Word(folded(match[0]), match.start(), match.end()) for match in WORD.finditer(clause)]
    found = _placed(words, asked.predicate, asked.link)
    other_way = _other_way(asked) if asked.subject else ()
    if other_way and _placed(words, other_way, "") and not _placed(words, asked.subject + asked.predicate, ""):
        return None if polar.DENIAL.search(clause) or polar.CAN_BE.search(clause) else False
    if found is not None:
        held = _held(clause, words, found, asked)
        # Where a statement is judged, it may be told again before the verdict.
        if held is not None:
            return None if held and asked.is_verdict and not is_last else held
    elif _with_another_value(words, asked.predicate) or any(_placed(words, turned, "") for turned in _turned(asked)):
        return None if polar.DENIAL.search(clause) or polar.CAN_BE.search(clause) else False
    for opposite, is_contrary in _opposites(asked.predicate) if found is None else ():
        placed = _placed(words, opposite, asked.link)
        if placed is not None:  # what is not smaller need not be larger
            held = None if polar.CAN_BE.search(clause) else _held(clause, words, placed, asked)
            return False if held else True if held is False and is_contrary else None
    verdict = polar.ON_ASKED.search(clause)
    if verdict is not None and (asked.is_verdict or not verdict["said"]):
        return not (verdict["no"] or verdict["nay"])
    alone = polar.VERDICT_ALONE.fullmatch(clause.strip()) if asked.is_verdict and asked.is_supposed else None
    if alone is not None:
        return not alone["no"]
    is_on_move = asked.predicate in polar.PERMITTED and polar.MOVES.search("".join(asked.subject))
    if is_on_move and polar.GETS_TO.search(clause) and _CANNOT.search(clause):
        return False
    return _fulfilled(clause, words, asked, is_last=is_last)


def _fulfilled(clause: str, words: Sequence[_Word], asked: Proposition, *, is_last: bool) -> bool | None:
    """Read what fulfils a condition, or lies within a range, and what does not."""
    found = polar.FULFILS.search(clause) or polar.WITHIN.search(clause)
    if found is None or polar.BREACHES & set(asked.predicate) or not _is_matter(found, asked):
        return None
    before = clause[: found.start()]
    lead = [word for word in words if word.end <= found.start()]
    if polar.DENIAL.search(before) or wordings.OPEN.search(before) or not _is_of(before, lead, (), asked):
        return None
    if not is_last and not (polar.PRONOUN.search(before) or {word.text for word in lead} & set(asked.subject)):
        return None  # where something is, not what
    return not (polar.DENIAL.search(found[0]) or found[0].startswith("超出"))


def _is_matter(found: re.Match[str], asked: Proposition) -> bool:
    """Tell whether a condition is any one or that of the predicate, and a range what is asked about."""
    condition = found.groupdict().get("condition")
    if condition is None:
        return asked.link in ("在", "位于") or bool(polar.PLACES & set(asked.predicate))
    told = [match[0].lower() for match in WORD.finditer(polar.ANY_CONDITION.sub("", condition))]
    return 2 * sum(word in asked.predicate for word in told) >= len(told)


def _placed(words: Sequence[_Word], predicate: Sequence[str], link: str) -> _Found | None:
    """Return where a predicate's words stand, all in order; the last such place.

    A predicate that begins with a number behind 是 or 有 is a value: any number stands for it.
    """
    is_value = link != "" and polar.SAME_LINK.get(link, link) in ("是", "有") and _is_number(predicate[0])
    for start in range(len(words) - 1, -1, -1):
        if words[start].text != predicate[0] and not (is_value and _is_number(words[start].text)):
            continue
        places = [start]
        for word in predicate[1:]:
            gap = _HAN_GAP if HAN.fullmatch(word) and HAN.fullmatch(words[places[-1]].text) else _GAP
            reach = range(places[-1] + 1, min(len(words), places[-1] + 2 + gap))
            nearest = next((place for place in reach if words[place].text == word), None)
            if nearest is None:
                break
            places.append(nearest)
        if len(places) == len(predicate):
            return _Found(tuple(places), words[start].text != predicate[0])
    return None


def _with_another_value(words: Sequence[_Word], predicate: Sequence[str]) -> _Found | None:
    """Return where a predicate stands with another number behind 为 or 是: ``出度为1的节点`` for ``出度为0的节点``."""
    at = next((at for at in range(1, len(predicate)) if predicate[at - 1] in "为是" and _is_number(predicate[at])), 0)
    others = (
        {word.text for word in words if _is_number(word.text)} - {predicate[at]} if 1 < at + 1 < len(predicate) else ()
    )
    found = (_placed(words, (*predicate[:at], other, *predicate[at + 1 :]), "") for other in others)
    return next((place for place in found if place is not None), None)


def _is_number(word: str) -> bool:
    return polar.NUMERAL.fullmatch(word) is not None


def _turned(asked: Proposition) -> Iterator[tuple[str, ...]]:
    """Yield a comparison with both sides changed over: ``大象比马大`` for ``马比大象大``."""
    whole = asked.subject + asked.predicate
    for sign in ("比", "than"):
        if whole.count(sign) != 1:
            continue
        at = whole.index(sign)
        for size in (1, 2):  # words of what is compared
            if sign == "than":
                one, how, other = whole[: at - size], whole[at - size : at + 1], whole[at + 1 :]
                turned = (*other, *how, *one)
            else:
                one, other, how = whole[:at], whole[at + 1 : -size], whole[-size:]
                turned = (*other, sign, *one, *how)
            if one and other and one != other:
                yield turned


def _other_way(asked: Proposition) -> tuple[str, ...]:
    """Return what goes one way told the other way, ``乙在甲的左边`` for ``甲在乙的左边``; empty where both may be."""
    told = "".join(word if HAN.fullmatch(word) else "_" for word in asked.predicate)
    relation = polar.ONE_WAY.search(told)
    other = asked.predicate[: relation.start()] if relation is not None else ()
    return (*other, *asked.subject, *asked.predicate[len(other) :]) if other and other != asked.subject else ()


def _opposites(predicate: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the predicate with one of its words replaced by its opposite, and whether there is nothing between both."""
    for here, there, is_contrary in _OPPOSED:
        if here[0] not in predicate:
            continue
        for at in range(len(predicate) - len(here), -1, -1):
            if predicate[at : at + len(here)] == here:
                yield (*predicate[:at], *there, *predicate[at + len(here) :]), is_contrary
                break


def _held(clause: str, words: Sequence[_Word], found: _Found, asked: Proposition) -> bool | None:
    """Return whether a clause asserts the words at their places, or denies them; None where it only mentions them."""
    places = found.places
    start, end = words[places[0]].start, words[places[-1]].end
    before, behind = clause[:start], clause[end:].lstrip(polar.CLOSERS)
    gaps = [clause[words[one].end : words[other].start] for one, other in pairwise(places)]
    if polar.UNCERTAIN.search(clause) or not _is_of(before, words[: places[0]], gaps, asked):
        return None
    if polar.UNTOLD.search(before):
        return False
    if wordings.EITHER.match(behind):
        return None  # that, or something else
    verdict = polar.VERDICT.match(behind)
    if verdict is None and behind.startswith("的") and not polar.DRAWN.fullmatch(behind):
        return None  # it only describes something else
    near = _joined(before[-_LEAD:], behind, asked, is_judged=verdict is not None)
    if near is None:
        return None
    denials = sum(len(polar.DENIAL.findall(part)) for part in (near, *gaps))
    denials += polar.IMPOSSIBLE.search(before) is not None
    denials += polar.BREAKS.match(behind) is not None
    denials += (verdict is not None and verdict["no"] is not None) or behind.startswith("不存在")
    is_value = not denials and _is_value(before, behind) and not polar.CAN_BE.search(clause)
    if denials > 1 or (found.is_other and not is_value):
        return None
    return denials == 0 and not found.is_other


def _joined(near: str, behind: str, asked: Proposition, *, is_judged: bool) -> str | None:
    """Return what joins a predicate to its subject, before or behind it; None where nothing does."""
    link = polar.SAME_LINK.get(asked.link, asked.link)
    joint = polar.LINKED.get(link)
    if joint is None or joint.search(near):
        return near
    turned = polar.TURNED_LINK.match(behind) if link == "是" else None
    if turned is not None:
        is_own = bool(asked.subject) and set(asked.subject) <= {match[0].lower() for match in WORD.finditer(behind)}
        return near + turned[0] if is_own else None
    is_there = link == "有" and polar.EXISTS.match(behind) is not None
    return near if is_judged or is_there or polar.DENIAL.search(near) else None


def is_each_in(own: Sequence[str], said: set[str]) -> bool:
    """Tell whether two thirds of the words of each one that is asked about are among those said, and its 甲 or 乙."""
    part: list[str] = []
    for word in (*own, polar.BETWEEN[0]):
        if word not in polar.BETWEEN:
            part.append(word)
            continue
        if 3 * sum(one in said for one in part) < 2 * len(part) or polar.STEMS & set(part) - said:
            return False
        part = []
    return True


def _ordered(told: Sequence[str], names: Collection[str]) -> list[str]:
    """Return the names among words, each once, in their order."""
    return list(dict.fromkeys(word for word in told if word in names))


def _is_value(before: str, behind: str) -> bool:
    """Tell whether a number that differs is a value: no part of a term, with nothing but a unit behind it."""
    return before[-1:] not in polar.EXPRESSION and len(behind.strip("。.!！")) <= 2


def _is_of(before: str, lead: Sequence[_Word], gaps: Sequence[str], asked: Proposition) -> bool:
    """Tell whether what stands before a predicate is the asked subject, stands for it, or is none."""
    own = asked.subject
    if not own:
        return True
    said = {word.text for word in lead} | {match[0].lower() for gap in gaps for match in WORD.finditer(gap)}
    names = {word for word in own if HAN.fullmatch(word) is None or _is_number(word)}
    others = {word for word in said if HAN.fullmatch(word) is None} - names - set(asked.predicate)
    is_value = (len(asked.predicate) == 1 and _is_number(asked.predicate[0])) or own[-1] in polar.RECKONED
    if any(HAN.fullmatch(word) is None for word in names) and names <= said:
        return not polar.FROM_TO & set(own) or _ordered(own, names) == _ordered([word.text for word in lead], names)
    if is_each_in(own, said) or (is_value and set(own[-2:]) <= said):
        return not (names - said and others)
    rest = COUNTER.sub("", polar.DENIAL.sub("", polar.FILLER.sub("", before)))
    left = [word for word in WORD.findall(rest) if word not in "是为在有被不等于"]
    pronoun = polar.PRONOUN.search(rest)
    return (
        not left
        or (pronoun is not None and (len(left) <= 2 or not rest[: pronoun.start()].strip()))
        or (is_value and len(left) == 1 and left[0] in others)
    )
