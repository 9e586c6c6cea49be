"""``python -m harness export``: a run in the form of another tool."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

HELP = "write a run as logs for Inspect, as results of lm-evaluation-harness, or as recorded votes"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m harness export runs/mine --to inspect     writes runs/mine/export/inspect; open it with:\n"
        "                                                      inspect view --log-dir runs/mine/export/inspect\n"
        "  python -m harness export runs/mine --to lm-eval     writes runs/mine/export/lm-eval/MODEL/results_….json\n"
        "  python -m harness export runs/mine --to votes       letters of every sample, for harness replay and board\n"
    )
    add = parser.add_argument
    add("run", type=Path, metavar="RUN", help="run folder")
    add("--to", required=True, choices=("inspect", "lm-eval", "votes"), help="the tool to write for")
    add("-o", "--output", type=Path, metavar="FOLDER", help="where to write (default: RUN/export/TOOL)")
    add(
        "--data",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="file of problems, where the one that the run names has moved; may be repeated",
    )


def run(options: argparse.Namespace) -> int:
    import json

    from harness.errors import RunFolderError
    from harness.export import votes_file
    from harness.export.inspect_log import log_of, task_name
    from harness.export.lm_eval_files import files_of
    from harness.report.run_data import gather
    from harness.run.folder import RunFolder
    from solver.base.display.printing import print_text, tell, tell_end
    from solver.base.files import below, file_name_of, write_atomically
    from solver.base.outputs import Output, begins, check_outputs

    if not options.run.is_dir():
        raise RunFolderError(f"{options.run}: no such run folder")
    (found,) = gather([options.run], options.data)
    if options.to == "inspect":
        log = log_of(found)
        moment = str(log["stats"]["started_at"]).replace(":", "-")  # type: ignore[index]
        task = task_name(found).replace("_", "-")
        name = file_name_of(f"{moment}_{task}_{options.run.resolve().name}")
        files = {f"{name}.json": json.dumps(log, ensure_ascii=False)}
    elif options.to == "votes":
        files = votes_file.files_of(found)
    else:
        files = files_of(found)
    folder: Path = options.output or RunFolder(options.run).export(options.to)
    reads = [*RunFolder(options.run).reads(), *options.data]
    check_outputs([Output("-o", below(folder, name), begins("{")) for name in files], reads=reads)
    for name, text in files.items():
        path = below(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)
        print_text(str(path))
    tell_end("harness", *(below(folder, name) for name in files))
    if options.to == "inspect":
        tell(f"harness: next: inspect view --log-dir {shlex.quote(str(folder))}")
    return 0
