"""What the stages of synth write: accepted questions with a chain, as chat messages, alpaca rows and contest problems.

``python -m train sft`` reads all three (``train.sft.rows``). Rows of one problem, and of its perturbations, are all
in the training part or all in the dev part, by a hash of the problem's text; so nothing of a dev problem is trained on.

>>> row = Row(id="p#0", problem_id="p", problem="P", question="Q?", options=("x", "y"), letter="B",
...           chain="…\\n答案是：B", prompt="P Q? A. x B. y", group="P")
>>> messages_row(row)["messages"][1]["content"]
'…\\n答案是：B'
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from solver.extraction.extract import extract
from solver.problems.letters import ALPHABET
from synth.errors import OutputError

Part = Literal["train", "dev"]
Form = Literal["messages", "alpaca", "contest"]
FORMS: tuple[Form, ...] = ("messages", "alpaca", "contest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question with the chain to learn."""

    id: str
    """Unique within the output; as a rule the question's id."""
    problem_id: str
    problem: str
    question: str
    options: tuple[str, ...]
    """As shown to the model that wrote the chain: the letters in the chain are theirs."""
    letter: str
    """The right option among ``options`` as shown."""
    chain: str
    """What the assistant is to say; announces ``letter``."""
    prompt: str
    """The user message to train with; never holds the answer."""
    group: str
    """What the split is by: the text of the problem that this one comes from."""
    meta: Mapping[str, object] = field(default_factory=dict)
    """How it came about: rung, model, votes, permutation, tokens, cost, prompt hash …; JSON values."""


def fault_of(row: Row) -> str | None:
    """Say why a row must not be written, None where nothing is wrong: the checks of ``train.sft.rows``.

    >>> fault_of(Row(id="p#0", problem_id="p", problem="P", question="Q?", options=("x", "y"), letter="A",
    ...              chain="答案是：B", prompt="?", group="P"))
    'the chain announces B, the label is A'
    """
    # Letters beyond the options are read too: a chain that announces one is wrong, not silent.
    padded = (*row.options, *[""] * (len(ALPHABET) - len(row.options)))
    said = extract(row.chain, len(ALPHABET), padded).letter
    if row.letter not in ALPHABET[: len(row.options)]:
        return f"the label {row.letter} is none of the {len(row.options)} options"
    if said != row.letter:
        return f"the chain announces {said or 'no letter'}, the label is {row.letter}"
    if not row.prompt.strip():
        return "the prompt is empty"
    return None


def group_of(problem: str, problem_id: str) -> str:
    """Return what a problem's rows are split by: its text without white space, or its id where it has no text."""
    return "".join(problem.split()) or problem_id


def part_of(group: str, *, dev_share: float, salt: str = "") -> Part:
    """Tell which part a problem belongs to; the same on every machine.

    Args:
        dev_share: share of the problems for the dev part, 0 to 1.
        salt: another one gives another split.
    """
    digest = hashlib.sha256(f"{salt}\0{group}".encode()).digest()
    return "dev" if int.from_bytes(digest[:8], "big") < dev_share * 2**64 else "train"


def messages_row(row: Row) -> dict[str, object]:
    """Return the row as chat messages."""
    return {
        "id": row.id,
        "messages": [{"role": "user", "content": row.prompt}, {"role": "assistant", "content": row.chain}],
        "answer": row.letter,
        "options": list(row.options),
        "meta": dict(row.meta),
    }


def alpaca_row(row: Row) -> dict[str, object]:
    """Return the row in alpaca form; the whole prompt is the instruction."""
    return {
        "id": row.id,
        "instruction": row.prompt,
        "input": "",
        "output": row.chain,
        "answer": row.letter,
        "options": list(row.options),
        "meta": dict(row.meta),
    }


def contest_rows(rows: Iterable[Row]) -> list[dict[str, object]]:
    """Return the rows in the contest's form, one problem each, its questions in the rows' order."""
    problems: dict[str, dict[str, object]] = {}
    questions: dict[str, list[object]] = {}
    for row in rows:
        if row.problem_id not in problems:
            questions[row.problem_id] = []
            problems[row.problem_id] = {
                "id": row.problem_id,
                "problem": row.problem,
                "questions": questions[row.problem_id],
            }
        questions[row.problem_id].append(
            {
                "question": row.question,
                "options": list(row.options),
                "answer": row.letter,
                "chain": row.chain,
                "id": row.id,
                "meta": dict(row.meta),
            }
        )
    return list(problems.values())


_WRITERS: Mapping[Form, Callable[[Sequence[Row]], list[dict[str, object]]]] = {
    "messages": lambda rows: [messages_row(row) for row in rows],
    "alpaca": lambda rows: [alpaca_row(row) for row in rows],
    "contest": contest_rows,
}


def write_rows(
    folder: Path, rows: Sequence[Row], *, forms: Sequence[Form] = FORMS, dev_share: float, salt: str = ""
) -> dict[str, int]:
    """Write ``train.FORM.jsonl`` and ``dev.FORM.jsonl`` for every form, each file whole or not at all.

    Args:
        dev_share: see ``part_of``; 0 writes no dev files.

    Returns:
        File name -> lines.

    Raises:
        OutputError: a row contradicts itself (see ``fault_of``), or a file cannot be written.
    """
    parts: dict[Part, list[Row]] = {"train": [], "dev": []} if dev_share else {"train": []}
    for row in rows:
        fault = fault_of(row)
        if fault is not None:
            raise OutputError(f"{folder}: row {row.id!r} would teach something wrong: {fault}; nothing was written")
        parts[part_of(row.group, dev_share=dev_share, salt=salt)].append(row)
    written = {}
    for part, chosen in parts.items():
        for form in forms:
            lines = _WRITERS[form](chosen)
            name = f"{part}.{form}.jsonl"
            write_lines(folder / name, lines)
            written[name] = len(lines)
    return written


def write_lines(path: Path, values: Iterable[Mapping[str, object]]) -> None:
    """Write JSON lines, the whole file or none of it.

    Raises:
        OutputError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            for value in values:
                file.write(json.dumps(value, ensure_ascii=False) + "\n")
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error}") from error
