"""The option that does not fit where the question asks for it, parts of options, and small kinds. Made up."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

Row = tuple[str, tuple[str, ...], str, str | None]

FACTS = ("灯塔有三层", "灯塔是白色的", "灯塔建在岛上", "灯塔没有窗户")
WRONG = "下列关于灯塔的叙述，错误的是"
CANNOT = "下列哪项不能由以上信息推出？"
TRADITIONAL = "下列哪一項說法是錯誤的？"
RIGHT = "下列关于灯塔的叙述，正确的是"
WAYS = ("穿过树林", "绕过沼泽", "沿着河岸", "不走树林")
TOWNS = ("青河", "白沙", "东坪", "西坪")
PAIRS = ("Ada and Bob", "Ada and Cleo", "Bob and Dora", "Cleo and Dora")
ORDERS = ("Ada, Bob", "Bob, Ada", "Ada, Cleo", "Dora, Bob")
BOXES = ("The red box", "The blue box", "The green box", "The white sack")
NO_YES = ("否", "是")
COMES = "小陈会来吗？"

PRIMES = ("13", "17", "21", "23")
NOT_PRIME = "Which of the following is NOT a prime number?"
LISTS = ("[16, 32]", "[12, 14]", "[9, 27]")
IN_BOXES = ("在甲盒里", "在乙盒里", "在丙盒里")

KINDS: dict[str, tuple[Row, ...]] = {
    "judged letter by letter": (
        ("A选项正确。\nB选项正确。\nC选项正确。\nD选项错误，因为它有窗户。", FACTS, WRONG, "D"),
        ("A选项正确。\nB选项错误。\nC选项正确。\nD选项错误。", FACTS, WRONG, None),
        ("A、B、D三项都正确，C项有误，因为它建在岸边。", FACTS, WRONG, "C"),
        ("A项过于绝对，不能推出，当选。B项可以推出，排除；C项可以推出，排除；D项可以推出，排除。", FACTS, CANNOT, "A"),
        ("选项B不能推出。", FACTS, CANNOT, "B"),
        ("選項C的說法是錯誤的。", FACTS, TRADITIONAL, "C"),
        ("选项C不是白色的。", FACTS, WRONG, None),
        ("选项B不能推出吗？", FACTS, CANNOT, None),
        ("选项C的说法是错误的。", FACTS, RIGHT, None),
    ),
    "what is told again is called wrong": (
        ("它是灰色的，因此“灯塔是白色的”这一说法是错误的。", FACTS, WRONG, "B"),
        ("灯塔有三层的说法是错误的，灯塔没有窗户的说法也是错误的。", FACTS, WRONG, None),
    ),
    "one is right and all others are wrong": (
        ("A、三层错误；B、白色正确；C、岛上错误；D、窗户错误。", FACTS, RIGHT, "B"),
        ("A、三层错误；B、白色正确；C、岛上正确；D、窗户错误。", FACTS, RIGHT, None),
        ("A、三层错误；B、白色正确；C、岛上错误。", FACTS, RIGHT, None),
        ("A、三层错误；B、白色正确；C、岛上错误；D、窗户", FACTS, RIGHT, None),
    ),
    "an English question for what does not fit": (
        ("A is possible. B is possible. D is possible. C is impossible.", PRIMES, NOT_PRIME, "C"),
        ("All of the options except C are prime.", PRIMES, NOT_PRIME, "C"),
        ("All of the options except C are prime.", PRIMES, "Which of the following is a prime number?", None),
        ("Perhaps all of the options except C are prime.", PRIMES, NOT_PRIME, None),
    ),
    "what is asked for is named": (
        ("A可以推出。B可以推出。\n因此，不能推出的是：灯塔建在岛上。", FACTS, CANNOT, "C"),
        ("错误的是C，因为它建在岸边。", FACTS, WRONG, "C"),
        ("错误的是B或C。", FACTS, WRONG, None),
        ("错误的是：灯塔很旧。", FACTS, WRONG, None),
        ("如果错误的是C，那么别的都对。", FACTS, WRONG, None),
    ),
    "the most of one option": (
        ("因此答案是：沼泽", WAYS, "应该怎样走？", "B"),
        ("因此答案是：河岸", WAYS, "应该怎样走？", "C"),
        ("因此答案是：树林", WAYS, "应该怎样走？", None),
        ("因此答案是：青河镇", TOWNS, "哪座城最近？", "A"),
        ("因此答案是：青河先生", TOWNS, "哪座城最近？", "A"),
        ("因此答案是：乙盒里面", IN_BOXES, "银币在哪里？", "B"),
        ("因此答案是：坪", TOWNS, "哪座城最近？", None),
        ("因此答案是：青河的东边", TOWNS, "哪座城最近？", None),
    ),
    "names joined another way": (
        ("Answer: Ada & Cleo", PAIRS, "Who are a pair?", "B"),
        ("Answer: Dora, Bob", PAIRS, "Who are a pair?", "C"),
        ("Answer: Ada & Dora", PAIRS, "Who are a pair?", None),
        ("答案是：12、14", LISTS, "接下来是什么？", "B"),
        ("答案是：14、12", LISTS, "接下来是什么？", None),
        ("Answer: Ada", PAIRS, "Who are a pair?", None),
        ("Answer: Bob and Ada", ORDERS, "In which order?", "B"),
    ),
    "where something is": (
        ("So the coin is hidden behind the blue box.", BOXES, "Which box hides the coin?", "B"),
        ("So the coin is next to the green box.", BOXES, "Where is the coin?", "C"),
        ("So the coin is behind the blue box.", BOXES, "Which box is heavier?", None),
        ("So the coin is not behind the blue box.", BOXES, "Where is the coin?", None),
    ),
    "an answer that is revised": (
        ("**Answer: A**\n\n**Revised answer: C**", PAIRS, "Who are a pair?", "C"),
        ("**Answer: A**\n\n**Second answer: C**", PAIRS, "Who are a pair?", None),
        ("答案：A\n修正后的答案：C", TOWNS, "哪座城最近？", "C"),
    ),
    "the nearest below a refusal": (
        ("因此答案是：没有足够的信息。\n\n如果一定要选，最接近的是C。", TOWNS, "哪座城最近？", None),
        ("因此答案是：没有合适的选项（最接近的是C）", TOWNS, "哪座城最近？", None),
        ("因此答案是：没有合适的选项。不过选项C正确。", TOWNS, "哪座城最近？", "C"),
        ("因此答案是：没有正确选项。\n\n若非要选，就选B。", TOWNS, "哪座城最近？", None),
    ),
    "an option with its letter behind it": (
        ("21 (C)", PRIMES, NOT_PRIME, "C"),
        ("21 (B)", PRIMES, NOT_PRIME, None),
        ("灯塔建在岛上（C）", FACTS, WRONG, "C"),
    ),
    "small forms": (
        ("I chose 13. However, 13 is prime; so I change my answer to C.", PRIMES, NOT_PRIME, "C"),
        ("13 has some merit. I'll answer C.", PRIMES, NOT_PRIME, "C"),
        ("C is right. B would be right at noon.", PAIRS, "Who are a pair?", "C"),
    ),
    "what the answer would be": (
        ("The correct answer is C. The answer would be D if it rained.", PRIMES, NOT_PRIME, "C"),
        ("The answer would be D if it rained.", PRIMES, NOT_PRIME, None),
        ("The answer would be D.", PRIMES, NOT_PRIME, "D"),
    ),
    "what options are called": (
        ("选项A是青河，选项B是白沙，选项C是东坪，选项D是西坪。", TOWNS, "哪座城最近？", None),
        ("选项D是西坪。", TOWNS, "哪座城最近？", "D"),
        ("选B的人最多。", TOWNS, "哪座城最近？", None),
        ("结果是5，选项里没有。最相近的选项是A。", TOWNS, "哪座城最近？", None),
    ),
    "one option under its heading": (
        ("【选项】B", TOWNS, "哪座城最近？", "B"),
        ("根据题目要求，我们可以回答：\n\n【选项】B. 白沙", TOWNS, "哪座城最近？", "B"),
        ("题目给出：\n\n【选项】B. 白沙", TOWNS, "哪座城最近？", None),
        ("小陈会来吗？\n【选项】A. 否\n【理由】因此，小陈不会来。", NO_YES, COMES, "A"),
        ("小陈会来吗？\n【选项】A. 否\n【理由】因此，小陈会来。", NO_YES, COMES, None),
    ),
}
CASES = [pytest.param(*row, id=f"{kind}{place}") for kind, rows in KINDS.items() for place, row in enumerate(rows)]


@pytest.mark.parametrize(("text", "options", "question", "letter"), CASES)
def test_what_does_not_fit_and_parts_of_options(
    text: str, options: tuple[str, ...], question: str, letter: str | None
) -> None:
    assert extract(text, len(options), options, question).letter == letter


INLINE = "3.（4分）下列判断不恰当的是（ ）\nA．河水结冰 B．沙漠多雨\nC．高山寒冷 D．海边潮湿\n"


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("A．恰当；B．不恰当，沙漠少雨；C．恰当；D．恰当。", "B"),
        ("沙漠少雨，因此，选项B的判断是不恰当的。", "B"),
        ("A．恰当；B．恰当；C．恰当；D．恰当。", None),
        ("A．河水不能流。C．高山可以住人。\n综上所述，选项B不恰当，其他选项恰当。", "B"),
        ("B．沙漠多雨：不恰当，沙漠可以下雨；A．河水结冰：恰当；C．高山寒冷：恰当；D．海边潮湿：恰当。", "B"),
        ("A．恰当；B．不恰当；C．不恰当；D．恰当。", None),
        ("A、C、D都是恰当的判断，而B是不恰当的判断，因为沙漠少雨。", "B"),
    ],
)
def test_a_question_that_holds_its_options_is_read_without_them(text: str, letter: str | None) -> None:
    assert extract(text, 4, None, INLINE).letter == letter


WINDMILL = "7. 下列关于风车的叙述，合理的是（ ）\nA．①② B．①③\nC．②④ D．③④\n"


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("风车可以发电。\n因此，选项B.①③是正确答案。", "B"),
        ("风车可以发电。因此，A选项“风车可以发电”是正确的。", "A"),
        ("A选项正确地说明了风车。综上所述，B选项说明了风车的用处，最能够概括全文。", None),
        ("A选项正确理解了风车。综上所述，B选项对风车的说明最为合理。", "B"),
        ("选项A在一定程度上是正确的。", None),
        ("风车有两叶，一个是A，一个是B。", None),
    ],
)
def test_remarks_on_options_by_their_letters(text: str, letter: str | None) -> None:
    assert extract(text, 4, None, WINDMILL).letter == letter


def test_a_letter_in_brackets_ends_a_sentence_where_options_are_not_known() -> None:
    assert extract("The tool that measures wind is a vane (B).", 4, None, "Which tool measures wind?").letter == "B"
    assert extract("The tool (A) that measures wind is a vane (B).", 4, None, "Which tool?").letter is None
    assert extract("The tool that measures wind may be a vane (B).", 4, None, "Which tool?").letter is None
