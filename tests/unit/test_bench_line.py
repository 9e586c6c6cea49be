"""The first steps of the whole line, as it runs them: what is made there passes its check."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bench import line


def test_the_rows_that_the_line_begins_with_are_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = [step for step in line.STEPS if step.command.startswith("synth")][:3]
    assert tuple(first) == line.STEPS[:3], "the line begins with making rows and checking them"
    monkeypatch.setattr(line, "STEPS", line.STEPS[:3])
    monkeypatch.setattr(sys, "argv", ["line", "--out", str(tmp_path)])
    assert line.main() == 0
    marks = [json.loads((tmp_path / "steps" / f"{place:02d}.json").read_text(encoding="utf-8")) for place in range(3)]
    assert [one["command"] for one in marks] == [f"python -m {step.command}" for step in first]
    card = (tmp_path / "data" / "card.md").read_text(encoding="utf-8")
    assert "benchmark_problem" not in card
    assert "benchmark_overlap" not in card
