"""The contest of four hours, scaled: does ``harness eval --deadline`` end on time with every question answered?

A server with the speed of a GPU (``tests/support/slow_server.py``) is run at several speeds, once dying on the way
and coming
back at half speed, and once dying for good. Each run is a ``harness eval`` process; what counts is when its submission
was last written, measured from the start of the process, and how many questions have an answer of their own.

    python -m bench.deadline                                   # four hours in two minutes each, some 12 minutes
    python -m bench.deadline --deadline 45 --questions 150
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.gpu.inputs import make_data
from bench.tables import Column, can_be_saved, save
from tests.support.checkout import ROOT

CHAIN_TOKENS = 316
COLUMNS = (
    Column("server", "{server}", "left"),
    Column("submission after", "{after}"),
    Column("process", "{process_s:.1f} s"),
    Column("questions with a letter", "{letters}"),
    Column("guessed", "{guessed}"),
    Column("samples a question", "{samples:.2f}"),
    Column("stop", "{stop}", "left"),
)


class Case(NamedTuple):
    """A speed, as the part of one chain for every question that fits into the deadline."""

    name: str
    chains: float
    dies: bool = False
    returns: bool = True


CASES = (
    Case("fast: ten chains a question", 10),
    Case("three chains a question", 3),
    Case("one chain a question", 1.3),
    Case("half a chain a question", 0.5),
    Case("dies at 40 %, back at 50 % with half the speed", 3, dies=True),
    Case("dies at 40 % for good", 3, dies=True, returns=False),
)


@contextlib.contextmanager
def server(case: Case, questions: int, deadline_s: float) -> Iterator[str]:
    """Run a slow server as a process; yields its URL."""
    speed = case.chains * questions * CHAIN_TOKENS / deadline_s
    words = ["--tokens-per-s", speed]
    if case.dies:
        down = 0.1 * deadline_s if case.returns else 1e6
        words += ["--dies-after", 0.4 * deadline_s, "--down", down, "--then", 0.5]
    command = [sys.executable, "-m", "tests.support.slow_server", *map(str, words)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def measured(case: Case, data: Path, folder: Path, args: argparse.Namespace) -> dict[str, object]:
    """Run one case; returns its row."""
    with server(case, args.questions, args.deadline) as url:
        words = ["--endpoint", url, "--rule", args.rule, "--deadline", f"{args.deadline}s", "--slots", "64"]
        command = [sys.executable, "-m", "harness", "eval", str(data), *words, "--run", str(folder)]
        began = time.time()
        done = subprocess.run([*command, "--json", "--display", "none"], cwd=ROOT, capture_output=True, text=True)
        ended = time.time()
    if not done.stdout:
        return {"server": case.name, "after": f"failed: {done.stderr.strip()[-200:]}"}
    summary = json.loads(done.stdout)
    submission = folder / "submission.jsonl"
    answers = [
        question["answer"] for line in submission.open(encoding="utf-8") for question in json.loads(line)["questions"]
    ]
    written_s = submission.stat().st_mtime - began
    return {
        "server": case.name,
        "after": f"{written_s:.1f} of {args.deadline:g} s{'' if written_s <= args.deadline else ' LATE'}",
        "process_s": ended - began,
        "letters": f"{sum(answer is not None for answer in answers)} of {len(answers)}",
        "guessed": summary["n_filled"],
        "samples": summary["samples_per_question"],
        "stop": summary["stopped_by"],
    }


def main() -> None:
    """Run all cases and print a line each."""
    parser = argparse.ArgumentParser(description="a contest under a deadline, on a simulated slow GPU")
    parser.add_argument("--deadline", type=float, default=120.0, help="seconds (default 120)")
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--rule", default="lead:3")
    can_be_saved(parser)
    args = parser.parse_args()
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        data, _ = make_data(Path(folder), args.questions)
        for number, case in enumerate(CASES):
            rows.append(measured(case, data, Path(folder) / f"run{number}", args))
            print(*rows[-1].values(), sep="; ", flush=True)
    save(args.save, COLUMNS, rows)


if __name__ == "__main__":
    main()
