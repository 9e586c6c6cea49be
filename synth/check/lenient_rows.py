"""Rows of training data as ``synth check`` sees them: read leniently, so that what is wrong can be counted.

Three forms, told apart line by line, as ``train/sft/rows.py`` reads them: ``messages``, ``alpaca`` (``instruction``,
``input``, ``output``; an ``output`` of one letter is a label without a chain) and ``contest`` (``problem`` and
``questions``, one row each, chains optional). ``train`` refuses a row that contradicts itself; here it becomes a
finding. What this module does not do: judge (``synth.check.row_faults``).

>>> turns = [{"role": "user", "content": "谁？\\nA. 甲\\nB. 乙"}, {"role": "assistant", "content": "答案是：B"}]
>>> row, = rows_of({"id": "p1#0", "messages": turns, "answer": "B"})
>>> row.group, row.options, row.label
('p1', ('甲', '乙'), 'B')
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from solver.problems.jsonl import split_inline_options
from solver.problems.letters import ALPHABET
from solver.problems.question import MAX_OPTIONS, MIN_OPTIONS

ROLES = ("system", "user", "assistant")
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


class RowError(ValueError):
    """A line that is no row; the text says which field, and what is wrong with it."""


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


def parse(line: bytes) -> Mapping[str, object]:
    """Read a line's object.

    Raises:
        RowError: it is none.
    """
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RowError(f"not UTF-8 ({error.reason} at byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise RowError(f"not JSON ({error})") from None
    if not isinstance(value, dict):
        raise RowError(f"a JSON {type(value).__name__}, not an object")
    return value


def rows_of(value: Mapping[str, object], *, line: int = 0) -> tuple[Row, ...]:
    """Turn one object into rows: one, or one a question.

    Raises:
        RowError: it is in none of the three forms.
    """
    if "messages" in value:
        return (_from_messages(value, line),)
    if "questions" in value:
        return _from_contest(value, line)
    if "instruction" in value:
        return (_from_alpaca(value, line),)
    raise RowError(f"has the fields {', '.join(value) or '(none)'}: neither messages, nor instruction, nor questions")


def _from_messages(value: Mapping[str, object], line: int) -> Row:
    messages = value["messages"]
    if not isinstance(messages, list) or len(messages) < 2:
        raise RowError("messages: must be a list that ends in a user's and an assistant's message")
    turns = []
    for index, one in enumerate(messages):
        content = one.get("content") if isinstance(one, dict) else None
        if not isinstance(one, dict) or one.get("role") not in ROLES or not isinstance(content, str):
            raise RowError(f"messages[{index}]: must have a role ({', '.join(ROLES)}) and a text as content")
        turns.append((one["role"], content))
    if turns[-1][0] != "assistant" or turns[-2][0] != "user":
        raise RowError("messages: must end in a user's message and an assistant's")
    asked = "\n".join(content for _, content in turns[:-1])
    return _row(value, line, prompt=asked, chain=turns[-1][1], options=_shown(value, turns[-2][1]))


def _from_alpaca(value: Mapping[str, object], line: int) -> Row:
    asked = "\n".join(part for part in (_text(value, "instruction"), str(value.get("input") or "")) if part)
    output = _text(value, "output")
    options = _shown(value, asked)
    if len(output.strip()) == 1 and output.strip().upper() in ALPHABET:
        row = {**value, "answer": value.get("answer") or output.strip().upper()}
        return _row(row, line, prompt=asked, chain=None, options=options)
    return _row(value, line, prompt=asked, chain=output, options=options)


def _from_contest(value: Mapping[str, object], line: int) -> tuple[Row, ...]:
    problem, questions = _text(value, "problem", empty=True), value["questions"]
    if not isinstance(questions, list) or not questions:
        raise RowError("questions: must be a list of at least one question")
    rows = []
    for index, one in enumerate(questions):
        if not isinstance(one, dict):
            raise RowError(f"questions[{index}]: must be an object")
        options = _options(one, f"questions[{index}].")
        if options is None:
            raise RowError(f"questions[{index}].options: is missing")
        asked = "\n".join((problem, _text(one, "question", empty=True), *options))
        chain = one.get("chain")
        if chain is not None and not isinstance(chain, str):
            raise RowError(f"questions[{index}].chain: must be a text")
        # Named by problem and place, whatever a question calls itself, so that its group is its problem.
        name = None if value.get("id") in (None, "") else f"{value['id']}#{index}"
        joined = {**value, **one, "id": name, "meta": {**_meta(value), **_meta(one)}}
        rows.append(_row(joined, line, prompt=asked, chain=chain, options=options, problem=problem))
    return tuple(rows)


def _row(
    value: Mapping[str, object],
    line: int,
    *,
    prompt: str,
    chain: str | None,
    options: tuple[str, ...] | None,
    problem: str | None = None,
) -> Row:
    if not prompt.strip():
        raise RowError("the prompt is empty")
    meta = _meta(value)
    name = value.get("id")
    row_id = None if name in (None, "") else str(name)
    label = value.get("answer", meta.get("answer"))
    if label is not None and not isinstance(label, str):
        raise RowError(f"answer: is {label!r}; must be a letter")
    # Without ids, rows of one problem are told by its text where the form has it, else every row stands alone.
    known = row_id or problem or prompt
    return Row(
        id=row_id,
        group=known.rsplit("#", 1)[0] if row_id else known,
        prompt=prompt,
        chain=chain,
        label=label.strip().upper() if label and label.strip() else None,
        options=options,
        traits=_traits(value, meta),
        cost=_decimal(meta.get("cost", value.get("cost"))),
        tokens=_tokens(meta),
        line=line,
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


def _text(value: Mapping[str, object], key: str, *, empty: bool = False) -> str:
    found = value.get(key)
    if not isinstance(found, str) or not (empty or found.strip()):
        raise RowError(f"{key}: {'is missing' if found is None else 'must be a text that is not empty'}")
    return found


def _shown(value: Mapping[str, object], asked: str) -> tuple[str, ...] | None:
    """Return the options that a prompt shows: the row's own list, else what can be read from the prompt's end."""
    return _options(value, "") or (split_inline_options(asked)[1] or None)


def _options(value: Mapping[str, object], where: str) -> tuple[str, ...] | None:
    options = value.get("options")
    if options is None:
        return None
    if not isinstance(options, list) or not all(isinstance(one, str) for one in options):
        raise RowError(f"{where}options: must be a list of texts")
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        raise RowError(f"{where}options: {len(options)} of them; a question has {MIN_OPTIONS} to {MAX_OPTIONS}")
    return tuple(options)


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
