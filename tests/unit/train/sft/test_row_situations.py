"""Rows as other tools write them: read as meant, or refused by line and field; never learnt otherwise than they say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from solver.training_rows import read_rows
from solver.training_rows.preference import read_learnt, read_preference
from solver.training_rows.reader import RowError
from tests.golden.command import Ended, ran
from train.dpo.pairs import load_pairs
from train.errors import RowsError
from train.grpo.questions import choose
from train.grpo.recipe import GrpoData
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


def _as_pair(row: Mapping[str, object]) -> dict[str, object]:
    """Put a row's question and answer into a pair, beside a wrong answer; keys of the row stay the pair's own."""
    messages = row["messages"]
    assert isinstance(messages, list)
    rest = {name: value for name, value in row.items() if name != "messages"}
    wrong = {"role": "assistant", "content": "答案是：A"}
    return {"prompt": messages[:-1], "chosen": messages[-1:], "rejected": [wrong], **rest}


@pytest.mark.parametrize(("row", "answer"), READ.values(), ids=READ)
def test_a_pair_of_another_tool_is_read_as_it_is_meant(row: Mapping[str, object], answer: str) -> None:
    assert read_preference(_as_pair(row)).chosen == answer


@pytest.mark.parametrize(("row", "told"), REFUSED.values(), ids=REFUSED)
def test_a_pair_that_would_be_learnt_otherwise_than_it_says_is_refused_by_line(
    tmp_path: Path, row: Mapping[str, object], told: str
) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(json.dumps(_as_pair(_row())) + "\n" + json.dumps(_as_pair(row)) + "\n")
    with pytest.raises(RowsError) as caught:
        load_pairs([path])
    assert f"{path.name}:2: " in str(caught.value)
    assert told.replace("messages[0]", "prompt[0]").replace("messages[1]", "chosen").split(".")[-1] in str(caught.value)


@pytest.mark.parametrize("row", [row for row, _ in (*READ.values(), *REFUSED.values())], ids=[*READ, *REFUSED])
def test_rows_to_imitate_are_no_questions_to_practise_on(tmp_path: Path, row: Mapping[str, object]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    with pytest.raises(RowsError, match=rf"{path.name}: rows of messages are to be imitated"):
        choose([str(path)], GrpoData(train=(str(path),)))


def test_a_cut_thought_may_be_what_is_wrong_with_a_rejected_answer() -> None:
    cut = [{"role": "assistant", "content": f"<think>{SAID}"}]
    assert read_preference({**PAIR, "rejected": cut}).rejected == f"<think>{SAID}"
    assert not read_learnt({**LABELLED, "completion": cut, "label": False})[1]
    with pytest.raises(RowError, match="completion: "):
        read_learnt({**LABELLED, "completion": cut})


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


def _asked_of(command: str, row: Mapping[str, object], path: Path) -> Ended:
    """Let a command's own ``--check`` read a file with one row or pair."""
    path.write_text(json.dumps(_as_pair(row) if command == "dpo" else row) + "\n")
    recipe = {"sft": "embedded-lora", "dpo": "embedded-dpo", "grpo": "embedded-grpo"}[command]
    words = (recipe, f"data.train={path}", "data.eval_share=0", "--out", path.parent / "out", "--check")
    return ran("train", command, *words)


@pytest.mark.parametrize("command", ["sft", "dpo", "grpo"])
@pytest.mark.parametrize(
    ("row", "is_read"),
    [(row, True) for row, _ in READ.values()] + [(row, False) for row, _ in REFUSED.values()],
    ids=[*READ, *REFUSED],
)
def test_the_commands_themselves_read_or_refuse(
    tmp_path: Path, command: str, row: Mapping[str, object], is_read: bool
) -> None:
    pytest.importorskip("transformers")
    ended = _asked_of(command, row, tmp_path / "rows.jsonl")
    if is_read and command != "grpo":
        assert ended.code == 0, ended.err
    else:  # rows of answers are no questions to practise on
        assert ended.code == 2
        assert ("rows.jsonl: rows of messages" if command == "grpo" else "rows.jsonl:1:") in ended.err
