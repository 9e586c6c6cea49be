"""Run folders that vanish, lose their lock or cannot be written: the run stops soon and says so; readers still read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.invariants import WORDS, no_trace
from tests.support.checkout import ROOT
from tests.support.command import problems_file, serving, wait_until

SLOW = (*WORDS, "--slots", "4", "--rule", "fixed:2")
"""Few samples at once, so that what comes after the theft can be counted."""


def started(data: Path, url: str, run: Path) -> subprocess.Popen[str]:
    words = ["eval", data, "--endpoint", url, "--run", run, *SLOW]
    command = [sys.executable, "-m", "harness", *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    "take", [lambda run: (run / "samples.sqlite").unlink(), shutil.rmtree], ids=["samples", "folder"]
)
def test_a_run_whose_store_is_taken_away_stops_within_a_few_calls(tmp_path: Path, take: Callable[[Path], None]) -> None:
    data, run = problems_file(tmp_path, 20), tmp_path / "run"
    with serving(latency_s=0.2) as server:
        process = started(data, server.url, run)
        wait_until(lambda: len(server.calls) >= 8 or process.poll() is not None)
        take(run)
        calls = len(server.calls)
        _, err = process.communicate(timeout=60)
        assert len(server.calls) <= calls + 12, err
    no_trace(err)
    assert process.returncode == 1
    assert "samples.sqlite: was taken away while it was written to" in err


def test_of_two_runs_in_one_folder_the_one_that_lost_its_lock_stops(tmp_path: Path) -> None:
    data, run = problems_file(tmp_path, 20), tmp_path / "run"
    with serving(latency_s=0.2) as server:
        first = started(data, server.url, run)
        wait_until(lambda: len(server.calls) >= 8 or first.poll() is not None)
        (run / "lock").unlink()
        second = started(data, server.url, run)
        _, err = first.communicate(timeout=60)
        _, other = second.communicate(timeout=60)
        # Both together ask for what one run asks for, and for the few that were on their way.
        assert len(server.calls) <= 40 + 12
    no_trace(err + other)
    assert (first.returncode, second.returncode) == (1, 0), (err, other)
    assert "another process may write here too" in err


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="mounting needs root and unshare")
def test_a_run_on_a_disk_without_writing_can_be_read(tmp_path: Path) -> None:
    data, run = problems_file(tmp_path, 4), tmp_path / "run"
    with serving() as server:
        first = started(data, server.url, run)
        _, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    mounted = f"mount --bind {run} {run} && mount -o remount,bind,ro {run}"
    for words in (
        f"report {run} -o {tmp_path}/r.html",
        f"export {run} --to inspect -o {tmp_path}/e",
        f"audit {run} -o {tmp_path}/d.jsonl",
        f"leaderboard {run}",
        f"submit {run} -o {tmp_path}/s.jsonl",
    ):
        shell = f"{mounted} && {sys.executable} -m harness {words}"
        done = subprocess.run(["unshare", "--mount", "sh", "-c", shell], cwd=ROOT, capture_output=True, text=True)
        if "permission denied" in done.stderr or "Operation not permitted" in done.stderr:
            pytest.skip("mounting is not allowed here")
        assert done.returncode == 0, done.stderr
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
