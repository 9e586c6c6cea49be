"""Ctrl-C in a command's first tenths of a second, while modules are imported: the process ends without a trace.

Python would raise KeyboardInterrupt in the middle of an import; in a callback of its own it would print and forget it.
Nothing is imported here that takes time.
"""

from __future__ import annotations

import os
import signal


def leave(number: int, frame: object) -> None:
    """End the process at once; there is nothing yet to finish."""
    os._exit(130)


def leave_on_interrupt() -> None:
    """Let Ctrl-C end the process until ``solver.base.cli`` takes over; a process that is deaf to it stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, leave)
