"""Conclusions on the same people the other way round, or that only say what can be: neither yes nor no, made up."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

Row = tuple[str, str, str | None]

KINDS: dict[str, tuple[Row, ...]] = {
    "what can be denies nothing": (
        ("So Mia can arrive before Tom.", "Can Tom arrive before Mia?", None),
        ("So Mia can be taller than Tom.", "Can Tom be taller than Mia?", None),
        ("So Mia can be to the left of Tom.", "Can Tom be to the left of Mia?", None),
        ("So it is possible that Mia arrives before Tom.", "Is it possible that Tom arrives before Mia?", None),
        ("So Mia could arrive before or after Tom.", "Could Tom arrive before Mia?", None),
        ("So Mia must arrive before Tom.", "Can Tom arrive before Mia?", "B"),
        ("Therefore, Tom can arrive before Mia.", "Can Tom arrive before Mia?", "A"),
        ("所以Mia可以比Tom先到。", "Tom可以比Mia先到吗？", None),
        ("因此小林可以比小赵高。", "小赵可以比小林高吗？", None),
        ("因此小林可能比小赵大。", "小林可能比小赵小吗？", None),
        ("因此小林可以坐在小赵的左边。", "小林可以坐在小赵的右边吗？", None),
        ("所以小林的得分可能是5。", "小林的得分可能是6吗？", None),
        ("因此小林一定比小赵大。", "小林可能比小赵小吗？", "B"),
        ("可以推断小林比小赵大。", "小林比小赵小吗？", "B"),
        ("因此小林只能坐在小赵的左边。", "小林可以坐在小赵的右边吗？", "B"),
    ),
    "another order is another statement": (
        ("Therefore Mia can beat Tom.", "Can Tom beat Mia?", None),
        ("So Mia can reach Tom.", "Can Tom reach Mia?", None),
        ("So you can get from B to P.", "Can you get from P to B?", None),
        ("So you can get from B to P.", "Can you get from B to P?", "A"),
        ("Therefore, Mia cannot arrive before Tom.", "Can Tom arrive before Mia?", None),
        ("因此可以从A到达B。", "可以从B到达A吗？", None),
        ("因此可以从B到达A。", "可以从B到达A吗？", "A"),
        ("因此从A到B存在一条路径。", "从B到A是否存在一条路径？", None),
        ("因此从B到A存在一条路径。", "从B到A是否存在一条路径？", "A"),
        ("因此Mia可以打败Tom。", "Tom可以打败Mia吗？", None),
        ("因此4是8的因数。", "8是4的因数吗？", None),
        ("因此8可以被4整除。", "4可以被8整除吗？", None),
        ("因此甲可以战胜乙。", "乙可以战胜甲吗？", None),
        ("因此所有的猫都是狗。", "所有的狗都是猫吗？", None),
        ("因此有些猫是狗。", "所有的猫都是狗吗？", None),
        ("因此小林是小赵的朋友。", "小赵是小林的朋友吗？", "A"),
        ("因此Tom的父亲是Adam。", "Adam是Tom的父亲吗？", "A"),
    ),
    "what goes one way denies the other": (
        ("因此小林是小赵的父亲。", "小赵是小林的父亲吗？", "B"),
        ("因此小赵是小林的父亲。", "小赵是小林的父亲吗？", "A"),
        ("因此小林不是小赵的父亲。", "小赵是小林的父亲吗？", None),
        ("因此G在H的左边。", "H在G的左边吗？", "B"),
        ("因此H在G的左边。", "H在G的左边吗？", "A"),
        ("因此G可能在H的左边。", "H在G的左边吗？", None),
        ("因此乙在甲的左边。", "甲在乙的左边吗？", "B"),
    ),
}
CASES = [pytest.param(*row, id=f"{kind}{place}") for kind, rows in KINDS.items() for place, row in enumerate(rows)]


@pytest.mark.parametrize(("text", "question", "letter"), CASES)
def test_a_conclusion_the_other_way_round_is_no_yes(text: str, question: str, letter: str | None) -> None:
    options = ("Yes", "No") if text.isascii() else ("是", "否")
    assert extract(text, 2, options, question).letter == letter
