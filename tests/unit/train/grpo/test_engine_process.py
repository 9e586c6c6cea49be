"""The process of an engine that is killed leaves no semaphore, and no word behind the trainer's last line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.checkout import ROOT
from tests.support.command import wait_until

TRAINER = """
import multiprocessing, os, signal, sys
from pathlib import Path
from tests.unit.train.grpo.test_engine_process import engine

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=engine, args=(theirs, Path(sys.argv[1])))
    process.start()
    print(ours.recv())
    os.killpg(process.pid, signal.SIGKILL)
    process.join()
    print("the last line", file=sys.stderr)
"""


def engine(pipe: object, log: Path) -> None:
    """Stand in for an engine, which has named semaphores: tqdm and vLLM make some."""
    import multiprocessing
    import time

    from train.grpo.loop.engine.process import set_apart

    set_apart(log)
    lock = multiprocessing.get_context("spawn").Lock()
    pipe.send(lock._semlock.name)  # type: ignore[attr-defined]
    time.sleep(60)


def test_an_engine_that_is_killed_leaves_the_last_word_to_the_trainer(tmp_path: Path) -> None:
    (tmp_path / "trainer.py").write_text(TRAINER)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "trainer.py"), str(tmp_path / "engine.log")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "the last line\n")
    semaphore = Path("/dev/shm") / f"sem.{done.stdout.strip().lstrip('/')}"
    wait_until(lambda: not semaphore.exists() and "leaked semaphore" in (tmp_path / "engine.log").read_text())
