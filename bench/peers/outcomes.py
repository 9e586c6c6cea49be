"""Outcomes as JSON lines, and back: tables of several invocations together."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .contestant import Found
from .ledger import Ledger
from .measure import Ran
from .scenarios import Outcome


def line_of(outcome: Outcome, version: str) -> str:
    """Return an outcome's line."""
    return json.dumps({"version": version, **dataclasses.asdict(outcome)}) + "\n"


def read_outcomes(paths: Sequence[Path]) -> list[Outcome]:
    """Read files of outcomes; rounds of different files are different rounds."""
    outcomes: list[Outcome] = []
    for path in paths:
        before = max((one.round for one in outcomes), default=0)
        found = [_outcome(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
        outcomes += [dataclasses.replace(one, round=one.round + before) for one in found]
    return outcomes


def _outcome(row: dict[str, Any]) -> Outcome:
    del row["version"]
    row["ran"], row["ledger"], row["found"] = Ran(**row["ran"]), _ledger(row["ledger"]), Found(**row["found"])
    if row["first_ran"] is not None:
        row["first_ran"], row["first_ledger"] = Ran(**row["first_ran"]), _ledger(row["first_ledger"])
    return Outcome(**row)


def _ledger(row: dict[str, Any]) -> Ledger:
    statuses = {int(status): count for status, count in row["statuses"].items()}
    return Ledger(**{**row, "statuses": statuses})
