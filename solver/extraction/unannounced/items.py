"""Where a sentence names the items of options that are lists: ``Denton 和 Collin`` for the option ``Collin, Denton``.

An option is what is left of it without brackets and quotes, taken apart at its commas, ``和`` and arrows; a sentence
names it if it names its items and no other option's. Their order counts only where options differ in nothing else.

>>> items_of("[Sam, 李明 和 Kim]")
('sam', '李明', 'kim')
>>> Items(OptionTexts(3, ("法国、意大利", "法国", "意大利、西班牙"))).meant(("意大利", "法国"))
0
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from solver.extraction.options import OptionTexts
from solver.extraction.unannounced.mentions import stands_alone

_FEWEST_OF_ALL = 2  # options; of fewer no one is all of the others
_MOST = 40  # options' items; more are no short lists but texts
_LONGEST = 60  # characters of an item
_LONGEST_OPTION = 400  # characters; where an option is longer, none is taken apart
_DRESS = " \t\n*_`\"'“”‘’「」『』《》()（）[]【】{}<>$。.,，;；:："
_SIGNS = r"[、,，;；/&|+→]|-+>|=>|\\(?:rightarrow|to)\b"
_ALONE = re.compile(r"\A(?:仅|只有|唯有|only )(?=.)")
_ARROW = re.compile(r"\\(?:rightarrow|to)\b|-+>")
_AND = rf"\s*(?:(?:{_SIGNS})\s*(?:以及|和|与|及|and\b)?|以及|和|与|及|\band\b|到(?=\s?[A-Za-z\d]))\s*"
_BETWEEN_OPTION = re.compile(_AND)
_SPACED = re.compile(
    r"[A-Za-z]?\d+(?: [A-Za-z]?\d+)+|[A-Za-z](?: [A-Za-z])+|[\u4e00-\u9fff]{1,4}(?: [\u4e00-\u9fff]{1,4})+"
)
_GLUED = re.compile(r"[a-z]{2,5}|[A-Z]{2,5}")
_OPENED = r"[\s*_`\"'“”‘’「」『』《》()（）\[\]【】{}$]{0,8}+"
# Between two items of one list: a sign, or a word and perhaps a short noun or article: ``节点 b 和节点 c``.
_BETWEEN = re.compile(
    rf"{_OPENED}(?:\s?[,，]?\s?(?:以及|和|与|及|、|&|\band\b)\s?(?:[^，,。.;；、\s]{{1,4}}\s?)?|{_AND})?{_OPENED}"
)
_PARTS = re.compile(r"[^\s\u4e00-\u9fff]+|[\u4e00-\u9fff]+")
_VERDICT = re.compile(
    r"是的?|否|不是|不?对的?|不?正确|错误?的?|不?可以|不?能|不?会|不?成立|有|没有|不?存在|真的?|假的?"
    r"|yes|no|true|false|(?:in)?correct|(?:in)?valid|right|wrong"
)
_FIGURE = re.compile(r"[-+−]?\d[\d.,]*(?: ?[%\w°]{1,3})?")
_LETTER_BEFORE = re.compile(r"[A-Za-z0-9_'’+\-/^=]\s?\Z")
_LETTER_AFTER = re.compile(r"[A-Za-z0-9_]|['’][a-z]|\s?[-+/^=]")


class Named(NamedTuple):
    """An item named in a sentence."""

    item: str
    start: int
    end: int
    is_figure: bool
    """It is a number, with or without a unit."""


def items_of(option: str) -> tuple[str, ...]:
    """Return the items of an option's text, in lower case and without decoration."""
    bare = option.strip().strip(_DRESS)
    parts = bare.split(" ") if _SPACED.fullmatch(bare) else _BETWEEN_OPTION.split(bare)
    return tuple(item.lower() for part in parts if (item := part.strip(_DRESS)))


