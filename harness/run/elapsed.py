"""How long a run took, over all the times that its command was started: ``attempts.jsonl`` of a run folder.

An attempt writes a line when its first sample lands and another at its end. A killed attempt has no second line; it is
taken to have ended with the last sample that it stored. An attempt that drew nothing costs nothing and is not written.
"""

from __future__ import annotations

import contextlib
import json
import time
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from harness.run.folder import RunFolder
from solver.base.files import append_line
from solver.base.foreign_files import bytes_of, parsed_json

_TIMES = ("started_at", "engine_start_s", "wall_s")
_LATEST = 1e11
"""Unix time, seconds, in some three thousand years: a time beyond it is none."""


class Spent(NamedTuple):
    """Times over all attempts."""

    attempts: int
    """Attempts that drew samples."""
    wall_s: float
    sampling_s: float
    """Without the starts of engines."""


class Attempt:
    """This start of the command."""

    def __init__(self, folder: RunFolder) -> None:
        self._path = folder.attempts
        self._clock = time.monotonic()
        self._record: dict[str, float | None] = {"started_at": time.time()}
        self._has_begun = False

    def begin(self, *, engine_start_s: float | None) -> None:
        """Note that a sample is about to be stored; only the first call writes."""
        if not self._has_begun:
            self._has_begun = True
            self._record["engine_start_s"] = engine_start_s
            self._append()

    def finish(self, *, samples: int, completion_tokens: int) -> None:
        """Note the end."""
        if self._has_begun:
            self._record["wall_s"] = time.monotonic() - self._clock
            self._record |= {"samples": samples, "completion_tokens": completion_tokens}
            self._append()

    def _append(self) -> None:
        # A kill can have left half a line: begin on a new one.
        is_whole = not self._path.exists() or bytes_of(self._path)[-1:] in (b"\n", b"")
        append_line(self._path, ("" if is_whole else "\n") + json.dumps(self._record))


def spent(folder: RunFolder, finished_at: Iterable[float]) -> Spent:
    """Add up the attempts of a run folder.

    Args:
        finished_at: when each stored sample was finished (Unix time, seconds); they date the end of killed attempts.
    """
    attempts: dict[float, dict[str, float]] = {}
    path = folder.attempts
    for text in bytes_of(path).decode("utf-8", "replace").split("\n") if path.exists() else ():
        # A kill leaves half a line; what is none of ours is left out with it.
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
            record = parsed_json(text)
            times = {name: float(record[name]) for name in _TIMES if record.get(name) is not None}
            if all(0 <= value < _LATEST for value in times.values()):
                attempts[times["started_at"]] = times
    starts, ends = sorted(attempts), sorted(finished_at)
    wall_s = sampling_s = 0.0
    for start, following in zip(starts, [*starts, float("inf")][1:], strict=True):
        last = bisect_right(ends, following) - 1
        own = attempts[start].get("wall_s")
        took = own if own is not None else max(0.0, ends[last] - start if last >= 0 else 0.0)
        wall_s += took
        sampling_s += max(0.0, took - attempts[start].get("engine_start_s", 0.0))
    return Spent(len(starts), wall_s, sampling_s)
