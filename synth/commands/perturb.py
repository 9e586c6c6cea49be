"""``python -m synth perturb``: rewordings, other names, other orders, changed facts."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.config.bounds import LAST_SEED, MOST, MOST_SAMPLES
from solver.base.typed_numbers import Whole
from solver.commands.field_map import declare_map

RESUMES = True
HELP = "Tell problems anew: other words, names, orders or facts; proven for generated puzzles, voted on for others."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = """examples:
  python -m synth perturb data/some.jsonl --out runs/perturb                          # proof and rules, no model
  python -m synth perturb data/some.jsonl --out runs/names --kind rename --copies 3
  python -m synth perturb contest.jsonl --out runs/voted --plan perturb --max-cost 5  # models make the rest"""
    parser.add_argument("data", nargs="+", type=Path, help="files of problems")
    declare_map(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of results (and journal)")
    parser.add_argument(
        "--kind", action="append", choices=("reword", "rename", "reorder", "change"), help="default: all four"
    )
    parser.add_argument(
        "--copies", type=Whole(1, MOST_SAMPLES), default=1, metavar="N", help="of each kind and problem (default 1)"
    )
    parser.add_argument(
        "--seed", type=Whole(0, LAST_SEED), default=0, metavar="S", help="another seed, other perturbations"
    )
    parser.add_argument("--limit", type=Whole(1, MOST), metavar="N", help="only the first N problems")
    parser.add_argument("--plan", metavar="CONFIG", help="models that make the rest: YAML file, or perturb")
    parser.add_argument(
        "--endpoint", action="append", default=[], metavar="URL", help="use this for every model; may be repeated"
    )
    parser.add_argument("--model", metavar="NAME", help="ask for this model in every entry")
    parser.add_argument("--max-cost", metavar="X", help="never spend more over all attempts")
    parser.add_argument("--max-requests", type=Whole(0, MOST), metavar="N", help="never send more over all attempts")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from synth.perturb.run_perturb import perturb_files

    return perturb_files(arguments)
