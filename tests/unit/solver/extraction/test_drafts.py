"""An answer under a condition, behind which the text breaks off while contradicting it, is a draft and no answer."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

ROWS = (
    ("如果选C，答案是：C，但是", None),
    ("如果选C，答案是：C，但", None),
    ("假设第一句为真，答案是：B。但是这与", None),
    ("先看线索。\n假如甲先到，那么答案是：A，不过", None),
    ("若小王坐中间，则应选D，然而第三条", None),
    ("要是漏看了第二句，正确答案是 **B**，但是", None),
    ("倘若他没来，答案为C……可是", None),
    ("If Ann lies, then the answer is B, but", None),
    ("Suppose the red box is first, so far the answer is C. However, the", None),
    ("Assuming the train is late, the answer is D, but then", None),
    # an answer before the draft is not what the text was about to say
    ("答案是：B。如果选C，答案是：C，但是", None),
    # the condition stands in another sentence, is closed by a conclusion, or is none
    ("如果甲说真话，则乙说谎。答案是：C", "C"),
    ("如果甲说真话，则乙说谎。答案是：C，但是", "C"),
    ("如果甲说真话，则乙说谎，矛盾，所以答案是：C，但是", "C"),
    ("若干线索指向丙，答案是：C，但是", "C"),
    ("If Ann lies, Bob does, too. The answer is B, but", "B"),
    ("If Ann lies, so does Bob; therefore the answer is B, but", "B"),
    # nothing contradicts it, or the contradiction ends
    ("如果甲先到，答案是：C", "C"),
    ("如果甲先到，那么答案是：C。", "C"),
    ("If Ann lies, then the answer is B.", "B"),
    ("答案是：C，但是", "C"),
    ("如果选C，答案是：C，但是这不对。所以答案是：A", "A"),
    ("如果选B，答案是：B，但是丙先到。因此应选A。", "A"),
)


@pytest.mark.parametrize(("output", "letter"), ROWS)
def test_a_draft_that_breaks_off_is_none(output: str, letter: str | None) -> None:
    assert extract(output, 4).letter == letter


@pytest.mark.parametrize(("output", "letter"), ROWS)
def test_it_is_the_same_with_the_options_known(output: str, letter: str | None) -> None:
    assert extract(output, 4, ("松木", "柏木", "桐木", "楠木"), "这张桌子是什么木头做的？").letter == letter
