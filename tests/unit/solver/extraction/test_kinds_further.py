"""Rows of the kinds that newly written rows missed, with rows of the same kinds that name a letter.

All sentences are made up; two readings open, or none, is no letter.
"""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

OPTIONS_1 = ("小周", "小吴", "小郑", "小王")
OPTIONS_2 = ("Berlin", "Madrid", "Vienna", "Prague")
OPTIONS_3 = ("Lisbon", "Dublin", "Athens", "Warsaw")
OPTIONS_4 = ("6", "8", "10", "14")
OPTIONS_5 = ("小林", "小何", "小罗", "小梁")
OPTIONS_6 = ("阿强", "阿明", "阿华", "阿珍")
OPTIONS_7 = ("15", "20", "25", "40")
OPTIONS_8 = ("Kate arrived first", "Liam arrived first", "They arrived together", "It is impossible to say")
OPTIONS_9 = ("4", "9", "16", "36")
OPTIONS_10 = ("老陈", "老赵", "老孙", "老钱")
OPTIONS_11 = ("Seoul", "Tokyo", "Hanoi", "Manila")
OPTIONS_12 = ("45元", "50元", "55元", "60元")
OPTIONS_13 = ("张三是小偷", "李四是小偷", "王五是小偷", "四人都不是小偷")
OPTIONS_14 = ("只有甲说谎", "甲和乙说谎", "只有丙说谎", "没有人说谎")
OPTIONS_15 = ("12", "18", "24", "30")
OPTIONS_16 = ("周一", "周三", "周五", "周日")
OPTIONS_17 = ("Oslo", "Cairo", "Lima", "Delhi")
OPTIONS_18 = ("上午九点", "上午十点", "下午两点", "下午三点")
OPTIONS_19 = ("三月", "五月", "七月", "九月")
OPTIONS_20 = ("2小时", "3小时", "4小时", "5小时")
OPTIONS_21 = ("星期一", "星期二", "星期三", "星期四")
OPTIONS_22 = ("甲是老师", "乙是老师", "丙是老师", "三人都不是老师")
OPTIONS_23 = ("cat", "dog", "fox")
OPTIONS_24 = ("3米", "4米", "5米", "6米")
OPTIONS_25 = ("apple", "pear", "plum")
OPTIONS_26 = ("甲拿了钥匙", "乙拿了钥匙", "丙拿了钥匙", "没有人拿钥匙")
OPTIONS_27 = ("骑士", "无赖", "间谍")
OPTIONS_28 = ("red", "blue", "green")
OPTIONS_29 = ("真", "假", "无法判断")
OPTIONS_30 = ("能", "不能")
OPTIONS_31 = ("Bern", "Riga", "Kyiv", "Rabat")
OPTIONS_32 = ("甲偷了画", "乙偷了画", "丙偷了画", "画没有被偷")
Row = tuple[str, tuple[str, ...], str | None]
KINDS: dict[str, tuple[Row, ...]] = {
    "later": (
        ("答案：A\n\n再来一题：如果老郑先走呢？\n答案：C", OPTIONS_10, "A"),
        ("The answer is C.\n\nNext question: who left last?\nThe answer is A.", OPTIONS_31, "C"),
        ("只能随便选D了。", OPTIONS_10, None),
        ("With no better idea, I'd pick A at random.", OPTIONS_31, None),
        ("先填B，回头再验证。", OPTIONS_10, None),
        ("四个选项中只有B同时满足两个条件。", OPTIONS_32, "B"),
        ("Final answer B", OPTIONS_31, "B"),
    ),
    "blocks": (
        ("第(1)小题：小周最先到，选A。\n第(2)小题：小王最后到，选D。", OPTIONS_1, None),
        ("Q1. ... Answer: B\nQ2. ... Answer: D\nQ3. ... Answer: A", OPTIONS_2, None),
        ("Part (a): the answer is A.\nPart (b): the answer is C.", OPTIONS_2, None),
        ("(i) The answer is B.\n(ii) The answer is A.", OPTIONS_3, None),
        ("In case one the correct option is A; in case two the correct option is D.", OPTIONS_4, None),
        ("答案：D\n\n【例题】某班有三人……\n答案：A", OPTIONS_5, "D"),
        ("Exercise 4. Answer: C\nExercise 5. Answer: A", OPTIONS_3, None),
        ("如果是第一种理解，答案是A；如果是第二种理解，答案是C。", OPTIONS_5, None),
        ("问题A的答案是C，问题B的答案是D。", OPTIONS_6, None),
        ("第一关答案：A\n第二关答案：D", OPTIONS_7, None),
        ("答案一：B\n答案二：D", OPTIONS_6, None),
        ("答案：B\n\n类似题：如果阿强换到第二位，谁在第三位？\n答案：D", OPTIONS_6, "B"),
        ("The answer is A.\n\nFollow-up question: what if Kate had left earlier?\nThe answer is B.", OPTIONS_8, "A"),
        ("Under interpretation one, the answer is A. Under interpretation two, the answer is D.", OPTIONS_9, None),
        ("答案是C。\n\n现在考虑另一个问题：谁最后离开？\n答案是A。", OPTIONS_10, "C"),
        ("Answer: D\n\nNow consider another puzzle. Four friends sit in a row.\nAnswer: B", OPTIONS_11, "D"),
        ("答案：C\n\n下一题：谁第二个到？\n答案：A\n\n下一题：谁最后到？\n答案：D", OPTIONS_1, "C"),
        ("选择题1的结论是B，选择题2的结论同样是B。", OPTIONS_1, "B"),
        ("Question 1 asks for the capital: Vienna. So the answer is C.", OPTIONS_2, "C"),
    ),
    "list": (
        (
            "Options A and B contradict clue 1, option D contradicts clue 3, which leaves option C as the answer.",
            OPTIONS_2,
            "C",
        ),
        ("可供选择的有A. 45元、B. 50元、C. 55元和D. 60元四项。", OPTIONS_12, None),
        ("四个选项里，A、C、D都多算了一次，B没有，所以B对。", OPTIONS_4, "B"),
        ("Of the four options, only D respects the third clue.", OPTIONS_3, "D"),
        ("我们来看选项：A说的是张三，B说的是李四，C说的是王五。", OPTIONS_13, None),
        ("B and C fail clue 1 and D fails clue 2, so only A survives.", OPTIONS_11, "A"),
        ("从A、B、C、D四项来看，第二项最贴近条件，故选B。", OPTIONS_14, "B"),
        ("A、B、C三项都与线索矛盾，因此答案只能是D。", OPTIONS_1, "D"),
        ("逐项检查：\nA. 12：不是6的5倍。\nB. 18：不是。\nC. 24：不是。\nD. 30：是。\n所以答案是D。", OPTIONS_15, "D"),
    ),
    "must": (
        ("只能靠猜：C。", OPTIONS_1, None),
        ("不得不选的话选A。", OPTIONS_5, None),
        ("If a choice is absolutely required, choose A.", OPTIONS_3, None),
        ("真要选，我选C，但没有依据。", OPTIONS_6, None),
        ("强行作答的话：D。", OPTIONS_6, None),
        ("只好蒙一个：B。", OPTIONS_16, None),
        ("In the absence of more data, I would randomly go with A.", OPTIONS_17, None),
        ("要我猜的话是B。", OPTIONS_6, None),
        ("勉强的话，可以选B。", OPTIONS_18, None),
        ("Exactly one of the options must be true, and that is option B.", OPTIONS_11, "B"),
        ("单选题必须选一个，由线索三可知是小王，因此选D。", OPTIONS_1, "D"),
        ("We must choose exactly one option, and only Vienna meets all the clues, so the answer is C.", OPTIONS_2, "C"),
        ("必须选一个且仅选一个：线索指向五月，选B。", OPTIONS_19, "B"),
    ),
    "nofit": (
        ("计算结果为27，与任何选项都不一致，最接近的是24。", OPTIONS_15, None),
        ("推理的结果是25，单位虽然不同，仍对应C。", OPTIONS_7, "C"),
        ("换算之后是240分钟，也就是4小时，对应选项C。", OPTIONS_20, "C"),
        ("选项里没有写明单位，但数值24与C一致，答案为C。", OPTIONS_15, "C"),
        ("No option mentions the year, but Vienna fits every clue: the answer is C.", OPTIONS_2, "C"),
        ("虽然选项的写法不太一样，但52元减2元就是50元，即B。", OPTIONS_12, "B"),
    ),
    "part": (
        ("说谎的是丙。", OPTIONS_14, "C"),
        ("值班的日子在星期三。", OPTIONS_21, "C"),
        ("The value comes to 24.", OPTIONS_15, "C"),
        ("所以老师是丙。", OPTIONS_22, "C"),
        ("他一共付了55元。", OPTIONS_12, "C"),
        ("考试安排在七月。", OPTIONS_19, "C"),
        ("Hence the animal in the box is the fox.", OPTIONS_23, "C"),
        ("绳子长5米。", OPTIONS_24, "C"),
        ("所以聚会在周五。", OPTIONS_16, "C"),
        ("The fruit in the basket must be the plum.", OPTIONS_25, "C"),
        ("So the one who arrived first was Liam.", OPTIONS_8, "B"),
        ("拿了钥匙的是乙。", OPTIONS_26, "B"),
        ("总共需要4小时。", OPTIONS_20, "C"),
        ("所以会议定在下午两点。", OPTIONS_18, "C"),
        ("因此他是间谍。", OPTIONS_27, "C"),
        ("结论：没有人说谎。", OPTIONS_14, "D"),
        ("So the hidden card is blue.", OPTIONS_28, "B"),
    ),
    "short": (
        ("Going with A.", OPTIONS_2, "A"),
        ("Option D, final.", OPTIONS_2, "D"),
        ("B没跑了。", OPTIONS_5, "B"),
        ("Answer C", OPTIONS_17, "C"),
        ("C吧", OPTIONS_6, "C"),
        ("我投B一票。", OPTIONS_10, "B"),
        ("填C。", OPTIONS_10, "C"),
        ("I'd say A.", OPTIONS_11, "A"),
        ("这题我选 B 哦～", OPTIONS_1, "B"),
        ("我给的答案是：C. 无法判断", OPTIONS_29, "C"),
        ("答：能。", OPTIONS_30, "A"),
    ),
    "hedge": (
        ("Could be A. Could also be C.", OPTIONS_3, None),
        ("暂且认为是C，后面再核对。", OPTIONS_5, None),
        ("Probably C.", OPTIONS_17, "C"),
        ("我比较有把握，答案是B。", OPTIONS_1, "B"),
        ("Most likely the answer is A.", OPTIONS_2, "A"),
        ("答案很可能是C。", OPTIONS_5, "C"),
    ),
    "others": (
        ("The answer is A; B, C and D each contradict at least one statement.", OPTIONS_3, "A"),
        ("正确的是B。至于A，忽略了线索二；至于C、D，都把先后弄反了。", OPTIONS_1, "B"),
        ("The answer is D. A would need one more day, B and C break clue 4.", OPTIONS_21, "D"),
        ("选A。若选B则小吴有两个位置，若选D则小王没有位置。", OPTIONS_1, "A"),
    ),
    "refusal": (
        ("我需要更多的信息才能判断选项A是否成立。", OPTIONS_6, None),
        ("题目缺少图片，但从文字看小郑必须在最后，所以选C。", OPTIONS_1, "C"),
        ("抱歉刚才算错了。重新计算得到24，因此选C。", OPTIONS_15, "C"),
        ("I apologise for the confusion. The correct answer is D.", OPTIONS_2, "D"),
    ),
    "cases": (
        ("If Ann came first, then the answer is A. If Ben came first, then the answer is B.", OPTIONS_1, None),
        ("如果小王在前，那么答案是A。如果小李在前，那么答案是C。", OPTIONS_1, None),
        ("The first answer is C and the second answer is A.", OPTIONS_2, None),
        ("若第一条成立，则答案是B，而第一条确实成立，于是答案是B。", OPTIONS_1, "B"),
    ),
    "taken back": (
        ("答案是B。不，等等，第三条不成立，所以无法确定是谁。", OPTIONS_1, None),
        ("答案是B。等等，是不是有误？检查之后第三条成立，没有问题。", OPTIONS_1, "B"),
        ("由此无法得出确切的结论，但最接近的选项大概是C。", OPTIONS_5, None),
    ),
    "verdict first": (
        ("可以。从2出发，先到4，再到8。", ("可以", "不可以"), "A"),
        ("False. No rule lets a blue one pass.", ("True", "False"), "B"),
        ("C是对的吗？", OPTIONS_1, None),
        ("Choice B. The other choices break the second clue.", OPTIONS_2, "B"),
        ("就C。", OPTIONS_1, "C"),
    ),
    "verdict on each": (
        ("A. 二楼：错误，有人住了。\nB. 三楼：正确。\nC. 四楼：不对。", ("二楼", "三楼", "四楼"), "B"),
        ("A. 二楼：正确。\nB. 三楼：正确。\nC. 四楼：不对。", ("二楼", "三楼", "四楼"), None),
        ("A. 二楼：错误。\nB. 三楼：正确。", ("二楼", "三楼", "四楼"), None),
        ("Since the vase is blue, B must be true and D must be false.", OPTIONS_2, "B"),
    ),
    "statement": (
        ("由第二条和第四条可以推出，所以该说法是对的。", ("正确", "错误"), "A"),
        ("这个结论是错误的，因为第一条只说了一部分人。", ("正确", "错误"), "B"),
        ("如果该说法正确，第三条就不成立。", ("正确", "错误"), None),
        ("这样的推理没有问题，选“正确”。", ("正确", "错误"), "A"),
    ),
    "connected": (
        ("只剩老四没有被排除。选项D。", OPTIONS_1, "D"),
        ("A和B都被排除了，C与线索矛盾，那就是D了。", OPTIONS_1, "D"),
        ("B 选项。", OPTIONS_1, "B"),
        ("The claim is false, since nobody saw it.", ("True", "False"), "B"),
        ("A选项：3，B选项：4，C选项：5。", ("3", "4", "5"), None),
        ("算出来应为7，但选项里没有7，最接近的是5。", ("3", "4", "5"), None),
        ("If it rains, the answer is A; otherwise it is B.", OPTIONS_2, None),
        ("若下雨，答案是A，否则答案是C。", OPTIONS_1, None),
        ("The sum is 24, which corresponds to option C.", OPTIONS_2, "C"),
        ("The correct one is (D).", OPTIONS_2, "D"),
        ("So the correct answer is in fact D.", OPTIONS_2, "D"),
        ("把它倒过来就是要找的，即选项A的内容。", OPTIONS_1, "A"),
        ("唯一可行的安排，也就是第三个选项。", OPTIONS_1, "C"),
        ("选项A：太小 ✗\n选项B：合适 ✓\n选项C：太大 ✗", ("3", "4", "5"), "B"),
        ("Thus, silver is the only metal left.", ("gold", "silver", "copper"), "B"),
        ("Thus, silver is not the only metal left.", ("gold", "silver", "copper"), None),
        ("答：盒子里有12个。", ("8", "12", "16"), "B"),
    ),
    "last sentence": (
        ("两人的话互相矛盾，只有一人说真话。\n答：先到的人是乙先生。", ("甲先生", "乙先生", "丙先生"), "B"),
        ("Therefore the ring is made of copper.", ("gold", "silver", "copper"), "C"),
    ),
}


