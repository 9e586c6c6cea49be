"""Questions answered to the end without interaction: backend, Ctrl-C and progress bar around
``solver.scheduling.solve``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from solver.backends.backend import Backend, BackendConfig
from solver.base.display.theme import is_colourless
from solver.commands import options
from solver.problems.question import Question
from solver.scheduling.solve import CANCELLED, Concluded, Solved, SolveEvent, Solving

INTERRUPTED = 130
"""Exit code of a command that the user cut short."""
_BAR_AFTER_S = 2.0


async def answer_all(
    arguments: argparse.Namespace,
    config: BackendConfig,
    questions: Sequence[Question],
    concluded: Callable[[Solved], bool],
) -> tuple[tuple[Solved, ...], bool]:
    """Solve all questions.

    Args:
        arguments: of ``solver.commands.options``.
        concluded: told of every outcome as it comes; returns False where nothing more is wanted.

    Returns:
        The outcomes in the order of the questions, and whether the user cut it short.

    Raises:
        SolverError: there is no model to ask.
        asyncio.CancelledError: the user left before there was anything to decide on.
    """
    told = ""

    def talk(phase: str, elapsed_s: float) -> None:
        nonlocal told
        if phase != told:
            told = phase
            print(f"engine: {phase} ({elapsed_s:.0f} s)", file=sys.stderr)

    with _Signals() as signals, _bar(len(questions)) as advance:
        async with Backend(config, talk=talk) as backend:
            settings = options.settings_of(arguments, backend.models[:1])

            def on(event: SolveEvent) -> None:
                if isinstance(event, Concluded):
                    advance()
                    if not concluded(event.solved):
                        solving.stop()

            solving = Solving(questions, settings, backend.sampler, listener=on)
            signals.solving = solving
            found = await solving.run()
    return found, any(solved.verdict.stop_reason == CANCELLED for solved in found)


class _Signals:
    """Ctrl-C and SIGTERM: the first decides on what has landed, the next leaves at once."""

    def __init__(self) -> None:
        self.solving: Solving | None = None
        self._asked = 0

    def __enter__(self) -> Self:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.remove_signal_handler(number)

    def _on_signal(self) -> None:
        self._asked += 1
        if self.solving is not None and self._asked == 1:
            self.solving.stop()
        elif self._asked <= 2 and self._task is not None:
            self._task.cancel()
        else:
            # Whatever still hangs is not waited for. The engine's guard sees us go and stops it.
            os._exit(INTERRUPTED)


@contextlib.contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    """Give a function that counts a question; a bar on stderr shows itself where that is a terminal, after 2 s."""
    console = Console(stderr=True, no_color=is_colourless(os.environ) or None)
    columns = (TextColumn("questions"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=False)
    task, began, is_shown = bar.add_task("", total=total), time.monotonic(), False

    def advance() -> None:
        nonlocal is_shown
        if not is_shown and console.is_terminal and time.monotonic() - began > _BAR_AFTER_S:
            bar.start()
            is_shown = True
        bar.advance(task)

    try:
        yield advance
    finally:
        if is_shown:
            bar.stop()
