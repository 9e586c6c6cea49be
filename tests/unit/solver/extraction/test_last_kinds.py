"""Further last words of outputs, kind by kind, with neighbours that give no letter, made up."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

JA = ("是", "否")
NUMBERS = ("3", "5", "1", "2")
WAYS = ("[4, 6, 5]", "[4, 3, 5]", "[4, 5]")
ROOMS = ("车库", "卧室", "仓库")
TALL = ("V", "K", "L", "T")
TOOLS = ("Ruby", "Perl", "Lua", "C++")
LISTS = ("[['a', 'a'], ['b'], ['c']]", "[['a'], ['a'], ['b'], ['c']]", "[['b'], ['c']]")
PEOPLE = ("甲", "乙", "庚")
YES_NO = ("Yes", "No")
OPEN = ("True", "False", "Unknown")
LURPS = 'Must it be true that "all lurps are red"?'
LEFT = "Must it be true that the pen is left of the book?"
RED = 'Is "all lurps are red" true?'
COLD = ("Oslo is cold", "Lima is cold", "Bern is cold")
TRUTH = ("True", "False")
Row = tuple[str, tuple[str, ...], str, str | None]

KINDS: dict[str, tuple[Row, ...]] = {
    "one option under its heading": (
        ("第4步之后，梨在哪个房间？\n【选项】C. 仓库", ROOMS, "第4步之后，梨在哪个房间？", "C"),
        ("因此，梨所在的房间是：\n\n【选项】C. 仓库", ROOMS, "梨在哪个房间？", "C"),
        ("先看条件。\n【选项】：B. 卧室\n【理由】梨被放进卧室。", ROOMS, "梨在哪个房间？", "B"),
        ("梨在哪个房间？\n【选项】A. 车库\nB. 卧室\nC. 仓库", ROOMS, "梨在哪个房间？", None),
        ("梨在哪个房间？\n【选项】A. 车库\n【选项】B. 卧室", ROOMS, "梨在哪个房间？", None),
        ("错误的是：\n【选项】B. 卧室", ROOMS, "梨在哪个房间？", None),
        ("如果先看第3步，梨所在的房间是：\n【选项】B. 卧室", ROOMS, "梨在哪个房间？", None),
        ("题目给出：\n【选项】A. 车库", ROOMS, "梨在哪个房间？", None),
        ("不选的是：\n【选项】B. 卧室\n【理由】梨没有被放进卧室。", ROOMS, "梨在哪个房间？", None),
        ("先看条件。\n【选项】：B. 卧室", ROOMS, "梨在哪个房间？", None),
    ),
    "the question told again": (
        ("综上所述，他是根据以下哪项作出的：C", ROOMS, "他是根据以下哪项作出的？", "C"),
        ("综上所述，不知道是根据以下哪项作出的：C", ROOMS, "他是根据以下哪项作出的？", None),
        ("题目要求找房间。\n因此，梨在哪个房间？是C。", ROOMS, "梨在哪个房间？", "C"),
        ("题目要求找房间。\n因此，苹果颜色是哪个？是C。", ROOMS, "梨在哪个房间？", None),
        ("8是根。\n根据推理，20在第5层。", NUMBERS, "20在第几层？", "B"),
        ("8是根。\n根据推理，20不在第5层。", NUMBERS, "20在第几层？", None),
        ("8是根。\n根据推理，20在第15层。", NUMBERS, "20在第几层？", None),
    ),
    "the reason in a sentence of its own": (
        ("考虑到这些，小田不应该游泳。因为他发烧了。", JA, "小田是否应该游泳？", "B"),
        ("考虑到这些，小田应该游泳。因为他很健康。", JA, "小田是否应该游泳？", "A"),
        ("考虑到这些，小田应该游泳。因为他不健康，所以小田不应该游泳。", JA, "小田是否应该游泳？", "B"),
        ("考虑到这些，小田不应该游泳。因为他", JA, "小田是否应该游泳？", None),
    ),
    "a short output on one option": (
        ("小何会使用C++。根据题目信息，小何会使用C++。", TOOLS, "小何会使用哪种语言？", "D"),
        ("小何会使用C++。根据题目信息，小周会使用Lua。", TOOLS, "小何会使用哪种语言？", None),
    ),
    "a way past named points": (
        ("从点4到点5的路径是点4 -> 点3 -> 点5。", WAYS, "从点4到点5的路径是什么？", "B"),
        ("从点4到点5的路径是点4 -> 点2 -> 点5。", WAYS, "从点4到点5的路径是什么？", None),
    ),
    "another place in the order": (
        ("K is short.\nTherefore, V must be the third tallest.", TALL, "Which one is number 1 by height?", None),
        ("K is short.\nTherefore, V must be the third tallest.", TALL, "Which one is third by height?", "A"),
    ),
    "a piece of a longer list": (
        ("最终结果是：[['a', 'a', 'a'], ['b'], ['c']]", LISTS, "分组结果是什么？", None),
        ("最终结果是：[['a', 'a'], ['b'], ['c']]", LISTS, "分组结果是什么？", "A"),
    ),
    "said of another in the end": (
        ("根据题目，丙说谎，所以庚说谎。所以，癸说谎。", PEOPLE, "下面谁说谎？", None),
        ("根据题目，丙说谎，所以庚说谎。所以，庚说谎。", PEOPLE, "下面谁说谎？", "C"),
    ),
    "reasoning that is right": (
        ("题目说B吃了C。这个推理是正确的，因为B吃了C。", JA, "D吃了C吗？", None),
        ("题目说B吃了C。这个推理是正确的，因为B吃了C。", ("正确", "错误"), "上面的推理正确吗？", "A"),
    ),
    "a statement in quotes that must hold": (
        ('It is a rule.\nTherefore, "all lurps are red" must be false.', YES_NO, LURPS, "B"),
        ('It is a rule.\nTherefore, "all lurps are red" must be true.', YES_NO, LURPS, "A"),
        ('It is a rule.\nTherefore, "all lurps are red" is not true given the rules.', YES_NO, LURPS, "B"),
        (
            'It is a rule.\nTherefore, "all lurps are red" is true under the assumption that it rains.',
            YES_NO,
            LURPS,
            None,
        ),
        ("So it need not be that the pen is left of the book.", YES_NO, LEFT, None),
        ("Nobody said that the pen is left of the book.", YES_NO, LEFT, None),
        ("Tom says that the pen is left of the book.", YES_NO, LEFT, None),
        ("At first sight the pen is left of the book.", YES_NO, LEFT, None),
        ("The text says that the pen is left of the book.", YES_NO, LEFT, "A"),
        ('It is a rule.\nTherefore, "all lurps are red" is not necessarily true.', YES_NO, LURPS, None),
        ('It is a rule.\nTherefore, "all lurps are blue" must be true.', YES_NO, LURPS, None),
    ),
    "a question behind its number": (
        ("We look at all.\nTherefore, F5 is joined to F7.", YES_NO, "Question 1: Is F5 joined to F7?", "A"),
        ("We look at all.\nTherefore, F5 is joined to F8.", YES_NO, "Question 1: Is F5 joined to F7?", None),
    ),
    "nothing can be known": (
        ("Little is said.\nSo we cannot definitively conclude whether it is true or false.", OPEN, RED, "C"),
        ("Little is said.\nSo it is true, we can definitively conclude.", OPEN, RED, "A"),
    ),
    "a letter and the word for option": (
        ("综上所述，最能支持上述猜想的发现是B选项。", ROOMS, "以下哪个发现最能支持上述猜想？", "B"),
        ("上述猜测是B选项。", ROOMS, "以下哪个发现最能支持上述猜想？", None),
        ("因此该猜测错误：B选项。", ROOMS, "以下哪个发现最能支持上述猜想？", None),
        ("题目问的是以下哪项：仓库", ROOMS, "梨在哪个房间？", None),
        ("综上所述，我猜是B选项。", ROOMS, "以下哪个发现最能支持上述猜想？", None),
    ),
    "a heading is no further question": (
        (
            "**选择正确答案**：\n- 根据要求，先找质数。\n- 下一个质数是5。\n\n**最终答案：**\n答案是：B",
            NUMBERS,
            "哪个是质数？",
            "B",
        ),
        ("答案是：B\n\n下一个问题：哪个数更大？\n答案是：C", NUMBERS, "哪个是质数？", "B"),
    ),
    "the number of an entry is no answer": (
        ("1. 没有给出方法。\n2. 无法计算平均值。\n3. 答案是：E", NUMBERS, "平均值是多少？", None),
    ),
    "all of the options": (
        ("- 小林说对了。\n- 因此，D选项是正确的。\n\n综上所述，所有选项都是正确的。", TOOLS, "谁说对了？", None),
        (
            "The statements that fit are:\n1. Oslo is cold.\n2. Lima is cold.\n3. Bern is cold.",
            COLD,
            "Which fits?",
            None,
        ),
        ("The statement that fits is:\nBern is cold.", COLD, "Which fits?", "C"),
    ),
    "an object about what is true": (
        ('```json\n{"true/false": "true"}\n```', TRUTH, "Is it true or false? Q is red.", "A"),
        ('{"isTrue": false}', TRUTH, "Is it true or false? Q is red.", "B"),
        ('{"true_or_false": "False"}', TRUTH, "Is it true or false? Q is red.", "B"),
        ('{"not_true": true}', TRUTH, "Is it true or false? Q is red.", None),
        ('{"true": "perhaps"}', TRUTH, "Is it true or false? Q is red.", None),
    ),
    "the first words of a cut sentence": (
        ("- Bern is cold: This is true.\n\nTherefore, Bern is cold.\n\nSince all three of", COLD, "Which fits?", None),
    ),
    "an entry of a review that was cut": (
        ("Let's check each option:\n\nA. Oslo is,", COLD, "Which fits?", None),
        ("A. 车库\n- 梨不在那里。\n\nB. 卧室\n- 梨不在那里。\n\nC. 仓库", ROOMS, "梨在哪个房间？", None),
    ),
}
CASES = [pytest.param(*row, id=f"{kind}{place}") for kind, rows in KINDS.items() for place, row in enumerate(rows)]


@pytest.mark.parametrize(("text", "options", "question", "letter"), CASES)
def test_last_words_of_these_kinds(text: str, options: tuple[str, ...], question: str, letter: str | None) -> None:
    assert extract(text, len(options), options, question).letter == letter
