"""What a running ``distill`` looks like, as one line and as a panel: counters in, text out. Pure.

Model text never appears here. ``solver.base.display.live`` draws it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.base.display.figures import counted
from solver.base.display.theme import clock
from synth.distill.concurrent_climbs import Progress
from synth.llm.price import shown
from synth.llm.spend_ledger import Ledger

if TYPE_CHECKING:
    from rich.console import RenderableType


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
        f"{counted(ledger.requests, 'request')}",
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
