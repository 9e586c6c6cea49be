"""``--data`` of the commands that look up the problems of finished runs."""

from __future__ import annotations

import argparse
from pathlib import Path


def declare_moved_data(parser: argparse.ArgumentParser) -> None:
    """Declare it."""
    parser.add_argument(
        "--data",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="file of problems, where the one that the run names has moved; may be repeated",
    )
