"""A contest of four hours in seconds, over HTTP: on time, complete. More speeds: property tests, bench/deadline.py."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.command import ROOT, ended, problems_file, started, wait_until

QUESTIONS = 60
DEADLINE_S = 16.0
"""Of which five and a bit are the reserve."""


@contextmanager
def slow(*words: object) -> Iterator[str]:
    """Run a slow server as a process; yields its URL."""
    command = [sys.executable, str(ROOT / "tests" / "slow_server.py"), *map(str, words)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def letters_in(run: Path) -> list[str | None]:
    """Return the answers of a submission."""
    lines = (run / "submission.jsonl").read_text(encoding="utf-8").splitlines()
    return [question["answer"] for line in lines for question in json.loads(line)["questions"]]


def contest(tmp_path: Path, url: str, rule: str = "lead:3") -> dict[str, Any]:
    """Run the contest and check what holds at every speed; returns the summary."""
    run = tmp_path / "run"
    began = time.time()
    data = problems_file(tmp_path, QUESTIONS // 2)
    words = ("--endpoint", url, "--run", run, "--rule", rule, "--deadline", DEADLINE_S, "--json", "--slots", "32")
    process = started(data, *words, display="none")
    wait_until(lambda: (run / "submission.jsonl").exists())
    # Whoever looks early finds a complete file.
    assert None not in letters_in(run)
    ending = ended(process, DEADLINE_S + 20)
    assert (run / "submission.jsonl").stat().st_mtime - began < DEADLINE_S, "late"
    assert len(letters_in(run)) == QUESTIONS
    assert None not in letters_in(run)
    summary = ending.summary
    assert ending.code == (0 if summary["complete"] else 1)
    return summary


def test_a_server_too_slow_for_chains_still_answers_every_question_in_time(tmp_path: Path) -> None:
    # 60 chains and their prompts want 21,000 tokens, fifteen seconds.
    with slow("--tokens-per-s", 1_400) as url:
        summary = contest(tmp_path, url)
    assert summary["stopped_by"] == "deadline"
    assert summary["n_filled"] == 0
    assert summary["completion_tokens"] < 60 * 316


def test_a_server_that_dies_and_comes_back_at_half_speed_costs_no_question(tmp_path: Path) -> None:
    with slow("--tokens-per-s", 8_000, "--dies-after", 5, "--down", 1.5, "--then", 0.5) as url:
        summary = contest(tmp_path, url)
    assert summary["n_filled"] == 0
    assert summary["failed"] == 0
