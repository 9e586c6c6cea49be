"""How long a run took, and which rules read its samples, over all the times that its command was started:
``attempts.jsonl`` of a run folder.

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
from solver.extraction.version import RULES_VERSION

_RULES = "extraction_rules"
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
        self._record: dict[str, float | None] = {"started_at": time.time(), _RULES: RULES_VERSION}
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
    attempts = _attempts(folder)
    starts, ends = sorted(attempts), sorted(finished_at)
    wall_s = sampling_s = 0.0
    for start, following in zip(starts, [*starts, float("inf")][1:], strict=True):
        last = bisect_right(ends, following) - 1
        own = attempts[start].get("wall_s")
        took = own if own is not None else max(0.0, ends[last] - start if last >= 0 else 0.0)
        wall_s += took
        sampling_s += max(0.0, took - attempts[start].get("engine_start_s", 0.0))
    return Spent(len(starts), wall_s, sampling_s)


def read_with(folder: RunFolder) -> tuple[int | None, ...]:
    """Return the versions of the extraction rules that read a run's samples, in the order in which they came to it;
    None stands for an attempt from before they had one. Empty where no attempt is noted."""
    found = _attempts(folder)
    versions = (found[start].get(_RULES) for start in sorted(found))
    return tuple(dict.fromkeys(None if one is None else int(one) for one in versions))


def copy_attempts(source: RunFolder, target: RunFolder) -> None:
    """Note in another folder the attempts of a run whose samples the present rules have read again."""
    for noted in _attempts(source).values():
        append_line(target.attempts, json.dumps({**noted, _RULES: RULES_VERSION}))


def versions_told(versions: Iterable[int | None]) -> str:
    """Say versions in words.

    >>> versions_told((None, 2))
    'unknown, 2'
    """
    return ", ".join("unknown" if one is None else str(one) for one in versions)


def _attempts(folder: RunFolder) -> dict[float, dict[str, float]]:
    """Return what is noted of the attempts, by their start; a second line of one goes before its first."""
    attempts: dict[float, dict[str, float]] = {}
    path = folder.attempts
    for text in bytes_of(path).decode("utf-8", "replace").split("\n") if path.exists() else ():
        # A kill leaves half a line; what is none of ours is left out with it.
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
            record = parsed_json(text)
            noted = {name: float(record[name]) for name in (*_TIMES, _RULES) if record.get(name) is not None}
            if all(0 <= value < _LATEST for value in noted.values()):
                attempts[noted["started_at"]] = noted
    return attempts
