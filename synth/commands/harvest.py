"""``python -m synth harvest``: training rows from the samples of runs that are there already."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.config.bounds import MOST, MOST_SAMPLES
from solver.base.typed_numbers import Real, Whole
from solver.commands.field_map import declare_map

HELP = "Keep the right chains of recorded runs as training rows, and pair them with wrong ones."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = """examples:
  python -m synth harvest runs/a --data problems.jsonl --out data/own --per-question 4 --prefer varied
  python -m synth harvest runs/a runs/c --data problems.jsonl --out data/pairs --format messages --format dpo
Runs come of harness eval, best with --rule fixed:8: the more samples, the more chains."""
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="run folders of 'harness eval'")
    parser.add_argument(
        "--data", action="append", required=True, type=Path, metavar="FILE", help="the runs' problems, with answer key"
    )
    declare_map(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the rows")
    parser.add_argument("--prompt", metavar="NAME|FILE", help="the runs' prompt, where its file lies elsewhere now")
    parser.add_argument(
        "--per-question",
        type=Whole(1, MOST_SAMPLES),
        default=4,
        metavar="N",
        help="most rows of a question (default: 4)",
    )
    parser.add_argument(
        "--prefer",
        choices=("first", "short", "likely", "varied"),
        default="varied",
        help="which right chains of a question are kept: as drawn, the shortest, the likeliest, or those that differ "
        "most (default: varied)",
    )
    parser.add_argument("--repeats", action="store_true", help="keep chains too that say what another one says")
    parser.add_argument(
        "--agree",
        type=Whole(1, MOST_SAMPLES),
        default=1,
        metavar="N",
        help="right samples that a question needs at least (default: 1)",
    )
    parser.add_argument(
        "--window",
        nargs=2,
        type=Real(0, 1),
        default=(0.0, 1.0),
        metavar=("LOW", "HIGH"),
        help="leave out questions of which a smaller or larger share of samples is right; 0.1 0.9 keeps what is "
        "neither always nor never solved (default: 0 1)",
    )
    parser.add_argument(
        "--pairs-per-question",
        type=Whole(1, MOST_SAMPLES),
        metavar="N",
        help="with --format dpo, kto: most pairs of a question (default: 2)",
    )
    parser.add_argument(
        "--format",
        action="append",
        choices=("messages", "alpaca", "contest", "dpo", "kto"),
        help="form of the rows; may be repeated; dpo and kto have wrong chains beside right ones (default: messages)",
    )
    parser.add_argument(
        "--dev-share",
        type=Real(0, 0.5),
        default=0.0,
        metavar="X",
        help="share of the problems for dev files (default: 0)",
    )
    parser.add_argument(
        "--min-chars", type=Whole(0, MOST), default=20, metavar="N", help="shortest chain (default: 20)"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from solver.base.outputs import Output, check_outputs
    from synth.distill.harvest import harvest
    from synth.train_dev_files import WRITTEN

    reads = [*arguments.runs, *arguments.data, arguments.prompt]
    check_outputs([Output("--out", arguments.out, names=WRITTEN)], reads=reads)
    return harvest(arguments)
