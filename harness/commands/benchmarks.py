"""``python -m harness benchmarks``: the public benchmarks that ``eval`` takes by name; fetching them ahead of time."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

RESUMES = True
HELP = "list public benchmarks by name; fetch them ahead of time"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m harness benchmarks\n"
        "  python -m harness benchmarks --fetch logiqa-zh,ar-lsat     for a machine without a network\n"
        "  python -m harness eval logiqa-zh,ar-lsat\n"
        "Files come from their makers, at a pinned revision, and are held against their SHA-256. LOGIC_VOTE_MIRROR\n"
        "names another place to fetch from, LOGIC_VOTE_CACHE another folder to keep them in."
    )
    parser.add_argument("--fetch", action="append", default=[], metavar="NAME", help="fetch these; all: every one")
    parser.add_argument("--json", action="store_true", help="all that is known of each, one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    import dataclasses

    from harness.benchmarks.registry import BENCHMARKS
    from harness.run.data import load_data
    from solver.base.display.printing import print_json, print_table, tell, tell_end
    from solver.base.errors import UsageError

    if arguments.fetch:
        if arguments.json:
            raise UsageError("--json lists benchmarks and --fetch fetches them; give one of the two")
        names = BENCHMARKS.names if arguments.fetch == ["all"] else arguments.fetch
        for name in names:
            load_data([name], tell=tell)
        tell_end("harness", then=("harness", "eval", ",".join(names)))
        return 0
    if arguments.json:
        for one in BENCHMARKS:
            print_json({name: value for name, value in dataclasses.asdict(one).items() if name != "load"})
        return 0
    print_table(_table())
    tell_end("harness", then=("harness", "eval", BENCHMARKS.names[0]))
    return 0


def _table() -> Table:
    from rich.table import Column, Table

    from harness.benchmarks.download import cached
    from harness.benchmarks.registry import BENCHMARKS

    # A name that is cut off cannot be typed.
    name = Column("name", no_wrap=True, min_width=max(len(one.name) for one in BENCHMARKS))
    table = Table(name, "questions", "options", "language", "here", "licence", "what it asks", box=None)
    for one in BENCHMARKS:
        options = "-".join(map(str, dict.fromkeys((min(one.options), max(one.options)))))
        is_here = all(cached(source).is_file() for source in one.files)
        table.add_row(
            one.name, str(one.questions), options, one.language, "yes" if is_here else "", one.licence, one.help
        )
    return table
