"""An answer that a text begins with or replies to the question with, and what stands around a conclusion."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

YES_NO = ("是", "否")
NAMES = ("小林", "小周", "小吴", "小郑")
TREES = ("The oak is the tallest", "The elm is the tallest", "The ash is the tallest")
ROLES = ("甲是骑士", "乙是骑士", "乙是无赖", "甲和乙都是骑士")
Row = tuple[str, str, tuple[str, ...], str | None]

KINDS: dict[str, tuple[Row, ...]] = {
    "told again": (
        ("小周会游泳吗？是", "小周会游泳吗？", YES_NO, "A"),
        ("因此，问题2：小周会游泳吗？- 否", "问题2：\n小周会游泳吗？", YES_NO, "B"),
        ("于是得出结论：\n谁比小吴年长？C. 小吴", "谁比小吴年长？", NAMES, "C"),
        ("谁最高？\n\n- 小郑", "谁最高？", NAMES, "D"),
        ("所以最高的人是：\n- 小郑", "谁最高？", NAMES, "D"),
        ("谁最高？\n\n- 小林\n- 小周\n- 小吴\n- 小郑", "谁最高？", NAMES, None),
        ("小周会游泳吗？", "小周会游泳吗？", YES_NO, None),
        ("小吴会跳舞吗？是", "小周会游泳吗？", YES_NO, None),
        ("谁比小吴年长？C. 小郑，但不确定", "谁比小吴年长？", NAMES, None),
        ("我们再看：\n    - 小郑", "谁最高？", NAMES, None),
    ),
    "first": (
        ("B. 否。按所给的条件，只要有票的人就能进，而他没有票。", "他能进吗？", YES_NO, "B"),
        ("C. 小吴。小吴比别人都先到，后面的人都晚了。", "谁先到？", NAMES, "C"),
        ("A. 小林。他先到。\nB. 小周。他后到。", "谁先到？", NAMES, None),
        ("A. 小周。他先到一步，别人都晚了很多很多。", "谁先到？", NAMES, None),
        ("(A) 是\n\n按定义算下去得到 24，因此 4 的阶乘不等于 9。", "4 的阶乘等于 9 吗？", YES_NO, None),
        ("(B) 否\n\n按定义算下去得到 24，因此 4 的阶乘不等于 9。", "4 的阶乘等于 9 吗？", YES_NO, "B"),
    ),
    "first word": (
        ("不是。Ada 是 Ben 的朋友，但 Ben 不认识她。", "Ada 是 Ben 的朋友吗？", ("是", "不是"), None),
        ("不是。Ada 只认识 Ben 的哥哥，别人她都没见过。", "Ada 是 Ben 的朋友吗？", ("是", "不是"), "B"),
    ),
    "reasons behind": (
        (
            "小周的老师是小郑。\n\n理由：\n- 老师教学生。\n- 学生听课。\n\n小周的老师是谁？",
            "谁是小周的老师？",
            NAMES,
            "D",
        ),
        ("我们来看小郑。\n\n理由：\n- 老师教学生。\n\n小周的老师是谁？", "谁是小周的老师？", NAMES, None),
    ),
    "text below": (
        (
            "The most fitting statement is:\n\n**The elm is the tallest**\n\nIt agrees with all that is told.",
            "Which statement holds?",
            TREES,
            "B",
        ),
        (
            "The statements are:\nThe oak is the tallest\nThe elm is the tallest\n\nLet us look at them.",
            "Which statement holds?",
            TREES,
            None,
        ),
    ),
    "approved": (
        (
            "Since the ash grows above the oak, it follows that the ash is the tallest."
            " This conclusion directly aligns with what could be derived.",
            "Which statement holds?",
            TREES,
            "C",
        ),
        (
            "Since the ash grows above the oak, it seems to follow that the ash is the tallest."
            " This conclusion follows at first, but it is wrong.",
            "Which statement holds?",
            TREES,
            None,
        ),
    ),
    "review that is cut": (
        (
            "2. **Statement B: The elm is the tallest.**\n   - It is not.\n\n"
            "3. **Statement C: The ash is the tallest.**\n   - The statement",
            "Which statement holds?",
            TREES,
            None,
        ),
    ),
    "two at once": (
        ("甲是骑士，乙是无赖。", "下列哪项正确？", ROLES, None),
        ("甲不是骑士，所以乙是无赖。", "下列哪项正确？", ROLES, "C"),
        ("乙是无赖。", "下列哪项正确？", ROLES, "C"),
    ),
}


@pytest.mark.parametrize(
    ("text", "question", "options", "letter"),
    [pytest.param(*row, id=f"{kind} {place}") for kind, rows in KINDS.items() for place, row in enumerate(rows)],
)
def test_an_output_is_read_as_a_careful_reader_would(
    text: str, question: str, options: tuple[str, ...], letter: str | None
) -> None:
    assert extract(text, len(options), options, question).letter == letter
