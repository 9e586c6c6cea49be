"""A progress bar on stderr that shows itself only when the work takes longer than two seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

AFTER_S = 2.0


@contextmanager
def late_bar(label: str, total: int, *, after_s: float = AFTER_S) -> Iterator[Callable[[int], None]]:
    """Give a function that takes the work done so far (0 to ``total``); draws only where stderr is a terminal."""
    console = Console(stderr=True)
    bar = Progress(console=console, transient=True)
    task = bar.add_task(label, total=total)
    began, is_shown = time.monotonic(), False

    def show(done: int) -> None:
        nonlocal is_shown
        if not is_shown and console.is_terminal and time.monotonic() - began > after_s:
            bar.start()
            is_shown = True
        bar.update(task, completed=done)

    try:
        yield show
    finally:
        if is_shown:
            bar.stop()
