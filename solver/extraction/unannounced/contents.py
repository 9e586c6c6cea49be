"""The one option whose content the concluding sentence asserts, item by item, where no other reading finds an answer.

``因此 Sam 和 Kim 都有票`` for the option ``Kim, Sam``; ``所以法国与意大利接壤`` for ``意大利``. The sentence may say
anything about the items, as long as it concludes: the question's own words (``和谁在一起``) are in it. Items that are
denied, given as a reason, owners of something else (``Sam 的母亲``), or what the last ones are said of
(``坐在 Sam 旁边的是 Kim``) are none of its content. What the items are is in ``solver.extraction.unannounced.items``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule, last_match
from solver.extraction.unannounced import patterns as weak
from solver.extraction.unannounced import wordings
from solver.extraction.unannounced.items import Items, Named, grouped, items_for
from solver.extraction.unannounced.sentences import SENTENCES, asked_sentence, clauses, is_below_list, last_sentences
from solver.problems.letters import ALPHABET

_LIST_ON = re.compile(r"[\s'\"`*]{0,3}[,，、]\s?['\"`]?\w[^\[\](){}（）\n]{0,80}[\])）}]")
_WAY_ON = re.compile(r"\s?(?:-+>|→|\\(?:right|longright)arrow\b|\\to\b)")
_WAY_BEFORE = re.compile(r"(?:-+>|→|\\(?:right|longright)arrow|\\to)\s?\Z")
_LIST_BEFORE = re.compile(r"[\[(（{][^\[\](){}（）\n]{0,80}\w['\"`]?[,，、]\s?['\"`]?\Z")
_POINT = re.compile(r"[节顶站地]?点(?=\s?\d)")
"""A noun before what options call by its number alone: ``点4 -> 点3``."""
_STOP = 12  # characters; the longest end of a sentence behind its full stop


class _Saying(NamedTuple):
    """What a sentence says of the items it names."""

    said: tuple[Named, ...]
    """What it asserts, each item once; empty where it asserts nothing clear."""
    denied: frozenset[str]
    """What it excludes."""
    concludes: bool
    """It says that it concludes, or what."""


_NOTHING = _Saying((), frozenset(), False)


def contained(text: str, options: OptionTexts, start: int, end: int, question: str | None = None) -> Extraction | None:
    """Read the last sentence that asserts items of the options, if it concludes on those of one option.

    Args:
        question: its text, where known; an item that it names (``谁和 Sam 在一起``) is given and no part of the answer,
            unless an option holds it beside what is asserted.
    """
    if options.cores is None:
        return None
    end = start + len(text[start:end].rstrip())
    items = items_for(options)
    if end <= start or not items.universe or not wordings.STOPS.search(text, max(start, end - _STOP), end):
        return None
    excluded: frozenset[str] = frozenset()
    sentences = _whole_sentences(text, start, end)
    for place, (since, stop) in enumerate(sentences[:SENTENCES]):
        sentence = _POINT.sub(lambda noun: " " * len(noun[0]), text[since:stop])
        named = items.named(sentence)
        if not named:
            if wordings.OF_REASONING.search(sentence) or wordings.OTHERS.search(sentence):
                continue
            return None
        before = text[slice(*sentences[place + 1])] if place + 1 < len(sentences) else ""
        if (
            wordings.ON_OPTION.search(sentence)
            or is_unmeant(text[max(start, since - LOOK_BACK) : since])
            or (wordings.SUPPOSES.match(before) and not is_below_list(text, start, since))
        ):
            return None
        saying = _saying(sentence, named)
        if question and items.meant([name.item for name in saying.said]) is None:
            given = _given(question, items)
            rest = [name for name in named if name.item not in given]
            saying = _saying(sentence, rest) if 0 < len(rest) < len(named) else saying
        is_exclusion = wordings.OTHERS.search(sentence) or wordings.EXCLUDES.search(sentence)
        if saying.denied and not saying.said and is_exclusion:
            excluded |= saying.denied
            continue
        option = items.meant([name.item for name in saying.said])
        denied = saying.denied | excluded
        if option is None or denied.intersection(items.of[option]):
            return None
        is_whole = not text[start:since].strip() and not wordings.REPORTS.search(sentence)
        if not (saying.concludes or is_whole or denied):
            return None
        low, high = since + saying.said[0].start, since + saying.said[-1].end
        return Extraction(ALPHABET[option], ExtractionRule.IMPLIED, (low, high))
    return None


def _given(question: str, items: Items) -> set[str]:
    """Return the items in the sentence that asks; none where it names those of two options, as a choice."""
    given = {name.item for name in items.named(asked_sentence(question))}
    return set() if sum(given.issuperset(own) for own in items.of) > 1 else given


def _whole_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return start and end of the last sentences, the last one first, those that ``；`` joins as one."""
    whole: list[tuple[int, int]] = []
    for since, stop in last_sentences(text, start, end):
        if whole and text[:stop].endswith("；"):
            whole[-1] = since, whole[-1][1]
        else:
            whole.append((since, stop))
    return whole


