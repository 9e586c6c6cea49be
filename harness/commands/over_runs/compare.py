"""``python -m harness compare``: two runs, paired."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.display.printing import print_json, print_table, tell_end

HELP = "two runs on the same questions, paired"


def declare(parser: argparse.ArgumentParser) -> None:
    from harness.scoring.group_accuracy import GROUPINGS

    parser.epilog = (
        "examples:\n"
        "  python -m harness compare runs/a runs/b\n"
        "  python -m harness compare runs/a runs/b --where level=4 --where level=5   the hard ones\n"
        "The vote, and one sample of each run, over the questions that both have with the same key; paired, intervals\n"
        "clustered by problem."
    )
    parser.add_argument("run_a", type=Path, metavar="RUN_A", help="run folder")
    parser.add_argument("run_b", type=Path, metavar="RUN_B", help="run folder over the same data")
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help=f"only such questions, as in split=unseen: by {', '.join(GROUPINGS)}; may be repeated: several values "
        "of one field are any of them (default: all)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")


def run(options: argparse.Namespace) -> int:
    from harness.analysis import compare
    from harness.analysis.question_filter import Where

    where = Where.of(options.where)
    comparison = compare.run(compare.CompareArgs(run_a=options.run_a, run_b=options.run_b, where=where))
    if options.json:
        print_json(compare.to_json(comparison))
    else:
        print_table(compare.render(comparison))
    runs = (options.run_a, options.run_b)
    tell_end("harness", then=("harness", "report", *runs) if all(run.is_dir() for run in runs) else ())
    return 0
