"""``python -m harness doctor``: what a server can do, in half a minute."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from solver.base.typed_numbers import Real

if TYPE_CHECKING:
    from rich.table import Table

    from harness.doctor.examination import Report

HELP = "find out what a server can do"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m harness doctor --endpoint http://127.0.0.1:8000/v1\n"
        "  python -m harness doctor --endpoint http://127.0.0.1:8000/v1 --model NAME --json\n"
        "Several completions a request, seeds, log-probabilities, structured choice, continuation, streaming,\n"
        "thinking, prefix cache, context window, and speed at 1 and 32 requests in flight.\n"
        "It asks some sixty short completions."
    )
    parser.add_argument("--endpoint", required=True, metavar="URL", help="the server")
    parser.add_argument("--model", metavar="NAME", help="the model to ask (default: the first one served)")
    parser.add_argument(
        "--patience", type=Real(0.1, 3600), default=12.0, metavar="S", help="seconds a check may take (default: 12)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(arguments: argparse.Namespace) -> int:
    import asyncio

    from harness.doctor.examination import MOST_PATIENCE_S, examine
    from solver.base.display.printing import print_json, print_table, tell, tell_end
    from solver.base.errors import UsageError

    if not 0 < arguments.patience <= MOST_PATIENCE_S:
        raise UsageError(f"--patience {arguments.patience:g}: more than 0 and at most {MOST_PATIENCE_S:g} seconds")

    def say(check: str) -> None:
        tell(f"doctor: {check}")

    report = asyncio.run(examine(arguments.endpoint, model=arguments.model, patience_s=arguments.patience, tell=say))
    if arguments.json:
        print_json(report.to_json())
        return 0
    print_table(_table(report))
    for note in report.notes:
        tell(f"note: {note}")
    tell_end("harness", then=("harness", "eval", "--endpoint", arguments.endpoint, "--model", report.model))
    return 0


def _table(report: Report) -> Table:
    from rich.table import Table
    from rich.text import Text

    from solver.base.text_safety import one_line

    table = Table("what", "there", "seen", box=None, title=Text(one_line(f"{report.model} at {report.endpoint}")))
    for one in report.findings:
        table.add_row(one.name, one.verdict, Text(one_line(one.detail)))
    return table