def _saying(sentence: str, named: Sequence[Named]) -> _Saying:
    """Return what a sentence asserts and excludes behind its last 因此, if it asks, supposes and doubts nothing."""
    rest = sentence
    groups = grouped(sentence, named)
    for first, last in groups:
        low, high = named[first].start, named[last].end
        rest = rest[:low] + "\0" * (high - low) + rest[high:]
    therefore = last_match(wordings.FOLLOWS, rest, 0, len(rest))
    if wordings.CONDITIONAL.search(rest) or wordings.SUPPOSES.match(rest) or wordings.UNKNOWN.search(rest):
        return _NOTHING
    if therefore is not None and wordings.DENIED_BEFORE.search(rest[: therefore.start()]):
        return _NOTHING
    since = 0 if therefore is None else therefore.end()
    if wordings.EXCLUDES.fullmatch(rest, since):
        return _Saying((), frozenset(name.item for name in named), True)
    said, denied = _said(rest, named, groups, since)
    is_behind = "\0" in rest[since:] and not wordings.PRONOUN.match(rest, since)
    if therefore is not None and not said and not is_behind and not wordings.DENIES.search(rest, since):
        said, denied = _said(rest[: therefore.start()], named, groups, 0)
    concludes = therefore or (
        (wordings.FIRM.search(rest) or _fits(rest) or _is_complement(rest, named[-1]))
        and not wordings.REPORTS.search(rest)
    )
    names = _together(said, is_firm=bool(denied))
    return _Saying(() if denied.intersection(name.item for name in names) else names, denied, bool(concludes))


def _said(
    rest: str, named: Sequence[Named], groups: Sequence[tuple[int, int]], since: int
) -> tuple[list[tuple[Named, ...]], frozenset[str]]:
    """Return the groups of items that are asserted behind ``since``, and the items that are denied there."""
    if wordings.OPEN.search(rest, since) or wordings.EITHER_ITEM.search(rest, since):
        return [], frozenset()
    said: list[tuple[Named, ...]] = []
    owners: list[tuple[Named, ...]] = []
    denied: set[str] = set()
    parts = list(clauses(rest, since))
    for place, (start, stop) in enumerate(parts):
        inside = [tuple(named[first : last + 1]) for first, last in groups if start <= named[first].start < stop]
        if not inside or wordings.REASON.match(rest, start, stop):
            continue
        behind = parts[place + 1] if place + 1 < len(parts) else (stop, stop)
        if wordings.DENIES.search(rest, start, stop) or _is_denied_behind(rest, inside[-1], stop, behind):
            denied |= {name.item for group in inside for name in group}
            continue
        for group in inside:
            if _is_described(rest, group, inside[-1]):
                continue
            if wordings.OWNS.match(rest, group[-1].end) and not wordings.MOST.search(rest, group[-1].end, stop):
                if wordings.PRONOUN.match(rest, start) or (len(inside) > 1 and not _is_of(rest, inside[0], group)):
                    return [], frozenset()
                if len(inside) == 1 and (len(group) > 1 or _has_subject(rest, start, group)):
                    owners.append(group)
            elif _is_joined(rest, group):
                return [], frozenset()
            else:
                said.append(group)
    return said or owners, frozenset(denied)


