"""Answer extraction on difficult kinds of output, kind by kind, each with counter-examples that name no letter.

All sentences are made up for these tests. What a careful reader says the output commits to is the right value; where
two readings are open, none is.
"""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

MEN = ("甲", "乙", "丙", "丁")
MAY = ("可以", "不可以")
IS = ("是", "否")
TRUE = ("True", "False", "Unknown")
CITIES = ("Paris", "London", "Rome", "Oslo")
NUMBERS = ("5", "7", "9", "3")
FRUIT = ("苹果", "香蕉", "梨", "以上都不对")
CRIME = ("凶手是李四", "凶手是王五", "凶手是赵六", "没有凶手")
Row = tuple[str, tuple[str, ...], str | None]


def check(row: Row) -> None:
    output, options, letter = row
    assert extract(output, len(options), options).letter == letter


THE_TEXT_DECIDES: tuple[Row, ...] = (
    ("选B，丁。", MEN, "D"),
    ("我选择A，即丙。", MEN, "C"),
    ("因此选 B，也就是丁。", MEN, "D"),
    ("答案是：A. 乙", MEN, "B"),
    ("因此答案是：A. 乙", MEN, "B"),
    ("<output>\n因此答案是：C. 丁\n</output>", MEN, "D"),
    ("答案是A（丙）。", MEN, "C"),
    ("答案：D、甲", MEN, "A"),
    ("答案是：A. 不可以", MAY, "B"),
    ("答案是：B：可以", MAY, "A"),
    ("**答案是：A. 乙**", MEN, "B"),
    ("答案是：A. 乙，因为甲说谎。", MEN, "B"),
    ("答案是：A. 梨。香蕉不合条件。", FRUIT, "C"),
    ("Answer: A. London", CITIES, "B"),
    ("The answer is (C) Oslo.", CITIES, "D"),
    ("The answer is A) rome", CITIES, "C"),
    (r"\boxed{\text{A. 乙}}", MEN, "B"),
    ('{"answer": "A. 乙"}', MEN, "B"),
    ("A. 乙", MEN, "B"),
    ("答案應為 A. 香蕉", FRUIT, "B"),
    # the letter stands
    ("答案是：A. 甲", MEN, "A"),
    ("答案是：A. 乙说谎", MEN, "A"),
    ("答案是A。乙说谎。", MEN, "A"),
    ("答案是A，乙和丙说谎。", MEN, "A"),
    ("答案是：B. 相同", ("相同", "相同", "不同"), "B"),
    ("答案是：B. 甲和乙", ("甲", "甲和乙", "乙"), "B"),
    ("The answer is A. London is too far north.", CITIES, "A"),
    ("答案是：A. 李四", MEN, "A"),
    ("路只能单向走。\n因此答案是：B（可以）", MAY, "A"),
    ("因此答案是：A.不可以", MAY, "B"),
    ("答案是：“A. 不可以”", MAY, "B"),
    ("因此答案是：A - 不可以", MAY, "B"),
    ("答案是：选项A，即不可以", MAY, "B"),
    ("答案是A选项：不可以", MAY, "B"),
    ("Therefore, the correct option is A) London", CITIES, "B"),
    ("答案是：A. [2, 1]", ("[1, 2]", "[2, 1]", "[]"), "B"),
    ("答案是：A. []", ("[1, 2]", "[2, 1]", "[]"), "C"),
    ("答案是：B. 乙是说谎者", MEN, "B"),
    ("因此答案是：A（因为不可以回头）", MAY, "A"),
    ("答案：A. 甲和丁", MEN, "A"),
    ("答案是：A. 甲（不是乙）", MEN, "A"),
)


@pytest.mark.parametrize("row", THE_TEXT_DECIDES)
def test_a_letter_with_another_options_text_means_that_option(row: Row) -> None:
    check(row)


