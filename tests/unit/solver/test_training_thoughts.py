"""Thoughts in rows: one form whatever a teacher's container, tags that pair, keys and weights that are known."""

from __future__ import annotations

from typing import Any

import pytest

from solver.training_rows.reader import RowError, read_object, read_rows
from solver.training_rows.thoughts import in_fixed_form, unpaired

FIXED = "<think>\n先排一遍。\n</think>\n\n站在最前的是甲。\n答案是：A"
SAID = "站在最前的是甲。\n答案是：A"


@pytest.mark.parametrize(
    "text",
    [
        FIXED,
        f"<think>先排一遍。</think>\n{SAID}",
        f"先排一遍。\n</think>\n\n{SAID}",
        f"<thinking>\n先排一遍。\n</thinking>\n{SAID}",
        f"[THINK]先排一遍。[/THINK]{SAID}",
        f"◁think▷先排一遍。◁/think▷{SAID}",
        f"<|START_THINKING|>先排一遍。<|END_THINKING|>{SAID}",
        f"<seed:think>先排一遍。</seed:think>{SAID}",
    ],
)
def test_a_thought_has_one_form_whatever_its_container(text: str) -> None:
    assert in_fixed_form(text) == FIXED
    assert in_fixed_form(text, is_kept=False) == SAID


@pytest.mark.parametrize("text", [SAID, "", "<think>\n先排一遍，到此为止"])
def test_a_text_without_a_whole_thought_stays_as_it_is(text: str) -> None:
    assert in_fixed_form(text) == text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (FIXED, None),
        (SAID, None),
        (f"a</think>{SAID}", "closes no thought"),
        (f"<think>a{SAID}", "never closed"),
        (f"<think>a<think>b</think>{SAID}", "inside a thought"),
    ],
)
def test_tags_that_do_not_pair_are_named(text: str, fault: str | None) -> None:
    found = unpaired(text)
    assert found is None if fault is None else fault in (found or "")


def row(answer: dict[str, Any], **more: Any) -> dict[str, Any]:
    user = {"role": "user", "content": "谁？\nA. 甲\nB. 乙"}
    return {"messages": [user, {"role": "assistant", **answer}], **more}


def test_a_thought_beside_the_content_is_folded_in() -> None:
    for name in ("reasoning_content", "reasoning"):
        (read,) = read_rows(row({"content": SAID, name: "先排一遍。"}))
        assert read.answer == FIXED


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (row({"content": f"x</think>{SAID}"}), r"messages\[1\]: </think> closes no thought"),
        (row({"content": SAID, "tool_calls": []}), r"messages\[1\].tool_calls: is not known"),
        (row({"content": SAID, "reasoning_content": ["x"]}), "one text is wanted"),
        (row({"content": FIXED, "reasoning_content": "x"}), "leave one out"),
        (row({"content": SAID, "weight": 0}), r"messages\[1\].weight: is 0"),
        (row({"content": SAID, "loss": False}), r"messages\[1\].loss"),
        (row({"content": SAID, "weight": 0.5}), "weight"),
        (row({"content": SAID}, weight=2), "weight: is 2"),
        ({"instruction": "?", "output": SAID, "loss": False}, "loss"),
        (
            {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "x", "weight": 1},
                          {"role": "user", "content": "?"}, {"role": "assistant", "content": "y"}]},
            "only the last message is learnt",
        ),
    ],
)  # fmt: skip
def test_what_a_row_asks_for_and_does_not_get_is_refused_by_name(values: dict[str, Any], words: str) -> None:
    with pytest.raises(RowError, match=words):
        read_rows(values)


def test_weights_that_say_what_is_done_are_honoured() -> None:
    turns = [
        {"role": "user", "content": "?", "weight": 0},
        {"role": "assistant", "content": "x", "loss": False},
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": "y", "weight": 1, "loss": True},
    ]
    assert read_rows({"messages": turns, "weight": 1.0})[0].answer == "y"


def test_a_line_that_is_nested_too_deeply_is_a_fault_of_the_row() -> None:
    with pytest.raises(RowError, match="no JSON"):
        read_object('{"messages": ' + "[" * 100_000)
    deep: Any = "x"
    for _ in range(20_000):
        deep = [deep]
    with pytest.raises(RowError, match=r"deeply|no text"):
        read_rows(row({"content": deep}))
