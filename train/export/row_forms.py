"""Rows in the forms that other trainers read: chat messages and alpaca, with LLaMA-Factory's description of both.

>>> from solver.training_rows import Message, TrainingRow
>>> row = TrainingRow(prompt=(Message("user", "?"),), answer="!")
>>> messages_of(row)["messages"][1]
{'role': 'assistant', 'content': '!'}
"""

from __future__ import annotations

from collections.abc import Sequence

from solver.training_rows import TrainingRow, messages_row
from train.errors import RowsError

Values = dict[str, object]


def messages_of(row: TrainingRow) -> Values:
    """Return a row as chat messages, which both read (LLaMA-Factory as ``sharegpt`` with tags)."""
    return {"messages": messages_row(row)["messages"]}


def alpaca_of(row: TrainingRow) -> Values:
    """Return a row in alpaca form; earlier turns go to ``history``.

    Raises:
        RowsError: the turns are no pairs of user and assistant.
    """
    turns = list(row.prompt)
    system = turns.pop(0).content if turns[0].role == "system" else ""
    roles = [turn.role for turn in turns]
    if roles != ["user", "assistant"] * (len(turns) // 2) + ["user"]:
        raise RowsError(f"{row.where}: turns are {', '.join(roles)}; the alpaca form holds pairs of user and assistant")
    pairs = [[turns[at].content, turns[at + 1].content] for at in range(0, len(turns) - 1, 2)]
    return {"instruction": turns[-1].content, "input": "", "output": row.answer, "system": system, "history": pairs}


def dataset_info(files: Sequence[str]) -> dict[str, Values]:
    """Return LLaMA-Factory's ``dataset_info.json`` for files named ``…_messages.jsonl`` and ``…_alpaca.jsonl``."""
    columns: dict[str, Values] = {
        "messages": {
            "formatting": "sharegpt",
            "columns": {"messages": "messages"},
            "tags": {
                "role_tag": "role",
                "content_tag": "content",
                "user_tag": "user",
                "assistant_tag": "assistant",
                "system_tag": "system",
            },
        },
        "alpaca": {
            "formatting": "alpaca",
            "columns": {
                "prompt": "instruction",
                "query": "input",
                "response": "output",
                "system": "system",
                "history": "history",
            },
        },
    }
    names = [file.removesuffix(".jsonl") for file in files]
    return {name: {"file_name": f"{name}.jsonl", **columns[name.rpartition("_")[2]]} for name in names}