SEVERAL_BLOCKS: tuple[Row, ...] = (
    ("The answer to the first question is A; the answer to the second question is C.", CITIES, None),
    ("①答案：B\n②答案：C", MEN, None),
    ("题目一的答案是 B，题目二的答案是 A。", MEN, None),
    ("(1) The answer is A.\n(2) The answer is C.", CITIES, None),
    ("1. 答案：C\n2. 答案：A\n3. 答案：C", MEN, None),
    ("一、答案：A\n二、答案：D", MEN, None),
    ("**问题一**\n答案是：B\n\n**问题二**\n答案是：C", MEN, None),
    ("小题1答案：A；小题2答案：B。", MEN, None),
    ("第一个问题的答案是C，第二个问题的答案是A。", MEN, None),
    ("第一问答案：B，第二问答案：D。", MEN, None),
    ("First question: the answer is B. Second question: the answer is A.", CITIES, None),
    ("Problem 1: The answer is A.\nProblem 2: The answer is B.", CITIES, None),
    ('{"answer": "A"}\n{"answer": "C"}', MEN, None),
    ("1. The answer is D.\n2. The answer is D.", CITIES, "D"),
    ("<output>\n因此答案是：A\n</output>\n<output>\n因此答案是：C\n</output>", MEN, None),
    ("<output>因此答案是：A</output>\n\n<output>因此答案是：B</output>\n\n<output>因此答案是：A</output>", MEN, None),
    ("<answer>B</answer>\n<answer>D</answer>", MEN, None),
    ("<output>选择题 1：因此答案是：A\n选择题 2：因此答案是：D</output>", MEN, None),
    ("选择题 1：\n甲最高。\n因此答案是：A\n\n选择题 2：\n丁最矮。\n因此答案是：D", MEN, None),
    ("第1题：答案是：B\n第2题：答案是：C", MEN, None),
    ("Question 1: the answer is B.\nQuestion 2: the answer is C.", CITIES, None),
    ("答案是：\n1. A\n2. C\n3. B", MEN, None),
    # one mind, one question, or a correction
    ("<output>因此答案是：A</output>\n<output>因此答案是：A</output>", MEN, "A"),
    ("<output>因此答案是：A</output>\n<reflection>乙才对。</reflection>\n<output>因此答案是：B</output>", MEN, "B"),
    ("<output>因此答案是：A</output>\n不对，甲说谎，更正如下。\n<output>因此答案是：B</output>", MEN, "B"),
    ("<answer>A</answer>\nWait, that is wrong.\n<answer>B</answer>", CITIES, "B"),
    ("选择题 1：\n甲最高。\n因此答案是：A\n\n选择题 2：\n甲最重。\n因此答案是：A", MEN, "A"),
    ("选择题 3：\n逐个来看，丙最高。\n因此答案是：C", MEN, "C"),
    ("答案是：C\n\n选择题 2：\n谁最矮？\n答案是：A", MEN, "C"),
    ("<output>因此答案是：C</output>", MEN, "C"),
    ("<output>\n选择题 1：A\n选择题 2：B\n</output>", MEN, None),
    ("因此答案是：A\n因此答案是：C", MEN, None),
    ("因此答案是：A\n\n因此答案是：B\n\n因此答案是：D", MEN, None),
    ("Answer: A\nAnswer: C", CITIES, None),
    ("问题1的答案是A，问题2的答案是C。", MEN, None),
    ("对于选择题1，答案是B；对于选择题2，答案是D。", MEN, None),
    ("因此答案是：A\n因此答案是：A", MEN, "A"),
    ("所以答案是A。\n\n因此答案是：A", MEN, "A"),
    ("选择题 1：甲最高，因此答案是B。\n选择题 2：丁最矮，因此答案是D。\n\n因此答案是：B", MEN, "B"),
)


@pytest.mark.parametrize("row", SEVERAL_BLOCKS)
def test_answers_to_several_questions_that_differ_are_no_answer(row: Row) -> None:
    check(row)


