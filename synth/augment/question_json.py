r"""The published form of a new question: one JSON object, read strictly.

``{"question": "…", "options": ["…", "…"], "answer": "A"}``, as in the contest's files; ``answer`` may be absent. It may
stand in one code fence; nothing else may stand beside it. What is not in this form is malformed: it is counted and kept
aside with the reason, never mended, for a guess about what a writer meant is a question that nobody wrote.

>>> parse('{"question": "谁最高？", "options": ["甲", "乙"], "answer": "B"}')
Draft(question='谁最高？', options=('甲', '乙'), answer='B')
>>> parse('好的：{"question": "谁最高？", "options": ["甲", "乙"]}')
Malformed(reason='not JSON')
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from solver.problems.letters import ALPHABET

LEAST_OPTIONS, MOST_OPTIONS = 2, 5
"""As in the contest's files."""
_MOST_CHARACTERS = 600
"""Of a question or an option; the contest's longest question has 413."""
_FENCE = re.compile(r"\A```(?:json)?[ \t]*\n(.*)\n```\Z", re.DOTALL)
_LETTERED = re.compile(r"^\s*[(（]?[A-Ea-e][)）.．、:：]")
"""An option that brings its own letter."""


class Draft(NamedTuple):
    """A question as its writer gave it."""

    question: str
    options: tuple[str, ...]
    answer: str | None
    """The letter that the writer holds for right; nobody has checked it."""


class Malformed(NamedTuple):
    """Why a writer's output is no question."""

    reason: str


def written(draft: Draft) -> str:
    """Write a question in the published form, on one line."""
    fields: dict[str, object] = {"question": draft.question, "options": list(draft.options)}
    if draft.answer is not None:
        fields["answer"] = draft.answer
    return json.dumps(fields, ensure_ascii=False)


def parse(text: str) -> Draft | Malformed:
    """Read a writer's output.

    A ``<think>`` block before it is the model's scratch paper and no part of the output.
    """
    body = text.rpartition("</think>")[2].strip()
    fenced = _FENCE.match(body)
    try:
        value = json.loads(body if fenced is None else fenced[1], object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        return Malformed("a field stands twice" if str(error).startswith("twice") else "not JSON")
    if not isinstance(value, dict):
        return Malformed("not an object")
    if not {"question", "options"} <= value.keys() <= {"question", "options", "answer"}:
        return Malformed("other fields than question, options, answer")
    question, options, answer = value["question"], value["options"], value.get("answer")
    if not isinstance(question, str) or not _is_text(question):
        return Malformed("question is no text of reasonable length")
    if not isinstance(options, list) or not all(isinstance(one, str) and _is_text(one) for one in options):
        return Malformed("options are no texts of reasonable length")
    if not LEAST_OPTIONS <= len(options) <= MOST_OPTIONS:
        return Malformed(f"not {LEAST_OPTIONS} to {MOST_OPTIONS} options")
    if len({one.strip().casefold() for one in options}) < len(options):
        return Malformed("two equal options")
    if all(_LETTERED.match(one) for one in options):
        return Malformed("options with letters of their own")
    if answer is not None and (
        not isinstance(answer, str) or answer not in ALPHABET[: len(options)] or len(answer) != 1
    ):
        return Malformed("answer names no option")
    return Draft(question.strip(), tuple(one.strip() for one in options), answer)


def _is_text(text: str) -> bool:
    return len(text.strip()) > 0 and len(text) <= _MOST_CHARACTERS


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("twice")
    return found
