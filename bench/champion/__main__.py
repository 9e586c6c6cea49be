"""The champion's table by one command: members trained on different data, alone, merged, in four bits, and together.

    python -m bench.champion bench/plans/champion-embedded.yaml --out runs/champion     # half an hour on two busy cores
    python -m bench.champion bench/plans/champion.yaml --out runs/champion --devices 0,1 --minutes 25
    python -m bench.champion PLAN.yaml --out DIR --dry-run                               # stages and their commands

Every stage is a command of this project, told before it runs and noted in ``DIR/journal.jsonl``; what it says is in
``DIR/logs``. Stages run side by side over the devices where the plan lets them. The same command again goes on: what is
there is not done again. After ``--minutes`` nothing begins, trainings have ended early with what they have, and the
rest is asked to stop. The tables, of what is there, are ``DIR/table.md`` and ``DIR/table.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import sys
from pathlib import Path

from bench.champion import plan as plans
from bench.champion.runner import CPU, Runner, journal, state_of
from bench.champion.stages import Layout, layout_of
from solver.backends.engine_config import installed_device
from solver.base.cli import guarded
from solver.base.display.printing import print_text, tell
from solver.base.files import FileLock, write_atomically, write_json
from solver.base.signals import INTERRUPTED
from tests.support.checkout import ROOT


def main(argv: list[str] | None = None) -> int:
    """Run a plan; returns 0 where nothing failed, 130 where a signal cut it short."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.champion",
        description="Train members on one base, score each as adapter, merged and in 4 bits, and their ensembles.",
    )
    parser.add_argument("plan", type=Path, metavar="PLAN.yaml", help="base, questions, members; as bench/plans/*.yaml")
    parser.add_argument(
        "changes", nargs="*", metavar="key=value", help="settings on top of the plan, as in base=models/mine"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for models, runs, logs and table.md; the same again goes on"
    )
    parser.add_argument("--devices", help="GPUs by number, as in 0,1 (default: 0, or cpu where there is none)")
    parser.add_argument(
        "--minutes",
        type=float,
        help="let what runs end after so many minutes, begin nothing more, write the table of what is there",
    )
    parser.add_argument("--dry-run", action="store_true", help="print stages and commands, run nothing")
    options = parser.parse_intermixed_args(argv)
    return guarded("champion", lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    plan = plans.read(options.plan, options.changes)
    if options.dry_run:
        print_text(_told(layout_of(plan)))
        return 0
    plan = plans.located(plan)
    layout = layout_of(plan)
    devices = (options.devices or ("0" if installed_device() == "cuda" else CPU)).split(",")
    options.out.mkdir(parents=True, exist_ok=True)
    os.chdir(options.out)
    Path("logs").mkdir(exist_ok=True)
    os.environ |= {**plan.environment, "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True"}
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with FileLock(Path("lock"), elsewhere="choose another --out"):
        runner = Runner(plan, layout, state_of(layout, journal()), devices, minutes=options.minutes)
        tell(f"champion: {len(runner.state.done)} of {len(layout.stages)} stages are done already")
        try:
            asyncio.run(runner.run())
        except asyncio.CancelledError:
            runner.is_stopped = True
        from bench.champion.table import markdown_of, report_of

        layout = runner.layout
        report = report_of(plan, layout, runner.state, journal())
        write_json(Path("table.json"), report)
        write_atomically(Path("table.md"), markdown_of(report))
    left = len(layout.stages) - len(runner.state.done)
    tell(f"champion: {len(runner.state.done)} of {len(layout.stages)} stages are done; see {options.out / 'table.md'}")
    if left:
        tell("champion: the same command goes on")
    return INTERRUPTED if runner.is_stopped and options.minutes is None else int(bool(runner.state.failed))


def _told(layout: Layout) -> str:
    lines = []
    for stage in layout.stages:
        behind = f" behind {', '.join(stage.needs)}" if stage.needs else ""
        behind += f", once these are over, well or not: {', '.join(stage.after)}" if stage.after else ""
        asks = f", asks the server of {stage.server}" if stage.server else ""
        lines += [f"{stage.name}{behind}{asks}", f"    python -m {shlex.join(stage.words)}"]
    for server in layout.servers.values():
        lines.append(f"server of {server.name}: {server.model} {shlex.join(server.arguments)}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
