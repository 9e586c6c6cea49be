"""Running a command and taking its time from outside: wall, CPU of its whole process tree, peak memory, exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .contestant import Command

_PERIOD_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ran."""

    started_at: float
    """Unix time, seconds."""
    wall_s: float
    cpu_s: float
    """User and system time of the process and of all its children that it waited for."""
    peak_mib: float
    """Resident memory of the largest process."""
    code: int
    """Exit code; negative is a signal's number."""
    end: str
    """``itself``, ``killed`` on purpose, or ``too long``."""


def run(command: Command, log: Path, *, limit_s: float, stop: Callable[[], bool] | None = None) -> Ran:
    """Run a command to its end.

    Args:
        log: gets stdout and stderr, appended.
        limit_s: after so many seconds it is killed.
        stop: asked now and again; True kills the process group at once (SIGKILL).
    """
    key = os.environ.get("OPENAI_API_KEY", "none")
    environment = {**os.environ, "OPENAI_API_KEY": key, "PEERS_API_KEY": key, **command.environment}
    # Where it is set, every start of a freshly installed peer compiles its thousand modules again: 26 s instead of 7.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started_at, began, end = time.time(), time.monotonic(), "itself"
    with log.open("ab") as out:
        process = subprocess.Popen(
            command.words, cwd=command.folder, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    while True:
        found, status, usage = os.wait4(process.pid, os.WNOHANG)
        if found:
            break
        is_late = time.monotonic() - began > limit_s
        if end == "itself" and (is_late or (stop is not None and stop())):
            end = "too long" if is_late else "killed"
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        time.sleep(_PERIOD_S)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ran(
        started_at=started_at,
        wall_s=time.monotonic() - began,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss / 1024,
        code=process.returncode,
        end=end,
    )