THE_OTHERS_EXPLAINED: tuple[Row, ...] = (
    ("答案是B。A 选项不对，因为甲说谎；C 是假话；故A、C、D错误。", MEN, "B"),
    ("答案是：B\n解释：A 与条件一矛盾，C 的答案没有依据，D 不符合条件二。", MEN, "B"),
    ("答案是B。错误的选项是A、C、D。", MEN, "B"),
    ("答案是B。其余选项为A、C、D，都有反例。", MEN, "B"),
    ("答案是B。若答案为A，则丙也说真话，矛盾。", MEN, "B"),
    ("答案是B。如果选C，就多出一人；如果选D，就少一人。", MEN, "B"),
    ("故选B。A项以偏概全，C项无中生有，D项因果倒置，所以A、C、D都不选。", MEN, "B"),
    ("答案是B。A 项不是正确答案，因为条件不足。", MEN, "B"),
    ("答案是B。为什么不是C？因为答案是C的话，第二条就不成立。", MEN, "B"),
    ("答案是 B。因此排除 A、C、D。", MEN, "B"),
    ("正確答案是B。選項A錯誤，選項C也錯誤，故A、C、D皆非。", MEN, "B"),
    ("The answer is B. The answer is not C, because Rome is too far.", CITIES, "B"),
    ("The answer is B. Options A, C and D are wrong: A contradicts the second clue.", CITIES, "B"),
    ("The answer is B. The other options are A, C, and D, and each fails a clue.", CITIES, "B"),
    ("The correct answer is B. If the answer were C, the first clue would fail.", CITIES, "B"),
    ("Answer: B\n\nWhy not the others:\n- A: too small\n- C: too large\n- D: not a city", CITIES, "B"),
    ("答案：B\n\nA. 甲：不成立\nC. 丙：不成立\nD. 丁：不成立", MEN, "B"),
    # a further announcement, or none at all
    ("答案是B。A 选项不对。更正：答案是C。", MEN, "C"),
    ("答案是B。不过再看一遍，应选D。", MEN, "D"),
    ("A 选项不对，C 是假话，故A、C错误。", MEN, None),
    ("错误的选项是A、C、D。", MEN, None),
    ("The answer is not C.", CITIES, None),
    ("正确答案是C，A、B、D都不符合题意，排除。", MEN, "C"),
    ("C。A项错在时间，B项错在地点，D项错在人物。", MEN, "C"),
    ("答案选C，不选A是因为甲不在场，不选B是因为乙说谎。", MEN, "C"),
    ("因此选C。选项A和选项B也有一定道理，但不如C准确。", MEN, "C"),
    ("Answer: C. Option A would be correct if the clue were reversed.", CITIES, "C"),
    ("The answer is not Paris but Rome.", CITIES, "C"),
    ("答案是C，D。", MEN, None),
)


@pytest.mark.parametrize("row", THE_OTHERS_EXPLAINED)
def test_what_explains_the_other_options_leaves_the_declaration_alone(row: Row) -> None:
    check(row)


LISTS_BEFORE_THE_CHOICE: tuple[Row, ...] = (
    ("选项 A、B、C 都可以排除，剩下 D。", MEN, "D"),
    ("在 A、B、C、D 中，只有 B 满足所有条件。", MEN, "B"),
    ("可能的选项是A、B和D；结合条件四，唯一成立的是A。", MEN, "A"),
    ("选项A、B、C、D都有道理，但题目要求选出最能削弱论证的一项，即B。", MEN, "B"),
    ("虽然A、B、C都说得过去，但D才是最佳答案。", MEN, "D"),
    ("The options are A, B, C and D. Only C satisfies both clues.", CITIES, "C"),
    ("A, B, C, and D are all possible at first; after clue 3 only D remains.", CITIES, "D"),
    ("A, B, and D can be ruled out, leaving C.", CITIES, "C"),
    ("A and B are plausible, C and D are not; on balance A is the better answer.", CITIES, "A"),
    ("只有A、C两项正确。", MEN, None),
    ("选项A、B、C、D都是人名，但最符合条件的是C。", MEN, "C"),
    ("选项A、B、C、D都正确，但最恰当的是C。", MEN, "C"),
    ("A、B、C、D四项均可能正确，其中最合理的是B。", MEN, "B"),
    ("答案可能是A、B、C或D。逐一检验后，只有D成立。", MEN, "D"),
    ("可选的答案有：A、B、C、D。\n最终选择：B", MEN, "B"),
    ("A 和 C 都说得通，但只能选一个，最终选择A。", MEN, "A"),
    ("Options A, B, C and D are all correct statements, but the best choice is C.", CITIES, "C"),
    ("Options A, B, C, D are all capitals. Only B lies on the Thames, so B is correct.", CITIES, "B"),
    ("The answer could be A, B, C or D. After checking, the answer is D.", CITIES, "D"),
    ("選項A、B、C、D都正確，但最恰當的是D。", MEN, "D"),
    # a list and no choice
    ("选项A、B、C、D都正确。", MEN, None),
    ("A 和 C 都正确。", MEN, None),
    ("答案可能是A、B、C或D。", MEN, None),
    ("Options A, B, C and D are all correct.", CITIES, None),
    ("选项A正确，选项C也正确。", MEN, None),
    ("综上，正确选项为：A. 甲；C. 丙。", MEN, None),
    ("答案是：A. 甲；其余的人都说谎。", MEN, "A"),
    ("选项A、B、D都不对，所以只剩下C。", MEN, "C"),
    ("在A和B之间，我最终选B。", MEN, "B"),
    ("A、B、C都错误，D正确。", MEN, "D"),
    ("A和B错误，C和D正确。", MEN, None),
    ("排除A、B、D。", MEN, None),
)


