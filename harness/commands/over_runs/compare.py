"""``python -m harness compare``: two runs, paired."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.display.printing import print_json, print_table, tell_end

HELP = "two runs on the same questions, paired"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: python -m harness compare runs/a runs/b"
    parser.add_argument("run_a", type=Path, metavar="RUN_A")
    parser.add_argument("run_b", type=Path, metavar="RUN_B")
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    from harness.analysis import compare

    comparison = compare.run(compare.CompareArgs(run_a=options.run_a, run_b=options.run_b))
    if options.json:
        print_json(compare.to_json(comparison))
    else:
        print_table(compare.render(comparison))
    runs = (options.run_a, options.run_b)
    tell_end("harness", then=("harness", "report", *runs) if all(run.is_dir() for run in runs) else ())
    return 0
