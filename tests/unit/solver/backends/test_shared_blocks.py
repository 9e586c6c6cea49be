"""What an engine leaves in shared memory when it is killed: taken away, and nothing of anybody else's."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from solver.backends.process import shared_blocks, vllm_guard
from solver.backends.process.shared_blocks import FOLDER, MARK, sweep
from tests.support.command import wait_until

GUARD = Path(vllm_guard.__file__)
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="a system without /dev/shm")

# A stand-in for an engine: it and a worker of it share a block, which a kill leaves; it says so when both have it.
ENGINE = """
import os, subprocess, sys, time
name = "/dev/shm/" + sys.argv[1]
held = open(name, "w")
print("there", file=sys.stderr, flush=True)
time.sleep(600)
"""


@pytest.fixture
def block() -> Iterator[Path]:
    """A name that nobody has, in the system's own folder: guards look nowhere else."""
    path = FOLDER / f"psm_{uuid.uuid4().hex[:12]}"
    yield path
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def guarded(block: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", str(GUARD), "0.2", sys.executable, "-c", ENGINE, block.name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def started(guard: subprocess.Popen[bytes]) -> int:
    """Wait until a guard's engine has its block; return the engine's id."""
    assert guard.stdout is not None
    assert guard.stderr is not None
    engine = int(guard.stdout.readline())
    assert guard.stderr.readline() == b"there\n"
    return engine


def record_of(guard: subprocess.Popen[bytes]) -> Path | None:
    return next(iter(FOLDER.glob(f"{MARK}{guard.pid}-*")), None)


def closed(guard: subprocess.Popen[bytes]) -> None:
    for stream in (guard.stdin, guard.stdout, guard.stderr):
        assert stream is not None
        stream.close()
    guard.wait(30)


def test_an_engine_that_is_killed_leaves_no_block(block: Path) -> None:
    guard = guarded(block)
    engine = started(guard)
    wait_until(lambda: record_of(guard) is not None)
    os.kill(engine, signal.SIGKILL)
    assert guard.wait(30) == 128 + signal.SIGKILL
    assert not block.exists()
    assert record_of(guard) is None
    closed(guard)


def test_an_engine_that_is_stopped_before_the_next_look_leaves_none_either(block: Path) -> None:
    guard = guarded(block)
    started(guard)
    assert guard.stdin is not None
    guard.stdin.close()
    assert guard.wait(30) == 0
    assert not block.exists()
    closed(guard)


def test_what_a_killed_guard_and_its_engine_left_the_next_one_takes_away(block: Path) -> None:
    guard = guarded(block)
    engine = started(guard)
    wait_until(lambda: record_of(guard) is not None)
    record = record_of(guard)
    assert record is not None
    guard.kill()
    guard.wait(30)
    # The engine gets SIGTERM at its guard's death, which this one heeds; a second kill changes nothing.
    with contextlib.suppress(ProcessLookupError):
        os.kill(engine, signal.SIGKILL)
    wait_until(lambda: block.name not in {name for one in shared_blocks._processes() for name in _held(one)})
    assert block.exists()
    command = [sys.executable, "-I", str(GUARD), "0.2", sys.executable, "-c", ""]
    assert subprocess.run(command, stdin=subprocess.PIPE, capture_output=True, timeout=60).returncode == 0
    assert not block.exists()
    assert not record.exists()
    closed(guard)


def _held(process: Path) -> set[str]:
    return shared_blocks._held(process, FOLDER)


def recorded(folder: Path, *lines: str, namespace: str | None = None) -> Path:
    record = folder / f"{MARK}1-2"
    record.write_text("\n".join([namespace or os.readlink("/proc/self/ns/pid"), *lines]) + "\n")
    return record


def test_nothing_that_is_not_surely_ours_is_taken_away(tmp_path: Path) -> None:
    kept = tmp_path / "psm_kept"
    kept.touch()
    line = f"{kept.stat().st_ino} {kept.name}"
    # Another file of the same name, and a way out of the folder.
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.touch()
    record = recorded(tmp_path, f"{kept.stat().st_ino + 1} {kept.name}", f"{outside.stat().st_ino} ../{outside.name}")
    sweep(tmp_path)
    assert kept.exists()
    assert outside.exists()
    assert not record.exists()
    # Of another container, whose processes are not seen here.
    record = recorded(tmp_path, line, namespace="pid:[1]")
    sweep(tmp_path)
    assert kept.exists()
    assert record.exists()
    # Of a guard that lives.
    record = recorded(tmp_path, line)
    with record.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        sweep(tmp_path)
    assert kept.exists()
    # In use by somebody.
    with kept.open():
        sweep(tmp_path)
        assert kept.exists()
        assert record.exists()
    # A link in the place of a record.
    record.rename(tmp_path / "elsewhere")
    record.symlink_to(tmp_path / "elsewhere")
    sweep(tmp_path)
    assert kept.exists()
    record.unlink()
    (tmp_path / "elsewhere").rename(record)
    sweep(tmp_path)
    assert not kept.exists()
    assert not record.exists()


@pytest.mark.parametrize("text", ["", "\n", "x\ny", "pid:[1]\nx psm_a\n", "\0"])
def test_a_record_that_says_nothing_stops_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / f"{MARK}1-2").write_text(text)
    sweep(tmp_path)
    recorded(tmp_path, "nonsense", "12")
    sweep(tmp_path)
