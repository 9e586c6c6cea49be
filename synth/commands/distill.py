"""``python -m synth distill``: chains of thought at the price of the cheapest model that can find them."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.config.bounds import MOST, MOST_SAMPLES
from solver.base.typed_numbers import Real, Whole
from solver.commands.field_map import declare_map

RESUMES = True
HELP = "Let models answer questions, the cheapest first, and keep the chains that are right as training data."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = """examples:
  python -m synth distill embedded data/some.jsonl --out runs/distill              # offline, the embedded model
  python -m synth distill my.yaml data.jsonl --out runs/big --dry-run              # counts, tokens, cost; no call
  python -m synth distill my.yaml data.jsonl --out runs/big --max-cost 50          # the same command resumes
  python -m synth distill my.yaml data.jsonl --out runs/big --format messages --format dpo   # rows, and preferences
  python -m synth distill my.yaml data.jsonl --out runs/again --rounds 3           # again for what has no chain yet
With --rounds and --each COMMAND something learns between rounds: COMMAND gets {rows}, {round} and {out}."""
    parser.add_argument("config", help="YAML file, or one that comes along: distill, embedded")
    parser.add_argument("data", nargs="*", type=Path, help="files of problems (default: data: of the configuration)")
    declare_map(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of journal and results")
    parser.add_argument(
        "--endpoint", action="append", default=[], metavar="URL", help="use this for every model; may be repeated"
    )
    parser.add_argument("--model", metavar="NAME", help="ask for this model in every entry")
    parser.add_argument(
        "--preset", metavar="NAME|FILE", help="prompt and sampling measured for the model, of every rung"
    )
    parser.add_argument(
        "--format",
        action="append",
        choices=("messages", "alpaca", "contest", "dpo", "kto"),
        help="form of the rows; may be repeated; dpo and kto are pairs of a right and a wrong chain (default: the "
        "configuration's output.forms)",
    )
    parser.add_argument("--accept", type=Whole(0, MOST), metavar="N", help="stop at exactly N accepted questions")
    parser.add_argument("--limit", type=Whole(1, MOST), metavar="N", help="only the first N questions")
    parser.add_argument("--max-cost", metavar="X", help="never spend more over all attempts")
    parser.add_argument("--max-requests", type=Whole(0, MOST), metavar="N", help="never send more over all attempts")
    parser.add_argument(
        "--blind", action="store_true", help="decide by agreement alone; known answers only judge the result"
    )
    parser.add_argument(
        "--rounds", type=Whole(1, 1000), metavar="N", help="draw anew so many times at most, into --out/round-1, …"
    )
    parser.add_argument(
        "--each",
        metavar="COMMAND",
        help="with --rounds: what learns from a round, with {rows}, {round} and {out} in it; without it each round "
        "draws for the questions that have no chain yet",
    )
    parser.add_argument(
        "--held-out",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="with --each: problems asked before and after each round; when no longer more of them are right, it ends",
    )
    parser.add_argument(
        "--patience", type=Whole(1, 1000), metavar="K", help="rounds without a new best that end it (default: 1)"
    )
    parser.add_argument(
        "--window",
        nargs=2,
        type=Real(0, 1),
        metavar=("LOW", "HIGH"),
        help="with --each: solve rates in the round before that are drawn again (default: 0 1)",
    )
    parser.add_argument("--batch", action="store_true", help="use /v1/batches: slow, half the price")
    parser.add_argument("--ray", type=Whole(1, 4096), metavar="WORKERS", help="run on Ray Data with so many workers")
    parser.add_argument(
        "--shards",
        type=Whole(1, MOST_SAMPLES),
        metavar="N",
        help="journals of a Ray run (default 16); fixed once begun",
    )
    parser.add_argument("--dry-run", action="store_true", help="print counts, tokens and cost per rung; ask nothing")
    parser.add_argument(
        "--display",
        choices=("auto", "live", "plain", "none"),
        default="auto",
        help="how the ladder is shown on stderr (default: auto)",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from synth.distill.job import job_of
    from synth.distill.rounds import plan_of, run_rounds
    from synth.distill.run_distill import distill

    plan = plan_of(arguments)
    job = job_of(arguments)
    return distill(job) if plan is None or job.is_dry else run_rounds(job, plan, distill)
