"""Progress on stderr: label, bar, counts, time left; shown only where the work takes longer than two seconds.

Where stderr is no terminal that can be drawn on (a log, a pipe, CI), a line of the same comes every ten seconds, also
while one piece of the work takes longer: a step of training takes minutes on a busy CPU.

::

    with bar("drawing", total=40) as tick:
        for done, one in enumerate(charts, 1):
            draw(one)
            tick(done)
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from solver.base.display import printing, theme

if TYPE_CHECKING:
    from rich.progress import Progress, Task
    from rich.text import Text

AFTER_S = 2.0
LINE_PERIOD_S = 10.0
BEAT_S = 0.5
"""How often it is looked whether a word is due."""
_BAR_CELLS = 30


class Tick(Protocol):
    """Tells a bar how far the work is."""

    def __call__(self, done: float, note: str = "") -> None:
        """Take the work done so far (0 to the bar's total), and a few words on it."""


@contextmanager
def bar(
    label: str, total: float, *, done: float = 0, after_s: float = AFTER_S, is_forking: bool = False
) -> Iterator[Tick]:
    """Show one bar while the body runs; ``done`` was done before, by a run that this one goes on with."""
    with bars(after_s=after_s, is_forking=is_forking) as add:
        yield add(label, total, done)


class Add(Protocol):
    """Adds a bar."""

    def __call__(self, label: str, total: float, done: float = 0) -> Tick:
        """Return what tells it how far the work is; ``done`` was done before."""


@contextmanager
def bars(*, after_s: float = AFTER_S, is_forking: bool = False) -> Iterator[Add]:
    """Show several bars while the body runs, one below the other; the body adds each with label and total.

    Args:
        after_s: shorter work is done without a word.
        is_forking: the body forks processes, which no thread survives: a word comes with a tick only.
    """
    drawn = _drawing()
    began, is_live, is_shown = time.monotonic(), printing.is_live(os.environ), False
    told_at = began
    state: Callable[[float], str] | None = None
    speaking, is_over = threading.Lock(), threading.Event()

    def speak() -> None:
        nonlocal is_shown, told_at
        with speaking:
            now = time.monotonic()
            if is_over.is_set() or state is None:
                return
            if is_live and not is_shown and now - began > after_s:
                drawn.start()
                is_shown = True
            if not is_live and now - told_at >= LINE_PERIOD_S:
                told_at = now
                printing.tell(state(now))

    def watch() -> None:
        while not is_over.wait(BEAT_S):
            speak()

    def add(label: str, total: float, done: float = 0) -> Tick:
        nonlocal state
        before = done
        task = drawn.add_task(label, total=total, note="")
        drawn.update(task, completed=done)
        added = time.monotonic()

        def tick(done: float, note: str = "") -> None:
            nonlocal state
            drawn.update(task, completed=done, note=note)
            state = lambda now: line(label, done, total, now - added, note, before=before)  # noqa: E731
            speak()

        state = lambda now: line(label, before, total, now - added, before=before)  # noqa: E731
        return tick

    beats = threading.Thread(target=watch, name="progress", daemon=True)
    if not is_forking:
        beats.start()
    try:
        yield add
    finally:
        with speaking:
            is_over.set()
        if not is_forking:
            beats.join()
        if is_shown:
            drawn.stop()


def _drawing() -> Progress:
    """Return what draws the bars, not begun."""
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
    return Progress(*columns, console=screen, transient=True, redirect_stdout=False, refresh_per_second=4)


def line(label: str, done: float, total: float, elapsed_s: float, note: str = "", *, before: float = 0) -> str:
    """Return the state in one line.

    Args:
        elapsed_s: since the work began, in this call.
        before: what earlier calls had done, in no time of this one.

    >>> line("rows", 30, 120, 60.0)
    'rows: 30 of 120 (25%), 1m00s, about 3m00s left'
    >>> line("steps", 110, 200, 60.0, before=100)
    'steps: 110 of 200 (55%), 1m00s, about 9m00s left'
    """
    share = f" ({done / total:.0%})" if total else ""
    left = f", about {theme.clock(elapsed_s * (total - done) / (done - before))} left" if before < done < total else ""
    return f"{label}: {done:,.0f} of {total:,.0f}{share}, {theme.clock(elapsed_s)}{left}" + (
        f"; {note}" if note else ""
    )
