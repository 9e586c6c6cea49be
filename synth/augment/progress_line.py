"""The bar of ``augment``: questions accepted (or attempts made), what became of the others, time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from synth.augment.accept_loop import Result


@contextmanager
def tally_bar(total: int, *, is_counted: bool) -> Iterator[Callable[[Result], None]]:
    """Show a bar on stderr while the body runs, where stderr is a terminal.

    Args:
        is_counted: True where ``total`` counts accepted questions, False where it counts attempts.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    label = "accepted" if is_counted else "attempts"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, refresh_per_second=4) as progress:
        task = progress.add_task(label, total=total)

        def tick(result: Result) -> None:
            others = f"{len(result.malformed)} malformed, {len(result.rejected)} rejected"
            done = len(result.accepted) if is_counted else result.settled
            progress.update(task, completed=done, description=f"{label} ({result.settled} tried, {others})")

        yield tick