class Items:
    """The items of all options of a question.

    Args:
        options: the options' texts.
    """

    __slots__ = ("_all", "_cases", "of", "universe")

    def __init__(self, options: OptionTexts) -> None:
        cores = options.cores or []
        if any(len(core) > _LONGEST_OPTION for core in cores):
            cores = []
        self.of = [items_of(core) for core in cores]
        alone = [tuple(_ALONE.sub("", item) for item in items) for items in self.of]  # ``仅甲``
        items = [item for own in alone for item in own]
        self.of = alone if len(set(items)) == len(items) else self.of
        self._cases = {core for core in cores if len(core) == 1}
        if cores and all(_GLUED.fullmatch(core) for core in cores) and len({len(core) for core in cores}) == 1:
            self.of = [tuple(core.lower()) for core in cores]
            self._cases = {letter for core in cores for letter in core if letter.isupper()}
        universe = {item for items in self.of for item in items}
        has_twice = any(len(items) > len(set(items)) for items in self.of)
        is_short = len(universe) <= _MOST and all(len(item) <= _LONGEST for item in universe)
        has_verdict = any(_VERDICT.fullmatch(item) for item in universe)
        is_read = is_short and not has_twice and not has_verdict
        self._all = options.named("以上都是") if len(self.of) > _FEWEST_OF_ALL else None
        self.universe = sorted(universe, key=lambda item: (-len(item), item)) if is_read else []

    def named(self, sentence: str) -> list[Named]:
        """Find every place where a sentence names an item, the longest first, in the sentence's order."""
        taken = bytearray(len(sentence))
        found: list[Named] = []
        sentence = _ARROW.sub(lambda arrow: "→".ljust(len(arrow[0])), sentence)
        told = sentence.casefold()
        for item in self.universe:
            parts = _PARTS.findall(item)
            if not all(part.casefold() in told for part in parts):
                continue
            for match in _spaced(parts).finditer(sentence):
                at, end = match.span()
                if not any(taken[at:end]) and self._is_item(sentence, at, end):
                    taken[at:end] = b"\1" * (end - at)
                    found.append(Named(item, at, end, _FIGURE.fullmatch(item) is not None))
        return sorted(found, key=lambda named: named.start)

    def _is_item(self, sentence: str, start: int, end: int) -> bool:
        """Tell whether a range is an item of its own and no part of a word, number or term."""
        if end - start > 1 or not (sentence[start].isascii() and sentence[start].isalpha()):
            return stands_alone(sentence, start, end)
        # Of letters, an article is none, and where options are letters only the same case counts.
        if sentence[start] in "aAI" and sentence.isascii():
            return False
        if self._cases and sentence[start] not in self._cases:
            return False
        return not _LETTER_BEFORE.search(sentence, max(0, start - 2), start) and not _LETTER_AFTER.match(sentence, end)

    def meant(self, said: Sequence[str]) -> int | None:
        """Return the one option of just these items; where several have them, the one that has them in this order."""
        alike = [index for index, items in enumerate(self.of) if said and set(items) == set(said)]
        if not alike and self._all is not None:  # all others' items together: what is all of the above
            others = {item for index, items in enumerate(self.of) if index != self._all for item in items}
            return self._all if others == set(said) else None
        if len({self.of[index] for index in alike}) > 1:
            alike = [index for index in alike if self.of[index] == tuple(said)]
        return alike[0] if alike and len({self.of[index] for index in alike}) == 1 else None


@lru_cache(maxsize=4)
def items_for(options: OptionTexts) -> Items:
    """Return the items of a question's options, which several readers of one text ask for."""
    return Items(options)


def _spaced(parts: Sequence[str]) -> re.Pattern[str]:
    """Return the pattern of an item, with or without a space where Latin and Chinese characters meet."""
    return re.compile(r"\s?".join(re.escape(part) for part in parts), re.IGNORECASE)


def grouped(sentence: str, named: Sequence[Named]) -> list[tuple[int, int]]:
    """Return the stretches of items that stand in one list, as their first and last places in ``named``."""
    groups: list[tuple[int, int]] = []
    for place, item in enumerate(named):
        if groups:
            first, last = groups[-1]
            if _BETWEEN.fullmatch(sentence, named[last].end, item.start):
                groups[-1] = first, place
                continue
        groups.append((place, place))
    return groups
