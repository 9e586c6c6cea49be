"""The usual endings are read without the rest of the text; what they give is what reading everything gives."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.extraction import passages
from solver.extraction.extract import Extraction, extract
from solver.extraction.reader import Reader
from solver.extraction.variants import unified
from tests.support.checkout import SHARED_DATA

OUTPUTS = SHARED_DATA / "outputs"
OPTIONS = (
    ("甲", "乙", "丙", "丁"),
    ("是", "否"),
    ("[1, 2]", "[2]", "[2, 3]"),
    ("Ann B", "Bob; C", "The answer is A"),
    None,
)
FAR = "甲和乙都在场，丙说他没有看见丁。" * 6
BEFORE = (
    "先看A，不成立。",
    "选项B不符合条件。",
    "我认为答案是B。",
    "如果甲说谎，则",
    "若乙在前，那么",
    "选择题2的",
    "第1题",
    "1. ",
    "\n",
    "\n\n",
    "因此",
    "所以",
    "正确",
    "【",
    "**",
    "<output>",
    "</output>",
    "<think>",
    "</think>",
    "<reflection>",
    "<|im_end|>",
    "另一道题：",
    "下一题\n",
    "\n选择题 2：",
    "\n问题：",
    "非要选的话，",
    "不能确定，",
    "If Ann lies, then ",
    "The first answer is C and the second ",
    "The ",
    "So the ",
    "Another question: ",
    "We first show that 1 < 2. ",
    "Question 2. ",
    "例如写“",
    "analysis",
    "x＝１",
    FAR,
    "方法一：",
    "\n方法二：",
    "\n**Approach 2.**",
    "[THINK]",
    "◁think▷",
    "◁/think▷",
    "答案是：B\n",
    "机器甲的答案：C\n",
    "机器乙的",
    "The answer is B.\n",
)
ENDINGS = (
    "答案是：{}",
    "答案：{}",
    "答案为{}。",
    "答案】{} <eoa>",
    "答案是：{}</output>",
    "answer is {}.",
    "answer: **{}**",
)
BEHIND = ("", "", ". 甲", ". 否", ". [2, 3]", ". [1, 2]", ". Bob; C", ". Ann B", ". 其它", "．乙")


def fully(text: str, n_options: int, options: Sequence[str] | None) -> Extraction:
    """Read a text without the fast path."""
    plain = unified(text)
    return passages.read(plain, Reader(plain, n_options, options))


@settings(max_examples=600, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(BEFORE), max_size=6),
    st.sampled_from(ENDINGS),
    st.sampled_from("ABCE"),
    st.sampled_from(BEHIND),
    st.sampled_from(OPTIONS),
)
@example(["The first answer is C and the second "], "answer is {}.", "A", "", OPTIONS[0])
@example(["The first answer is C and the second ", "Question 2. ", "因此"], "答案是：{}", "A", "", OPTIONS[0])
@example(["The first answer is C and the second ", "Question 2. "], "answer is {}.", "A", ". Ann B", OPTIONS[3])
@example(["答案是：B\n", FAR, "\n"], "答案是：{}", "A", "", OPTIONS[0])
@example(["解法一：", "答案是：B\n", "\n方法二："], "答案是：{}", "A", "", OPTIONS[0])
@example(["答案是：B\n", "\n**Approach 2.**", "\n"], "answer is {}.", "A", "", OPTIONS[0])
@example(["\n", "◁think▷", "</think>", "[THINK]", "\n"], "答案是：{}", "A", "", OPTIONS[0])
@example(["我认为答案是B。", "下一题\n", "The "], "答案是：{}", "A", "", OPTIONS[0])
@example(["非要选的话，", "1. "], "答案是：{}", "A", "", OPTIONS[0])
@example(["例如写“", "\n"], "答案是：{}", "A", "", OPTIONS[0])
def test_a_usual_ending_gives_what_the_whole_text_gives(
    before: list[str], ending: str, letter: str, behind: str, options: tuple[str, ...] | None
) -> None:
    text = "".join(before) + ending.format(letter + behind)
    n_options = 4 if options is None else len(options)

    assert extract(text, n_options, options).letter == fully(text, n_options, options).letter


@pytest.mark.skipif(not OUTPUTS.exists(), reason="no recorded outputs in ../shared/data")
def test_recorded_outputs_give_by_the_fast_path_what_they_give_by_the_whole() -> None:
    with gzip.open(OUTPUTS / "plain_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][::8]
    for row in rows:
        call = (row["output"], len(row["options"] or "ABCD"), row["options"])
        assert extract(*call).letter == fully(*call).letter, row["output"][-200:]
