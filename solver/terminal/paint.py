"""The terminal itself: raw mode in, lines out, and everything as it was afterwards, whatever happens.

Only lines that changed are written. The alternate screen leaves the user's own text alone; wrapping is off, so that a
character of unexpected width cannot shift what follows; pastes come bracketed.
"""

from __future__ import annotations

import contextlib
import os
import termios
import tty
from collections.abc import Mapping
from io import StringIO
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.text import Text

from solver.base.display.printing import is_colourless
from solver.terminal.screen import Picture

# xterm's private modes (ctlseqs): alternate screen, wrapping off, bracketed paste; and all of it back.
_ENTER = "\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[2J\x1b[H"
_LEAVE = "\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[0m\x1b[?1049l"
# Terminals that know this (tmux 3.4, kitty …) show a frame at once; others ignore it.
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class Painter:
    """A terminal in full-screen use; a context manager.

    Args:
        source: file descriptor of the keyboard.
        target: file descriptor of the screen.
        environ: for ``TERM``, ``COLORTERM`` and ``NO_COLOR``.
    """

    def __init__(self, source: int, target: int, environ: Mapping[str, str]) -> None:
        self._source, self._target = source, target
        self._console = Console(
            file=StringIO(), force_terminal=True, no_color=is_colourless(environ) or None, width=1000, highlight=False
        )
        self._lines: list[str] = []
        self._saved: list[int | list[bytes | int]] | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def open(self) -> None:
        """Take the terminal, for the first time or again after a stop, when the shell has had it."""
        if self._saved is None:
            self._saved = termios.tcgetattr(self._source)
        self._raw()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in cells."""
        try:
            found = os.get_terminal_size(self._target)
        except OSError:
            return 80, 24
        return found.columns or 80, found.lines or 24

    def _raw(self) -> None:
        # Output stays cooked: other programs' line ends (an engine's) must not run down the screen.
        tty.setraw(self._source, termios.TCSADRAIN)
        mode = termios.tcgetattr(self._source)
        mode[1] |= termios.OPOST
        termios.tcsetattr(self._source, termios.TCSADRAIN, mode)
        self._write(_ENTER)
        self.forget()

    def close(self) -> None:
        """Give the terminal back as it was; safe to call twice."""
        saved, self._saved = self._saved, None
        if saved is None:
            return
        with contextlib.suppress(OSError):
            self._write(_LEAVE)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._source, termios.TCSADRAIN, saved)

    def forget(self) -> None:
        """Draw every line anew next time (after a resize, or when something else wrote on the screen)."""
        self._lines = []

    def paint(self, picture: Picture) -> None:
        """Show a picture; after ``close`` nothing.

        Raises:
            OSError: the terminal is gone.
        """
        if self._saved is None:
            return
        lines = [self._styled(line) for line in picture.lines]
        out = [_BEGIN, "\x1b[?25l"]
        if len(lines) != len(self._lines):
            out.append("\x1b[0m\x1b[2J")
            self._lines = [""] * len(lines)
        for number, (line, before) in enumerate(zip(lines, self._lines, strict=True), 1):
            if line != before:
                # Erased first: erasing behind a full line would take its last character.
                out.append(f"\x1b[{number};1H\x1b[0m\x1b[2K{line}\x1b[0m")
        if picture.cursor is not None:
            out.append(f"\x1b[{picture.cursor[0] + 1};{picture.cursor[1] + 1}H\x1b[?25h")
        self._write("".join(out) + _END)
        self._lines = lines

    def _styled(self, line: Text) -> str:
        with self._console.capture() as capture:
            self._console.print(line, end="", no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
        return capture.get()

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        while data:
            data = data[os.write(self._target, data) :]
