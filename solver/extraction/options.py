"""Which option a piece of text means: by its exact text, or by what can only mean one of them.

>>> OptionTexts(3, ("2种", "3种", "12种")).named("2")
0
>>> OptionTexts(2, ("可以", "不可以")).named("不能")
1
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from solver.extraction.variants import unified
from solver.problems.letters import ALPHABET

# Characters; a longer option is not looked for behind an announcement. It would be compared at every one, which for
# long texts with long options takes the product of both (the longest option in shared/data has a third of this).
LONGEST_OPTION = 1000
_LONGEST_VALUE = 40  # characters; what is longer is a sentence, and only an option's exact text
_LONGEST_WHOLE = 200  # characters; where an option is longer, only exact texts count
_DRESS = '*_`"“”「」『』$ '

# Words for yes and for no, kind by kind: the first of a pair never means an option of another kind.
_KINDS = tuple(
    (frozenset(yes.split()), frozenset(no.split()))
    for yes, no in (
        ("是 是的 对 对的 正确 正确的 yes true correct", "否 不是 不对 错 错的 错误 错误的 不正确 no false incorrect"),
        ("可以 能 能够", "不可以 不能 不能够"),
        ("有 存在", "没有 无 不存在"),
    )
)
_SORT = r"(?:对|正确|是|成立|符合|可能|可以|行|合适|满足)"
_WHICH = r"(?:以上|上述|前面|前述)?(?:的?(?:各|所有|全部)?(?:选项|项|答案|说法|情况))?(?:都|均|皆|全|全都|全部)"
_NONE_OF = re.compile(
    rf"{_WHICH}(?:不|没|非|错误?|无一)(?:{_SORT}(?:的|要求|题意|条件)?)?"
    r"|none of (?:the )?(?:above|these|them|others|options)|neither"
)
_ALL_OF = re.compile(
    rf"{_WHICH}{_SORT}的?|所有(?:以上|上述)的?\w{{0,4}}|(?:以上|上述)(?:所有|全部)的?\w{{0,4}}"
    r"|all of (?:the )?(?:above|these|them)"
)

_CIRCLED = re.compile(r"[①-⑳](?:[、,，和及与& ]{0,3}[①-⑳]){0,19}")
_X = re.compile(r"(?<![A-Za-z0-9])[Xx](?![A-Za-z0-9])")
_LONE = re.compile(r"(?<![A-Za-z0-9])[A-Z](?![A-Za-z0-9])")
_NUMBERS = tuple(
    words.split()
    for words in (
        "zero one two three four five six seven eight nine ten",
        "零 一 二 三 四 五 六 七 八 九 十",
    )
)
"""Words for numbers, from none on."""
_BETWEEN = re.compile(r"[、,，和及与& ]")
_JOINS = re.compile(r"\s?(?:&|、|，|和|与|及|以及|,? and|,)\s?")
_FEWEST_JOINED = 2
_BRACKET = re.compile(r"[\[\](){}（）<>→-]")
_IN_BRACKETS = re.compile(r"\A[\[({](.+)[\])}]\Z")
_HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2,12}")
_SORT_WORD = re.compile(
    r"(?:[城市镇村县区山河湖路街]|先生|女士|小姐|同学|老师|医生|教授|叔叔|阿姨|伯伯|舅舅|爷爷|奶奶|[里上下外]面)\Z"
)
_ANOTHER = re.compile(r"[不没无非未别假错反前后左右或和与及、，的\da-zA-Z]")
_NUMERIC = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
_WITH_UNIT = re.compile(r"([+-]?\d+(?:[.,]\d+)*) ?(?:[^\W\d_]|[%°℃]){1,6}")
# What may stand around a name or value inside an option without being a part of the word.
_BEFORE = frozenset('乘坐是为的在和与及由给把被对向从有或：:（(“"、，, \n')
_AFTER = frozenset('是为的在和与及说最先把被对有不将能会去，,、。；;：:（）()”" \n个种次')
# Words that are no name and no value, though one option alone may hold them.
_STEMS = frozenset("甲乙丙丁戊己庚辛壬癸")
"""Names of one character."""
_COMMON = frozenset(
    "正确 错误 不对 选项 答案 题目 以上 这个 那个 一个 无法 不能 可以 不是 没有 The This That It A An Not None".split()
)


def core_of(option: str) -> str:
    """Strip white space, decoration and a final stop, so that ``**有。**`` and ``有`` are the same text."""
    bare = option.strip().strip(_DRESS)
    if bare.startswith(r"\(") and bare.endswith(r"\)"):
        bare = bare[2:-2]
    return bare.rstrip("。.;；,， ").strip(_DRESS)


def is_bounded(text: str, position: int, end: int) -> bool:
    """Tell whether an option's text ends at ``position`` instead of running on into a longer word or sentence."""
    return position >= end or not (text[position].isalnum() or text[position] in "+-/=_^%\\")


