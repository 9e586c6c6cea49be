"""Conclusions that name an option's content item by item, in any order and wording, and sentences that do not.

All sentences are made up; None: two readings open, or none.
"""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract
from solver.extraction.options import OptionTexts
from solver.extraction.unannounced.items import Items, items_of

TOWNS = ("宁波、温州、湖州", "宁波、温州", "温州、湖州", "金华、宁波")
RIVERS = ("Elbe, Oder, Rhine", "Elbe, Oder", "Oder, Rhine", "Main, Elbe")
GUESTS = ("Lena", "Omar", "Lena的父亲", "Omar的母亲")
COUSINS = ("Nora", "Paul", "Rita", "Sven")
PAIRS = ("bd", "ce", "db", "fa")
LETTERS = ("p", "q", "r", "无")
PATHS = ("[k, m]", "[k, n]", "[k, p]", "[k, t]")
ORDERS = ("鼠、牛、虎", "虎、牛、鼠", "牛、鼠、虎", "虎、鼠、牛")
NUMERALS = ("III", "VII", "XII", "IX")
STOPS = ("苏木、白河", "白河、青川", "青川、苏木")
KINDS = ("7", "-4", "1.5", "none of the above")
ROLES = ("第一名 第三名", "第三名 第四名")
Row = tuple[str, tuple[str, ...], str | None]
KINDS_OF_ROWS: dict[str, tuple[Row, ...]] = {
    "lists in any order": (
        ("所以，满足要求的城市是温州和宁波。", TOWNS, "B"),
        ("综上，宁波、湖州以及温州都在名单上。", TOWNS, "A"),
        ("因此湖州与温州都下了雨。", TOWNS, "C"),
        ("因此“宁波”和“温州”都下了雨。", TOWNS, "B"),
        ("So the Oder and the Elbe were frozen.", RIVERS, "B"),
        ("Therefore, Oder, Rhine, and Elbe all rise in the mountains.", RIVERS, "A"),
        ("所以 Nora 和 Paul 都来了。", ("Paul,Nora", "Rita", "Sven"), "A"),
        ("由此可知，名次只能是第四名和第三名。", ROLES, "B"),
        ("因此湖州、温州和丽水都下了雨。", TOWNS, None),
        ("因此宁波和湖州都下了雨。", TOWNS, None),
        ("因此宁波或温州下了雨。", TOWNS, None),
        ("如果宁波下雨，那么温州和湖州也下雨。", TOWNS, None),
        ("因此无法确定宁波和温州是否下雨。", TOWNS, None),
        ("接下来检查宁波和温州。", TOWNS, None),
        ("So the Oder, the Elbe and the Weser were frozen.", RIVERS, None),
        ("If the Oder and the Elbe were frozen, so was the Main.", RIVERS, None),
    ),
    "what is left when others are excluded behind it": (
        ("因此下雨的城市是温州、宁波。湖州没有雨，所以应该排除。由此可以得出答案。", TOWNS, "B"),
        ("因此下雨的城市是温州、宁波。宁波没有雨，所以应该排除。", TOWNS, None),
        ("湖州没有雨，所以应该排除。", TOWNS, None),
    ),
    "letters in one word": (
        ("因此，点 D 和点 B 都是红色。", ("DB", "CE", "FA"), "A"),
        ("因此，点 d 和点 b 都是红色。", ("DB", "CE", "FA"), None),
        ("因此，点 D 和点 E 都是红色。", ("DB", "CE", "FA"), None),
    ),
    "lists in brackets, spaced or not": (
        ("再去掉重复的，结果是 [1,4,6]。", ("[6, 4, 1]", "[1, 4, 6]", "[1, 1, 4]"), "B"),
        ("再去掉重复的，结果是 [1,4,7]。", ("[6, 4, 1]", "[1, 4, 6]", "[1, 1, 4]"), None),
    ),
    "the order counts where nothing else differs": (
        ("因此从小到大依次是牛、鼠、虎。", ORDERS, "C"),
        ("所以顺序为虎 -> 鼠 -> 牛。", ORDERS, "D"),
        ("因此虎、猫、牛依次排列。", ORDERS, None),
    ),
    "with whom, of whom": (
        ("所以 Vera 在船上与 Omar 在一起。", GUESTS, "B"),
        ("所以 Vera 在船上和 Lena 的父亲在一起。", GUESTS, "C"),
        ("Vera 的父母是 Ida 和 Jo，那么 Vera 是 Nora 和 Paul 的妹妹。", ("Paul、Nora", "Rita、Sven"), "A"),
        ("所以，Vera的外婆是Nora的母亲，Rita。", COUSINS, "C"),
        ("所以 Vera 在船上与 Omar 和 Jo 在一起。", GUESTS, None),
        ("所以 Vera 比 Omar 年长。", GUESTS, None),
        ("因此他是 Nora 的舅舅。", COUSINS, None),
        ("Sven 是 Paul 的父亲的父亲，因此他是 Paul 的祖父。", COUSINS, "D"),
        ("所以 Nora 喜欢 Paul。", COUSINS, None),
    ),
    "brackets, quotes, letters": (
        ("可以推断出，从 k 出发走一条边就能到达终点 n。", PATHS, "B"),
        ("所以把这个数写成两个字符，变成'IX'。", NUMERALS, "D"),
        ("因此满足条件的是节点 q。", LETTERS, "B"),
        ("因此与它颜色相同的是 B 和 D。", ("ac", "bd", "ce"), "B"),
        ("因此与它颜色相同的是 B 和 F。", ("ac", "bd", "ce"), None),
        ("所以路径经过 k、m 和 n。", PATHS, None),
        ("选项 B 说的是节点 q。", LETTERS, None),
    ),
    "the others are excluded": (
        ("四个数里，7 是整数且大于零，而 -4 和 1.5 都不满足。", KINDS, "A"),
        ("从苏木可以直达白河。其他站点青川没有直达车。", ("白河", "青川", "苏木"), None),
        ("根据时刻表，从古镇直达青川。其他选项中的白河和苏木均没有直达车。", ("白河", "青川", "苏木"), "B"),
        ("根据时刻表，白河和青川都可直达。其他选项中的苏木没有直达车。", ("白河", "青川", "苏木"), None),
    ),
    "clauses side by side": (
        ("Nora 生病了，需要休息；Paul 太累，需要休息。", ("Nora 和 Rita", "Nora 和 Paul", "Nora, Paul 和 Rita"), "B"),
        ("Nora 需要休息；Paul 不需要休息。", ("Nora 和 Rita", "Nora 和 Paul", "Rita"), None),
    ),
    "what fits, what is among it": (
        ("看时刻表和路线，白河和苏木符合这一要求。", STOPS, "A"),
        ("按时刻表，停靠的站包括苏木和青川。", STOPS, "C"),
        ("白河和苏木符合第一条要求，但青川更近。", STOPS, None),
    ),
    "a remark behind": (
        ("所以，经过的车站是白河和苏木。\n推理过程没有遗漏任何信息。", STOPS, "A"),
        ("所以，经过的车站是白河和苏木。\n这里检查了全部车站，因此推理是正确的。", STOPS, "A"),
        ("所以，经过的车站是白河和苏木。\n但是还有别的车。", STOPS, None),
    ),
}
ROWS = [(kind, *row) for kind, rows in KINDS_OF_ROWS.items() for row in rows]


