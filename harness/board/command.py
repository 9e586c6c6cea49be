"""The board from files to figures, and its forms: JSON lines, a table for the terminal, the page."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Group, RenderableType

from harness.board.board import REFERENCE, Entry, SetBoard, joined, policies, rules_of, set_board
from harness.board.page import difference, groups_of, write_page
from harness.board.vote_sets import read_sets
from harness.scoring.tables import table
from solver.base.display.figures import counted, number, with_interval
from solver.base.display.progress import bar
from solver.base.errors import UsageError
from solver.base.inputs import check_once

BUDGETS = 3
"""At which every allocation is shown."""


def boards_of(files: Sequence[Path], caps: Sequence[int], orders: int, least_samples: int) -> tuple[SetBoard, ...]:
    """Replay everything on all sets of the files.

    Raises:
        UsageError: a number cannot be used.
        RunFolderError: a file cannot be opened.
        RecordError: a line cannot be used, or no set is left.
    """
    for name, value, least in (("--cap", min(caps), 3), ("--orders", orders, 1), ("--min-samples", least_samples, 3)):
        if value < least:
            raise UsageError(f"{name} must be at least {least}, found {value}")
    check_once(files, "board", "file")
    sets = read_sets(files, least_samples)
    wanted = [(one, cap) for one in sets for cap in sorted({min(cap, one.samples) for cap in caps})]
    total = sum(len(rules_of(cap)) + BUDGETS * len(policies()) for _, cap in wanted)
    done = 0
    boards = []
    with bar("replaying", total) as show:

        def step() -> None:
            nonlocal done
            done += 1
            show(done)

        for one, cap in wanted:
            boards.append(set_board(one, cap, orders, step))
    return tuple(boards)


def write(path: Path, boards: Sequence[SetBoard], options: argparse.Namespace) -> None:
    """Write the page, with the command that makes it again."""
    words = [
        *map(str, options.files),
        *(word for cap in options.cap or () for word in ("--cap", str(cap))),
        *(word for own in options.own for word in ("--own", str(own))),
        *("--orders", str(options.orders), "--min-samples", str(options.min_samples), "-o", str(path)),
    ]
    write_page(path, boards, f"python -m harness board {shlex.join(words)}", options.orders)


def to_json(boards: Sequence[SetBoard]) -> Iterator[dict[str, object]]:
    """Yield one object a set, cap and rule."""
    for board in boards:
        for entry in board.entries:
            row = asdict(entry)
            for name in ("accuracy", "against_lead", "against_ten"):
                row[name] = getattr(entry, name)._asdict()
            yield {"n_questions": len(board.votes.questions), **row}


def render(boards: Sequence[SetBoard]) -> RenderableType:
    """Return the tables of the groups of sets for the terminal."""
    return Group(*(_table(joined(found, name), name, found) for name, found in groups_of(boards).items()))


def _table(entries: Sequence[Entry], name: str, boards: Sequence[SetBoard]) -> RenderableType:
    rows = [
        (
            f"{'* ' if entry.is_on_front else '  '}{entry.name}",
            number(entry.samples),
            number(entry.share_of_ten, 3),
            with_interval(entry.accuracy.value, entry.accuracy.low, entry.accuracy.high),
            difference(entry.against_lead),
            difference(entry.against_ten),
        )
        for entry in entries
    ]
    n = sum(len(board.votes.questions) for board in boards)
    caption = (
        f"{counted(n, 'question')} of {counted(len(boards), 'set')}. Intervals are 95 %, clustered by problem; "
        "* is on the Pareto front; ten is ten samples a question, or all where there are fewer."
    )
    headings = ("rule", "samples", "tokens, of ten's", "accuracy", f"points against {REFERENCE}", "against ten")
    return table(f"Board: {name}", headings, rows, caption=caption)
