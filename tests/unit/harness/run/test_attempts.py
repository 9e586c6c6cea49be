"""The time that a run took, over attempts that ended well and attempts that were killed."""

from __future__ import annotations

import json
from pathlib import Path

from harness.run.attempt_log import Attempt, spent
from harness.run.folder import RunFolder


def test_an_attempt_that_drew_nothing_is_not_written(tmp_path: Path) -> None:
    Attempt(RunFolder(tmp_path)).finish(samples=0, completion_tokens=0)
    assert spent(RunFolder(tmp_path), []) == (0, 0.0, 0.0)


def test_a_finished_attempt_counts_once(tmp_path: Path) -> None:
    attempt = Attempt(RunFolder(tmp_path))
    attempt.begin(engine_start_s=None)
    attempt.begin(engine_start_s=None)
    attempt.finish(samples=3, completion_tokens=9)
    assert len((RunFolder(tmp_path).attempts).read_text(encoding="utf-8").splitlines()) == 2
    found = spent(RunFolder(tmp_path), [])
    assert found.attempts == 1
    assert found.wall_s == found.sampling_s > 0


def test_a_killed_attempt_ends_with_its_last_sample_and_half_a_line_harms_nothing(tmp_path: Path) -> None:
    lines = [
        {"started_at": 100.0, "engine_start_s": 4.0},
        {"started_at": 200.0, "engine_start_s": None},
        {"started_at": 200.0, "engine_start_s": None, "wall_s": 5.0},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (RunFolder(tmp_path).attempts).write_text(text + '{"started_at": 3', encoding="utf-8")
    assert spent(RunFolder(tmp_path), [101.0, 110.0, 204.0]) == (2, 15.0, 11.0)
    Attempt(RunFolder(tmp_path)).begin(engine_start_s=None)
    assert spent(RunFolder(tmp_path), [101.0, 110.0, 204.0]).attempts == 3
