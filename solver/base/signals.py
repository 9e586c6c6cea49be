"""Ctrl-C and SIGTERM, the same for every command: the first lets the work finish well, the second leaves at once.

``Interrupts`` is for work that can finish well; ``solver.base.cli`` turns what is left (a signal to a command that only
reads and counts) into exit code 130.

::

    with Interrupts(announce=lambda: tell("stopping; once more leaves at once")) as interrupts:
        ...                                  # a signal here leaves: there is nothing to finish yet
        interrupts.finish = scheduler.stop   # from now on the first one calls this
        await scheduler.run()
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Self

from solver.base.display import early_signals

SIGNALS = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED = 130
"""Exit code of a command that a signal cut short."""


class Interrupts:
    """What signals mean while a block lasts, in a running event loop or without one.

    The first calls ``finish``, where there is one; the next leaves: the task is cancelled (without a loop,
    KeyboardInterrupt is raised), so that files are closed and an engine is stopped. A third one waits for nothing.

    Args:
        announce: called before ``finish``.
    """

    def __init__(self, announce: Callable[[], None] = lambda: None) -> None:
        self.finish: Callable[[], object] | None = None
        """Asks the work to end well; may be a coroutine function. None while there is nothing that could."""
        self.leave: Callable[[], object] | None = None
        """Ends the work at once; None cancels the task that entered the block."""
        self.count = 0
        """Signals so far."""
        self._announce = announce
        self._task: asyncio.Task[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: dict[int, Any] = {}
        self._finishing: asyncio.Task[Any] | None = None
        """Held, or the loop would forget it."""

    def __enter__(self) -> Self:
        with contextlib.suppress(RuntimeError):
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        for number in SIGNALS:
            self._before[number] = signal.getsignal(number)
            if self._loop is not None:
                self._loop.add_signal_handler(number, self._on_signal)
            else:
                signal.signal(number, self._on_plain_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            if self._loop is not None:
                self._loop.remove_signal_handler(number)
            signal.signal(number, handler)

    def _on_plain_signal(self, number: int, frame: FrameType | None) -> None:
        self._on_signal()

    def _on_signal(self) -> None:
        self.count += 1
        if self.count == 1 and self.finish is not None:
            self._announce()
            outcome = self.finish()
            if inspect.iscoroutine(outcome) and self._loop is not None:
                self._finishing = self._loop.create_task(outcome)
        elif self.count > 2:
            leave_now()
        elif self.leave is not None:
            self.leave()
        elif self._task is not None:
            self._task.cancel()
        else:
            raise KeyboardInterrupt


def leave_now() -> None:
    """End the process without waiting for anything: files are whole at any time, an engine's guard sees us go."""
    os._exit(INTERRUPTED)


@contextlib.contextmanager
def terminating_as_interrupt() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does: with KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    owner = os.getpid()

    def stop(number: int, frame: FrameType | None) -> None:
        if os.getpid() != owner:
            # A forked worker: nobody there catches it, and nobody wants its trace.
            os._exit(INTERRUPTED)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    is_early = signal.getsignal(signal.SIGINT) is early_signals.leave
    if is_early:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if is_early:
            signal.signal(signal.SIGINT, early_signals.leave)


def left_to_the_parent() -> None:
    """Leave Ctrl-C to the parent, for workers: it gets it too and ends them; their traces would only be noise."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
