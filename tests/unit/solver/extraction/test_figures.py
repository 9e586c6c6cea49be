"""Numbers that a last sentence comes to, and numbers that it only mentions.

All sentences are made up; None: no number is said to be the result, or several.
"""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

COUNTS = ("2", "3", "5", "8")
WAYS = ("6种", "4种", "2种", "1种")
AMOUNTS = ("$1,200", "$900", "$750.5", "$75")
SHARES = ("12%", "12", "25%", "40%")
SIGNED = ("4", "-4", "0.5", "none of the above")
Row = tuple[str, tuple[str, ...], str | None]
ROWS: tuple[Row, ...] = (
    # a count, wherever it stands
    ("因此，在这个盘上有4种不同的走法可以走3步。", WAYS, "B"),
    ("综上，只有三个人（甲、乙和丁）通过了 8 门中的考试。", COUNTS, "B"),
    ("由此可见，一共有五个节点。", COUNTS, "C"),
    ("所以只有一种走法。", WAYS, "D"),
    ("我们总共找到了2种不同的排法。", WAYS, "C"),
    # what is said to be the result
    ("列表 [2, 3, 8] 的最小元素显然是 2。", COUNTS, "A"),
    ("所以，3 是 6 和 9 的最大公约数。", COUNTS, "B"),
    ("因此，8 的最小质因数是 2，因为 8 是偶数。", COUNTS, "A"),
    ("所以 8 的 1 次方等于 8。", COUNTS, "D"),
    (r"因此 \(2\) 的 \(3\) 次方等于 \(8\)。", COUNTS, "D"),
    ("The total is therefore 3 * 300 = 900 dollars.", AMOUNTS, "B"),
    ("So the rent comes to $1,200.", AMOUNTS, "A"),
    ("Therefore the share is 12%.", SHARES, "A"),
    ("因此结果是 -4。", SIGNED, "B"),
    ("对于列表 [2, 3, 8]，最小元素显然是2。", COUNTS, "A"),
    ("综合来看，来过的人有3位。", COUNTS, "B"),
    ("总和是 2 + 3 = 5。\n\n检查推理过程，每一步都是正确的。", COUNTS, "C"),
    # only mentioned
    ("所以需要计算 2 + 3 的结果。", COUNTS, None),
    ("由于两个数相同，最大公约数就是它们本身。", COUNTS, None),
    ("因此结果不是 5。", COUNTS, None),
    ("因此结果是 3 或 5。", COUNTS, None),
    ("如果有 3 个人来，那么一共有 5 个人。", COUNTS, None),
    ("因此下一步把 5 乘以 2。", COUNTS, None),
    ("因此结果是 7。", COUNTS, None),
    ("所以这是一种走法。", WAYS, None),
    ("因此至少有 3 个人。", COUNTS, None),
    ("结果为 3 的情况有 5 个，为 8 的情况有 2 个。", COUNTS, None),
    ("8 是合数。", COUNTS, None),
    ("这里有 2 排，每排 5 人。", COUNTS, None),
    ("So at most 3 of them came.", COUNTS, None),
)


@pytest.mark.parametrize(("text", "options", "letter"), ROWS)
def test_last_sentence_is_read_by_the_number_it_comes_to(
    text: str, options: tuple[str, ...], letter: str | None
) -> None:
    assert extract("先看条件。\n\n" + text, len(options), options).letter == letter
