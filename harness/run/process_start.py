"""When this process began, for deadlines that count from there: the interpreter's own start and imports included."""

from __future__ import annotations

import os
import time
from pathlib import Path

_STARTTIME = 19
"""Place of the start time, in clock ticks since boot, among the fields of ``/proc/self/stat`` behind the name."""


def process_started() -> float:
    """Return the start of this process on the clock of ``time.monotonic()``; now where the system does not tell."""
    now = time.monotonic()
    try:
        fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[_STARTTIME]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, IndexError, ValueError):
        return now
    # A container restored from an image may have a clock that does not fit; an age below zero never does.
    return now - max(0.0, age_s)