@pytest.mark.parametrize("row", LISTS_BEFORE_THE_CHOICE)
def test_a_list_of_options_before_the_choice_does_not_blur_it(row: Row) -> None:
    check(row)


SHORT_FORMS: tuple[Row, ...] = (
    ("Pick A.", CITIES, "A"),
    ("So, option C it is.", CITIES, "C"),
    ("是 B 选项。", MEN, "B"),
    ("C is my answer.", CITIES, "C"),
    ("我对这道题的回答是：A. 是", IS, "A"),
    ("选 D", MEN, "D"),
    ("选：D", MEN, "D"),
    ("回答：C", MEN, "C"),
    ("我的回答为 C。", MEN, "C"),
    ("我的选择：B", MEN, "B"),
    ("我的选择是B。", MEN, "B"),
    ("正解为C", MEN, "C"),
    ("正解：C", MEN, "C"),
    ("结论：D", MEN, "D"),
    ("结论是D。", MEN, "D"),
    ("结果：C", MEN, "C"),
    ("答：B。", MEN, "B"),
    ("选项：C", MEN, "C"),
    ("選擇：C", MEN, "C"),
    ("結論：D", MEN, "D"),
    ("Correct option: C", CITIES, "C"),
    ("Correct Choice - C", CITIES, "C"),
    ("ANS: B", CITIES, "B"),
    ("Ans. (B)", CITIES, "B"),
    ("Final: C", CITIES, "C"),
    ("Final choice: C", CITIES, "C"),
    ("My choice: B", CITIES, "B"),
    ("My pick is D.", CITIES, "D"),
    ("Choice: C", CITIES, "C"),
    ("Option: C", CITIES, "C"),
    ("Selected option: B", CITIES, "B"),
    ("Conclusion: D", CITIES, "D"),
    ("Response: C", CITIES, "C"),
    ("甲说真话。\n结论：B。\n以上就是推理过程。", MEN, "B"),
    ("结论：乙", MEN, "B"),
    ("我的回答是丙。", MEN, "C"),
    ("Final: Rome", CITIES, "C"),
    # the same words, and no choice
    ("结论：D点在圆外", MEN, None),
    ("结论：B的说法与A的说法相反。", MEN, None),
    ("结果：A比B高。", MEN, None),
    ("回答：A说谎，B说真话。", MEN, None),
    ("结论：A和C都成立。", MEN, None),
    ("选项：A. 甲 B. 乙 C. 丙 D. 丁", MEN, None),
    ("不选 D", MEN, None),
    ("选 D 还是选 C 很难说。", MEN, None),
    ("Option: A. Paris\nOption: B. London\nOption: C. Rome\nOption: D. Oslo", CITIES, None),
    ("Final: A is larger than B", CITIES, None),
    ("Result: B > C", CITIES, None),
    ("最终判断：错", ("对", "错"), "B"),
    ("本题的回答是B", MEN, "B"),
    ("My final answer is C.", CITIES, "C"),
    ("答案大概是B。", MEN, "B"),
    ("所以答案是", MEN, None),
)


@pytest.mark.parametrize("row", SHORT_FORMS)
def test_short_forms_of_an_answer_are_read(row: Row) -> None:
    check(row)


OUT_OF_RANGE_WITH_A_TEXT: tuple[Row, ...] = (
    ("答案是：C. 不可以", MAY, "B"),
    ("答案是C（不可以）", MAY, "B"),
    ("答案是：不可以（C）", MAY, "B"),
    ("答案是不可以，所以选C。", MAY, "B"),
    ("因此，不可以。答案是：C", MAY, "B"),
    ("答案是：F. 丙", MEN, "C"),
    ("Answer: E. London", CITIES, "B"),
    ("The answer is London (F).", CITIES, "B"),
    ("答案應為 E：香蕉", FRUIT, "B"),
    ("答案是：C", MAY, None),
    ("答案是：E. 戊", MEN, None),
    ("答案是：E. 以上都不对", MEN, None),
    ("可以走到镇三，不过路不可以回头。答案是：C", MAY, None),
    ("Answer: E. Berlin", CITIES, None),
)


