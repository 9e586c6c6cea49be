"""What a yes-no question puts up for decision, as a proposition: ``马比大象大吗？`` asks of 马 whether it is 比大象大.

A proposition is two lists of words: what it is about, and what is said of that. Words are Latin words, numbers and
single Chinese characters, without those that carry no meaning of their own. Whether a text asserts or denies a
proposition is for ``solver.extraction.unannounced.polar.answers`` to say.

>>> proposition("都坐成一排，乙在甲的左边吗？")[:4]
(('乙',), ('甲', '左', '边'), '在', False)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from solver.extraction.outcome import last_match

REACH = 600  # characters of a question's end; the sentence that asks stands there
_SENTENCE = re.compile(r"(?:[^。！!?？\n.]|\.(?=\S)){1,400}[。！!?？.]?")
_LONGEST = 40  # words; a longer proposition is compared with nothing

WORD = re.compile(r"[\u4e00-\u9fff]|\d+(?:\.\d+)?|[^\W\d_\u4e00-\u9fff][^\W_\u4e00-\u9fff]*")
_EMPTY = frozenset("的了着得也都就还便又之其该个过这此那")
EMPTY_EN = frozenset(
    "the a an is are was were be been does do did will would can could to that this it has have had of you we date"
    " number value".split()
)
"""Words that are left out."""
_INFLECTED = 4  # letters of the shortest word that may have an ending
_INFLECTION = re.compile(r"(?<=\w{3})(?:ing|ed|e?s(?<!ss)|e)\Z|(?<=\w\w)es\Z")
_PARTICIPLE = re.compile(r"(?<=\w{3})(?:ing|ed)\Z")
HAN = re.compile(r"[\u4e00-\u9fff]")
_MARKS = re.compile(
    r"[（(][^（）()]{4,80}[)）]|\\[()\[\]]|\*{2}|(?<![\d ])\*|\*(?![\d ])|[\s_`\"“”‘’「」『』\\$]"
    r"|(?<=\d)[,，] ?(?=\d[^()（）]{0,20}[)）\]])"
)
"""Marks, asides in brackets, and the comma of a pair of numbers."""
COUNTER = re.compile(r"(?<![第只])一(?:[个只名位条种棵座项块张份]|(?=[^\u4e00-\u9fff]))")
_BRACKETS = re.compile(r"\[(?:[^\[\]\n]|\[[^\[\]\n]{0,40}\]){1,80}\]")
_COMMA = re.compile(r"[,，]")
_IT = re.compile(r"[它他她]|这个数|该数")
_SELF = re.compile(r"自身|自己")
_IDLE = re.compile(r"任何|本身|仍然|依然|至少(?=一)")
"""Words that two sentences of the same meaning have and have not."""
_THAN = re.compile(
    r"([大小高低早晚多少重轻长短快慢])于(?![^，。的]{0,3}?[一二三四五])((?:(?![并且而])[^，。的]){1,24})"
)
"""``小于乙`` says what ``比乙小`` says."""

# --- the sentence that asks ------------------------------------------------------------------------------------------
_THING = (
    r"(?:以下|下列|下面|上述|以上|这一|这个|这种|这样的?|该|此)?"
    r"(?:说法|命题|陈述|结论|判断|表述|描述|论断|计算|情况|等式|推论){1,2}"
)
_RIGHT = r"(?:正确|对|成立|属实|真|准确)"
_HEAD = re.compile(
    r"(?:[(（]?\d{1,2}[)）.、：:]|选择题\d{0,2}[:：]?|问题\d{0,2}[:：]?|请?问[:：，,]?"
    rf"|(?:请|为了?)?(?:判断|检查|确认|验证)(?:一下)?(?:{_THING}(?:是否{_RIGHT}|的?(?:真假|正误|对错)))?[:：，,]?|那么"
    r"|对于[^，,]{1,30}[，,])"
)
_TAIL = re.compile(r"[，,](?:其|那么)?(?:结果|答案|结论)(?:是|为)(?:什么|多少|如何)?$")
_ON_VERDICT = re.compile(
    rf"[，,：:]?(?:这|{_THING})?(?:是否(?:是)?{_RIGHT}的?|是?{_RIGHT}的?[吗么]|{_RIGHT}不{_RIGHT}|是?对的?还是错的?|是真是假)$"
)
"""A question whether something is right; what it is said of is the proposition."""
_EN_VERDICT = re.compile(
    r"\b(?:statement|claim|conclusion|sentence)\b[^?]{0,30}\b(?:true|correct)\b|\btrue(?:,| or) false\b", re.IGNORECASE
)
_PARTICLE = re.compile(r"是不是|有没有|能不能|可不可以|会不会|[是能可会]否")
_WHEN = re.compile(r"^在[^，,]{1,20}(?:状态|情况|条件|时刻|阶段|之?[前后])[^，,]{0,6}[下中时里后前]$")
"""A subject that only says when something is."""
_SUPPOSED = re.compile(r"如果|(?<!世界)假[如设定]|若|要是")
_VALUE = re.compile(r"[\d一二两三四五六七八九十]")
_ENDS = re.compile(r"[吗么嘛呢][0-9:：]*$")
_LINKS = (
    r"(?<!不)存在(?!于)|拥有|具有|(?<![没所])只?有(?!效|些)|属于|等于|(?<![还但可只])是|被?[称视]为|(?<![因认])为(?!了)"
    r"|位于|在"
)
_VERB = re.compile(rf"有?可能|可以|能够?|会(?!议)|应该|比(?!较)|适合|违反|符合|满足|{_LINKS}")
_LINK = re.compile(_LINKS)
_MODAL = re.compile(
    r"有?可能|可以|能够?|会(?!议)|应该|应当|一定|必须|(?:直接或者?间接|间接或者?直接)地?(?!的)|正在|同时|满足(?=是)"
    r"|(?:执行|运行)(?=[成失]|时?会?报)"
)
_HEAD_EN = re.compile(r"\A\s*(?:Question|Q) ?\d{1,2}[.:]\s*")
_EN_AUX = re.compile(r"(?:is|are|was|were|does|do|did|can|could|will|would|must|should|has|have)\b", re.IGNORECASE)
_EN_STATED = re.compile(
    r"(?:(?:is|was|must) it (?:be )?(?:\w{4,9} )?(?:true|right|correct|so|the case)|does it (?:\w{4,9} )?follow"
    r"|(?:can|may) (?:it be|we|you|one) (?:concluded?|derived?|deduced?|infer(?:red)?|sa(?:y|id))) that[ :]",
    re.IGNORECASE,
)
_EN_QUOTED = re.compile(
    r"(?:(?:does|is|can|do|must) )?[\"“](?P<said>[^\"“”]{4,200})[\"”]\.? "
    r"(?:hold|follow|be (?:concluded|derived|deduced|inferred|true)"
    r"|(?:necessarily |certainly )?(?:true|right|correct)"
    r"(?:(?:,| or) [\w ,]{0,40}\b(?:false|undetermined|uncertain|unknown))?)\Z",
    re.IGNORECASE,
)
"""Questions whether something is so, which is told as a statement."""
_EN_IS_SO = re.compile(
    r"(?P<said>.{0,200}?)\s*\bis (?:this|that|it) (?:statement |claim )?(?:right|true|so|correct|the case)\Z",
    re.IGNORECASE,
)
"""``"Y is a hamo." Is this right?``: the statement stands before or behind."""
_EN_EQUALS = re.compile(
    r"(?:is|are|was|does) (?P<what>.{1,200}) (?:equal(?: to)?|=) (?P<value>-?\d[\d.,]*)", re.IGNORECASE
)
EN_WHICH = re.compile(r"\b(?:who|what|which|where|when|how|why|if|or)\b", re.IGNORECASE)
_DENIED = re.compile(r"不(?![仅但止过论管同])|没(?!收)有?|未(?!来)|\b(?:not|never|no|cannot)\b|n['’]t\b", re.IGNORECASE)
"""A denial in a question, where 无 and 非 belong to a word: 无脊椎动物."""


class Proposition(NamedTuple):
    """What is asked about, and what is asked of it."""

    subject: tuple[str, ...]
    predicate: tuple[str, ...]
    link: str
    """The plain verb before the predicate, which is no part of it: 是, 有, 在 …; empty where there is none."""
    is_denied: bool
    """The question itself says not: ``他不去吗``."""
    is_stated: bool
    """Yes means that it is as the question says, denied or not: it asks with 是否, or judges a statement."""
    is_verdict: bool
    """It is asked whether a statement is right."""
    is_possible: bool = False
    """It is asked whether something can be: ``数量可能为1吗``."""
    is_supposed: bool = False
    """It is asked under a condition: ``如果下雨，他会去吗``."""
    text: str = ""
    """The English sentence that asks, or the statement that is judged; empty of a Chinese one and of one in quotes."""


@lru_cache(maxsize=64)
def proposition(question: str) -> Proposition | None:
    """Return what a question asks about, or None where it asks no yes or no that can be told."""
    sentences = [match[0].strip() for match in _SENTENCE.finditer(question[-REACH:])]
    sentences = [sentence for sentence in sentences if WORD.search(sentence)]
    if not sentences:
        return None
    asking = [place for place, sentence in enumerate(sentences) if sentence.endswith(("?", "？"))]
    place = asking[-1] if asking else len(sentences) - 1
    before, sentence, *behind = ("", *sentences)[place : place + 3]
    if HAN.search(sentence) is None:
        so = _EN_IS_SO.fullmatch(sentence.rstrip("?. "))
        if so is not None:
            statement = behind[0] if behind else so["said"].strip(' "“”') or before
            return _english(statement.strip(' "“”'), is_verdict=True)
        is_verdict = bool(behind) and _EN_VERDICT.search(sentence) is not None
        return _english(behind[0] if is_verdict else sentence, is_verdict=is_verdict)
    said = _bare(sentence)
    verdict = _ON_VERDICT.search(said)
    if verdict is not None:
        said = _bare(said[: verdict.start()]) or _bare(behind[0] if behind else before)
    return _parted(said, is_verdict=verdict is not None)


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text that carry meaning, in small letters."""
    left_out = _EMPTY if HAN.search(text) else EMPTY_EN
    found = (match[0] for match in WORD.finditer(text))
    return tuple(folded(word) for word in found if word.lower() not in left_out)


