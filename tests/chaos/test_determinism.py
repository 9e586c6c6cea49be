"""The same stored samples give the same bytes, wherever and whenever; a run on a seeded server is repeatable.

What cannot be repeated is told in docs/reliability.md: times, and a real engine's texts, whose arithmetic depends on
what else is in the batch.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from solver.scheduling.store import FILE
from tests.chaos.invariants import WORDS, evaluate, samples_of
from tests.support.checkout import ROOT
from tests.support.command import problems_file, serving

RULE = ("--rule", "lead:2", "--max-samples", "6", "--model", "scripted")
NAMES = ("results.jsonl", "submission.jsonl")


def results_of(run: Path) -> dict[str, bytes]:
    """Return the files that must be the same to the byte, and the summary without what is of the place and the day."""
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    for name in ("run", "wall_s", "tokens_per_s", "attempts"):
        summary.pop(name)
    return {name: (run / name).read_bytes() for name in NAMES} | {"summary": json.dumps(summary).encode()}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A finished run; returns (data, run folder)."""
    from harness.cli import main

    folder = tmp_path_factory.mktemp("finished")
    data, run = problems_file(folder, 10), folder / "run"
    with serving() as server:
        assert main(["eval", *map(str, [data, "--endpoint", server.url, "--run", run, *RULE, *WORDS])]) == 0
    return data, run


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "2", "TZ": "Asia/Shanghai", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "3", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "COLUMNS": "40", "PYTHONUTF8": "0"},
    ],
)
def test_stored_samples_give_the_same_bytes_in_any_surroundings(
    surroundings: dict[str, str], finished: tuple[Path, Path], tmp_path: Path
) -> None:
    data, run = finished
    shutil.copytree(run, tmp_path / "run")
    for name in (*NAMES, "summary.json"):
        (tmp_path / "run" / name).unlink()
    # Nobody listens there: everything must come from the store.
    words = ["eval", data, "--endpoint", "http://127.0.0.1:9", "--run", tmp_path / "run", *RULE, *WORDS]
    command = [sys.executable, "-m", "harness", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **surroundings}, capture_output=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert results_of(tmp_path / "run") == results_of(run)


def test_the_order_in_which_samples_were_stored_does_not_matter(
    finished: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, run = finished
    shutil.copytree(run, tmp_path / "run")
    connection = sqlite3.connect(tmp_path / "run" / FILE)
    rows = connection.execute("SELECT * FROM samples").fetchall()
    Random(1).shuffle(rows)
    connection.execute("DELETE FROM samples")
    connection.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    (tmp_path / "run" / "results.jsonl").unlink()
    words = [data, "--endpoint", "http://127.0.0.1:9", "--run", tmp_path / "run", *RULE]
    assert evaluate(capsys, *words).code == 0
    assert results_of(tmp_path / "run") == results_of(run)


@pytest.mark.parametrize("slots", ["1", "3", "64"])
def test_a_seeded_server_gives_the_same_run_whatever_the_slots(
    slots: str, finished: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, run = finished
    with serving(latency_s=0.001) as server:
        words = [data, "--endpoint", server.url, "--run", tmp_path / "run", *RULE]
        ran = evaluate(capsys, *words, f"slots={slots}")
    assert ran.code == 0
    assert {key: sample.text for key, sample in samples_of(tmp_path / "run").items()} == {
        key: sample.text for key, sample in samples_of(run).items()
    }
    own, other = results_of(tmp_path / "run"), results_of(run)
    assert own == other