@pytest.mark.parametrize("row", OUT_OF_RANGE_WITH_A_TEXT)
def test_a_letter_out_of_range_with_an_options_text_means_that_option(row: Row) -> None:
    check(row)


HEDGED: tuple[Row, ...] = (
    ("四个选项没有一个正确，非选不可就选D。", MEN, None),
    ("如果只能选一个的话，我选B。", MEN, None),
    ("选项设置有问题，最接近的是B。", MEN, None),
    ("None of these is supported by the text, but the closest would be D.", CITIES, None),
    ("题目要求只能选一项，答案是D。", MEN, "D"),
    ("如果非要选一个，答案是B。", MEN, None),
    ("条件不足。如果必须选一个，我会选B。", MEN, None),
    ("硬要选的话，选C。", MEN, None),
    ("若一定要选，那就选D吧。", MEN, None),
    ("没有完全符合的选项，最接近的是C。", MEN, None),
    ("四个选项都不对，最接近的答案是C。", MEN, None),
    ("严格来说无正确选项，勉强可选A。", MEN, None),
    ("選項都不成立，硬要選的話，選B。", MEN, None),
    ("If I must choose, the answer is B.", CITIES, None),
    ("If I had to pick one, I would go with B.", CITIES, None),
    ("None of the options fits; the closest is C.", CITIES, None),
    ("No option matches exactly, the nearest one is (D).", CITIES, None),
    ("If forced to choose: B", CITIES, None),
    # a choice all the same
    ("没有完全符合的选项，最接近的是C。\n因此答案是：C", MEN, "C"),
    ("题目要求必须选一个，逐个排除后，答案是B。", MEN, "B"),
    ("最接近的是C，故选C。", MEN, "C"),
    ("与题意最接近的是C。", MEN, "C"),
    ("The closest match is C.", CITIES, "C"),
    ("None of the first three options fits. The answer is D.", CITIES, "D"),
    ("由于必须选择一个答案，而A、B不成立，所以唯一可能的答案是 D。", MEN, "D"),
    ("如果一定要选择一个，我倾向于B。", MEN, None),
    ("条件不足，无法判断。若必须作答，则选A。", MEN, None),
    ("没有正确答案，相对而言B更接近。", MEN, None),
    ("I cannot determine the answer. If I had to guess, I'd say C.", CITIES, None),
    ("题目似乎有误，但按出题意图应选B。", MEN, "B"),
    ("I'm not sure, but the answer is B.", CITIES, "B"),
)


@pytest.mark.parametrize("row", HEDGED)
def test_a_choice_made_only_because_one_must_is_none(row: Row) -> None:
    check(row)


PARTS_OF_ONE_OPTION: tuple[Row, ...] = (
    ("答案是王五", ("李四拿了伞", "王五拿了伞", "没有人"), "B"),
    ("The answer is the baker.", ("The pilot owns the boat", "The baker owns the boat", "Nobody does"), "B"),
    ("答案是第二个盒子。", ("第一个盒子装的是金币", "第二个盒子装的是金币", "都是空的"), "B"),
    ("答案是金币", ("第一个盒子装的是金币", "第二个盒子装的是金币", "都是空的"), None),
    ("The answer is the boat.", ("The pilot owns the boat", "The baker owns the boat"), None),
    ("答案是李四", CRIME, "A"),
    ("答案是：王五。", CRIME, "B"),
    ("因此答案是：赵六", CRIME, "C"),
    (r"\boxed{\text{王五}}", CRIME, "B"),
    ('{"answer": "李四"}', CRIME, "A"),
    ("答案是：2", ("1种", "2种", "12种", "3种"), "B"),
    ("答案是：2种", ("1", "2", "12", "3"), "B"),
    ("The answer is Bob.", ("Alice is the thief", "Bob is the thief", "Carol is the thief"), "B"),
    ("The answer is 5 km", ("5", "15", "25"), "A"),
    ("The answer is 15.", ("5 km", "15 km", "25 km"), "B"),
    ("Answer: Rome", ("Paris, France", "Rome, Italy", "Oslo, Norway"), "B"),
    ("答案是王先生", ("王先生（教师）", "李先生（医生）"), "A"),
    # in several, in none, as a part of a word, or taken back
    ("答案是李四", ("凶手是李四", "李四和王五", "赵六"), None),
    ("答案不是李四", CRIME, None),
    ("答案是李四吗？", CRIME, None),
    ("答案是凶手", CRIME, None),
    ("答案是李", CRIME, None),
    ("答案是李四或王五", CRIME, None),
    ("答案是钱七", CRIME, None),
    ("答案是：1", ("11种", "12种", "21种"), None),
    ("答案是：5", ("0.5", "1.5", "-5"), None),
    ("The answer is Bob.", ("Bobby is tall", "Alice is tall"), None),
    ("The answer is the thief.", ("Alice is the thief", "Bob is a guard"), None),
    ("如果答案是李四，则矛盾。", CRIME, None),
)


