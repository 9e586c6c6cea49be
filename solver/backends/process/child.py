"""An engine's process: started behind its guard, watched, and always stopped.

It is stopped on ``stop``, on Ctrl-C and SIGTERM, and also when our process is killed: between us and it stands
``solver.backends.process.vllm_guard``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from solver.base.errors import EngineFailed

_GUARD = Path(__file__).with_name("vllm_guard.py")
_PREFIX = re.compile(r"^(?:\([\w.-]+(?: pid=\d+)?\) )?(?:(?P<level>[A-Z]+) \d\d-\d\d [\d:]+ \[[^\]]+\] ?)?")
_FRAME = re.compile(r"^\s+(?:File \"|\^|~|[a-z_.]+[\s(=.\[]|return |raise |with |await |self\b|\*|\)|\]|\}|@)")


class Child:
    """The process.

    Args:
        log_path: where its output goes; None makes a file in the temporary folder.
        grace_s: from asking it to stop to killing it.
        name: of the kind of process, for messages.
    """

    def __init__(self, *, log_path: Path | None, grace_s: float, name: str) -> None:
        self.log_path = log_path or _new_log()
        self.group: int | None = None
        """Its process group; None before the start and after the end."""
        self._grace_s, self._name = grace_s, name
        self._guard: asyncio.subprocess.Process | None = None
        self._log_start = 0

    @property
    def is_running(self) -> bool:
        """False before the start and once it has ended."""
        return self._guard is not None and self._guard.returncode is None

    @property
    def log(self) -> str:
        """What it has written so far."""
        try:
            with open(self.log_path, "rb") as log:
                log.seek(self._log_start)
                return log.read().decode(errors="replace")
        except OSError:
            return ""

    async def start(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        python: str = sys.executable,
        connection: socket.socket | None = None,
    ) -> None:
        """Start it.

        Args:
            python: runs the guard.
            connection: becomes its standard input, and is closed here; None gives it none.
        """
        with self._opened_log() as log, connection or contextlib.nullcontext():
            handed = () if connection is None else (connection.fileno(),)
            self._guard = await asyncio.create_subprocess_exec(
                python,
                "-I",
                str(_GUARD),
                *(f"--stdin={number}" for number in handed),
                str(self._grace_s),
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=dict(environment),
                start_new_session=True,
                pass_fds=handed,
            )
        assert self._guard.stdout is not None
        first = await self._guard.stdout.readline()
        self.group = int(first) if first.strip().isdigit() else None

    async def wait(self) -> int:
        """Wait until it has ended by itself; returns its exit code, 128 and the signal's number where one ended it."""
        assert self._guard is not None, "not started"
        return await self._guard.wait()

    async def stop(self) -> None:
        """Stop it and all its processes; safe to call twice."""
        guard, group = self._guard, self.group
        self._guard = self.group = None
        if guard is None:
            return
        try:
            if guard.stdin is not None:
                guard.stdin.close()
            async with asyncio.timeout(self._grace_s + 8):
                await guard.wait()
        except TimeoutError:
            pass
        finally:
            # Reached with the guard still there only when it hangs or we were cancelled: then at once.
            if guard.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    guard.kill()
                if group is not None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(group, signal.SIGKILL)

    def failure(self, what: str) -> EngineFailed:
        """Return an error with the end of the log.

        Args:
            what: happened to it: "died".
        """
        lines = "\n  ".join(meaningful_lines(self.log)) or "(its log is empty)"
        return EngineFailed(f"the {self._name} {what}; its last words:\n  {lines}\nThe whole log: {self.log_path}")

    def _opened_log(self) -> BinaryIO:
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        # A link planted in a shared folder is not written through.
        descriptor = os.open(
            self.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666
        )
        log = open(descriptor, "ab")  # noqa: SIM115 (closed by the caller)
        self._log_start = log.tell()
        return log


def _new_log() -> Path:
    """Make a log with a name that nobody can guess, which only this user can read."""
    descriptor, name = tempfile.mkstemp(prefix="logic-vote-engine-", suffix=".log")
    os.close(descriptor)
    return Path(name)


def meaningful_lines(log: str, count: int = 15) -> list[str]:
    """Return the lines of a vLLM log that say why it failed: the last messages, without stack frames and chatter.

    >>> meaningful_lines("INFO 01-01 00:00:00 [a.py:1] hello\\nTraceback (most recent call last):\\nOSError: no")
    ['OSError: no']
    """
    lines: list[tuple[str, str]] = []
    for line in log.splitlines():
        match = _PREFIX.match(line)
        assert match is not None
        text = line[match.end() :].rstrip()
        if not text or _FRAME.match(text) or text.startswith("Traceback ") or text in {given for _, given in lines}:
            continue
        lines.append((match["level"] or "", text))
    telling = [text for level, text in lines if level not in ("INFO", "WARNING", "DEBUG") and not text.isspace()]
    return (telling or [text for _, text in lines])[-count:]
