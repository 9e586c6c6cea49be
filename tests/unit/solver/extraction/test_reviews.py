"""Reviews of the options one by one at the end of an output: what is left, and what concludes nothing.

All texts are made up.
"""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

BIRDS = ("燕子", "麻雀", "企鹅")
LISTS = ("[1, 3]", "[2, 4]", "[3, 5]", "[6, 7]")
BOXES = ("red box", "green box", "blue box")
PAIR = ("燕子", "麻雀")
ROWS: tuple[tuple[str, tuple[str, ...], str | None], ...] = (
    (
        "逐一来看：\nA. 燕子：不在冬天出现，不符合。\nB. 麻雀：全年都在，符合要求。\nC. 企鹅：不会飞，不符合。",
        BIRDS,
        "B",
    ),
    (
        "逐一来看：\n\nA. [1, 3] - 都是奇数，因此不符合。\n\nB. [2, 4] - 都是偶数，因此完全满足。\n\n"
        "C. [3, 5] - 都是奇数，因此不符合。\n\nD. [6, 7] - 有奇数 7，因此也不满足。",
        LISTS,
        "B",
    ),
    (
        "- **选项A**：[1, 3] 正确。\n- **选项B**：[2, 4] 错误。\n- **选项C**：[3, 5] 错误。\n- 选项 D：[6, 7] 错误。",
        LISTS,
        "A",
    ),
    ("A. red box: this violates rule 2.\nB. green box: this does not fit.\nC. blue box: this works.", BOXES, "C"),
    # nothing is left, or more than one, or not all are looked at, or only a doubt
    ("A. 燕子：不符合。\nB. 麻雀：不符合。\nC. 企鹅：不符合。", BIRDS, None),
    ("A. 燕子：符合。\nB. 麻雀：符合。\nC. 企鹅：不会飞，因此不符合。", BIRDS, None),
    ("A. 燕子：不符合。\nB. 麻雀：符合。", BIRDS, None),
    ("A. 燕子：不符合。\nB. 麻雀：可能符合。\nC. 企鹅：不符合。", BIRDS, None),
    ("A. 燕子：不会游泳。\nB. 麻雀：会飞。", PAIR, None),
    # the last entry alone is no conclusion, though it says 因此
    ("A. [1, 3]：都是奇数。\nB. [2, 4]：都是偶数。\nC. [3, 5]：都是奇数。\nD. [6, 7]：因此只有一个偶数。", LISTS, None),
)


@pytest.mark.parametrize(("text", "options", "letter"), ROWS)
def test_one_option_that_a_review_leaves_is_the_answer(text: str, options: tuple[str, ...], letter: str | None) -> None:
    assert extract("先看条件。\n\n" + text, len(options), options).letter == letter


def test_a_letter_of_an_item_that_fits_is_no_label() -> None:
    options = ("bc", "db", "ea")
    assert extract("项目 B 不符合条件，项目 E 符合条件。", 3, options).letter is None
