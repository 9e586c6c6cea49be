"""Rows as other tools write them: read as meant, or refused by line and field; never learnt otherwise than they say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from solver.training_rows import read_rows
from solver.training_rows.preference import read_learnt, read_preference
from solver.training_rows.reader import RowError
from train.errors import RowsError
from train.sft.row_files import load_rows

ASKED = "谁在？\nA. 小明\nB. 小红"
SAID = "小红在。答案是：B"


def _row(
    *, message: Mapping[str, object] | None = None, user: Mapping[str, object] | None = None, **row: object
) -> dict[str, object]:
    turns = [
        {"role": "user", "content": ASKED, **(user or {})},
        {"role": "assistant", "content": SAID, **(message or {})},
    ]
    return {"messages": turns, **row}


READ = {
    "a thought in reasoning_content": (_row(message={"reasoning_content": "想"}), f"<think>\n想\n</think>\n\n{SAID}"),
    "a thought in reasoning": (_row(message={"reasoning": "想"}), f"<think>\n想\n</think>\n\n{SAID}"),
    "an empty reasoning_content": (_row(message={"reasoning_content": ""}), SAID),
    "no reasoning_content": (_row(message={"reasoning_content": None}), SAID),
    "a thought in the content": (
        _row(message={"content": f"<think>\n想\n</think>\n\n{SAID}"}),
        f"<think>\n想\n</think>\n\n{SAID}",
    ),
    "weight 1 on the answer": (_row(message={"weight": 1}), SAID),
    "loss true on the answer": (_row(message={"loss": True}), SAID),
    "loss false on the question": (_row(user={"loss": False}), SAID),
    "weight 0 on the question": (_row(user={"weight": 0}), SAID),
    "names of speakers": (_row(message={"name": "x"}), SAID),
}
REFUSED = {
    "an unknown key of a message": (_row(message={"train": False}), "messages[1].train: is not known"),
    "an unknown key of the question": (_row(user={"tool_calls": []}), "messages[0].tool_calls: is not known"),
    "two thoughts": (_row(message={"reasoning": "a", "reasoning_content": "b"}), "one text is wanted"),
    "a thought twice": (
        _row(message={"reasoning": "a", "content": f"<think>b</think>{SAID}"}),
        "another one beside it",
    ),
    "a thought that never closes": (_row(message={"content": f"<think>{SAID}"}), "messages[1]"),
    "a closer alone, twice": (_row(message={"content": f"a</think>b</think>{SAID}"}), "messages[1]"),
    "loss false on the answer": (_row(message={"loss": False}), "messages[1].loss: is False"),
    "weight 0 on the answer": (_row(message={"weight": 0}), "messages[1].weight: is 0"),
    "half a weight": (_row(message={"weight": 0.5}), "messages[1].weight: is 0.5"),
    "loss true on the question": (_row(user={"loss": True}), "messages[0].loss: is True"),
    "a weight of the whole row": (_row(weight=0.5), "weight: is 0.5"),
}


@pytest.mark.parametrize(("row", "answer"), READ.values(), ids=READ)
def test_a_row_of_another_tool_is_read_as_it_is_meant(row: Mapping[str, object], answer: str) -> None:
    assert read_rows(row)[0].answer == answer


@pytest.mark.parametrize(("row", "told"), REFUSED.values(), ids=REFUSED)
def test_a_row_that_would_be_learnt_otherwise_than_it_says_is_refused_by_line(
    tmp_path: Path, row: Mapping[str, object], told: str
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(_row()) + "\n" + json.dumps(row) + "\n")
    with pytest.raises(RowsError) as caught:
        load_rows([path])
    assert f"{path.name}:2: " in str(caught.value)
    assert told in str(caught.value)


def test_a_line_that_is_nested_too_deeply_is_named_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(_row()) + "\n" + "[" * 5000 + "]" * 5000 + "\n")
    with pytest.raises(RowsError, match=r"rows\.jsonl:2: no JSON"):
        load_rows([path])


PAIR: dict[str, object] = {"prompt": ASKED, "chosen": SAID, "rejected": "答案是：A"}
LABELLED: dict[str, object] = {"prompt": ASKED, "completion": SAID, "label": True}


def _turn(**keys: object) -> list[dict[str, object]]:
    return [{"role": "assistant", "content": SAID, **keys}]


@pytest.mark.parametrize("keys", [{"train": False}, {"loss": False}, {"weight": 0.5}], ids=str)
@pytest.mark.parametrize(
    ("read", "row", "field"),
    [(read_preference, PAIR, "chosen"), (read_learnt, PAIR, "chosen"), (read_learnt, LABELLED, "completion")],
    ids=["dpo", "kto of pairs", "kto"],
)
def test_an_answer_to_compare_is_held_to_the_same_rules(
    read: Callable[[dict[str, object]], object], row: dict[str, object], field: str, keys: dict[str, object]
) -> None:
    with pytest.raises(RowError, match=rf"{field}\[0\]\.{next(iter(keys))}: is "):
        read({**row, field: _turn(**keys)})


def test_a_thought_beside_an_answer_to_compare_is_put_before_it() -> None:
    assert (
        read_preference({**PAIR, "chosen": _turn(reasoning_content="想")}).chosen == f"<think>\n想\n</think>\n\n{SAID}"
    )
