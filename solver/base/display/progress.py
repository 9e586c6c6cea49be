"""A progress bar on stderr that shows itself only when the work takes longer than two seconds."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from solver.base.display import theme

AFTER_S = 2.0
_BAR_CELLS = 30


class _Bar(ProgressColumn):
    """The bar of ``solver.base.display.theme``, with its share in words."""

    def render(self, task: Task) -> Text:
        share = task.completed / task.total if task.total else None
        drawn = theme.bar(task.completed, task.total or 0, _BAR_CELLS, theme.glyphs_of(os.environ))
        return Text(f"{drawn} {theme.percent(share)}")


@contextmanager
def late_bar(label: str, total: int, *, after_s: float = AFTER_S) -> Iterator[Callable[[int], None]]:
    """Give a function that takes the work done so far (0 to ``total``); draws only where stderr is a terminal."""
    console = Console(stderr=True, no_color=theme.is_colourless(os.environ) or None)
    bar = Progress(TextColumn("{task.description}"), _Bar(), TimeRemainingColumn(), console=console, transient=True)
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
