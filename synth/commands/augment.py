"""``python -m synth augment``: new questions with options on problems that are there."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.config.bounds import MOST
from solver.base.typed_numbers import Whole
from solver.commands.field_map import declare_map

RESUMES = True
HELP = "Let a model write new questions on known problems; keep those that independent solvers agree on."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = """examples:
  python -m synth augment augment data/some.jsonl --out runs/augment --accept 20    # offline, the embedded model
  python -m synth augment my.yaml data.jsonl --out runs/big --dry-run               # counts, tokens, cost; no call
  python -m synth augment my.yaml data.jsonl --out runs/big --max-cost 50           # the same command resumes"""
    parser.add_argument("config", help="YAML file, or one that comes along: augment")
    parser.add_argument(
        "data", nargs="*", type=Path, help="files of problems (default: problems: of the configuration)"
    )
    declare_map(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of journal and results")
    parser.add_argument(
        "--endpoint", action="append", default=[], metavar="URL", help="use this for every model; may be repeated"
    )
    parser.add_argument("--model", metavar="NAME", help="ask for this model in every entry")
    parser.add_argument("--accept", type=Whole(0, MOST), metavar="N", help="stop at exactly N accepted questions")
    parser.add_argument("--limit", type=Whole(1, MOST), metavar="N", help="only the first N problems")
    parser.add_argument("--max-cost", metavar="X", help="never spend more over all attempts")
    parser.add_argument("--max-requests", type=Whole(0, MOST), metavar="N", help="never send more over all attempts")
    parser.add_argument("--dry-run", action="store_true", help="print counts, tokens and cost per stage; ask nothing")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from synth.augment.run_augment import augment, job_of

    return augment(job_of(arguments))
