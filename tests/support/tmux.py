"""A program driven in tmux with real keys: what it shows is read from the screen, cell by cell."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support.checkout import ROOT


class Tmux:
    """A tmux server of its own with one window; a context manager.

    Args:
        folder: for its socket.
        words: the command line behind ``python -m``.
        environ: changes to the environment of the program.
    """

    def __init__(
        self,
        folder: Path,
        *words: object,
        width: int = 80,
        height: int = 24,
        environ: dict[str, str] | None = None,
    ) -> None:
        if shutil.which("tmux") is None:
            pytest.skip("tmux is not installed, so the terminal cannot be driven with real keys")
        self._socket = folder / "tmux"
        command = shlex.join([sys.executable, "-m", *map(str, words)])
        changes = " ".join(f"{name}={shlex.quote(value)}" for name, value in (environ or {}).items())
        # Afterwards the window stays, and no key ends it, not even one that comes between the program and stty.
        script = f"trap : INT; cd {shlex.quote(str(ROOT))}; env {changes} {command}; echo EXIT=$?; stty -isig; exec cat"
        base = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TMUX", "LC_ALL", "LANG")}
        self._environ = base | {"LANG": "C.UTF-8"}
        size = ("-x", str(width), "-y", str(height))
        self._tmux("-f", "/dev/null", "new-session", "-d", "-s", "t", *size, script)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The session's hang-up ends the program.
        self._tmux("kill-server")

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-u", "-S", str(self._socket), *words]
        done = subprocess.run(command, env=self._environ, capture_output=True, encoding="utf-8", timeout=20)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names (``C-c``, ``Enter``, ``Up`` …)."""
        self._tmux("send-keys", "-t", "t", *names)

    def type(self, text: str) -> None:
        """Type text."""
        self._tmux("send-keys", "-t", "t", "-l", text)

    def paste(self, text: str) -> None:
        """Paste text, bracketed as terminals do."""
        self._tmux("set-buffer", "-b", "b", text)
        self._tmux("paste-buffer", "-p", "-t", "t", "-b", "b")

    def resize(self, width: int, height: int) -> None:
        """Resize the window."""
        self._tmux("resize-window", "-t", "t", "-x", str(width), "-y", str(height))

    def screen(self, *, styled: bool = False) -> str:
        """Return what is on the screen; with its escape sequences where ``styled``."""
        return self._tmux("capture-pane", "-p", "-t", "t", *(["-e"] if styled else []))

    def wait(self, *holds: str | Callable[[str], object], timeout_s: float = 60) -> str:
        """Wait until texts are on the screen, or something holds of it, all at once; returns the screen.

        A picture comes in pieces: what shall stand on it beside something else is waited for together with that.
        """
        end = time.monotonic() + timeout_s
        while True:
            screen = self.screen()
            missing = [one for one in holds if not (one in screen if isinstance(one, str) else one(screen))]
            if not missing:
                return screen
            assert time.monotonic() < end, f"waited in vain for {missing!r} on\n{screen}"
            time.sleep(0.05)
