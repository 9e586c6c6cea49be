"""Tasks as verl's rows, and the function that verl pays completions with.

verl reads Parquet with ``data_source``, ``prompt``, ``ability``, ``reward_model`` and ``extra_info``, and calls
``compute_score`` of the file that ``custom_reward_function.path`` names. It hands over a text without its special
tokens, so that a completion that was cut off is not known as such; one without a final answer is paid nothing anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from synth.environments.tasks import Task, pay

DATA_SOURCE = "logic-vote"


def row_of(task: Task, *, index: int, split: str) -> dict[str, Any]:
    """Return a task as one row."""
    return {
        "data_source": DATA_SOURCE,
        "prompt": task.messages(),
        "ability": "logic",
        "reward_model": {"style": "rule", "ground_truth": task.right[0]},
        "extra_info": {
            "index": index,
            "split": split,
            "id": task.id,
            "family": task.family,
            "level": task.level,
            "question": task.question,
            "options": list(task.options),
            "right": list(task.right),
        },
    }


def write_rows(tasks: Sequence[Task], path: Path, *, split: str) -> None:
    """Write tasks as Parquet."""
    import pyarrow
    from pyarrow import parquet

    rows = [row_of(task, index=index, split=split) for index, task in enumerate(tasks)]
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Mapping[str, Any] | None = None,
    **unused: Any,
) -> float:
    """Pay a completion, as verl asks for it."""
    known = extra_info or {}
    # Parquet gives arrays, which have no truth value of their own.
    right = known.get("right")
    options = known.get("options")
    if options is None:
        return 0.0
    return pay(
        solution_str,
        [str(one) for one in options],
        [ground_truth] if right is None else [*map(str, right)],
        question=known.get("question"),
    )
