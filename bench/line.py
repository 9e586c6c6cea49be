"""The whole line once, without a manual step: rows, a ladder, training, four bits, evaluation, report, submission.

    python -m bench.line                              # some 5 minutes on two quiet cores, in a folder told at the end
    python -m bench.line --out DIR --save line        # there; the table goes to bench/results/line.json
    python -m bench.line --out DIR                    # again: what has ended well is not done again

Everything runs on the embedded model, offline, as a user would type it; each command runs in the folder ``--out``. The
first that fails ends the line with its exit code and its last words.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.tables import Column, can_be_saved, save
from solver.base.files import write_json
from tests.support.checkout import ROOT

ASKED = "--prompt cot --max-tokens 400 --temperature 1 --top-p 1 --max-samples 8 --limit 60"
"""As the embedded model was trained; the same for every model, so that runs can be compared."""
QUIET = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}
"""On shared cores threads that spin cost training a factor of three (docs/dependencies.md)."""
COLUMNS = (
    Column("step", "{name}", "left"),
    Column("command", "`{command}`", "left"),
    Column("exit code", "{code}"),
    Column("seconds", "{seconds:,.0f}"),
    Column("CPU seconds", "{cpu_s:,.0f}"),
)


class Step(NamedTuple):
    """One command."""

    name: str
    command: str
    """Behind ``python -m``."""


STEPS = (
    Step("questions to learn from", "synth generate --count 40 --seed 7 --out data/some.jsonl"),
    Step("questions to be asked", "synth generate --count 40 --seed 8 --out data/test.jsonl"),
    Step("are they sound?", "synth check data/some.jsonl data/test.jsonl -o data/card.md"),
    Step("chains, by a ladder", "synth distill embedded data/some.jsonl --limit 80 --out runs/ladder --display plain"),
    Step("are the rows sound?", "synth check runs/ladder/train.messages.jsonl -o runs/ladder/card.md"),
    Step("an adapter", "train sft embedded-lora data.train=runs/ladder/train.messages.jsonl --out runs/sft"),
    Step("merged", "train merge runs/sft/adapter --out models/merged"),
    Step("in four bits", "train quantize models/merged --rows 16 --held-out 4 --out models/int4"),
    Step("the base's score", f"harness eval data/test.jsonl {ASKED} --run runs/base"),
    Step("the merged model's", f"harness eval data/test.jsonl --serve models/merged {ASKED} --run runs/merged"),
    Step("in four bits", f"harness eval data/test.jsonl --serve models/int4 {ASKED} --run runs/int4"),
    Step("what training changed", "harness compare runs/base runs/merged"),
    Step("what four bits cost", "harness compare runs/merged runs/int4"),
    Step("all runs", "harness leaderboard runs"),
    Step("one page", "harness report runs/base runs/merged runs/int4 -o report.html"),
    Step("as a log of Inspect", "harness export runs/int4 --to inspect"),
    Step("as results of lm-eval", "harness export runs/int4 --to lm-eval"),
    Step("the submission", "harness submit runs/int4 -o submission.jsonl"),
)


def main() -> int:
    """Run the line; returns the exit code of the first command that fails, else 0."""
    parser = argparse.ArgumentParser(description="Run the whole line on the embedded model.")
    parser.add_argument("--out", type=Path, help="folder to work in (default: a new one)")
    can_be_saved(parser)
    options = parser.parse_args()
    folder: Path = options.out or Path(tempfile.mkdtemp(prefix="logic-vote-line-"))
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Mapping[str, object]] = []
    for place, step in enumerate(STEPS):
        mark = folder / "steps" / f"{place:02d}.json"
        if not mark.exists():
            row = _done(step, folder)
            if row["code"] != 0:
                return int(str(row["code"]))
            mark.parent.mkdir(exist_ok=True)
            write_json(mark, row)
        rows.append(json.loads(mark.read_text(encoding="utf-8")))
    seconds = sum(float(str(row["seconds"])) for row in rows)
    print(f"line: {len(rows)} commands in {seconds / 60:.1f} minutes; all of it is in {folder}")
    total = {"name": "all", "command": "", "code": 0, "seconds": seconds, "cpu_s": sum(map(_cpu, rows))}
    save(options.save, COLUMNS, [*rows, total])
    return 0


def _cpu(row: Mapping[str, object]) -> float:
    return float(str(row["cpu_s"]))


def _done(step: Step, folder: Path) -> dict[str, object]:
    """Run a command as a user does; what it says goes to the screen."""
    words: Sequence[str] = (sys.executable, "-m", *shlex.split(step.command))
    print(f"line: {step.name}: python -m {step.command}", flush=True)
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    before, began = os.times(), time.monotonic()
    code = subprocess.run(words, cwd=folder, env={**os.environ, **QUIET, "PYTHONPATH": path}, check=False).returncode
    seconds, after = time.monotonic() - began, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"line: exit code {code} after {seconds:.0f} s", flush=True)
    return {"name": step.name, "command": f"python -m {step.command}", "code": code, "seconds": seconds, "cpu_s": used}


if __name__ == "__main__":
    sys.exit(main())
