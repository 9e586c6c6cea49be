"""Ctrl-Z and fg on a real terminal: the program stops, the shell has its terminal, and afterwards all is as before."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.checkout import ROOT
from tests.support.command import problems_file, serving

CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Shell:
    """A shell on a pseudo terminal."""

    def __init__(self, fd: int) -> None:
        self.fd, self.seen = fd, ""

    def press(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def read(self) -> None:
        while select.select([self.fd], [], [], 0.02)[0]:
            try:
                self.seen += os.read(self.fd, 65536).decode("utf-8", "replace")
            except OSError:
                return

    def wait(self, holds: Callable[[], bool]) -> None:
        """Read until something holds, for at most 30 seconds."""
        end = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < end, self.plain[-2000:]
            self.read()

    @property
    def plain(self) -> str:
        """What was written, without codes."""
        return CODES.sub("", self.seen)

    @property
    def is_raw(self) -> bool:
        return not termios.tcgetattr(self.fd)[3] & termios.ICANON

    @property
    def is_stopped(self) -> bool:
        return "Stopped" in self.plain


@contextmanager
def shell() -> Iterator[Shell]:
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", PS1="$ ")
        os.chdir(ROOT)
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    try:
        yield Shell(fd)
    finally:
        # The shell ends its jobs with it, stopped ones too.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGHUP)
            os.kill(pid, signal.SIGCONT)
        os.close(fd)
        os.waitpid(pid, 0)


def test_ctrl_z_stops_the_terminal_and_fg_brings_it_back() -> None:
    with serving() as server, shell() as terminal:
        terminal.press(f"{sys.executable} -m solver --endpoint {server.url}\r")
        terminal.wait(lambda: terminal.is_raw and "paste or type" in terminal.plain)
        terminal.press("\x1a")
        terminal.wait(lambda: terminal.is_stopped)
        # The screen that was there before, and no paste marks.
        assert terminal.seen.rindex("\x1b[?1049l") > terminal.seen.rindex("\x1b[?1049h")
        terminal.seen = ""
        terminal.press("fg\r")
        terminal.wait(lambda: terminal.is_raw and "paste or type" in terminal.plain)
        text = "三人排成一列。\r\r谁站在最前？\rA. 甲\rB. 乙\rC. 丙"
        terminal.press(f"\x1b[200~{text}\x1b[201~\x04")
        terminal.wait(lambda: "votes" in terminal.plain or "答案是" in terminal.plain)
        terminal.press("q")


def test_the_cursor_is_back_while_a_run_is_stopped(tmp_path: Path) -> None:
    data = problems_file(tmp_path, 30)
    with serving(latency_s=0.5) as server, shell() as terminal:
        words = f"{data} --endpoint {server.url} --run {tmp_path / 'run'} --slots 2 --display live"
        terminal.press(f"{sys.executable} -m harness eval {words}\r")
        terminal.wait(lambda: "\x1b[?25l" in terminal.seen and "decided" in terminal.plain)
        terminal.press("\x1a")
        terminal.wait(lambda: terminal.is_stopped)
        assert terminal.seen.rindex("\x1b[?25h") > terminal.seen.rindex("\x1b[?25l")
        terminal.seen = ""
        terminal.press("fg\r")
        terminal.wait(lambda: "decided" in terminal.plain)
        terminal.press("\x03")
        terminal.wait(lambda: "continue with the same command" in terminal.plain)
