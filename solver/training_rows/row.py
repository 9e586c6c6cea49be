r"""One training row, and the three forms in which it is written: chat messages, alpaca, and problems of the contest.

>>> row = TrainingRow(id="p#0", problem_id="p", problem="P", question="Q?", options=("x", "y"), letter="B",
...                   prompt=(Message("user", "P Q?\nA. x\nB. y"),), answer="…\n答案是：B")
>>> messages_row(row)["messages"][1], alpaca_row(row)["answer"], contest_rows([row])[0]["questions"][0]["answer"]
({'role': 'assistant', 'content': '…\n答案是：B'}, 'B', 'B')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Form = Literal["messages", "alpaca", "contest"]
FORMS: tuple[Form, ...] = ("messages", "alpaca", "contest")


class Message(NamedTuple):
    """One turn of a conversation."""

    role: str
    """``system``, ``user`` or ``assistant``."""
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRow:
    """One thing to learn: what a model reads, and what it is to say."""

    prompt: tuple[Message, ...]
    """All turns before the answer; the last is the user's. Never holds the answer."""
    answer: str
    """What the assistant is to say; empty for a question without a chain of thought, which only ``check`` reads."""
    letter: str | None = None
    """The right option as shown in the prompt, where the row says or announces one."""
    options: tuple[str, ...] | None = None
    """As shown in the prompt, where the row lists them: the letters in the answer are theirs."""
    n_options: int | None = None
    """How many options the prompt shows, where known."""
    id: str | None = None
    """Unique within a data set; as a rule the question's id."""
    problem_id: str | None = None
    problem: str | None = None
    """The problem's text, where the form has it apart from the prompt."""
    question: str | None = None
    group: str = ""
    """What train and dev are split by: the text of the problem that this one comes from."""
    meta: Mapping[str, object] = field(default_factory=dict)
    """How it came about: rung, model, votes, permutation, tokens, cost, prompt hash …; JSON values. Written, not read:
    it is longer than the row."""
    where: str = ""
    """``file:line`` of a row that was read, for messages."""


def messages_row(row: TrainingRow) -> dict[str, Any]:
    """Return the row as chat messages."""
    turns = [{"role": turn.role, "content": turn.content} for turn in row.prompt]
    turns.append({"role": "assistant", "content": row.answer})
    return {"id": row.id, "messages": turns, **_facts(row)}


def alpaca_row(row: TrainingRow) -> dict[str, Any]:
    """Return the row in alpaca form; the whole last turn is the instruction, earlier ones are left out."""
    asked = row.prompt[-1].content
    return {"id": row.id, "instruction": asked, "input": "", "output": row.answer, **_facts(row)}


def contest_rows(rows: Iterable[TrainingRow]) -> list[dict[str, Any]]:
    """Return the rows in the contest's form, one problem each, its questions in the rows' order."""
    problems: dict[str | None, dict[str, Any]] = {}
    for row in rows:
        new: dict[str, Any] = {"id": row.problem_id, "problem": row.problem, "questions": []}
        problems.setdefault(row.problem_id, new)["questions"].append(
            {
                "question": row.question,
                "options": list(row.options or ()),
                "answer": row.letter,
                "chain": row.answer,
                "id": row.id,
                "meta": dict(row.meta),
            }
        )
    return list(problems.values())


def _facts(row: TrainingRow) -> dict[str, Any]:
    return {"answer": row.letter, "options": list(row.options or ()), "meta": dict(row.meta)}
