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


_CAN = r"(?<![可功性才智不只未])能(?![力量源否])|可以"
_CANNOT = r"不(?:能|可以|可能|会)|无法|没法|没有?办法|不是|并非|未必|不一定"
_WILL = r"(?<![不机社议晚开约聚都宴协学体领误一])会(?![议场员计见面谈话诊])|都会"
_HAS = r"(?<![不没只具所拥])有(?![些时的关效利趣名一二两三四五六七八九十\d ])|存在"
_HAS_NOT = r"没有?|无(?![论疑])|不(?:存在|会有|可能有)"
_IS = r"(?<![不还于但可凡要或若倒的只])是(?![否因由指说以如])"
_IS_NOT = r"(?:不|并非|未)(?![过仅但管论同])|没|无法|非(?=[^常])|错误?"
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
_BAD = re.compile(r"报错|出错|失败|冲突|矛盾|违反|违背|问题|\b(?:fail|contradict|violat|conflict)")
"""What is good when it is denied."""
_CLAUSES = re.compile(r"[，,；;：:]")
_REACH = 400  # characters of a question's end; the sentence that asks stands there
_SENTENCE = re.compile(r"[^。！!?？\n]*[^。！!?？\s][^。！!?？\n]*[。！!?？]?")
_DENYING = re.compile(
    r"(?<![是能会有可以])(?:不(?!同|过|仅|但|止)|没|无(?!论)|非(?!常))|\b(?:not|never|no|cannot)\b|n't\b", re.IGNORECASE
)
"""In the sentence that asks: it asks with a denial."""


def said(conclusion: str, options: OptionTexts, question: str | None = None) -> int | None:
    """Return the option that a sentence, or what follows its 因此, comes to: all its clauses of one mind, or None.

    Args:
        question: its text, where known. One that is asked with a denial (``他不去吗？``) gives None: yes may deny too.
    """
    found = kind_of(options)
    if found is None or (question is not None and _DENYING.search(asked_in(question))):
        return None
    kind, yes, no = found
    voices = set()
    for clause in _CLAUSES.split(conclusion):
        denials = kind.denies.findall(clause)
        if len(denials) > 1 or (denials and _BAD.search(clause)):
            return None
        if denials:
            voices.add(no)
        elif kind.asserts.search(clause):
            voices.add(yes)
    return voices.pop() if len(voices) == 1 else None


def asked_in(question: str) -> str:
    """Return the sentence that asks: the last with a question mark, else the last.

    >>> asked_in("乙比甲高。甲不高吗？只选一项。"), asked_in("判断：\\n甲最高。")
    ('甲不高吗？', '甲最高。')
    """
    sentences = [match[0].strip() for match in _SENTENCE.finditer(question[-_REACH:])]
    asking = [sentence for sentence in sentences if sentence.endswith(("?", "？"))]
    return (asking or sentences or [""])[-1]


def kind_of(options: OptionTexts) -> tuple[_Kind, int, int] | None:
    """Return which words for yes and no the options are, with the places of both; None where they are none."""
    cores = [core.lower() for core in options.cores or ()]
    for kind in _KINDS:
        yes = [index for index, core in enumerate(cores) if kind.yes.fullmatch(core)]
        no = [index for index, core in enumerate(cores) if kind.no.fullmatch(core)]
        if len(yes) == len(no) == 1:
            return kind, yes[0], no[0]
    return None
