"""Progress on stderr: label, bar, counts, time left; shown only where the work takes longer than two seconds.

Where stderr is no terminal that can be drawn on (a log, a pipe, CI), a line of the same comes every ten seconds.

::

    with bar("drawing", total=40) as tick:
        for done, one in enumerate(charts, 1):
            draw(one)
            tick(done)
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from solver.base.display import printing, theme

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.text import Text

AFTER_S = 2.0
LINE_PERIOD_S = 10.0
_BAR_CELLS = 30


class Tick(Protocol):
    """Tells a bar how far the work is."""

    def __call__(self, done: float, note: str = "") -> None:
        """Take the work done so far (0 to the bar's total), and a few words on it."""


@contextmanager
def bar(label: str, total: float, *, after_s: float = AFTER_S) -> Iterator[Tick]:
    """Show one bar while the body runs."""
    with bars(after_s=after_s) as add:
        yield add(label, total)


@contextmanager
def bars(*, after_s: float = AFTER_S) -> Iterator[Callable[[str, float], Tick]]:
    """Show several bars while the body runs, one below the other; the body adds each with label and total."""
    from rich.progress import MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

    glyphs = theme.glyphs_of(os.environ)

    class Share(ProgressColumn):
        """The bar of ``solver.base.display.theme``."""

        def render(self, task: Task) -> Text:
            from rich.text import Text

            return Text(theme.bar(task.completed, task.total or 0, _BAR_CELLS, glyphs))

    label, note = (TextColumn(f"{{task.{field}}}", markup=False) for field in ("description", "fields[note]"))
    columns = (label, Share(), MofNCompleteColumn(), TimeRemainingColumn(), note)
    # stdout stays what it is: results go there while a bar is drawn.
    screen = printing.console(stderr=True)
    drawn = Progress(*columns, console=screen, transient=True, redirect_stdout=False, refresh_per_second=4)
    began, is_live, is_shown = time.monotonic(), printing.is_live(os.environ), False
    told_at = began

    def add(label: str, total: float) -> Tick:
        task = drawn.add_task(label, total=total, note="")
        added = time.monotonic()

        def tick(done: float, note: str = "") -> None:
            nonlocal is_shown, told_at
            now = time.monotonic()
            if is_live and not is_shown and now - began > after_s:
                drawn.start()
                is_shown = True
            drawn.update(task, completed=done, note=note)
            if not is_live and now - told_at >= LINE_PERIOD_S:
                told_at = now
                printing.tell(line(label, done, total, now - added, note))

        return tick

    try:
        yield add
    finally:
        if is_shown:
            drawn.stop()


def line(label: str, done: float, total: float, elapsed_s: float, note: str = "") -> str:
    """Return the state in one line.

    >>> line("rows", 30, 120, 60.0)
    'rows: 30 of 120 (25%), 1m00s, about 3m00s left'
    """
    share = f" ({done / total:.0%})" if total else ""
    left = f", about {theme.clock(elapsed_s * (total - done) / done)} left" if 0 < done < total else ""
    return f"{label}: {done:,.0f} of {total:,.0f}{share}, {theme.clock(elapsed_s)}{left}" + (
        f"; {note}" if note else ""
    )
