"""The ``eval`` command, here or as a child process, and a scripted server in a thread for it to talk to."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.golden.command import Ended, ran
from tests.support.checkout import ROOT
from tests.support.scripted_server import Call, Script, ScriptedServer


@contextmanager
def serving(script: Script | None = None, **changes: Any) -> Iterator[ScriptedServer]:
    """Run a scripted server in a loop and thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = ScriptedServer(script, **changes)
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(60)
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(60)
        # Connections that were cut tell their protocols in the next turn of the loop.
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def problems_file(folder: Path, n_problems: int = 8, *, name: str = "problems.jsonl") -> Path:
    """Write problems of two questions each; the answers alternate between A and B."""
    path = folder / name
    lines = [
        {
            "id": f"p{number:03d}",
            "problem": f"第{number}题：四个人排成一行。",
            "questions": [
                {"question": "谁在左边？", "options": ["小明", "小红", "小刚"], "answer": "AB"[number % 2]},
                {"question": "谁在右边？", "options": ["小李", "小王"], "answer": "A"},
            ],
        }
        for number in range(n_problems)
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def started(*words: object, display: str = "plain") -> subprocess.Popen[str]:
    """Start ``harness eval``."""
    command = [sys.executable, "-m", "harness", "eval", *map(str, words), "--seeded", "--display", display]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], timeout_s: float = 60) -> Ended:
    """Wait for a command; no trace of an exception may ever reach the user."""
    out, err = process.communicate(timeout=timeout_s)
    assert "Traceback" not in err, err
    assert "a bug" not in err, err
    return Ended(process.returncode, out, err)


def evaluated(*words: object) -> Ended:
    """Run ``harness eval`` to its end, in this process: one of its own costs a second, and is for kills and clocks."""
    return ran("harness", "eval", *words, "--seeded", "--display", "plain")


def wait_until(holds: Callable[[], bool], timeout_s: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop turn until something holds, for a minute at most."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 (what is waited for is told by no event)
            await asyncio.sleep(0.002)


def heard_out(server: ScriptedServer) -> None:
    """Wait until a served server has read all that clients sent which are dead: calls of theirs come late else."""
    asyncio.run_coroutine_threadsafe(server.clients_gone(), server.loop).result(60)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def answers_of(run: Path) -> list[str | None]:
    """Return the letters of a run's submission, in order."""
    return [question["answer"] for row in rows_of(run / "submission.jsonl") for question in row["questions"]]


def seeds_of(calls: Sequence[Call]) -> list[int]:
    """Return the seed of every chain that was asked for; closings are not counted."""
    return [call.body["seed"] + place for call in calls if not call.is_closing for place in range(call.n)]
