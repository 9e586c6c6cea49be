"""What a running ``distill`` looks like on stderr: a live panel, or a line every few seconds.

``line`` and ``render`` are pure: counters in, text out. Model text never appears here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

from synth.distill.climbs import Progress
from synth.llm.price import shown
from synth.llm.spend_ledger import Ledger

if TYPE_CHECKING:
    from rich.console import RenderableType

Display = Literal["auto", "live", "plain", "none"]
DISPLAYS: tuple[Display, ...] = ("auto", "live", "plain", "none")
_LIVE_PERIOD_S = 0.25
_LINE_PERIOD_S = 5.0


def mode_of(display: Display) -> Display:
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


def remaining_s(progress: Progress, now: float) -> float | None:
    """Estimate the seconds left, None where nothing is known yet.

    With a number of accepted rows asked for, by the rate of acceptance so far; else by questions.
    """
    elapsed = now - progress.started_at
    if progress.wanted is not None:
        accepted = progress.status["accepted"]
        return elapsed * (progress.wanted - accepted) / accepted if accepted else None
    return elapsed * (progress.questions - progress.decided) / progress.decided if progress.decided else None


def line(progress: Progress, ledger: Ledger, currency: str, now: float) -> str:
    """Return the state in one line."""
    accepted = progress.status["accepted"]
    goal = f"/{progress.wanted}" if progress.wanted is not None else ""
    parts = [
        f"{progress.decided}/{progress.questions} decided",
        f"{accepted}{goal} accepted" + (f" ({accepted / progress.decided:.0%})" if progress.decided else ""),
        f"{progress.running} under way",
        f"{ledger.requests} requests",
        f"spent {shown(ledger.cost, currency)}",
        clock(now - progress.started_at),
    ]
    left = remaining_s(progress, now)
    if left is not None and left > 0:
        parts.append(f"about {clock(left)} left")
    return " · ".join(parts)


def render(
    progress: Progress, ledger: Ledger, rungs: tuple[str, ...], currency: str, now: float, width: int
) -> RenderableType:
    """Draw the panel for a terminal ``width`` columns wide."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    total = progress.questions if progress.wanted is None else progress.wanted
    done = progress.decided if progress.wanted is None else progress.status["accepted"]
    table = Table(box=None, pad_edge=False, width=min(width, 100))
    table.add_column("rung", no_wrap=True)
    for head in ("reached", "here now", "accepted", "share", "requests", "tokens", "retries", "spent"):
        table.add_column(head, justify="right", no_wrap=True)
    for rung in rungs:
        tallies = [tally for (_, stage), tally in ledger.stats.items() if stage == rung]
        ended = progress.entered[rung] - progress.now_on[rung]
        costs = [tally.cost for tally in tallies]
        table.add_row(
            Text(rung),
            str(progress.entered[rung]),
            str(max(progress.now_on[rung], 0)),
            str(progress.accepted[rung]),
            f"{progress.accepted[rung] / ended:.0%}" if ended > 0 else "-",
            str(sum(tally.requests for tally in tallies)),
            f"{sum(tally.prompt_tokens + tally.completion_tokens for tally in tallies):,}",
            str(sum(tally.retries for tally in tallies)),
            shown(None if None in costs else sum(cost for cost in costs if cost is not None), currency)  # type: ignore[arg-type]
            if costs
            else "-",
        )
    bar = ProgressBar(total=max(total, 1), completed=done, width=max(min(width, 100) - 2, 10))
    words = Text(line(progress, ledger, currency, now), overflow="ellipsis", no_wrap=True)
    return Group(bar, table, words)


@asynccontextmanager
async def displayed(
    progress: Progress, ledger: Ledger, rungs: tuple[str, ...], currency: str, mode: Display
) -> AsyncIterator[None]:
    """Show the progress while the body runs."""
    if mode == "none":
        yield
        return
    work = _live(progress, ledger, rungs, currency) if mode == "live" else _lines(progress, ledger, currency)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        try:
            yield
        finally:
            task.cancel()


def talker(mode: Display) -> Callable[[str], None]:
    """Return what prints a line of talk on stderr, or does not."""

    def talk(text: str) -> None:
        if mode != "none":
            # Nobody may be left to read it; the run goes on.
            with contextlib.suppress(BrokenPipeError):
                print(text, file=sys.stderr, flush=True)

    return talk


async def _lines(progress: Progress, ledger: Ledger, currency: str) -> None:
    talk = talker("plain")
    while True:
        await asyncio.sleep(_LINE_PERIOD_S)
        talk(line(progress, ledger, currency, time.monotonic()))


async def _live(progress: Progress, ledger: Ledger, rungs: tuple[str, ...], currency: str) -> None:
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, no_color="NO_COLOR" in os.environ or None)

    def picture() -> RenderableType:
        return render(progress, ledger, rungs, currency, time.monotonic(), console.width)

    with Live(console=console, auto_refresh=False, transient=False) as live, contextlib.suppress(BrokenPipeError):
        try:
            while True:
                live.update(picture(), refresh=True)
                await asyncio.sleep(_LIVE_PERIOD_S)
        finally:
            live.update(picture(), refresh=True)