def _together(said: Sequence[tuple[Named, ...]], *, is_firm: bool) -> tuple[Named, ...]:
    """Return what all groups say, each item once: disjoint groups, or one again; numbers in one list, or if firm."""
    contents = {tuple(name.item for name in group) for group in said}
    names = tuple(name for group in (said[-1:] if len(contents) == 1 else said) for name in group)
    is_list = len(contents) == 1 and len(names) > 1
    if len(names) > len({name.item for name in names}):
        return ()
    return () if not (is_list or is_firm) and any(name.is_figure for name in names) else names


def _is_denied_behind(rest: str, group: Sequence[Named], stop: int, behind: tuple[int, int]) -> bool:
    """Tell whether what follows a clause denies it: ``乙，不符合``, ``Tom did | not go``, but not ``丙，不是乙``."""
    goes_on = behind[0] == stop and rest.startswith("not", stop)
    if not goes_on and rest[group[-1].end : stop].strip(' *_"”」'):
        return False
    return wordings.DENIES.search(rest, *behind) is not None and "\0" not in rest[slice(*behind)]


def _is_of(rest: str, first: Sequence[Named], owner: Sequence[Named]) -> bool:
    """Tell whether a clause says whose the item before is: ``Kim 是 Sam 的母亲``."""
    return wordings.IS_OF.fullmatch(rest, first[-1].end, owner[0].start) is not None


def _has_subject(rest: str, start: int, group: Sequence[Named]) -> bool:
    """Tell whether a clause says something of somebody before it names whose it is: ``她住在 Sam 的左边``."""
    return wordings.SAYS.search(rest, start, group[0].start) is not None and "是" not in group[0].item


def _fits(rest: str) -> bool:
    """Tell whether a sentence says without a but that something fits what is asked for."""
    return wordings.FITS.search(rest) is not None and wordings.TURNS.search(rest) is None


def _is_complement(rest: str, last: Named) -> bool:
    """Tell whether a sentence ends on its last item behind 是, is …"""
    before = rest[: last.start].rstrip("\0")
    is_said = weak.COPULA.search(before) or wordings.INCLUDES.search(before)
    return wordings.TAIL.fullmatch(rest, last.end) is not None and is_said is not None


def _is_joined(rest: str, group: Sequence[Named]) -> bool:
    """Tell whether a group is part of a list of more, or only says where something is, or what it is compared with."""
    if _WAY_ON.match(rest, group[-1].end) or _WAY_BEFORE.search(rest[: group[0].start]):
        return True  # a part of a longer way
    if _LIST_ON.match(rest, group[-1].end) or _LIST_BEFORE.search(rest[: group[0].start]):
        return True  # a part of a longer list in brackets
    is_only = wordings.ONLY_BEFORE.search(rest[: group[0].start]) is not None  # ``只有乙在甲的左边``
    return (wordings.LIST_GOES_ON if is_only else wordings.JOINED_ON).match(
        rest, group[-1].end
    ) is not None or wordings.LISTED_BEFORE.search(rest[: group[0].start]) is not None


def _is_described(rest: str, group: Sequence[Named], last: Sequence[Named]) -> bool:
    """Tell whether a group only belongs to what the clause's last one is said to be: ``坐在 Sam 旁边的是 Kim``."""
    between = rest[group[-1].end : last[0].start]
    return wordings.IS_SAID.search(between) is not None or wordings.WHOSE.fullmatch(between) is not None
