"""Rows of training data as ``synth check`` sees them: read leniently, so that what is wrong can be counted.

On top of the one reader (``solver.training_rows``): an ``output`` of one letter is a label without a chain, chains are
optional, options may stand in the prompt alone, and what a row says of itself is kept for the data card. Of a pair of
answers the chosen one is looked at, and of the other that it is none. ``train``
refuses a row that contradicts itself; here it becomes a finding. What this module does not do: judge
(``synth.check.row_faults``).

>>> turns = [{"role": "user", "content": "谁？\\nA. 甲\\nB. 乙"}, {"role": "assistant", "content": "答案是：B"}]
>>> row, = rows_of({"id": "p1#0", "messages": turns, "answer": "B"})
>>> row.group, row.options, row.label
('p1', ('甲', '乙'), 'B')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from solver.problems.inline_options import split_inline_options
from solver.problems.letters import ALPHABET
from solver.problems.question import Question, problem_id_of
from solver.training_rows import RowError, TrainingRow, is_question, read_learnt, read_rows, refused_beside
from synth.augment.writer_prompt import pieces_shown

TRAITS = {
    "source": ("source", "dataset"),
    "licence": ("licence", "license"),
    "rung": ("rung", "stage"),
    "model": ("model",),
    "family": ("family",),
    "language": ("lang", "language"),
    "split": ("split",),
    "prompt hash": ("prompt_sha256", "prompt_hash", "prompt_digest"),
}
"""What the data card counts: its name, and the fields that may hold it, in the row itself or under ``meta``."""
NOT_SAID = "(not said)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question with what a model is to say to it."""

    id: str | None
    group: str
    """The problem it belongs to: its id up to ``#``; the problem's text where there is no id."""
    prompt: str
    """All that the model reads; for contest rows problem, question and options."""
    chain: str | None
    """What it is to say; None for questions without a chain."""
    label: str | None
    """The right letter as shown in the prompt, where the row says one."""
    options: tuple[str, ...] | None
    """As shown in the prompt; None where they are not known."""
    traits: Mapping[str, str]
    """Values of ``TRAITS`` that the row names."""
    cost: Decimal | None
    """What making it cost, where it says so."""
    tokens: int | None
    """Tokens that making it took, where it says so."""
    line: int = 0
    """From 1, in its file."""
    refused: str | None = None
    """Why training refuses it for what stands beside its texts."""
    pieces: tuple[str, ...] = ()
    """What is held against benchmarks in place of the prompt, each text for itself: a row that teaches to write
    questions shows several problems, and a benchmark's question must stand in one of them."""


def rows_of(value: Mapping[str, object], *, line: int = 0) -> tuple[Row, ...]:
    """Turn one object into rows: one, or one per question.

    Raises:
        RowError: it is in none of the forms.
    """
    if "prompt" in value and value.keys() & {"chosen", "completion"}:
        learnt, is_right = read_learnt(value)
        row = _row(learnt, {"messages": (), **value}, value, line)
        # A wrong answer must not end in the label, and does not: it is looked at for all else.
        return (row if is_right else replace(row, label=None),)
    rows = read_rows(value, show=_plainly, is_lenient=True)
    listed = value["questions"] if rows[0].problem is not None else [value]
    assert isinstance(listed, list)
    return tuple(_row(row, value, one, line) for row, one in zip(rows, listed, strict=True))


def _plainly(question: Question) -> str:
    return "\n".join((question.problem, question.text, *question.options))


def _row(row: TrainingRow, value: Mapping[str, object], one: Mapping[str, object], line: int) -> Row:
    """Return a row as it is checked.

    Args:
        value: its line's object.
        one: the part of it that speaks of this row alone; the same but for the contest's form.
    """
    prompt = "\n".join(turn.content for turn in row.prompt)
    if not prompt.strip():
        raise RowError("the prompt is empty")
    meta = {**_meta(value), **_meta(one)}
    fields = {**value, **one}
    label = fields.get("answer", meta.get("answer"))
    chain: str | None = row.answer
    if label is not None and not isinstance(label, str):
        raise RowError(f"answer: is {label!r}; must be a letter")
    if row.problem is not None and one.get("chain") is None:
        chain = None
    elif "messages" not in value and len(row.answer.strip()) == 1 and row.answer.strip().upper() in ALPHABET:
        # The common baseline's form: a label without a chain.
        label, chain = label or row.answer, None
    # Without ids, rows of one problem are told by its text where the form has it, else every row stands alone.
    known = row.id or row.problem or prompt
    options = row.options
    if options is None and not is_question(row.answer):
        options = split_inline_options(row.prompt[-1].content)[1] or None
    return Row(
        id=row.id,
        group=problem_id_of(known) if row.id else known,
        prompt=prompt,
        chain=chain,
        label=label.strip().upper() if label and label.strip() else None,
        options=options,
        traits=_traits(fields, meta),
        cost=_decimal(meta.get("cost", fields.get("cost"))),
        tokens=_tokens(meta),
        line=line,
        refused=refused_beside(value),
        pieces=pieces_shown(row.prompt[-1].content, row.answer) if is_question(row.answer) else (),
    )


def _traits(value: Mapping[str, object], meta: Mapping[str, object]) -> dict[str, str]:
    found = {}
    for name, fields in TRAITS.items():
        for field in fields:
            one = meta.get(field, value.get(field))
            if isinstance(one, str | int) and str(one):
                found[name] = str(one)
                break
    return found


def _meta(value: Mapping[str, object]) -> Mapping[str, object]:
    meta = value.get("meta")
    return meta if isinstance(meta, dict) else {}


def _tokens(meta: Mapping[str, object]) -> int | None:
    """Return the tokens that making a row took, where it says so: their number, or those of prompts and completions."""
    counts = [meta.get(name) for name in (("tokens",) if "tokens" in meta else ("prompt_tokens", "completion_tokens"))]
    known = [count for count in counts if isinstance(count, int) and not isinstance(count, bool)]
    return sum(known) if known else None


def _decimal(value: object) -> Decimal | None:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