@pytest.mark.parametrize("row", PARTS_OF_ONE_OPTION)
def test_a_name_or_value_that_only_one_option_holds_means_that_option(row: Row) -> None:
    check(row)


ABOUT_OTHER_OPTIONS: tuple[Row, ...] = (
    ("答案是：以上都不对", FRUIT, "D"),
    ("答案是以上选项均不正确。", FRUIT, "D"),
    ("答案是：D. 以上都不对", FRUIT, "D"),
    ("The answer is none of the above.", ("1", "2", "3", "None of the above"), "D"),
    ("Answer: None of these", ("1", "2", "3", "None of the above"), "D"),
    ("The answer is all of the above.", ("1", "2", "3", "All of the above"), "D"),
    ("答案是：以上全对", ("甲", "乙", "以上都对"), "C"),
    ("答案是：A和B", ("甲", "乙", "A和B", "都不是"), "C"),
    ("答案是：都不是", ("甲", "乙", "A和B", "都不是"), "D"),
    ("答案是：以上都不對", FRUIT, "D"),
    # no such option
    ("答案是：以上都不对", MEN, None),
    ("The answer is none of the above.", CITIES, None),
    ("答案是：以上都对", FRUIT, None),
    ("答案是：无法确定", FRUIT, None),
    ("答案是：A和B", MEN, None),
)


@pytest.mark.parametrize("row", ABOUT_OTHER_OPTIONS)
def test_options_about_other_options_are_options(row: Row) -> None:
    check(row)


NUMBERS_AND_PLACES: tuple[Row, ...] = (
    ("答案是：3", NUMBERS, "D"),
    ("答案是 7。", NUMBERS, "B"),
    (r"\boxed{9}", NUMBERS, "C"),
    (r"\boxed{3}", NUMBERS, "D"),
    ("The answer is 5.", NUMBERS, "A"),
    ("最终结果是9", NUMBERS, "C"),
    ('{"answer": 3}', NUMBERS, "D"),
    ("答案是第三个选项。", MEN, "C"),
    ("答案是第3个选项", MEN, "C"),
    ("我选第二个。", MEN, "B"),
    ("选择第一项", MEN, "A"),
    ("答案是最后一项。", MEN, "D"),
    ("答案是最后一个选项", MEN, "D"),
    ("答案是选项二", MEN, "B"),
    ("答案是選項2", MEN, "B"),
    ("The answer is the third option.", CITIES, "C"),
    ("I choose the second option.", CITIES, "B"),
    ("The answer is option 2.", CITIES, "B"),
    ("The last option is correct.", CITIES, "D"),
    ("第三个选项正确。", MEN, "C"),
    # no option of the question, or not the option's place
    ("答案是：4", NUMBERS, None),
    ("答案是：2", MEN, None),
    ("答案是第五个选项", MEN, None),
    ("答案是第三个人", MEN, None),
    ("答案在第二个条件里。", MEN, None),
    ("第三个选项不正确。", MEN, None),
    ("答案不是第三个选项。", MEN, None),
    ("The third option is wrong.", CITIES, None),
    ("答案是第二个或第三个选项", MEN, None),
)


@pytest.mark.parametrize("row", NUMBERS_AND_PLACES)
def test_numbers_are_texts_first_and_places_only_where_the_words_say_so(row: Row) -> None:
    check(row)


