"""What a running evaluation looks like: a live panel, plain lines, or log lines, always on stderr.

``render`` is pure: counters and a clock in, text out. Model text never appears here. Colour only repeats what the words
say. ``live`` redraws at most four times a second and leaves its last picture behind; ``plain`` and ``log`` print a line
every few seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple

from harness.config import Display
from harness.running import Running

if TYPE_CHECKING:
    from rich.console import RenderableType

Mode = Literal["live", "plain", "log", "none"]
_LIVE_PERIOD_S = 0.25
_LINE_PERIOD_S = 5.0


class Wire(NamedTuple):
    """What the client tells about itself."""

    in_flight: int
    """Samples on the wire now."""
    retries: int


def mode_of(display: Display) -> Mode:
    """Resolve ``auto``: live only where stderr is a capable terminal and nobody's CI."""
    if display != "auto":
        return display
    is_terminal = sys.stderr.isatty() and os.environ.get("TERM") not in (None, "dumb") and not os.environ.get("CI")
    return "live" if is_terminal else "plain"


def clock(seconds: float) -> str:
    """Return a duration as people read it.

    >>> clock(75), clock(3700)
    ('1m15s', '1h01m')
    """
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 60}m{whole % 60:02d}s" if whole >= 60 else f"{whole}s"


def line(progress: Running, wire: Wire, now: float) -> str:
    """Return the state in one line."""
    elapsed = max(now - progress.started_at, 1e-9)
    parts = [f"{progress.phase}: {progress.decided}/{progress.ballots} decided"]
    if progress.labelled:
        parts.append(f"accuracy so far {progress.right / progress.labelled:.1%}")
    parts.append(f"{progress.samples} samples")
    if progress.stored:
        parts.append(f"{progress.stored} from the store")
    parts.append(f"{progress.tokens / elapsed:,.0f} tokens/s")
    parts.append(f"{wire.in_flight} in flight")
    if wire.retries:
        parts.append(f"{wire.retries} retries")
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    parts.append(clock(elapsed))
    if 0 < progress.decided < progress.ballots:
        parts.append(f"about {clock(remaining_s(progress, now))} left")
    return " · ".join(parts)


def remaining_s(progress: Running, now: float) -> float:
    """Estimate the seconds left.

    The hard ballots come last: so the estimate also looks at samples, of which each open ballot is taken to need the
    mean so far.
    """
    elapsed = now - progress.started_at
    per_ballot = progress.samples / max(progress.decided, 1)
    needed = per_ballot * (progress.ballots - progress.decided)
    return elapsed * needed / max(progress.samples, 1)


def render(progress: Running, wire: Wire, now: float, width: int) -> RenderableType:
    """Draw the panel for a terminal ``width`` columns wide."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.text import Text

    bar = ProgressBar(total=max(progress.ballots, 1), completed=progress.decided, width=max(width - 2, 10))
    words = line(progress, wire, now).split(" · ")
    rows, row = [], ""
    for word in words:
        joined = f"{row} · {word}" if row else word
        if len(joined) > width - 2 and row:
            rows.append(row)
            joined = word
        row = joined
    rows.append(row)
    return Group(bar, *(Text(text, overflow="ellipsis", no_wrap=True) for text in rows))


@asynccontextmanager
async def shown(progress: Running, wire: Callable[[], Wire], mode: Mode) -> AsyncIterator[None]:
    """Show the progress while the body runs."""
    if mode == "none":
        yield
        return
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_live(progress, wire) if mode == "live" else _lines(progress, wire, mode))
        try:
            yield
        finally:
            task.cancel()


def say(text: str, mode: Mode) -> None:
    """Print a line of talk on stderr."""
    if mode == "none":
        return
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S ") if mode == "log" else ""
    # Nobody may be left to read it; the run goes on.
    with contextlib.suppress(BrokenPipeError):
        print(f"{stamp}{text}", file=sys.stderr, flush=True)


async def _lines(progress: Running, wire: Callable[[], Wire], mode: Mode) -> None:
    while True:
        await asyncio.sleep(_LINE_PERIOD_S)
        say(line(progress, wire(), time.monotonic()), mode)


async def _live(progress: Running, wire: Callable[[], Wire]) -> None:
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, no_color="NO_COLOR" in os.environ or None)
    with Live(console=console, auto_refresh=False, transient=False) as live, contextlib.suppress(BrokenPipeError):
        try:
            while True:
                live.update(render(progress, wire(), time.monotonic(), console.width), refresh=True)
                await asyncio.sleep(_LIVE_PERIOD_S)
        finally:
            live.update(render(progress, wire(), time.monotonic(), console.width), refresh=True)
