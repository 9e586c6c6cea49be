"""``python -m harness leaderboard``: runs, and all runs of folders."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.display.printing import print_json, print_table

HELP = "runs, and all runs of folders, ranked by benchmark"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = """examples:
  python -m harness leaderboard runs
  python -m harness leaderboard runs/a runs/b"""
    parser.add_argument(
        "places",
        nargs="*",
        type=Path,
        default=[Path("runs")],
        metavar="DIR",
        help="runs, or folders that hold them: runs",
    )
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    from harness.analysis import leaderboard

    board = leaderboard.run(leaderboard.LeaderboardArgs(places=tuple(options.places)))
    if options.json:
        print_json(leaderboard.to_json(board))
    else:
        print_table(leaderboard.render(board))
    return 0
