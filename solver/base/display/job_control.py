"""Ctrl-Z and ``fg`` for a program that has changed the terminal: put right before it stops, changed again afterwards.

::

    with stoppable(release=lambda: console.show_cursor(True), take=lambda: console.show_cursor(False)): ...
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stoppable(*, release: Callable[[], None], take: Callable[[], None]) -> Iterator[None]:
    """Let the process be stopped while the block lasts; outside of the main thread nothing is done.

    Args:
        release: called before it stops.
        take: called when it goes on.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        release()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)

    def go_on(*_: object) -> None:
        signal.signal(signal.SIGTSTP, stop)
        take()

    before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    if before[signal.SIGTSTP] is signal.SIG_IGN:
        # No job control here: whoever started us does not want it.
        yield
        return
    signal.signal(signal.SIGTSTP, stop)
    signal.signal(signal.SIGCONT, go_on)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
