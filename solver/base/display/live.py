"""How a long run shows itself on stderr: a live panel, plain lines, or lines with the time.

The run gives two pure pictures of its counters, one line and one panel; what is drawn when is decided here. ``live``
redraws four times a second and leaves its last picture behind; ``plain`` and ``log`` print a line every few seconds.

::

    screen = Screen("auto")
    screen.say("begins")
    async with screen.showing(line=lambda now: f"{done} done", panel=lambda now, width: Text(...)):
        await work()
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

from solver.base.display.job_control import stoppable
from solver.base.display.printing import console, is_live, tell

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

Mode = Literal["live", "plain", "log", "none"]
Display = Mode | Literal["auto"]
Line = Callable[[float], str]
"""Seconds on the monotonic clock -> the state in one line."""
Panel = Callable[[float, int], "RenderableType"]
"""The same, and the terminal's width in cells -> the state as a picture."""
LIVE_PERIOD_S = 0.25
LINE_PERIOD_S = 5.0


def mode_of(display: Display) -> Mode:
    """Resolve ``auto``: live only where stderr is a capable terminal and nobody's CI."""
    if display != "auto":
        return display
    return "live" if is_live(os.environ) else "plain"


class Screen:
    """Where a run is shown, in one way from its beginning to its end."""

    def __init__(self, display: Display) -> None:
        self._mode = mode_of(display)

    def say(self, text: str) -> None:
        """Print a line of talk on stderr."""
        if self._mode != "none":
            tell((time.strftime("%Y-%m-%dT%H:%M:%S ") if self._mode == "log" else "") + text)

    @asynccontextmanager
    async def showing(self, *, line: Line, panel: Panel) -> AsyncIterator[None]:
        """Show a run while the body lasts."""
        if self._mode == "none":
            yield
            return
        async with asyncio.TaskGroup() as group:
            task = group.create_task(_drawn(panel) if self._mode == "live" else self._lines(line))
            try:
                yield
            finally:
                task.cancel()

    async def _lines(self, line: Line) -> None:
        while True:
            await asyncio.sleep(LINE_PERIOD_S)
            self.say(line(time.monotonic()))


async def _drawn(panel: Panel) -> None:
    from rich.live import Live

    screen = console(stderr=True)
    # Nobody may be left to look at it; the run goes on.
    with (
        contextlib.suppress(BrokenPipeError),
        Live(console=screen, auto_refresh=False, transient=False) as live,
        stoppable(release=lambda: _cursor(screen, is_shown=True), take=lambda: _cursor(screen, is_shown=False)),
    ):
        try:
            while True:
                live.update(panel(time.monotonic(), screen.width), refresh=True)
                await asyncio.sleep(LIVE_PERIOD_S)
        finally:
            live.update(panel(time.monotonic(), screen.width), refresh=True)


def _cursor(screen: Console, *, is_shown: bool) -> None:
    with contextlib.suppress(OSError):
        screen.show_cursor(is_shown)