def folded(word: str) -> str:
    """Return a word in small letters, an English one that is no name without its ending: ``connected``, ``connects``.

    >>> folded("connected"), folded("connects"), folded("James"), folded("比")
    ('connect', 'connect', 'james', '比')
    """
    if len(word) < _INFLECTED or not word.isascii():
        return word.lower()
    return (_INFLECTION if word.islower() else _PARTICIPLE).sub("", word.lower())


def plain(text: str) -> str:
    """Return a text without marks and asides, its comparisons told with 比; English words keep their spaces."""
    text = _BRACKETS.sub(lambda listed: _COMMA.sub(" ", listed[0]), text)
    if HAN.search(text) is None:
        return text
    return _THAN.sub(r"比\2\1", _SELF.sub("自", _IDLE.sub("", _MARKS.sub("", text))))


def _bare(sentence: str) -> str:
    """Return a sentence that asks without marks, a number before it, and what only makes it ask."""
    said = plain(sentence).rstrip("?？。.！!，,：:")
    while (head := _HEAD.match(said)) is not None:
        said = said[head.end() :]
    return _TAIL.sub("", said)


def _parted(said: str, *, is_verdict: bool) -> Proposition | None:
    """Part a bare Chinese sentence into subject and predicate: at 是否, else at its verb."""
    particle = last_match(_PARTICLE, said, 0, len(said))
    if particle is not None:
        subject, predicate, link = said[: particle.start()], said[particle.end() :], ""
        if particle[0] == "有没有" or (particle[0] == "是不是" and _VALUE.match(predicate)):
            link = particle[0][0]
    else:
        said, link = _ENDS.sub("", said), ""
        joints = list(_VERB.finditer(said, _clause(said, len(said))))
        # ``在八十分以上的人是甲``: what belongs to a noun is no predicate.
        while len(joints) > 1 and "的" in said[joints[0].end() : joints[1].start()]:
            joints.pop(0)
        at = joints[0].start() if joints else _clause(said, len(said))
        while at and said[at - 1] in "不没未":
            at -= 1
        subject, predicate = said[:at], said[at:]
    before = _clause(subject, len(subject.rstrip("，,")))
    if before and _IT.fullmatch(subject[before:].rstrip("，,")):  # ``给定年份300，它是闰年吗``
        before = _clause(subject, before - 1)
    subject = subject[before:]
    subject = _WHEN.sub("", subject.rstrip("，,"))
    found = _joined(subject, predicate.strip("，,：:"), link)
    return found and found._replace(
        is_stated=is_verdict or particle is not None,
        is_verdict=is_verdict,
        is_supposed=_SUPPOSED.search(said) is not None,
    )


