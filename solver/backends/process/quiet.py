"""Whether a machine's cores are free: then an engine's threads may wait for each other awake.

An engine on the CPU joins its threads some hundred times a step. Threads that sleep meanwhile cost it a quarter of its
speed; threads that wait awake take the cores from each other as soon as anything else runs (docs/log.md). So they may
for a moment, and only where nothing else runs when the engine starts.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

SPINS = "10000"
"""Turns of waiting (``GOMP_SPINCOUNT``) before a thread sleeps: less than half a millisecond."""
_LOOK_S = 0.1
_FREE = 0.85
"""Share of the cores' time that is idle on a quiet machine."""
_STAT = Path("/proc/stat")


def parse_times(stat: str) -> tuple[int, int]:
    """Return the ticks that all cores together were idle, and all ticks.

    >>> parse_times("cpu  10 0 5 80 5 0 0 0 0 0\\ncpu0 …")
    (85, 100)
    """
    ticks = [int(word) for word in stat.partition("\n")[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def idle_share(before: str, after: str) -> float:
    """Return which share of the time between two readings was idle.

    >>> idle_share("cpu 10 0 0 10 0 0 0 0", "cpu 15 0 0 25 0 0 0 0")
    0.75
    """
    (idle_before, all_before), (idle_after, all_after) = parse_times(before), parse_times(after)
    return (idle_after - idle_before) / max(1, all_after - all_before)


async def is_quiet(stat: Path = _STAT) -> bool:
    """Look for a moment whether the cores are free; False where the system does not tell."""
    try:
        before = _read(stat)
        await asyncio.sleep(_LOOK_S)
        return idle_share(before, _read(stat)) >= _FREE
    except (OSError, ValueError, IndexError):
        return False


def _read(stat: Path) -> str:
    # The system makes it up as it is read: no disk is waited for.
    return stat.read_text()
