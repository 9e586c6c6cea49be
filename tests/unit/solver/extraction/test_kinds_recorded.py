"""Kinds that fresh recorded outputs showed to be missed, in made-up rows, with neighbours that name no letter."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

CITIES = ("Oslo", "Lima", "Bern", "Riga")
PATHS = ("['a', 'c']", "['a', 'b', 'c']", "['a', 'd']", "['d', 'c']")
LETTERS = ("p", "q", "f", "h")
TRUTHS = ("S是真", "S是假", "两者都是", "无法确定")
Row = tuple[str, tuple[str, ...] | None, str | None]

KINDS: dict[str, tuple[Row, ...]] = {
    "call": (
        ('It rains there.\nAction: Answer("B")', CITIES, "B"),
        ('Thought: Bern is left.\nAction: Answer("C")\n', None, "C"),
        ("Answer: Answer('D')", None, "D"),
        ('Action: Answer ("A")', CITIES, "A"),
        ('Action: Answer("Riga")', CITIES, "D"),
        ('Action: answer["B"]', CITIES, "B"),
        ('Action: Answer("A or C")', CITIES, None),
        ('Action: Answer("B, D")', CITIES, None),
        ('Action: Answer("None of the above")', CITIES, None),
        ('Action: Answer("Paris")', CITIES, None),
        ('Action: Answer("A") or Answer("B")', None, None),
    ),
    "list": (
        ("正确答案是：\n```\n['d', 'a', 'b']\n```\n\n**答案是：A**", PATHS, "A"),
        ("正确的路径答案是 ['b', 'a']，因此\n答案是：C", PATHS, "C"),
        ("答案是：['a', 'd']", PATHS, "C"),
        ("The answer is ['b', 'a'].\nThe answer is: D", PATHS, "D"),
        ('The answer is ["B", "D"].', CITIES, None),
        ("答案是：['d', 'a', 'b']", PATHS, None),
    ),
    "case": (
        ("看得见的是方块f。\n答案是：F", LETTERS, "C"),
        ("答案是：H", LETTERS, "D"),
        ("答案是：Z", LETTERS, None),
        ("The answer is: Q", ("p", "q", "Q"), "C"),
        ("The answer is: Q", ("p", "q", "QR"), "B"),
    ),
    "name": (
        ("陈述S是正确的。\n如果T是正确的，那么R也是正确的。\n综上，S的真值是A. S是真。", TRUTHS, "A"),
        ("由于T是正确的，结论不明。", TRUTHS, None),
        ("所以选项X是正确的。", CITIES, None),
    ),
    "settled": (
        ("A. 奥斯陆\n答案是：A\nB. 利马\n答案是：B\n\n3. **最终答案**：\n- 利马更合适。\n\n答案是：B", CITIES, "B"),
        ("甲：\n答案是：A\n乙：\n答案是：C\n\n总结：丙更好。\n答案是：C", CITIES, "C"),
        ("一、\n最终结论：\n答案是：A\n\n二、\n最终结论：\n答案是：C", CITIES, None),
        ("甲：\n答案是：A\n\n乙：\n答案是：C", CITIES, None),
    ),
}


@pytest.mark.parametrize(
    ("text", "options", "letter"), [pytest.param(*row, id=kind) for kind, rows in KINDS.items() for row in rows]
)
def test_an_output_is_read_as_a_careful_reader_would(
    text: str, options: tuple[str, ...] | None, letter: str | None
) -> None:
    assert extract(text, 4 if options is None else len(options), options).letter == letter
