"""``python -m synth families``: the puzzle families, and how deep the questions of a generated file are."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from synth.check.depth import Depth

HELP = "list the puzzle families"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m synth families\n"
        "  python -m synth generate --count 3000 --seed 5 --out data/mixed.jsonl\n"
        "  python -m synth families --of data/mixed.jsonl"
    )
    parser.add_argument(
        "--of",
        type=Path,
        metavar="FILE",
        help="a generated file in the contest's form: per family its options, the facts that answers need, those that "
        "none needs, the mean level, how it goes with chains and facts; exit code 1 where the whole is surely too easy",
    )


def run(options: argparse.Namespace) -> int:
    from solver.base.display.printing import print_text, tell_end
    from synth.puzzles.families import FAMILIES

    if options.of is not None:
        return _depths(options.of)
    for family in sorted(FAMILIES, key=lambda one: one.name):
        print_text(f"{family.name:20} {'' if family.is_trained else '(never trained on) '}{family.title}")
    tell_end("synth", then=("synth", "generate", "--count", 3000, "--out", "data/train.jsonl"))
    return 0


def _depths(path: Path) -> int:
    from solver.base.display.printing import print_table, tell, tell_end
    from solver.base.foreign_files import json_lines_of
    from synth.check.depth import depths
    from synth.errors import CheckError

    rows = []
    for number, row in json_lines_of(path, error=CheckError):
        if not _is_generated(row):
            raise CheckError(f"{path}, line {number}: no problem as generate writes it in the contest's form")
        rows.append(row)
    if not rows:
        raise CheckError(f"{path}: holds no problems")
    found = depths(rows)
    print_table(_table(found))
    for miss in found[0].misses:
        tell(f"synth: {miss}")
    if not found[0].misses:
        tell_end("synth", then=("synth", "check", path))
    return 1 if found[0].misses else 0


def _is_generated(row: object) -> bool:
    if not isinstance(row, dict):
        return False
    questions = row.get("questions")
    return (
        isinstance(questions, list)
        and all(
            isinstance(one, dict)
            and isinstance(one.get("options"), list)
            and isinstance(one.get("chain", ""), str)
            and isinstance(one.get("needed"), int | None)
            and isinstance(one.get("level", row.get("level")), int)
            for one in questions
        )
        and all(isinstance(row.get(name), int | None) for name in ("facts", "idle"))
    )


def _table(found: list[Depth]) -> Table:
    from rich.table import Table

    table = Table(title="how deep questions are")
    table.add_column("family", overflow="fold")
    for name in ("questions", "2 options", "5 and more", "3 facts", "1 fact", "level", "~chain", "~facts", "idle"):
        table.add_column(name, justify="right")
    for one in found:
        table.add_row(
            one.family,
            f"{one.questions:,}",
            *(f"{share:.0%}" for share in (one.of_two, one.of_five, one.of_three, one.again)),
            f"{one.level:.1f}",
            *("" if value is None else f"{value:.2f}" for value in (one.chain_by_level, one.needed_by_level)),
            "" if one.facts is None else f"{one.idle:.1f} of {one.facts:.1f}",
        )
    return table
