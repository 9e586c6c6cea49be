"""``python -m harness leaderboard``: runs, and all runs of folders."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from solver.base.display.printing import print_json, print_table, tell_end

if TYPE_CHECKING:
    from harness.analysis.leaderboard import Entry

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
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def run(options: argparse.Namespace) -> int:
    from harness.analysis import leaderboard

    board = leaderboard.run(leaderboard.LeaderboardArgs(places=tuple(options.places)))
    if options.json:
        print_json(leaderboard.to_json(board))
    else:
        print_table(leaderboard.render(board))
    tell_end("harness", then=_then(board.entries, options.places))
    return 0


def _then(entries: Sequence[Entry], places: Sequence[Path]) -> tuple[object, ...]:
    """Return the words of a command that goes on: the first two runs on the same data side by side, or the first."""
    if not entries:
        return ("harness", "eval")
    first, *others = entries
    second = next((one for one in others if one.digest == first.digest), None)
    run = _folder(first, places)
    return ("harness", "report", run) if second is None else ("harness", "compare", run, _folder(second, places))


def _folder(entry: Entry, places: Sequence[Path]) -> Path:
    """Return a run's folder; runs of one scanned folder are named from there."""
    return next((place / entry.run for place in places if (place / entry.run).is_dir()), Path(entry.run))