def _clause(said: str, end: int) -> int:
    """Return where the last clause before ``end`` starts."""
    return max(said.rfind(sign, 0, end) for sign in "，,；;：:") + 1


def _joined(subject: str, predicate: str, link: str) -> Proposition | None:
    """Make a proposition of a subject's words and a predicate's, without denials, modals and a plain verb before it."""
    is_denied = len(_DENIED.findall(predicate)) % 2 == 1
    predicate = _DENIED.sub("", predicate)
    is_possible = "可能" in predicate
    while (modal := _MODAL.match(predicate)) is not None and modal.end() < len(predicate):
        predicate = predicate[modal.end() :]
    joint = None if link else _LINK.match(predicate)
    if joint is not None and joint.end() < len(predicate):
        link, predicate = joint[0], predicate[joint.end() :]
    found = words(predicate if link == "只有" else COUNTER.sub("", predicate))
    if not 0 < len(found) <= _LONGEST:
        return None
    subject = COUNTER.sub("", subject.removeprefix("请问"))
    return Proposition(
        words(subject), found, link, is_denied, is_stated=False, is_verdict=False, is_possible=is_possible
    )


def _english(sentence: str, *, is_verdict: bool) -> Proposition | None:
    """Take an English question or statement as one list of words, its first word the subject."""
    said = sentence = _HEAD_EN.sub("", sentence)
    said = said.rstrip("?. ")
    stated, quoted = _EN_STATED.match(said), _EN_QUOTED.match(said)
    is_stated = is_verdict or stated is not None or quoted is not None
    said = quoted["said"] if quoted else said[stated.end() :] if stated else said
    if not is_stated and (_EN_AUX.match(said) is None or EN_WHICH.search(said)):
        return None
    equals = None if is_stated else _EN_EQUALS.fullmatch(said)
    if equals is not None and not _DENIED.search(said):
        subject, value = words(equals["what"]), words(equals["value"])
        return Proposition(subject, value, "是", is_denied=False, is_stated=False, is_verdict=False, text=sentence)
    found = words(_DENIED.sub(" ", said))
    if not 1 < len(found) <= _LONGEST:
        return None
    is_denied = len(_DENIED.findall(said)) % 2 == 1
    text = "" if quoted else said if is_stated else sentence
    return Proposition((), found, "", is_denied, is_stated=is_stated, is_verdict=is_verdict, text=text)