class OptionTexts:
    """The options of a question, as texts to be found in an output.

    Args:
        count: how many options there are.
        options: their texts, where known.
    """

    __slots__ = ("_cores", "_options", "_plain", "count")

    def __init__(self, count: int, options: Sequence[str] | None) -> None:
        self.count = min(count, len(ALPHABET))
        self._options = options
        self._cores: list[str] | None = None
        self._plain: list[str] | None = None

    @property
    def cores(self) -> list[str] | None:
        """The options' texts without decoration, made when first needed; None where they are not known."""
        if self._cores is None and self._options is not None:
            self._cores = [core_of(unified(option)) for option in self._options[: self.count]]
        return self._cores

    @property
    def plain(self) -> list[str]:
        """The cores in lower case and without white space; empty where the texts are not known."""
        if self._plain is None:
            self._plain = [_plain(core) for core in self.cores or ()]
        return self._plain

    @property
    def _are_short(self) -> bool:
        return self.cores is not None and all(len(core) <= _LONGEST_WHOLE for core in self.cores)

    def at(self, text: str, low: int, high: int, end: int) -> tuple[int | None, int]:
        """Return the option whose exact text starts between ``low`` and ``high``, longest first, and its end."""
        best, best_end, best_size = None, 0, 0
        for index, core in enumerate(self.cores or ()):
            size = len(core)
            if not best_size < size <= LONGEST_OPTION:
                continue
            found = text.find(core, low, min(end, high + size))
            if found >= 0 and is_bounded(text, found + size, end):
                best, best_end, best_size = index, found + size, size
        return best, best_end

    def is_own_at(self, index: int, text: str, position: int) -> bool:
        """Tell whether the option's own text starts at the position, give or take three characters."""
        if self.cores is None or index >= len(self.cores) or not self.cores[index]:
            return False
        core = self.cores[index]
        return len(core) <= LONGEST_OPTION and text.find(core, position, position + len(core) + 3) >= 0

    def exact(self, value: str) -> int | None:
        """Return the option with this text, white space and, where that is clear, case aside; of twins the first."""
        if self.cores is None:
            return None
        core = core_of(value)
        if not core:
            return None
        if core in self.cores:
            return self.cores.index(core)
        return self._only(_plain(core))

    def _only(self, plain: str) -> int | None:
        """Return the option with this plain text; options that differ in case only are told apart by case alone."""
        indices = [index for index, other in enumerate(self.plain) if other == plain]
        if not indices or self.cores is None or len({self.cores[index] for index in indices}) > 1:
            return None
        return indices[0]

    @property
    def knows_x(self) -> bool:
        """Whether X may be an answer: it is an option's letter, or stands in an option by itself."""
        return self.count > ALPHABET.index("X") or any(_X.search(core) for core in self.cores or ())

    def with_letter(self, letter: str) -> int | None:
        """Return the one option that holds a letter, and no other, as a word of its own, where each has some."""
        words = [_LONE.findall(core) for core in self.cores or ()]
        found = [index for index, own in enumerate(words) if own == [letter]]
        return found[0] if len(found) == 1 and all(words) else None

    def named(self, value: str) -> int | None:
        """Return the one option that a whole value means, or None: never where two may be meant.

        Tried in this order: the exact text, circled numbers, words for yes and no, none or all of the others, a
        number with its unit, a name or value that no other option holds.
        """
        found = self.exact(value)
        if found is not None or len(value) > _LONGEST_VALUE or not self._are_short:
            return found
        core = core_of(value)
        if len(core) > 1 and core.endswith("的"):
            found = self._only(_plain(core[:-1]))
        for meaning in (
            self._circled,
            self.joined,
            self._answering,
            self._about_others,
            self._measured,
            self._counted,
            self._holding,
            self._filling,
            self._mostly,
        ):
            if found is None and core:
                found = meaning(core)
        return found

    def held(self, value: str, sentence: str = "") -> int | None:
        """Return the option that a number with its unit means, or that alone holds a name or value; None else.

        Args:
            sentence: where it was said; a name of one character counts with the other words of its option.
        """
        core = core_of(value)
        if not core or not self._are_short:
            return None
        found = self._measured(core)
        found = self._holding(core) if found is None else found
        return self._filling(core, sentence) if found is None else found

    def _circled(self, core: str) -> int | None:
        if not _CIRCLED.fullmatch(core):
            return None
        joined = [_BETWEEN.sub("", other) for other in self.plain]
        value = _BETWEEN.sub("", core)
        indices = [index for index, other in enumerate(joined) if other == value]
        if not indices and len(value) == 1:
            indices = [index for index, other in enumerate(joined) if other.startswith(value)]
            if any(_CIRCLED.match(other[1:]) for other in joined):
                return None
        return indices[0] if len(indices) == 1 else None

    def joined(self, core: str) -> int | None:
        """Read the same names as an option's, joined or ordered another way: ``Ann & Bob``."""
        own = _JOINS.split(core.lower())
        if len(own) < _FEWEST_JOINED or _BRACKET.search(core):
            return None
        bare = [_IN_BRACKETS.sub(r"\1", other) for other in self.cores or ()]
        others = [_JOINS.split(other.lower()) for other in bare]
        for form in (tuple,) if bare != self.cores else (tuple, sorted):
            same = [index for index, names in enumerate(others) if form(names) == form(own)]
            if same:
                return same[0] if len(same) == 1 else None
        return None

    def _mostly(self, core: str) -> int | None:
        """Read the most of one Chinese option, of which no other holds two characters, or one and a word for its sort.

        ``隧道`` of ``穿过隧道``, ``海宁镇`` of ``海宁``; what denies or joins in the rest makes it another text.
        """
        if _HAN_WORD.fullmatch(core) is None:
            return None
        sort = _SORT_WORD.search(core)
        if sort is not None and sort.start() > 1:
            whole = self.exact(core[: sort.start()])
            whole = self._filling(core[: sort.start()]) if whole is None else whole
            if whole is not None:
                return whole
        pairs = {core[at : at + 2] for at in range(len(core) - 1)}
        holders = [index for index, other in enumerate(self.cores or ()) if any(pair in other for pair in pairs)]
        if len(holders) != 1 or self.cores is None:
            return None
        before, own, behind = self.cores[holders[0]].partition(core)
        is_most = bool(own) and 2 * len(core) >= len(before + core + behind)
        return holders[0] if is_most and _ANOTHER.search(before + behind) is None else None

    def _answering(self, core: str) -> int | None:
        """Read a word for yes or no where exactly one option says the same and another the opposite."""
        word = _plain(core)
        for kind in _KINDS:
            for same, opposite in (kind, kind[::-1]):
                if word in same:
                    said = [index for index, other in enumerate(self.plain) if other in same]
                    if len(said) == 1 and any(other in opposite for other in self.plain):
                        return said[0]
        return None

    def _about_others(self, core: str) -> int | None:
        value = core.lower()
        for pattern in (_NONE_OF, _ALL_OF):
            if pattern.fullmatch(value):
                said = [index for index, other in enumerate(self.cores or ()) if pattern.fullmatch(other.lower())]
                return said[0] if len(said) == 1 else None
        return None

    def _counted(self, core: str) -> int | None:
        """Read a figure where the options are words for numbers."""
        if not core.isdecimal():
            return None
        for words in _NUMBERS:
            if int(core) < len(words) and all(other in words for other in self.plain):
                return self._only(words[int(core)])
        return None

    def _measured(self, core: str) -> int | None:
        """Read a number with its unit where the options are numbers, each without one."""
        match = _WITH_UNIT.fullmatch(core)
        if match is None or not all(_NUMERIC.fullmatch(other) for other in self.plain):
            return None
        return self._only(match[1])

    def _holding(self, core: str) -> int | None:
        """Read a name or value that stands in exactly one option, as a word of its own."""
        if core in _COMMON or (len(core) < 2 and not core.isdigit()):
            return None
        if core.isascii() and not (core[0].isupper() or core[0].isdigit()):
            return None
        is_number = _NUMERIC.fullmatch(core) is not None
        holding = None
        for index, other in enumerate(self.cores or ()):
            is_whole = _stands_in(core, other)
            if not is_whole and (is_number or core not in other):
                continue
            if holding is not None or not is_whole:
                return None
            holding = index
        return holding

    def _filling(self, core: str, sentence: str = "") -> int | None:
        """Read what fills the place in which options of one form differ: ``王五`` of ``王五拿伞``, ``李四拿伞``."""
        value = core.lower().removeprefix("the ")
        others = [other.lower() for other in self.cores or ()]
        holders = [index for index, other in enumerate(others) if value in other]
        is_stem = value in _STEMS
        if len(holders) != 1 or not (is_stem or len(value) > 1) or _NUMERIC.fullmatch(value) or core in _COMMON:
            return None
        own = others[holders[0]]
        before, _, behind = own.partition(value)
        if value.isascii() and (before[-1:].isalnum() or behind[:1].isalnum()):
            return None
        if is_stem and not any(
            sentence.count(form[at : at + 2]) for form in (before, behind) for at in range(len(form) - 1)
        ):
            return None
        is_form = len((before + behind).strip()) > 1 and any(
            len(other) > len(before + behind) and other.startswith(before) and other.endswith(behind)
            for other in others
            if other != own
        )
        return holders[0] if is_form else None


def _plain(core: str) -> str:
    return "".join(core.lower().split())


def _stands_in(value: str, option: str) -> bool:
    """Tell whether a value stands in an option as a word or number of its own."""
    at = option.find(value)
    while at >= 0:
        before, after = option[at - 1 : at], option[at + len(value) : at + len(value) + 1]
        is_inside = value[0].isdigit() and before in ("-", "+", ".", ",")
        if not is_inside and _is_edge(before, value[0], _BEFORE) and _is_edge(after, value[-1], _AFTER):
            return True
        at = option.find(value, at + 1)
    return False


def _is_edge(neighbour: str, own: str, allowed: frozenset[str]) -> bool:
    """Tell whether a word ends between two neighbouring characters."""
    if not neighbour or neighbour in allowed:
        return True
    if own.isascii():  # a Latin word or a number ends before anything but its own kind
        return not (neighbour.isascii() and neighbour.isalnum()) and neighbour not in "%_'’"
    return not neighbour.isalnum()
