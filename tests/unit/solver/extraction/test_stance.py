"""A sentence gives an option only where it asserts it: not what it reports, denies, doubts or supposes. Made up."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

Told = tuple[str, tuple[str, ...], str, str]

PEN = ("The green pen is left of the tall cup.", "The green cup is left of the broad pen.")
OWNERS = ("Hugo", "Vera", "Otto", "Nora")
PLACES = ("The red box", "The blue box", "The green box", "The white sack")
YES_NO = ("Yes", "No")
HAN = ("小金", "小石", "小叶", "小江")
HAN_SENTENCES = ("红色的塔比蓝色的塔更高一些", "绿色的塔比黄色的塔更高一些", "黄色的塔在红色的塔的左边")
HAN_YES_NO = ("会", "不会")
SAID: tuple[Told, ...] = (
    ("the green pen is to the left of the tall cup", PEN, "Which must be true?", "A"),
    ("Otto owns the kayak", OWNERS, "Who owns the kayak?", "C"),
    ("the owner of the kayak is Vera", OWNERS, "Who owns the kayak?", "B"),
    ("the coin is behind the blue box", PLACES, "Where is the coin?", "B"),
    ("the bell rings", YES_NO, "Does the bell ring?", "A"),
)
SAID_HAN: tuple[Told, ...] = (
    ("小叶借走了雨伞", HAN, "谁借走了雨伞？", "C"),
    ("借走雨伞的是小石", HAN, "谁借走了雨伞？", "B"),
    ("红色的塔比蓝色的塔更高一些", HAN_SENTENCES, "可以推出哪一项？", "A"),
    ("小林会参加比赛", HAN_YES_NO, "小林会参加比赛吗？", "A"),
)
NOT_ASSERTED = (
    "So Ben claims that {}",
    "Therefore, Ben thinks {}",
    "So the sailors swear that {}",
    "Mia insisted that {}",
    "Therefore, it is unlikely that {}",
    "It is questionable that {}",
    "The wrong conclusion is that {}",
    "A hasty conclusion is that {}",
    "The rumour is that {}",
    "My draft conclusion is that {}",
    "Therefore, we reject that {}",
    "Therefore, we doubt that {}",
    "We cannot conclude that {}",
    "It does not follow that {}",
    "It remains to be shown that {}",
    "Some people would conclude that {}",
    "It would be a mistake to think that {}",
    "Therefore, according to Ben, {}",
    "Imagine that {}",
    "So, when {}",
    "The idea that {} must be dropped",
)
ASSERTED = (
    "Therefore, {}",
    "So it follows that {}",
    "Therefore, we conclude that {}",
    "This means that {}",
    "So the conclusion is that {}",
    "The final answer is that {}",
    "From the clues we can infer that {}",
    "It follows from rule 2 that {}",
    "So we can be sure that {}",
)
NOT_ASSERTED_HAN = (
    "所以小陈声称{}",
    "因此，小陈认为{}",
    "因此，据小陈说，{}",
    "因此，不太可能{}",
    "因此，不能得出{}",
    "因此，没有证据表明{}",
    "错误的结论是：{}",
    "我的初步结论是{}",
    "因此，我们反对{}",
    "有人会以为{}",
    "粗心的读者会得出{}",
    "传言说{}",
    "设想{}",
    "当{}时",
)
ASSERTED_HAN = (
    "因此，{}",
    "所以可以得出{}",
    "综上所述，{}",
    "这说明{}",
    "我认为{}",
    "最终的结论是：{}",
    "根据线索可以推出{}",
)


@pytest.mark.parametrize("lead", NOT_ASSERTED)
@pytest.mark.parametrize(("said", "options", "question", "letter"), SAID)
def test_what_is_not_asserted_is_no_answer(
    lead: str, said: str, options: tuple[str, ...], question: str, letter: str
) -> None:
    text = f"The list is long. {lead.format(said)}."
    assert extract(text, len(options), options, question).letter is None


@pytest.mark.parametrize("lead", ASSERTED)
@pytest.mark.parametrize(("said", "options", "question", "letter"), SAID)
def test_what_is_asserted_is_the_answer(
    lead: str, said: str, options: tuple[str, ...], question: str, letter: str
) -> None:
    text = f"The list is long. {lead.format(said)}."
    assert extract(text, len(options), options, question).letter == letter


@pytest.mark.parametrize("lead", NOT_ASSERTED_HAN)
@pytest.mark.parametrize(("said", "options", "question", "letter"), SAID_HAN)
def test_what_is_not_asserted_in_chinese_is_no_answer(
    lead: str, said: str, options: tuple[str, ...], question: str, letter: str
) -> None:
    text = f"条件很多。{lead.format(said)}。"
    assert extract(text, len(options), options, question).letter is None


@pytest.mark.parametrize("lead", ASSERTED_HAN)
@pytest.mark.parametrize(("said", "options", "question", "letter"), SAID_HAN)
def test_what_is_asserted_in_chinese_is_the_answer(
    lead: str, said: str, options: tuple[str, ...], question: str, letter: str
) -> None:
    text = f"条件很多。{lead.format(said)}。"
    assert extract(text, len(options), options, question).letter == letter


def test_a_stance_in_the_questions_own_words_is_the_answer() -> None:
    text = "The list is long. So according to Ben, Otto owns the kayak."
    assert extract(text, 4, OWNERS, "Who owns the kayak?").letter is None
    assert extract(text, 4, OWNERS, "Who owns the kayak according to Ben, the clerk?").letter == "C"
    told = "条件很多。因此，小陈认为小叶借走了雨伞。"
    assert extract(told, 4, HAN, "小陈认为谁借走了雨伞？").letter == "C"
