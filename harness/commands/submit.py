"""``python -m harness submit``: a run's answers in the contest's form."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "write a run's answers in the contest's form"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--fill", metavar="LETTER", help="letter for questions without an answer (default: null)")


def run(options: argparse.Namespace) -> int:
    from harness.run import submission

    count, empty = submission.write(options.run, options.out, fill=options.fill)
    print(
        f"harness: {count} answers -> {options.out}" + (f", {empty} without an answer" if empty else ""),
        file=sys.stderr,
    )
    return 0
