"""What a server says it was asked and what it delivered: the side of the comparison that no contestant writes.

Two forms are read. ``bench.peers.server`` writes two lines a request, one when it comes and one when its answer leaves;
an answer that never left was abandoned by its client. ``tests.support.counting_proxy``, which stands before a real
server, writes one line when a request is over.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Sums over a ledger, or over what was added to it since ``offset`` lines."""

    requests: int
    """Completion requests that came."""
    statuses: Mapping[int, int]
    """HTTP status -> requests; 0 for those whose client left."""
    chains: int
    """Samples delivered."""
    abandoned: int
    """Samples begun whose client left before the answer."""
    distinct: int | None
    """Different samples among those delivered; None where the server cannot tell."""
    first_s: float | None
    """Unix time of the first request."""
    last_s: float | None
    """Unix time of the last answer."""
    lines: int
    """Lines read, the ``offset`` of a later reading included."""


def read_ledger(path: Path, offset: int = 0) -> Ledger:
    """Read a ledger from a line on; a last line that is not whole yet is left for the next reading."""
    if not path.exists():
        return _sum([], offset)
    lines = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
    return _sum([json.loads(line) for line in lines[offset:]], len(lines))


def _sum(entries: list[dict[str, Any]], lines: int) -> Ledger:
    if any("event" not in entry for entry in entries):
        return _of_proxy(entries, lines)
    asked = [entry for entry in entries if entry["event"] == "asked"]
    sent_at = {entry["id"]: entry["t"] for entry in entries if entry["event"] == "sent"}
    good = [entry for entry in asked if entry["status"] == 200]
    delivered = [entry for entry in good if entry["id"] in sent_at]
    samples = {(entry["key"], number) for entry in delivered for number in entry["numbers"]}
    chains = sum(entry["n"] for entry in delivered)
    return Ledger(
        requests=len(asked),
        statuses=dict(Counter(entry["status"] if entry["id"] in sent_at else 0 for entry in asked)),
        chains=chains,
        abandoned=sum(entry["n"] for entry in good) - chains,
        distinct=len(samples),
        first_s=min((entry["t"] for entry in asked), default=None),
        last_s=max(sent_at.values(), default=None),
        lines=lines,
    )


def _of_proxy(entries: list[dict[str, Any]], lines: int) -> Ledger:
    return Ledger(
        requests=len(entries),
        statuses=dict(Counter(entry["status"] for entry in entries)),
        chains=sum(len(entry["chains"]) for entry in entries if entry["status"] == 200),
        abandoned=sum(len(entry["chains"]) for entry in entries if entry["status"] == 0),
        distinct=None,
        first_s=None,
        last_s=None,
        lines=lines,
    )