YES_AND_NO: tuple[Row, ...] = (
    ("答案是：是", IS, "A"),
    ("答案是：否", IS, "B"),
    ("答案是：不是", IS, "B"),
    ("答案是：是的。", IS, "A"),
    ("答案是：正确", IS, "A"),
    ("答案是：不能", MAY, "B"),
    ("答案是：能", MAY, "A"),
    ("答案是：没有", ("存在", "不存在"), "B"),
    ("答案是对的。", ("对", "错"), "A"),
    ("答案是：錯誤", ("正确", "错误"), "B"),
    ("The answer is yes.", ("Yes", "No"), "A"),
    ("The answer is no.", ("Yes", "No"), "B"),
    ("The answer is false.", TRUE, "B"),
    ("The answer is Yes.", ("True", "False"), "A"),
    ("The answer is unknown.", TRUE, "C"),
    ('The statement "it is round" is true.\n\nTrue', TRUE, "A"),
    ("答案是：可能", IS, None),
    ("答案是：是", MAY, None),
    ("The answer is no.", CITIES, None),
    ("答案是正确的。", MEN, None),
    ("The answer is no longer clear.", ("Yes", "No"), None),
    ("答案是：不知道", MAY, None),
)


@pytest.mark.parametrize("row", YES_AND_NO)
def test_words_for_yes_and_no_mean_the_option_of_their_kind(row: Row) -> None:
    check(row)


CIRCLED: tuple[Row, ...] = (
    ("答案是：①③", ("①②", "①③", "②④", "③④"), "B"),
    ("答案是①和③", ("①②", "①③", "②④", "③④"), "B"),
    ("答案是①、③。", ("①②", "①③", "②④", "③④"), "B"),
    ("答案是②", ("①甲", "②乙", "③丙"), "B"),
    ("答案是（2）", ("(1) 甲", "(2) 乙", "(3) 丙"), "B"),
    ("因此①③正确，故选B。", ("①②", "①③", "②④", "③④"), "B"),
    ("答案是①", ("①②", "①③", "②④", "③④"), None),
    ("答案是②", MEN, None),
    ("答案是①④", ("①②", "①③", "②④", "③④"), None),
    ("②", ("①甲", "②乙", "③丙"), "B"),
)


@pytest.mark.parametrize("row", CIRCLED)
def test_circled_and_parenthesised_numbers_count_where_options_carry_them(row: Row) -> None:
    check(row)


DRESSED: tuple[Row, ...] = (
    ("| 项目 | 内容 |\n|---|---|\n| 最终答案 | C |", MEN, "C"),
    ("| Step | Result |\n|---|---|\n| Answer | C |", CITIES, "C"),
    ("| 选项 | 判断 |\n|---|---|\n| A | 错误 |\n| B | 正确 |\n| C | 错误 |\n| D | 错误 |", MEN, "B"),
    ("| Option | Fits |\n|:--|:--|\n| A | ✗ |\n| B | ✗ |\n| C | ✓ |\n| D | ✗ |", CITIES, "C"),
    (r"\boxed{\text{乙}}", MEN, "B"),
    (r"\boxed{乙}", MEN, "B"),
    (r"$\boxed{\mathrm{Rome}}$", CITIES, "C"),
    (r"\boxed{\textbf{(C) Rome}}", CITIES, "C"),
    (r"\boxed{\frac{1}{2}}", (r"$\frac{1}{3}$", r"$\frac{1}{2}$"), "B"),
    ('{"answer": "乙"}', MEN, "B"),
    ('{"reason": "甲说谎", "choice": "丙"}', MEN, "C"),
    ('{"final_answer": {"letter": "C"}}', MEN, "C"),
    ('{"answer": "Rome", "confidence": 0.9}', CITIES, "C"),
    ('{"answer": 0}', MEN, "A"),
    ('{"answer_index": 4}', MEN, "D"),
    ('{"answer": "C", "wrong": ["A", "B", "D"]}', MEN, "C"),
    ("**最终答案**\n\nC", MEN, "C"),
    ("## 结论\n\n**B**\n\n其余选项都与条件矛盾。", MEN, "B"),
    ("### Final Answer\n\nB\n\nThe other cities lie too far south.", CITIES, "B"),
    ("**Answer**\n**C) Rome**\n\nIt is the only one in Italy.", CITIES, "C"),
    ("Therefore, the city is:\n\n**B) London**\n\nThis is because it lies on the Thames.", CITIES, "B"),
    ("所以最高的人是：\n\nB. 乙\n\n因为他比其余的人都高。", MEN, "B"),
    # and nothing said in the same dress
    ("| 选项 | 内容 |\n|---|---|\n| A | 甲 |\n| B | 乙 |\n| C | 丙 |\n| D | 丁 |", MEN, None),
    ("| 选项 | 判断 |\n|---|---|\n| A | 正确 |\n| B | 正确 |\n| C | 错误 |\n| D | 错误 |", MEN, None),
    (r"\boxed{A \text{ and } B}", MEN, None),
    (r"\boxed{戊}", MEN, None),
    ('{"answer": 2}', MEN, None),
    ('{"answer": null}', MEN, None),
    ('{"answer": "戊"}', MEN, None),
    ('{"options": ["甲", "乙", "丙", "丁"]}', MEN, None),
    ("**选项**\n\nA. 甲\nB. 乙\nC. 丙\nD. 丁", MEN, None),
    ("### Answer\n\nA. Paris\nB. London\nC. Rome\nD. Oslo", CITIES, None),
    ("- A ✗\n- B ✓\n- C ✗\n- D ✗", MEN, "B"),
    ("A ❌\nB ❌\nC ✅\nD ❌", CITIES, "C"),
    ("- A ✓\n- B ✓\n- C ✗\n- D ✗", MEN, None),
)


