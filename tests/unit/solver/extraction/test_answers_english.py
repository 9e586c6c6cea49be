"""Yes and no in English, held against the question; and other last sentences that only the question makes plain."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

YES_NO = ("Yes", "No")
TRUTH = ("True", "False", "Undetermined")
PEOPLE = ("Ada", "Ben", "Cleo", "Dan")
COUNTS = ("1", "2", "3", "4")
PRIZES = ("first prize", "second prize", "third prize")
PLACES = ("c", "d", "e", "所有上述位置")
LISTS = ("['a', 'b']", "['b', 'a']", "['a']", "[]")
QUOTED = ("[1, 2]", "['1', '2']")
WAYS = ("k -> m", "k -> n -> m", "k -> o -> m")
Row = tuple[str, str, tuple[str, ...], str | None]

POLAR: tuple[Row, ...] = (
    # a statement that is asked for
    ("Therefore, Wren is loud.", "Is it true that Wren is loud?", YES_NO, "A"),
    ("Therefore, Wren is not loud.", "Is it true that Wren is loud?", YES_NO, "B"),
    ("Therefore, Rob is loud.", "Is it true that Wren is loud?", YES_NO, None),
    ("So Wren must be loud.", 'Does "Wren is loud" hold?', YES_NO, "A"),
    ("So Wren is loud.", 'Can "Wren is loud" be derived?', YES_NO, "A"),
    ("Hence Rob does not come.", 'Does it follow that "Rob does not come"?', YES_NO, "A"),
    ("Hence Rob does not come.", "Does it follow that Rob does not come?", YES_NO, "A"),
    ("Hence Rob comes.", "Does it follow that Rob does not come?", YES_NO, "B"),
    ("It is not clear whether Wren is loud.", "Is it true that Wren is loud?", YES_NO, None),
    # words with another ending
    ("Therefore, F5 is connected to F7.", "Does F5 connect to F7?", YES_NO, "A"),
    ("Therefore, F5 is not connected to F7.", "Does F5 connect to F7?", YES_NO, "B"),
    ("Therefore, F5 is connected to F8.", "Does F5 connect to F7?", YES_NO, None),
    ("Thus Ada trusts Ben.", "Does Ada trust Ben?", YES_NO, "A"),
    ("Thus Ben trusts Ada.", "Does Ada trust Ben?", YES_NO, None),
    # what can be done
    ("Therefore, it is possible to get from Rome to Bern.", "Can you get from Rome to Bern?", YES_NO, "A"),
    ("Therefore, it is not possible to get from Rome to Bern.", "Can you get from Rome to Bern?", YES_NO, "B"),
    ("Therefore, it is possible to get from Bern to Rome.", "Can you get from Rome to Bern?", YES_NO, None),
    ("It may be possible to get from Rome to Bern.", "Can you get from Rome to Bern?", YES_NO, None),
    # values
    ("Therefore, the gcd of 7 and 13 is 1.", "Is the gcd of 7 and 13 equal to 1?", YES_NO, "A"),
    ("Therefore, the gcd of 7 and 13 is 3.", "Is the gcd of 7 and 13 equal to 1?", YES_NO, "B"),
    ("Therefore, the gcd of 7 and 14 is 7.", "Is the gcd of 7 and 13 equal to 1?", YES_NO, None),
    ("So the third term is 23, not 27.", "Is term number 3 equal to 27?", YES_NO, "B"),
    ("Therefore, 10/4 is not 16 days after 9/15.", "Is 10/4 the date 16 days after 9/15?", YES_NO, "B"),
    # a verdict on what stands in quotes
    ('So the statement "lamp U is on" is true.', 'What do we know of "lamp U is on"?', TRUTH, "A"),
    ('We can conclude that "valve D is open" is false.', 'What do we know of "valve D is open"?', TRUTH, "B"),
    # cut
    ("因此，甲不能去。\n\n3. **考虑乙：", "甲能去吗？", ("能", "不能"), None),
    # asked with 可能
    ("所以从甲到乙存在一条可能的路线。", "从甲到乙是否存在至少一条可能的路线？", ("是", "否"), "A"),
    ("所以从甲到乙可能存在一条路线。", "从甲到乙是否存在一条路线？", ("是", "否"), None),
)

OTHERS: tuple[Row, ...] = (
    ("Therefore, all three of them tell the truth.", "How many of them tell the truth?", COUNTS, "C"),
    ("So exactly two people lie.", "How many of them lie?", COUNTS, "B"),
    ("One of them lies and two of them tell the truth.", "How many of them lie?", COUNTS, None),
    ("From the list we can see that Ben has the most books, with 19 books.", "Who has the most books?", PEOPLE, "B"),
    ("Since the sum is at least 160, Q gets third prize.", "Which prize does Q get?", PRIZES, "C"),
    ("Since the sum is at least 160, Q gets third prize.", "Which prize does R get?", PRIZES, None),
    ("Therefore, Cleo is the only one without a parent.", "Which of them is the parent of Dan?", PEOPLE, None),
    ("Therefore, Cleo is Dan's parent.", "Which of them is the parent of Dan?", PEOPLE, "C"),
    ("因此能到达的位置是c、d和e。", "能到达哪些位置？", PLACES, "D"),
    ("因此能到达的位置是c和d。", "能到达哪些位置？", PLACES, None),
    ("因此结果是`[b, a]`。", "反转后是什么？", LISTS, "B"),
    ('因此结果是 ["b", "a"]。', "反转后是什么？", LISTS, "B"),
    ("因此结果是`[b, a, c]`。", "反转后是什么？", LISTS, None),
    ("因此结果是 ['1', '2']。", "结果是什么？", QUOTED, "B"),
    ("因此结果是 [1, 2]。", "结果是什么？", QUOTED, "A"),
    (r"So the best way is \(k \rightarrow n \rightarrow m\).", "Which way is the best?", WAYS, "B"),
)


@pytest.mark.parametrize(("text", "question", "options", "letter"), POLAR + OTHERS)
def test_a_last_sentence_is_read_with_its_question(
    text: str, question: str, options: tuple[str, ...], letter: str | None
) -> None:
    assert extract(text, len(options), options, question).letter == letter


@pytest.mark.parametrize(("text", "question", "options", "letter"), [row for row in POLAR if row[2] == YES_NO])
def test_yes_and_no_changed_over_change_the_letter(
    text: str, question: str, options: tuple[str, ...], letter: str | None
) -> None:
    turned = {None: None, "A": "B", "B": "A"}[letter]
    assert extract(text, 2, options[::-1], question).letter == turned
