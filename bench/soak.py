"""An evaluation for a long time against a server that misbehaves and is restarted: does anything leak or get lost?

    python -m bench.soak --seconds 3600 [--rate 0.2] [--seed 1]

A ``python -m harness eval`` of many questions runs against ``tests.support.fault_server`` (a process of its own,
killed now
and then and started again on its port). Every two seconds the evaluation's memory and open handles are read from
``/proc``. At the end it is interrupted, as by Ctrl-C, and its run folder is checked: no sample twice, none that holds
an error's text, none gone that was there before. One JSON line on stdout; exit code 1 where something is wrong.

Memory may grow with the samples that a run holds (0.5 kB each) and with nothing else: the bound is that plus 16 MiB
between the second quarter of the time and the last.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median

BYTES_PER_SAMPLE = 512
SLACK_KIB = 16 * 1024
PERIOD_S = 2.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(port: int, rate: float, seed: int) -> subprocess.Popen[str]:
    """Start the flaky server and wait until it listens."""
    words = ["--port", port, "--rate", rate, "--seed", seed, "--latency-ms", 20]
    command = [sys.executable, "-m", "tests.support.fault_server", *map(str, words)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    server.stdout.readline()
    return server


def memory_kib(pid: int) -> int:
    """Return the resident memory of a process, KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def count_of(store: Path) -> int:
    """Return the number of samples on disk."""
    with contextlib.closing(sqlite3.connect(store)) as connection:
        return int(connection.execute("SELECT count(*) FROM samples").fetchone()[0])


def quarters(values: Sequence[int]) -> list[int]:
    """Return the median of each quarter of a series."""
    step = max(1, len(values) // 4)
    return [int(median(values[start : start + step] or [0])) for start in range(0, step * 4, step)]


def problems(path: Path, count: int) -> None:
    """Write questions with four options."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            question = {"question": "谁？", "options": ["甲", "乙", "丙", "丁"], "answer": "A"}
            file.write(json.dumps({"id": f"p{number:06d}", "problem": f"第{number}题", "questions": [question]}) + "\n")


def soak(seconds: float, rate: float, seed: int, folder: Path, questions: int | None = None) -> dict[str, object]:
    """Run for a time; returns what was seen."""
    rng, port, run = Random(seed), free_port(), folder / "run"
    problems(folder / "problems.jsonl", questions or max(2000, int(seconds * 40)))
    server = start_server(port, rate, seed)
    words = [folder / "problems.jsonl", "--endpoint", f"http://127.0.0.1:{port}/v1", "--run", run, "--rule", "lead:3"]
    words += ["--prompt", "direct", "--slots", "32", "--display", "none", "request_timeout_s=2", "--model", "scripted"]
    log = (folder / "stderr.txt").open("w")
    command = [sys.executable, "-m", "harness", "eval", *map(str, words)]
    evaluation = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
    memory: list[int] = []
    handles: list[int] = []
    samples: list[int] = []
    restarts = 0
    end, next_death = time.monotonic() + seconds, time.monotonic() + rng.uniform(5, 20)
    while time.monotonic() < end and evaluation.poll() is None:
        time.sleep(PERIOD_S)
        if (run / "samples.sqlite").exists():
            with contextlib.suppress(OSError, StopIteration, sqlite3.Error):
                memory.append(memory_kib(evaluation.pid))
                handles.append(len(os.listdir(f"/proc/{evaluation.pid}/fd")))
                samples.append(count_of(run / "samples.sqlite"))
        if time.monotonic() > next_death:
            server.kill()
            server.wait()
            time.sleep(rng.uniform(0, 4))
            restarts += 1
            server = start_server(port, rate, seed + restarts)
            next_death = time.monotonic() + rng.uniform(10, 60)
    ended_early = evaluation.poll() is not None
    evaluation.send_signal(signal.SIGINT)
    code = evaluation.wait(1800)  # scoring takes its time where the machine is busy
    server.kill()
    server.wait()
    log.close()
    from solver.scheduling.store import read_samples

    kept = list(read_samples(run))
    text = (folder / "stderr.txt").read_text(encoding="utf-8")
    by_quarter, grown = quarters(memory), quarters(samples)
    allowed_kib = SLACK_KIB + BYTES_PER_SAMPLE * max(0, grown[3] - grown[1]) // 1024
    checks = {
        "ran to the end of the time": not ended_early and code == 130,
        "no trace": "Traceback" not in text and "a bug" not in text,
        "no sample twice": len({(one.question_id, one.index) for one in kept}) == len(kept),
        "no error text among answers": not any("POISON" in one.text for one in kept),
        "nothing lost": samples == sorted(samples) and bool(samples) and len(kept) >= samples[-1],
        "memory flat": by_quarter[3] - by_quarter[1] <= allowed_kib,
        "handles flat": handles[len(handles) // 4 :] != [] and max(handles) <= 32 * 2 + 40,
    }
    return {
        "seconds": round(seconds),
        "restarts": restarts,
        "samples": len(kept),
        "retried": sum(one.retries for one in kept),
        "failed": sum(one.error is not None for one in kept),
        "memory_mib_by_quarter": [round(value / 1024, 1) for value in by_quarter],
        "samples_by_quarter": grown,
        "handles_by_quarter": quarters(handles),
        "handles_most": max(handles, default=0),
        "checks": checks,
    }


def main() -> int:
    """Soak and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description="an evaluation against a flaky server")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--rate", type=float, default=0.2, help="share of calls that are struck (default 0.2)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, help="default: 40 a second, more than can be answered")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        seen = soak(args.seconds, args.rate, args.seed, Path(folder), args.questions)
    print(json.dumps(seen))
    return int(not all(dict(seen["checks"]).values()))  # type: ignore[call-overload]


if __name__ == "__main__":
    sys.exit(main())