@pytest.mark.parametrize(("kind", "text", "options", "letter"), ROWS)
def test_sentence_is_read_by_the_items_it_asserts(
    kind: str, text: str, options: tuple[str, ...], letter: str | None
) -> None:
    assert extract(text, len(options), options).letter == letter, kind
    assert extract("先看条件。\n\n" + text, len(options), options).letter == letter or kind == "clauses side by side"


def test_items_of_an_option_are_what_its_signs_and_words_part() -> None:
    assert items_of("['a', 'b2', 'c']") == ("a", "b2", "c")
    assert items_of("b1 b2") == ("b1", "b2")
    assert items_of("Sunny的父亲") == ("sunny的父亲",)
    assert items_of("以上都不对") == ("以上都不对",)


def test_options_of_the_same_items_are_told_apart_by_order_or_not_at_all() -> None:
    items = Items(OptionTexts(3, ("甲、乙", "乙、甲", "甲、丙")))
    assert items.meant(("乙", "甲")) == 1
    assert items.meant(("丙", "甲")) == 2
    assert items.meant(("丙", "乙")) is None
    assert items.meant(()) is None


GIVEN: tuple[tuple[str, tuple[str, ...], str, str | None], ...] = (
    ("所以 Nora 喜欢 Paul。", COUSINS, "四人中，谁是 Nora 喜欢的人？", "B"),
    ("所以 Nora 喜欢 Paul。", COUSINS, "四人中，谁喜欢 Paul？", "A"),
    ("所以 Nora 喜欢 Paul。", COUSINS, "Nora 和 Paul 谁更大方？", None),
    ("因此项目 C 与项目 B 和 D 颜色相同。", ("bd", "ac", "ce"), "与项目 C 颜色相同的是哪些项目？", "A"),
    ("可以推断出，从 k 出发走一条边就能到达终点 n。", PATHS, "从 k 到终点的路径是什么？", "B"),
    ("So Nora visits Rita.", COUSINS, "Who visits Rita?", "A"),
)


@pytest.mark.parametrize(("text", "options", "question", "letter"), GIVEN)
def test_what_the_question_names_is_given_and_no_answer(
    text: str, options: tuple[str, ...], question: str, letter: str | None
) -> None:
    assert extract(text, len(options), options, question).letter == letter


def test_options_that_are_long_texts_are_not_taken_apart() -> None:
    assert Items(OptionTexts(2, ("甲" + " " * 500 + "乙", "丙"))).universe == []
    assert sorted(Items(OptionTexts(2, ("甲、乙", "丙"))).universe) == sorted("甲乙丙")
