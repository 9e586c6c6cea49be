"""The lines of a batch, in the form of ``/v1/batches`` (OpenAI's), and as the journal keeps them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solver.base.errors import UsageError
from solver.base.files import json_lines
from solver.sampling.wire.thinking_wanted import MARK
from synth.llm.call import Call, body_of
from synth.llm.plan_file import ModelPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request of a batch."""

    id: str
    """Its ``custom_id``, and the id of its ticket in the ledger."""
    calls: tuple[Call, ...]
    """Those that it answers, by choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One batch."""

    mark: str
    """A random name: what it is found by in the journal and on the server."""
    model: str
    """Entry of ``models``."""
    stage: str
    lines: tuple[Line, ...]

    def to_json(self) -> str:
        """Write the part for the journal."""
        lines = [{"id": line.id, "calls": [call.to_json() for call in line.calls]} for line in self.lines]
        return json.dumps({"model": self.model, "stage": self.stage, "lines": lines}, ensure_ascii=False)

    @staticmethod
    def from_json(mark: str, body: str) -> Part:
        """Read what ``to_json`` wrote."""
        found = json.loads(body)
        lines = tuple(
            Line(id=line["id"], calls=tuple(Call.from_json(call) for call in line["calls"])) for line in found["lines"]
        )
        return Part(mark=mark, model=found["model"], stage=found["stage"], lines=lines)


def part_of(model: str, stage: str, groups: Sequence[Sequence[Call]]) -> Part:
    """Make the batch for some groups of calls."""
    mark = uuid.uuid4().hex
    lines = tuple(Line(id=f"{mark}-{place:06d}", calls=tuple(group)) for place, group in enumerate(groups))
    return Part(mark=mark, model=model, stage=stage, lines=lines)


def file_of(part: Part, plan: ModelPlan) -> bytes:
    """Return the batch's input file: JSON lines."""
    lines = [
        {
            "custom_id": line.id,
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": _without_mark(body_of(line.calls, model=plan.served_name, extra=plan.extra)),
        }
        for line in part.lines
    ]
    return json_lines(lines).encode("utf-8", "replace")


def _without_mark(body: dict[str, object]) -> dict[str, object]:
    """Refuse what needs a probe, which a batch cannot make.

    Raises:
        UsageError: thinking is to be turned on, off or bounded.
    """
    if MARK in body:
        raise UsageError("thinking and thinking_budget do not go with --batch; write the server's own field as extra:")
    return body


def answers_of(text: str) -> dict[str, dict[str, Any]]:
    """Read an output or error file: custom id -> its line. What is no JSON object with an id is left out."""
    found: dict[str, dict[str, Any]] = {}
    for raw in text.split("\n"):
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict) and isinstance(line.get("custom_id"), str):
            found[line["custom_id"]] = line
    return found
