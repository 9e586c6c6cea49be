"""Renaming the people of any problem by rule, where it can be shown that only names change.

The rule is narrow on purpose. Names are known ones (``synth.puzzles.names``: 小明, 张伟, Alice …) or the Heavenly Stems
(甲, 乙, 丙 …); new names come from the same pool. A problem is refused, with the reason, unless all of this holds:

* no word of it speaks about names, letters, strokes or sexes, so that nothing can hang on what somebody is called;
* old names do not overlap each other, stems stand in no everyday word (甲板, 自己), Latin names stand alone;
* no new name, nor a piece of one, is there already;
* giving the old names back restores every byte.

A bijection of names that nothing else in the text can see leaves every answer as it is.

>>> found = renamed(["小明比小红高，谁高？", "小明", "小红"], Random(1))
>>> isinstance(found, Renamed) and found.texts[0].endswith("高，谁高？") and "小明" not in found.texts[0]
True
>>> renamed(["小明是男生。"], Random(1))
Refused(reason='speaks about names, letters or sexes')
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from synth.puzzles.names import PERSONS_EN, PERSONS_ZH

STEMS = tuple("甲乙丙丁戊己庚辛壬癸")
_POOLS: tuple[tuple[str, ...], ...] = (*(pool for pool in PERSONS_ZH if pool != STEMS), *PERSONS_EN)
_SENSITIVE = re.compile(
    r"名字|姓名|姓氏|姓[^氏]|叫做|字母|笔画|笔顺|拼音|首字|谐音|汉字|个字|音节|编号|代号"
    r"|[他她]|男|女|先生|太太|小姐|父|母|爸|妈|爷|奶|哥|弟|姐|妹|丈夫|妻|儿子|孙|叔|姨|舅|姑|性别|国王|王后|公主|王子"
    r"|\b(?:he|she|his|hers?|him|m[ae]n|wom[ae]n|boys?|girls?|mr|mrs|ms|father|mother|brother|sister|son|daughter"
    r"|husband|wife|uncle|aunt|king|queen|names?|named|letters?|alphabet\w*|gender|male|female|spell\w*|vowels?)\b",
    re.IGNORECASE,
)
"""Words on which a name could matter: what it looks like, or whether it is a man's or a woman's."""
_STEM_WORDS = re.compile(
    r"甲[板壳虫状骨等级类型烷醇醛苯]|指甲|装甲|盔甲|马甲|花甲|铠甲|[乙丙丁][烷烯炔醇酸等级类型]|乙[肝脑]|园丁|布丁|壮丁|人丁|丁[香字]|补丁"
    r"|[自知异克]己|己[见任所]|[艰悲]辛|辛[苦勤辣酸劳]|天干|地支|干支|[子丑寅卯辰巳午未申酉戌亥]年"
)
_MAX_NAMES = 12


class Renamed(NamedTuple):
    """Texts with other names."""

    texts: tuple[str, ...]
    names: Mapping[str, str]
    """Old name -> new name."""


class Refused(NamedTuple):
    """Why nothing was renamed."""

    reason: str


def renamed(texts: Sequence[str], rng: Random) -> Renamed | Refused:
    """Rename everybody in some texts that belong together.

    Args:
        texts: problem, questions and options.
        rng: chooses the new names.
    """
    whole = "\n".join(texts)
    # Names are taken out first: 孙 is a word for a grandchild, and 孙浩 is not.
    pool, names = _found(whole)
    if not names:
        return Refused("no known names")
    if len(names) > _MAX_NAMES:
        return Refused("too many names")
    if _SENSITIVE.search(_swapped(whole, dict.fromkeys(names, "\0"))):
        return Refused("speaks about names, letters or sexes")
    if pool == STEMS and (_STEM_WORDS.search(whole) or len(names) < 2):
        return Refused("stems that may be no names")
    if any(one != two and one in two for one in names for two in names):
        return Refused("one name is part of another")
    free = [name for name in pool if not _is_there(name, whole)]
    if len(free) < len(names):
        return Refused("too few other names")
    mapping = dict(zip(names, rng.sample(free, len(names)), strict=True))
    back = {new: old for old, new in mapping.items()}
    result = tuple(_swapped(text, mapping) for text in texts)
    if any(_swapped(new, back) != old for new, old in zip(result, texts, strict=True)):
        return Refused("cannot be undone")
    return Renamed(result, mapping)


def _found(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the one pool whose names occur, and the names in order of appearance; none where two pools do."""
    hits = []
    for pool in _POOLS:
        names = [name for name in pool if _at(name, text) >= 0]
        if names:
            hits.append((pool, names))
    stems = [name for name in STEMS if name in text]
    if len(stems) >= 2:
        hits.append((STEMS, stems))
    if len(hits) != 1:
        return (), []
    pool, names = hits[0]
    return pool, sorted(names, key=lambda name: _at(name, text))


def _at(name: str, text: str) -> int:
    match = _pattern([name]).search(text)
    return -1 if match is None else match.start()


def _is_there(name: str, text: str) -> bool:
    """Tell whether a name, or for Chinese names the part that tells it from others, is in the text."""
    if name.isascii():
        return name.casefold() in text.casefold()
    return name in text or (len(name) > 1 and name[-1] in text)


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    parts = [rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])" if name.isascii() else re.escape(name) for name in names]
    return re.compile("|".join(sorted(parts, key=len, reverse=True)))


def _swapped(text: str, mapping: Mapping[str, str]) -> str:
    """Replace all names at once, so that swaps do not run into each other."""
    return _pattern(list(mapping)).sub(lambda match: mapping[match[0]], text)
