"""``python -m harness leaderboard``: all runs of a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.display.printing import print_json, print_table

HELP = "all runs of a folder, ranked by benchmark"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: python -m harness leaderboard runs"
    parser.add_argument("folder", nargs="?", type=Path, default=Path("runs"), metavar="DIR")
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    from harness.analysis import leaderboard

    board = leaderboard.run(leaderboard.LeaderboardArgs(folder=options.folder))
    if options.json:
        print_json(leaderboard.to_json(board))
    else:
        print_table(leaderboard.render(board))
    return 0
