"""``python -m harness submit``: a run's answers in the rows of its data."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "write a run's answers in the rows of its data"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: python -m harness submit runs/mine -o submission.jsonl"
    parser.add_argument("run", type=Path, metavar="RUN", help="run folder")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="what to write, in the form of the run's data",
    )
    parser.add_argument("--fill", metavar="LETTER", help="letter for questions without an answer (default: null)")


def run(options: argparse.Namespace) -> int:
    from harness.run import submission
    from harness.run.folder import RunFolder
    from solver.base.display.printing import tell, tell_end
    from solver.base.outputs import Output, check_outputs

    reads = RunFolder(options.run).reads()
    check_outputs([Output("-o", options.out, submission.is_submission)], reads=reads)
    written = submission.write(options.run, options.out, fill=options.fill)
    tell(f"harness: {submission.told(written)}")
    tell_end("harness", options.out, then=("harness", "leaderboard", options.run.parent))
    return 0
