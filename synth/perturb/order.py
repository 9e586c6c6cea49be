r"""Reordering the statements of any problem by rule, where their order can mean nothing.

The rule is narrow on purpose: one list of 3 to 12 statements, numbered from 1 or with dashes, each of which states how
things are (a comparison, a place, an "if … then", an "all … are") and none of which tells an event, a step, a fallback
or what another statement said. Nothing in the problem, its questions or its options may speak about the statements'
numbers or order. Numbers stay in order; only the statements behind them move. What it lets through on generated
puzzles is held against their provers (``tests/property/test_perturb_property.py``).

>>> found = reordered("已知：\n1. 甲比乙高。\n2. 乙比丙高。\n3. 丁比甲高。", ["谁最高？"], Random(3))
>>> isinstance(found, Reordered) and sorted(found.text) == sorted("已知：\n1. 甲比乙高。\n2. 乙比丙高。\n3. 丁比甲高。")
True
>>> reordered("1. 入栈。\n2. 出栈。\n3. 入栈。", [], Random(1))
Refused(reason='a statement may be an event, or lean on another')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from synth.perturb.rename import Refused

_LINE = re.compile(r"^(\s*(?:[(（]?(\d{1,2})[)）]|(\d{1,2})[.、．:：]|[-*•])\s*)(\S.*)$")
_ABOUT_ORDER = re.compile(
    r"第[一二三四五六七八九十\d]+\s*(?:条|句|项|步|个?(?:条件|线索|规则|陈述|说法|命题|语句|前提|操作))"
    r"|(?:条件|线索|规则|陈述|说法|命题|语句|前提|事实|步骤|操作|语句)\s*[(（]?(?:\d|[一二三四五六七八九十①-⑩])"
    r"|[①-⑩⑴-⒇]|依次|步骤|按顺序|按照?以下顺序|先后|接着|然后|随后|首先|其次|最终|每一步|轮流|优先|从上到下|过程|操作|执行|上一|下一"
    r"|前[一二三四五六七八九十\d]+[条句项]|后[一二三四五六七八九十\d]+[条句项]|次序|匹配"
    r"|\b(?:steps?|then|next|first|finally|in (?:this|turn|order|the (?:same )?order)|statement \d|rule \d|clue \d|"
    r"otherwise|priority)\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"比|如果|若|只要|只有|除非|所有|凡|有些|有的|每|任何|没有|不是|是|在|相邻|挨着|等于|大于|小于|高于|低于|喜欢|认识|属于|不(?:会|能)"
    r"|\b(?:is|are|has|have|if|all|no|some|every|not|than|likes?|knows?)\b|[<>=→]"
)
_MOVES = re.compile(
    r"了|把|给|交换|移|放|拿|取|转|走|推|栈|队|增加|减少|变|买|卖|吃|发|送|换|加|减|乘|除以|返回|输出|输入|得分|替换|否则|其余|其他|剩"
    r"|之后再|按|令|设|定义|调用|函数|开始|起初|结束|翻|涂|登|离开|进入|到达|出发|赢|输|胜|负|借|还"
    r"|\b(?:gives?|takes?|moves?|puts?|swaps?|buys?|sells?|gets?|adds?|else|returns?|pushe?s?|pops?|turns?|goes|went|"
    r"replace[sd]?|becomes?|wins?|won|lost|lends?|pays?)\b"
    # What is done to something (is sent, are printed): an event, unless it is a state that looks like one.
    r"|\b(?:is|are|was|were|been)\s+(?:\w+ly\s+)?"
    r"(?:\w{2,}ed|sent|put|set|brought|built|taken|given|drawn|thrown|left\b(?! of))\b",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^(?:[他她它其该这那此另]|前者|后者|同时|因此|所以|但|而|并且|此外|也|还|否则|其余|he\b|she\b|it\b|they\b|this\b|that\b|but\b|so\b)"
    r"|前者|后者|上述|以上|上面|该|此人|同样|也|仍|又|再|also|above|former|latter",
    re.IGNORECASE,
)
_LEAST, _MOST = 3, 12
_TRIES = 20


class Reordered(NamedTuple):
    """A problem's text with its statements in another order."""

    text: str
    order: tuple[int, ...]
    """Place -> where the statement stood before."""


def reordered(text: str, others: Sequence[str], rng: Random) -> Reordered | Refused:
    """Put a problem's statements in another order.

    Args:
        text: the problem.
        others: its questions and options.
        rng: chooses the order.
    """
    lines = text.split("\n")
    listed = [(place, match) for place, line in enumerate(lines) if (match := _LINE.match(line))]
    if not _LEAST <= len(listed) <= _MOST:
        return Refused("no list of 3 to 12 statements")
    if [place for place, _ in listed] != list(range(listed[0][0], listed[0][0] + len(listed))):
        return Refused("more than one list")
    numbers = [match[2] or match[3] for _, match in listed]
    if any(numbers) and numbers != [str(number) for number in range(1, len(listed) + 1)]:
        return Refused("more than one list")
    if _ABOUT_ORDER.search("\n".join((*lines[: listed[0][0]], *lines[listed[-1][0] + 1 :], *others))):
        return Refused("speaks about order or steps")
    bodies = [match[4] for _, match in listed]
    if any(_MOVES.search(one) or _LEANS.search(one) or _ABOUT_ORDER.search(one) for one in bodies):
        return Refused("a statement may be an event, or lean on another")
    if not all(_STATES.search(one) for one in bodies):
        return Refused("a statement of unknown kind")
    if len(set(bodies)) < len(bodies):
        return Refused("two equal statements")
    order = list(range(len(bodies)))
    for _ in range(_TRIES):
        rng.shuffle(order)
        if order != sorted(order):
            break
    for (place, match), source in zip(listed, order, strict=True):
        lines[place] = match[1] + bodies[source]
    return Reordered("\n".join(lines), tuple(order))
