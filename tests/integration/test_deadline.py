"""A contest of four hours in seconds, over HTTP: on time, complete. More speeds: property tests, bench/deadline.py."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.checkout import ROOT
from tests.support.command import ended, problems_file, started, wait_until

QUESTIONS = 60
DEADLINE_S = 16.0
"""Of which five and a bit are the reserve; on a machine so busy that programs start slowly, as many times more."""
IDLE_START_S = 1.0
"""Where importing the harness takes no longer (0.4 s on two idle cores), a machine counts as idle."""


def slower_now() -> float:
    """Return how many times slower than an idle one this machine is now; 1 at least."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import harness.run.evaluate"], cwd=ROOT, check=True)
    return max(1.0, (time.monotonic() - began) / IDLE_START_S)


@contextmanager
def slow(*words: object) -> Iterator[str]:
    """Run a slow server as a process; yields its URL."""
    command = [sys.executable, "-m", "tests.support.slow_server", *map(str, words)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def letters_in(run: Path) -> list[str | None]:
    """Return the answers of a submission."""
    lines = (run / "submission.jsonl").read_text(encoding="utf-8").splitlines()
    return [question["answer"] for line in lines for question in json.loads(line)["questions"]]


class LateError(AssertionError):
    """The submission was not there by the deadline."""


def contest(tmp_path: Path, url: str, slower: float, slots: int) -> dict[str, Any]:
    """Run the contest and check what holds at every speed; returns the summary.

    Raises:
        LateError: its submission came late.
    """
    run, deadline_s = tmp_path / "run", DEADLINE_S * slower
    began = time.time()
    data = problems_file(tmp_path, QUESTIONS // 2)
    words = ("--endpoint", url, "--run", run, "--deadline", deadline_s, "--json", "--slots", slots)
    process = started(data, *words, display="none")
    wait_until(lambda: (run / "submission.jsonl").exists() or process.poll() is not None, 2 * deadline_s + 60)
    # Whoever looks early finds a complete file.
    assert None not in letters_in(run)
    ending = ended(process, deadline_s + 60)
    if (run / "submission.jsonl").stat().st_mtime - began >= deadline_s:
        raise LateError
    assert len(letters_in(run)) == QUESTIONS
    assert None not in letters_in(run)
    summary = ending.summary
    assert ending.code == (0 if summary["complete"] else 1)
    return summary


def contest_of_an_even_machine(tmp_path: Path, server: Callable[[float], Any], slots: int) -> Any:
    """Run the contest in time, without questions left over; again, slower, where other work here took the time.

    What takes seconds from a run of sixteen cannot be made up for; a scheduler at fault leaves questions, or is late,
    at every pace.
    """
    last = 2
    for attempt in range(last + 1):
        folder, pace = tmp_path / str(attempt), slower_now() * 2**attempt
        folder.mkdir()
        try:
            with server(pace) as url:
                summary = contest(folder, url, pace, slots)
        except LateError:
            if attempt == last:
                raise
            continue
        if summary["n_filled"] == 0:
            break
    return summary


def test_a_server_too_slow_for_chains_still_answers_every_question_in_time(tmp_path: Path) -> None:
    # 60 chains and their prompts want 21,000 tokens, fifteen seconds. Of eight at once the first land early, so that
    # the speed is known even where a busy machine takes seconds to begin.
    summary = contest_of_an_even_machine(tmp_path, lambda pace: slow("--tokens-per-s", 1_400 / pace), slots=8)
    assert summary["stopped_by"] == "deadline"
    assert summary["n_filled"] == 0
    assert summary["completion_tokens"] < 60 * 316


def test_a_server_that_dies_and_comes_back_at_half_speed_costs_no_question(tmp_path: Path) -> None:
    def server(pace: float) -> Any:
        return slow("--tokens-per-s", 8_000 / pace, "--dies-after", 5 * pace, "--down", 1.5 * pace, "--then", 0.5)

    summary = contest_of_an_even_machine(tmp_path, server, slots=32)
    assert summary["n_filled"] == 0
    assert summary["failed"] == 0
