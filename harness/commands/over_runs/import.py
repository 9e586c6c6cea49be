"""``python -m harness import``: another tool's sample logs as run folders."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from solver.base.display.figures import counted

INTERRUPTED = "the runs that were told are whole; without them the same command begins anew"
HELP = "read sample logs of lm-evaluation-harness, Inspect or evalscope as runs"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m harness import out/qwen/samples_logiqa_2026-11-29T10-00-00.000000.jsonl\n"
        "  python -m harness import logs/ -o runs/theirs        every task and model of a folder, a run folder each\n"
        "Then: harness compare runs/theirs runs/mine, replay, report, audit, combine.\n"
        "Votes are the letters that the tool read; the verdict is their plurality. No tool need be installed."
    )
    add = parser.add_argument
    add("logs", type=Path, metavar="LOGS", help="a file or folder of logs; which tool's is found by looking")
    add(
        "--from",
        dest="tool",
        metavar="TOOL",
        help="the tool: lm-eval, inspect, evalscope (default: all that are found)",
    )
    add("-o", "--output", type=Path, metavar="FOLDER", help="run folder (default: runs/MODEL-TASK-TOOL)")


def run(options: argparse.Namespace) -> int:
    from harness.errors import RunFolderError
    from harness.imports.registry import TOOLS
    from harness.imports.run_folder import write_run
    from harness.scoring.metrics.accuracy import written
    from harness.scoring.metrics.metric import Summary
    from solver.base.display.figures import percent
    from solver.base.display.printing import print_text, tell, tell_end
    from solver.base.errors import UsageError
    from solver.base.files import file_name_of
    from solver.base.foreign_files import open_regular
    from solver.base.inputs import meant

    logs: Path = options.logs
    if not logs.exists():
        raise RunFolderError(f"{logs}: no such file or folder{meant(logs)}")
    # A search below a folder that cannot be read finds nothing and says nothing.
    (os.scandir(logs) if logs.is_dir() else open_regular(logs)).close()
    tools = list(TOOLS)
    if options.tool is not None:
        tools = [tool for tool in tools if tool.name == options.tool]
        if not tools:
            raise UsageError(f"--from {options.tool}: it is one of {', '.join(TOOLS.names)}")
    found = [tool for tool in tools if tool.knows(logs)]
    if not found:
        kinds = "; ".join(one.help for one in tools)
        raise RunFolderError(f"{logs}: no log that is known; read are {kinds}")
    # All are read before anything is written.
    runs = [one for tool in found for one in tool.read(logs)]
    if len(found) > 1:
        tell(f"harness: {logs}: logs of {' and '.join(tool.name for tool in found)}; --from TOOL reads those of one")
    for one in runs:
        name = file_name_of(f"{one.model}-{one.task}-{one.tool}")
        folder = options.output or Path("runs") / name
        folder = folder / name if options.output and len(runs) > 1 else folder
        summary = Summary(write_run(one, folder).to_json())
        for note in one.notes:
            tell(f"harness: {one.task}: {note}")
        told = "" if one.told is None else f"; {one.tool} told {percent(one.told)}"
        questions, samples = (int(summary.number(name) or 0) for name in ("n_questions", "n_samples"))
        counts = f"{counted(questions, 'question')}, {counted(samples, 'sample')}"
        tell(f"harness: {one.task} by {one.model}: {counts}, accuracy of the votes {written(summary)}{told}")
        print_text(str(folder))
        tell_end("harness", folder, then=("harness", "report", folder))
    return 0
