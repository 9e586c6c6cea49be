"""Whether a concluding sentence asserts or denies what was asked, where the options are yes and no.

``所以8是2的幂。`` of 是 and 不是, ``因此机器人能走到终点。`` of 能 and 不能, ``No, it cannot.`` of ``Yes, it can`` and
``No, it cannot``. A denial counts only of the verb that the options are about: ``能在不充电的情况下到达`` is no denial.

>>> said("小白和小青不是同学。", OptionTexts(2, ("是", "否"))), said("他能走到终点。", OptionTexts(2, ("能", "不能")))
(1, 0)
"""

from __future__ import annotations

import re
from typing import NamedTuple

from solver.extraction.options import OptionTexts


class _Kind(NamedTuple):
    """Options that are yes and no, and what asserts and denies."""

    yes: re.Pattern[str]
    no: re.Pattern[str]
    asserts: re.Pattern[str]
    denies: re.Pattern[str]


class Poles(NamedTuple):
    """The options for yes and for no."""

    yes: int
    no: int
    are_facts: bool
    """They tell what is the case, however it was asked: 会 and 不会, but not 是 and 否."""


_CAN = r"(?<![可功性才智不只未])能(?![力量源否])|可以"
_CANNOT = r"不(?:能|可以|可能|会)|无法|没法|没有?办法|不是|并非|未必|不一定"
_WILL = r"(?<![不机社议晚开约聚都宴协学体领误一])会(?![议场员计见面谈话诊])|都会"
_HAS = r"(?<![不没只具所拥])有(?![些时的关效利趣名一二两三四五六七八九十\d ])|存在"
_HAS_NOT = r"没有?|无(?![论疑])|不(?:存在|会有|可能有)"
_IS = r"(?<![不还于但可凡要或若倒的只])是(?![否因由指说以如])"
_IS_NOT = r"(?:不|并非|未)(?![过仅但管论同])|没(?!收)|无法|缺乏|非(?=[^常])|错误?"
_KINDS = tuple(
    _Kind(*map(re.compile, patterns))
    for patterns in (
        (r"能够?|可以", r"不能够?|不可以|无法", _CAN, _CANNOT),
        (r"会的?", r"不会的?", _WILL, r"不(?:会|可能|能)|无法|不是|并非|未必|不一定"),
        (r"有|存在", r"没有|无|不存在", _HAS, _HAS_NOT),
        (r"是的?", r"否|不是的?", f"{_IS}|{_CAN}|{_WILL}|{_HAS}|属于|成立|正确", f"{_IS_NOT}"),
        (
            r"yes\b.{0,40}",
            r"no\b.{0,40}",
            r"\b(?:can|could|will|does|did)\b(?! not|n't)",
            r"\b(?:cannot|(?:can|could|will|does|did|is|are|was|were|has|have) not|never)\b|n't\b",
        ),
    )
)
_GENERAL = 3  # the place among ``_KINDS`` of the widest one
_YES = re.compile(
    r"是的?|对的?|正确的?|真的?|成立|可以|能够?|会的?|有|存在|合法|可行|(?:真|对|是|正确)[（(](?:true|yes)[)）]|true|yes|correct"
    r"|(?:true|yes)[（(][\u4e00-\u9fff]{1,2}[)）]"
)
_NO = re.compile(
    r"否|不[是对能会]的?|不正确的?|错误?的?|假的?|不成立|不可以|不能够?|没有|无|不存在|[不非]合?法|不可行"
    r"|(?:假|错误?|否|不是)[（(](?:false|no)[)）]|false|no|incorrect|(?:false|no)[（(][\u4e00-\u9fff]{1,2}[)）]"
)
_FACT = re.compile(r"可以|能够?|会的?|有|存在|合法|可行")
_BAD = re.compile(r"报错|出错|失败|冲突|矛盾|违反|违背|问题|\b(?:fail|contradict|violat|conflict)")
"""What is good when it is denied."""
_UNSAID = re.compile(
    r"(?<![不非])(?<!不[会能])(?<!不可能)(?:是|为|等于)[\s*_`\"“（(]{0,4}"
    r"[A-Za-z\d][A-Za-z\d .,、*]{0,24}(?:[。.，,；;]|\Z)"
    r"|但|虽|尽管|别人|另有|并且?没|[（(]不|无效"
)
"""What neither asserts nor denies as a whole: which value it is, two sides, and a word that denies within."""
_INDEED = re.compile(r"(?:确实|的确)(?![^，。]{0,6}(?:[别另]|排除))")
"""What only asserts what was asked, whatever it is."""
_CLAUSES = re.compile(r"[，,；;：:]")


def said(conclusion: str, options: OptionTexts) -> int | None:
    """Return the option that a sentence, or what follows its 因此, comes to: all its clauses of one mind, or None."""
    found = kind_of(options)
    if found is None:
        return None
    kind, yes, no = found
    if _UNSAID.search(conclusion) and not (_INDEED.search(conclusion) and not kind.denies.search(conclusion)):
        return None
    voices = set()
    for clause in _CLAUSES.split(conclusion):
        denials = kind.denies.findall(clause)
        if len(denials) > 1 or (denials and _BAD.search(clause)):
            return None
        if denials:
            voices.add(no)
        elif kind.asserts.search(clause) or _INDEED.search(clause):
            voices.add(yes)
    return voices.pop() if len(voices) == 1 else None


def poles(options: OptionTexts) -> Poles | None:
    """Return the options for yes and for no, of any words for them; None where that is not plain."""
    cores = [core.lower() for core in options.cores or ()]
    yes = [index for index, core in enumerate(cores) if _YES.fullmatch(core)]
    no = [index for index, core in enumerate(cores) if _NO.fullmatch(core)]
    if not len(yes) == len(no) == 1:
        return None
    return Poles(yes[0], no[0], _FACT.fullmatch(cores[yes[0]]) is not None)


def kind_of(options: OptionTexts) -> tuple[_Kind, int, int] | None:
    """Return which words for yes and no the options are, with the places of both; None where they are none."""
    cores = [core.lower() for core in options.cores or ()]
    for kind in _KINDS:
        yes = [index for index, core in enumerate(cores) if kind.yes.fullmatch(core)]
        no = [index for index, core in enumerate(cores) if kind.no.fullmatch(core)]
        if len(yes) == len(no) == 1:
            return kind, yes[0], no[0]
    mixed = poles(options)  # ``是的`` and ``不会``
    return None if mixed is None else (_KINDS[_GENERAL], mixed.yes, mixed.no)
