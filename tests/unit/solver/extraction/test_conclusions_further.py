"""Conclusions below a heading, of what can be, of empty lists, of what the question itself denies, of number words."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

YES_NO = ("是", "否")
EN = ("Yes", "No")
NAMES = ("小林", "小周", "小吴", "小郑")
ONLY = ("仅甲", "仅乙", "仅丙")
BOTH = ("只有甲", "只有乙", "甲和乙")
JUDGED = ("必然真", "必然假", "无法确定")
LISTS = ("[0]", "[1]", "[]")
RANGES = ("[3, 2, 1]", "[2, 1, 0]", "[3, 2, 1, 0]")
WAYS = ("0", "1", "2", "3")
SIDES = ("东巷", "西巷", "南巷")
Row = tuple[str, str, tuple[str, ...], str | None]

KINDS: dict[str, tuple[Row, ...]] = {
    "announced sentence": (
        ("5. **最终答案：**\n   - 因此，小周是小吴的祖先。", "小周是小吴的祖先吗？", YES_NO, "A"),
        ("5. **最终答案：**\n   - 因此，小周不是小吴的祖先。", "小周是小吴的祖先吗？", YES_NO, "B"),
        ("5. **最终答案：**\n   - 因此，小周是小郑的祖先。", "小周是小吴的祖先吗？", YES_NO, None),
        ("**选择正确答案：**\n所以先到的是小郑。", "谁先到？", NAMES, "D"),
        ("答案：既不是小林，也不是小周。", "谁先到？", NAMES, None),
        ("答案：25", "有几种？", WAYS, None),
    ),
    "may be": (
        ("因此，人数可能为1。", "人数可能为1吗？", YES_NO, "A"),
        ("因此，人数不可能为1。", "人数可能为1吗？", YES_NO, "B"),
        ("因此，人数可能为1。", "人数为1吗？", YES_NO, None),
        ("所以政治安排在周一或周二。", "政治是否安排在周一？", YES_NO, None),
        ("所有可能的结果是 [2, 1, 0]。", "所有可能的结果是什么？", RANGES, "B"),
    ),
    "empty": (
        ("因此函数返回一个空列表。", "返回什么？", LISTS, "C"),
        ("因此函数返回的不是空列表。", "返回什么？", LISTS, None),
    ),
    "asked denial": (
        ("因此，小周违反了规则。", "谁违反了规则？", NAMES, "B"),
        ("因此，小周没有违反规则。", "谁违反了规则？", NAMES, None),
        ("因此，小吴不喜欢喝茶。", "谁不喜欢喝茶？", NAMES, "C"),
        ("因此，小吴喜欢喝茶。", "谁不喜欢喝茶？", NAMES, None),
        ("因此，结论“丁不是骑士”是必然假的。", "结论“丁不是骑士”是必然真还是必然假？", JUDGED, "B"),
    ),
    "only": (
        ("因此，甲一定是胖的。", "谁一定胖？", ONLY, "A"),
        ("因此，甲通过了。", "谁通过了？", BOTH, None),
    ),
    "side": (
        ("所以东巷在南巷的左边。", "哪条巷在东巷的左边？", SIDES, None),
        ("所以在东巷左边的是西巷。", "哪条巷在东巷的左边？", SIDES, "B"),
    ),
    "part of a list": (
        (r"所以结果是\[3, 2, 1, 0\]。", "结果是什么？", RANGES, "C"),
        ("所以结果是[4, 3, 2, 1, 0]。", "结果是什么？", RANGES, None),
        ("所以依次为：2, 1, 0", "结果是什么？", RANGES, "B"),
    ),
    "words of the question": (
        ("因此，手目前是空闲的。", "手目前是否是空闲的？", YES_NO, "A"),
        ("手目前是空闲的。", "手是否一直是空闲的？", YES_NO, None),
        ("因此，列表 [[1,2],[3,4]] 满足递增的条件。", "列表 [[1,2],[3,4]] 是否满足递增的条件？", YES_NO, "A"),
        ("因此，从1到4的所有自然数之和是10，而不是0。", "从1到4的所有自然数之和等于0吗？", YES_NO, "B"),
        ("因此，Ada 会说 greeting。", "Ada 是否会说 Greeting？", YES_NO, "A"),
        ("因此，给定的年份300不是闰年。", "给定年份300，它是闰年吗？", YES_NO, "B"),
        ("因此，节点1是出度为1的节点。", "节点1是出度为0的节点吗？", YES_NO, "B"),
        ("因此，数字12能被2整除。", "数字12能被3整除吗？", YES_NO, None),
        ("因此，被没收的是小周。", "谁的东西被没收？", NAMES, "B"),
        ("所以，杨若要付2元。", "杨若要付多少元？", ("1元", "2元", "3元"), "B"),
        ("所以，若要付2元，还差一些。", "他要付多少元？", ("1元", "2元", "3元"), None),
        ("经过仔细检查，我们确认共有2种。", "有几种？", WAYS, "C"),
        ("还需要检查是否有2种。", "有几种？", WAYS, None),
        ("根据提供的信息，小吴在小周下面。", "什么在小周下面？", NAMES, "C"),
        ("根据上述分析，只有小吴没有奖。", "以下哪位没有奖？", NAMES, "C"),
        (r"所以，结果是 \([2, 1, 0]\)。", "结果是什么？", RANGES, "B"),
    ),
    "question filled": (
        ("因此，小林比小周年长。", "小林比谁年长？", NAMES, "B"),
        ("因此，小周比小林年长。", "小林比谁年长？", NAMES, None),
        ("因此，小林没有说自己比小周年长。", "小林比谁年长？", NAMES, None),
        ("所以西巷在东巷的左边。", "哪条巷在东巷的左边？", SIDES, "B"),
        ("因此，小林的表弟是小周和小吴。", "小林的表弟是谁？", NAMES, None),
        ("因此，小吴的表弟是小林。", "小林的表弟是谁？", NAMES, None),
        ("因此，机器会返回“小林小周”。", "机器会返回什么？", NAMES, None),
        ("因此，机器会返回“小周”。", "机器会返回什么？", NAMES, "B"),
        ("如果下雨，小林比小周年长。", "小林比谁年长？", NAMES, None),
    ),
    "asked what can be": (
        ("因此，小郑可能是第一个。", "谁可能是第一个？", NAMES, "D"),
        ("因此，小郑不可能是第一个。", "谁可能是第一个？", NAMES, None),
        ("因此，小郑可能是第一个。", "谁是第一个？", NAMES, None),
        ("一种可能的结果是 [2, 1, 0]，因为先取后放。", "一种可能的结果是什么？", RANGES, "B"),
    ),
    "not on offer": (
        ("对于输入 [3, 2, 1]，返回的结果是 [3, 1]。", "输入 [3, 2, 1] 时返回什么？", RANGES, None),
        ("对于输入 [3, 1]，返回的结果是 [3, 2, 1]。", "输入 [3, 1] 时返回什么？", RANGES, "A"),
        (r"所以 2 个人的办法数是 \(\boxed{10}\)。", "2 个人有几种办法？", WAYS, None),
        ("基准选择为 `3`。\n所以结果是 [3, 3]。", "结果是什么？", RANGES, None),
        ("所以能到的是1、2、3。", "能到哪里？", WAYS, None),
    ),
    "several": (
        (
            "A. 东巷\n- 所以选项A是正确的。\nB. 西巷\n- 所以选项B是正确的。\n\n因此是选项A或选项B。",
            "哪条？",
            SIDES,
            None,
        ),
        ("林的家乡只能是A。\n因此所有选项都对。", "哪一项正确？", ("林来自A", "周来自B", "吴来自C"), None),
        ("所以积木 b5 位于积木 b7 的右边。", "哪个积木位于积木 b5 的右边？", ("b1", "b7"), None),
    ),
    "the most": (
        ("Therefore, option D raises the most serious doubt.", "Which one weakens it?", WAYS, "D"),
        ("So, choice B is the least helpful.", "Which one helps least?", WAYS, "B"),
        ("Therefore, option D cannot be the most serious doubt.", "Which one weakens it?", WAYS, None),
        ("Therefore, option C and option D raise the most doubt.", "Which one weakens it?", WAYS, None),
        ("因此，选项C最能削弱上面的论证。", "哪一项削弱论证？", WAYS, "C"),
        ("因此，选项C不是最能削弱论证的。", "哪一项削弱论证？", WAYS, None),
    ),
    "english": (
        ('Therefore, "lamp T is off" must be true.', 'Must "lamp T is off" be true?', EN, "A"),
        ('Therefore, "lamp T is off" is false.', 'Must "lamp T is off" be true?', EN, "B"),
        ('Therefore, "lamp S is off" must be true.', 'Must "lamp T is off" be true?', EN, None),
        ('Therefore, "lamp T is off" is not necessarily true.', 'Must "lamp T is off" be true?', EN, None),
        ("So it is not true that all of [k, m] are in P.", "Are all of [k, m] in P?", EN, "B"),
        ("Therefore, there is exactly one way to fly from L to M.", "In how many ways can you fly?", WAYS, "B"),
        ("Therefore, there are 3 unique ways to fly from N to Q.", "In how many ways can you fly?", WAYS, "D"),
        ("Therefore, all three creatures glow.", "Of how many is it true that it glows?", WAYS, "D"),
        ("The three creatures are told apart by their tails.", "Of how many is it true?", WAYS, None),
    ),
}


@pytest.mark.parametrize(
    ("text", "question", "options", "letter"),
    [pytest.param(*row, id=f"{kind} {place}") for kind, rows in KINDS.items() for place, row in enumerate(rows)],
)
def test_an_output_is_read_as_a_careful_reader_would(
    text: str, question: str, options: tuple[str, ...], letter: str | None
) -> None:
    told = f"先看看条件。\n\n{text}"
    assert extract(told, len(options), options, question).letter == letter