@pytest.mark.parametrize("row", DRESSED)
def test_tables_tex_json_and_headings_are_read(row: Row) -> None:
    check(row)


CONCLUDED: tuple[Row, ...] = (
    ("逐个代入后，最可能的顺序是D。", MEN, "D"),
    ("综合以上分析，最高的人是乙。", MEN, "B"),
    ("3加4得7，因此结果是7。", NUMBERS, "B"),
    ("甲不在，丙也不在，所以在场的只有丁。", MEN, "D"),
    ("Adding them up, the total is therefore 9.", NUMBERS, "C"),
    ("So the city is Oslo.", CITIES, "D"),
    ("Therefore the total equals 7.", NUMBERS, "B"),
    ("因此从镇一到镇二，不可以。", MAY, "B"),
    ("所以這個人是丁。", MEN, "D"),
    ("最高的人是乙。", MEN, "B"),
    ("最后得分是7分。", NUMBERS, "B"),
    ("所以凶手是李四。", CRIME, "A"),
    ("因此罗马数字写作'II'，即'II'。", ("I", "II", "IV"), "B"),
    ("所以剩下的是空列表，即[]。", ("[1]", "[2]", "[]"), "C"),
    ("反转后结果为 [c, b, a]。", ("[a, b, c]", "[c, b, a]"), "B"),
    ("甲和丙都走了。那就是选项B。", MEN, "B"),
    # steps, lists, doubts
    ("最后得分是7分或9分。", NUMBERS, None),
    ("所以凶手是李四的哥哥。", CRIME, None),
    ("第一步的结果是7。再加上乙的部分，还不能确定。", NUMBERS, None),
    ("因此 x 是7，再代入第二式", NUMBERS, None),
    ("所以最高的人是乙和丙。", MEN, None),
    ("所以最高的人不是乙。", MEN, None),
    ("所以最高的人可能是乙，也可能是丙。", MEN, None),
    ("So the city is not Oslo.", CITIES, None),
    ("所以最高的人是戊。", MEN, None),
    ("所以乙比丙高。", MEN, None),
    ("The statement is therefore false.", TRUE, "B"),
    ("The statement is not true.", TRUE, None),
)


@pytest.mark.parametrize("row", CONCLUDED)
def test_a_last_sentence_that_concludes_on_exactly_one_option_is_read(row: Row) -> None:
    check(row)


TAKEN_BACK: tuple[Row, ...] = (
    ("答案是A。不对，这样丙就说谎了。", MEN, None),
    ("答案是A。等等，这里有矛盾", MEN, None),
    ("答案是B。错了，重新来。", MEN, None),
    ("The answer is A. Wait, that contradicts the second clue.", CITIES, None),
    ("The answer is C. No, that's wrong.", CITIES, None),
    ("答案是A。等等，再核对一遍：全部条件都满足，没有问题。", MEN, "A"),
    ("The answer is A. Wait, let me double-check: every clue holds, so it is correct.", CITIES, "A"),
    ("答案是A。不对的是B、C、D。", MEN, "A"),
    ("答案是A。不对，应该是B。", MEN, "B"),
    ("答案是A。但是仔细一想，这不对。", MEN, None),
    ("因此答案是：A\n\n等等，再核对一遍。", MEN, "A"),
)


@pytest.mark.parametrize("row", TAKEN_BACK)
def test_an_answer_taken_back_and_not_replaced_is_none(row: Row) -> None:
    check(row)
