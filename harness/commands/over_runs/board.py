"""``python -m harness board``: every stopping rule and allocation on recorded votes."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.config.bounds import MOST, MOST_SAMPLES
from solver.base.display.printing import print_json, print_table, tell_end
from solver.base.typed_numbers import Whole

HELP = "all stopping rules on all recorded votes, as a page with charts"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "example: python -m harness board bench/results/votes/*.jsonl.gz -o rules.md\n"
        "a rule of one's own: --own my_rule.py (docs/rules.md)"
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="recorded votes, or run folders")
    parser.add_argument("-o", "--output", type=Path, metavar="PAGE.md", help="write the page and its charts there")
    parser.add_argument(
        "--cap",
        type=Whole(3, MOST_SAMPLES),
        action="append",
        metavar="N",
        help="samples a question at most; may be repeated (8, 16)",
    )
    parser.add_argument(
        "--orders", type=Whole(1, MOST_SAMPLES), default=10, help="shuffles of each question's samples (default 10)"
    )
    parser.add_argument(
        "--min-samples", type=Whole(3, MOST), default=8, help="leave out questions with fewer (default 8)"
    )
    parser.add_argument(
        "--own", type=Path, action="append", default=[], metavar="FILE.py", help="a rule of one's own; it is run"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a set, cap and rule")


def run(options: argparse.Namespace) -> int:
    from harness.board import command
    from harness.board.own_rule import own_rules
    from harness.board.page import BEGIN
    from solver.base.outputs import Output, check_outputs

    page = Output("-o", options.output, lambda text: BEGIN in text, beside="each chart")
    check_outputs([page], reads=[*options.files, *options.own])
    with own_rules(options.own):
        boards = command.boards_of(
            tuple(options.files), tuple(options.cap or (8, 16)), options.orders, options.min_samples
        )
        if options.output:
            command.write(options.output, boards, options)
    if options.json:
        for row in command.to_json(boards):
            print_json(row)
    else:
        print_table(command.render(boards))
    wrote = (options.output,) if options.output else ()
    tell_end("harness", *wrote, then=("harness", "replay", options.files[0], "--rule", "lead:3"))
    return 0
