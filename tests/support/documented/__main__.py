"""Try every documented command and write the table of them.

python -m tests.support.documented                     # docs/commands.md, in some minutes
python -m tests.support.documented --out FILE.md
python -m tests.support.documented --before COMMIT     # first the same commands in an earlier version
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.support.checkout import ROOT
from tests.support.documented.pieces import TABLE, Piece, is_shown, pieces
from tests.support.documented.table import page
from tests.support.documented.trial import Trial
from tests.support.documented.versions import as_record, checked_out, shown_by, trials

BEFORE = ROOT / "bench" / "results" / "documented" / "commands-before.json"


def try_before(commit: str) -> None:
    """Run the commands of today, and those that the earlier version showed itself, in that version."""
    with checked_out(commit) as checkout:
        own = shown_by(checkout)
        found = [*trials(pieces(), checkout), *trials(own, checkout)]
    day = subprocess.run(
        ["git", "log", "-1", "--format=%cs", commit], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    record = {
        "made_by": f"python -m tests.support.documented --before {commit}",
        "made_on": time.strftime("%Y-%m-%d"),
        "version": commit,
        "day": day,
        "commands": [as_record(piece, trial) for piece, trial in found if trial is not None],
        "its_own": [{"block": piece.block, "command": piece.command, "not_run": piece.not_run} for piece in own],
    }
    BEFORE.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _trial_of(record: dict[str, Any]) -> Trial:
    values = {name: record[name] for name in ("how", "ran_as", "code", "seconds", "err")}
    return Trial(**values, wrote=tuple(record["wrote"]), emptied=tuple(record["emptied"]))


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description="Try every documented command and write the table of them.")
    parser.add_argument("--out", type=Path, default=ROOT / TABLE)
    parser.add_argument("--before", metavar="COMMIT", help="run an earlier version's commands too")
    options = parser.parse_args()
    if options.before is not None:
        try_before(options.before)
    record = json.loads(BEFORE.read_text(encoding="utf-8"))
    before: dict[str, Trial] = {}
    for one in record["commands"]:
        before.setdefault(one["command"], _trial_of(one))
    shown = pieces()
    own = [piece for piece in (Piece(**one) for one in record["its_own"]) if not is_shown(piece, shown)]
    text = page(
        list(trials(shown)),
        before,
        list(trials(own)),
        day=time.strftime("%Y-%m-%d"),
        before_day=record["day"],
        version=record["version"],
    )
    options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
