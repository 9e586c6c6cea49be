"""What one question becomes on its way from its line to the submission: every record that holds it is seen passing."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from harness.run.config import EvalConfig
from harness.run.evaluate import evaluate
from tests.support.checkout import ROOT
from tests.support.scripted_server import Call, Reply, ScriptedServer, choice_of, completion_of

MARK = "a question of its own kind"
FORMS = (
    "Line",
    "Question",
    "Problem",
    "OpenQuestion",
    "Request",
    "Choice",
    "Completion",
    "Sample",
    "Verdict",
    "Outcome",
)
"""What a question is, one after the other."""
WHOLES = {"Input", "Loaded", "Run", "Scored"}
"""What holds a file, or a run, and all questions of it."""
KEPT = {"GivenRow"}
"""The row as it came, which waits unread for the answers of its questions."""
TELLINGS = {"Launched", "Arrived", "Decided", "Concluded", "Running"}
"""Events, and the display that is told of them."""
CALLS = {"Launch", "_Call", "_Batch"}
"""Work under way in the scheduler."""
MEASURES = {"LabelledVotes"}
"""Votes alone, cut out for a metric."""


class Records:
    """The types of records that pass through the project's functions and hold a text with the mark, in their order."""

    def __init__(self) -> None:
        self.seen: dict[str, None] = {}

    def __call__(self, frame: FrameType, event: str, arg: object) -> None:
        code = frame.f_code
        if event not in ("call", "return") or not code.co_filename.startswith((f"{ROOT}/solver", f"{ROOT}/harness")):
            return
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        sys.setprofile(None)
        for value in [frame.f_locals.get(name) for name in names] if event == "call" else [arg]:
            self._holds(value)
        sys.setprofile(self)

    def _holds(self, value: Any, depth: int = 0) -> bool:
        """Tell whether a value holds the mark; note it, and what is in it, where they are records that do."""
        if isinstance(value, str | bytes):
            return MARK in str(value)
        kind = type(value)
        is_own = kind.__module__.partition(".")[0] in ("solver", "harness")
        if depth > 4:
            return False
        if is_own and dataclasses.is_dataclass(kind):
            inner: list[Any] = [getattr(value, field.name, None) for field in dataclasses.fields(kind)]
        elif isinstance(value, tuple | list):
            inner = list(value[:4])
        elif isinstance(value, dict):
            inner = list(value.values())[:12]
        else:
            return False
        holds = any([self._holds(one, depth + 1) for one in inner])
        if holds and is_own:
            self.seen.setdefault(kind.__name__)
        return holds


def answered(call: Call) -> Reply:
    return Reply(body=completion_of(*(choice_of(f"{MARK}\n答案是：A", index=index) for index in range(call.n))))


def test_a_question_is_ten_records_from_its_line_to_the_submission(tmp_path: Path) -> None:
    row = {"id": MARK, "problem": "P", "questions": [{"question": "?", "options": ["x", "y"], "answer": "A"}]}
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    records = Records()

    async def main() -> None:
        async with ScriptedServer(answered) as server:
            config = EvalConfig.of(
                data=(str(tmp_path / "in.jsonl"),), endpoints=(server.url,), run=str(tmp_path / "run"), rule="fixed:2"
            )
            sys.setprofile(records)
            try:
                await evaluate(config.replaced(display="none"), process_started=time.monotonic())
            finally:
                sys.setprofile(None)

    asyncio.run(main())
    seen = [name for name in records.seen if name not in WHOLES | KEPT | TELLINGS | CALLS | MEASURES]
    assert sorted(seen) == sorted(FORMS)
    assert len(FORMS) <= 10
    assert MARK in (tmp_path / "run" / "submission.jsonl").read_text(encoding="utf-8")
