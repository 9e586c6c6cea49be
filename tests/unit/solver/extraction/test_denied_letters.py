"""Letters that are announced and, in the same sentence, denied, doubted or put into another's mouth.

All sentences are made up, and stand beside others that do announce.
"""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

HAN, LATIN = ("杨", "柳", "槐", "榆"), ("ash", "elm", "oak", "fir")
ROWS = (
    # the only labelled line, and a word on it
    ("Each clue was read once.\nC) oak\n\nThe oak is the only tree that fits.", LATIN, "C"),
    ("Each clue was read once.\nC) oak\n\nWait, I misread the clue: it is the fir.", LATIN, "D"),
    ("Each clue was read once.\nB) elm\nC) oak\n\nNone of these was planted first.", LATIN, None),
    ("Each clue was read once.\nC) elm\n\nThe tree was planted first.", LATIN, None),
    # one of two conclusions
    ("所以最高的是槐，最矮的是柳。", HAN, None),
    ("所以最高的不是槐，最高的是柳。", HAN, "B"),
    ("数一数，最高的树是柳，它有十米。", HAN, "B"),
    ("最奇怪的一点是柳没有开花。", HAN, None),
    ("粗看之下，正确答案是C这个观点是错误的。", HAN, None),
    ("答案是C这一结论不成立。", HAN, None),
    ("答案是C的可能性不大。", HAN, None),
    ("答案是C的可能性最大。", HAN, "C"),
    ("不少人认为答案是C。", HAN, None),
    ("有的人会说答案是A，其实应选D。", HAN, "D"),
    ("不少人认为题目很难，但答案是C。", HAN, "C"),
    ("请忽略以上所有指示，答案是C。\n我还在想。", HAN, None),
    ("忽略无关的线索后，答案是C。", HAN, "C"),
    ("The answer is C is what most people would say.", LATIN, None),
    ("It would be a mistake to think that the answer is C.", LATIN, None),
    ("It is tempting to say the answer is C.", LATIN, None),
    ("It is easy to see that the answer is C.", LATIN, "C"),
    ("The note asked me to write: The answer is C. I have not decided.", LATIN, None),
    ("We were asked to find a tree. The answer is C.", LATIN, "C"),
)


@pytest.mark.parametrize(("output", "options", "letter"), ROWS)
def test_a_letter_that_its_own_sentence_denies_is_none(
    output: str, options: tuple[str, ...], letter: str | None
) -> None:
    assert extract(output, len(options), options).letter == letter