@pytest.mark.parametrize(("kind", "row"), [(kind, row) for kind, rows in KINDS.items() for row in rows])
def test_an_output_is_read_as_a_careful_reader_would(kind: str, row: Row) -> None:
    output, options, letter = row
    assert extract(output, len(options), options).letter == letter


@pytest.mark.parametrize("text", ["选项：A、B、C", "Options: A、B、C", "可选的有A、B、C。"])
def test_a_list_of_letters_names_nobody_who_is_called_by_a_letter(text: str) -> None:
    assert extract(text, 3, ("B", "Z", "E")).letter is None


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("1. First, Ann sits left.\n2. Then Bob sits right.\n", ("1", "2", "3")),
        ("1. 甲在乙前\n2. 乙在丙前", ("1", "2", "3")),
        ("**3.** 先看第三条", ("1", "2", "3")),
        ("A. z\nB. the table\nC. a\nD. v\nE. e", ("z", "the table", "a", "v", "e")),
        ("ii. The second case fails.\niii. So does the third.", ("i", "ii", "iii")),
    ],
)
def test_the_label_of_a_lists_first_entry_is_no_answer(text: str, options: tuple[str, ...]) -> None:
    assert extract(text, len(options), options).letter is None


def test_a_first_sentence_that_is_an_options_text_is_the_answer() -> None:
    assert extract("可以。从1出发到3，再到5。", 2, ("可以", "不可以")).letter == "A"
    assert extract("False. No rule gives it.", 2, ("True", "False")).letter == "B"
    assert extract("2，因为甲和丙去了。", 3, ("1", "2", "3")).letter == "B"
