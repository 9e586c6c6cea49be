"""``python -m harness reread``: a run's samples read again by the present extraction rules."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.commands.moved_data import declare_moved_data

HELP = "read a run's samples again by the present extraction rules, into a new run folder"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "example: python -m harness reread runs/mine -o runs/mine-read\n"
        "Then the command that made the run, with --run runs/mine-read, decides anew: it draws only what the stopping\n"
        "rule wants beyond the samples that are there."
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="run folder; it is left as it is")
    parser.add_argument(
        "-o", "--out", type=Path, metavar="DIR", help="run folder to write, a new one (default: RUN-read)"
    )
    declare_moved_data(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")


def run(options: argparse.Namespace) -> int:
    from harness.analysis import reread
    from harness.run.folder import check_is_run
    from solver.base.display.printing import print_json, print_table, tell, tell_end
    from solver.base.outputs import Output, check_outputs

    check_is_run(options.run)
    out = options.out or options.run.with_name(f"{options.run.name}-read")
    check_outputs([Output("-o", out, names=("*",))], reads=[options.run, *options.data])
    found = reread.run(options.run, out, options.data)
    if options.json:
        print_json(reread.to_json(found))
    else:
        print_table(reread.render(found))
    tell_end("harness", out, then=())
    tell(f"harness: to decide anew: the command that made {options.run}, with --run {out}")
    return 0
