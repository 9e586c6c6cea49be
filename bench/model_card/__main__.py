"""The measured tables of a model's card, made out of run folders: by split, by family, by level of fresh puzzles.

    python -m harness eval --full --run runs/new
    python -m bench.model_card --make levels.jsonl      # a fresh problem of every trained family and difficulty
    python -m harness eval levels.jsonl --run runs/levels
    python -m bench.model_card runs/new --levels runs/levels --before runs/old --save embedded
    python -m bench.tables                              # puts them into the card and the documents

Beside every accuracy stands what the options give away by themselves (``synth giveaways``) and what drawing among them
gives. Exit code 1 where a model lost what it may not lose (``FLOORS``), or where a level is surely easier than the one
below it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.model_card.figures import Judged, families, levels, lost, splits
from bench.tables import Column, can_be_saved, save, table_of
from harness.run.data import questions_of_run
from harness.run.folder import RunFolder
from harness.run.results import read_results
from solver.base.files import json_line
from solver.scheduling.outcome import Outcome
from synth.generate.order import MAX_LEVEL, Order, items
from synth.giveaways.measure import right_by_options
from synth.puzzles.families import trained

_SEED = 9000
_BEFORE = Column("model before; paired, points", "{before:.1f} %; {more:+.1f} ({more_low:+.1f} to {more_high:+.1f})")
_FAMILIES = (
    Column("family", "{name}", "left"),
    Column("difficulty 3 to 5", "{low}"),
    Column("difficulty 7", "{seven}"),
    Column("difficulty 9", "{nine}"),
    Column("options alone", "{options:.1f} of {n}"),
)


def judged(run: Path) -> list[Judged]:
    """Read a run and the questions that it was made from."""
    settings = RunFolder(run).read_config()
    questions = questions_of_run({**settings.get("all", {}), **settings["binding"]})
    options = right_by_options(questions)
    return [Judged(one, options[one.question_id]) for one in read_results(run) if one.question_id in options]


def fresh(seed: int) -> str:
    """Return fresh problems, one of every trained family and difficulty, in the contest's form."""
    lines = []
    for difficulty in range(1, MAX_LEVEL + 1):
        for place, family in enumerate(trained()):
            order = Order(count=1, seed=seed + difficulty, families=(family.name,), difficulty=difficulty)
            for item in items(order, range(place, place + 1)):
                lines.append(json_line({**item.contest_row(), "id": f"difficulty-{difficulty}-{family.name}"}))
    return "".join(lines)


def columns_of(first: str, rows: Sequence[Mapping[str, Any]], *, is_brief: bool = False) -> tuple[Column, ...]:
    """Return the columns of a table of figures; brief: without what voting gains and costs."""
    voted = "**{voted:.1f} % ({low:.1f} to {high:.1f})**"
    long = (
        Column("gain of voting, points", "{gain:+.1f} ({gain_low:+.1f} to {gain_high:+.1f})"),
        Column("samples", "{samples:.1f}"),
        Column("tokens a question", "{tokens:,.0f}"),
    )
    return (
        Column(first, "{name}", "left"),
        Column("n", "{n:,}"),
        *(() if is_brief else (Column("one sample", "{single:.1f} %"),)),
        Column("voted", voted),
        *(() if is_brief else long),
        Column("options alone", "{options:.1f} %"),
        Column("random", "{chance:.1f} %"),
        *((_BEFORE,) if any("before" in row for row in rows) else ()),
    )


def main() -> int:
    """Make the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.model_card", description="the measured tables of a card")
    parser.add_argument("run", type=Path, nargs="?", help="run folder of the built-in benchmark")
    parser.add_argument("--make", type=Path, metavar="FILE", help="write fresh puzzles of every level there, and end")
    parser.add_argument("--before", type=Path, help="that of the model before")
    parser.add_argument("--levels", type=Path, help="run folder of fresh puzzles of every level")
    parser.add_argument("--levels-before", type=Path, help="that of the model before")
    can_be_saved(parser)
    options = parser.parse_args()
    if options.make:
        options.make.write_text(fresh(_SEED), encoding="utf-8")
        return 0
    if options.run is None and options.levels is None:
        parser.error("give the run folder of the built-in benchmark, --levels, or --make FILE")
    found = judged(options.run) if options.run else []
    split_rows = splits(found, _by_id(options.before))
    level_rows = levels(judged(options.levels), _by_id(options.levels_before)) if options.levels else []
    tables = {
        "splits": (columns_of("questions", split_rows), split_rows),
        "levels": (columns_of("level", level_rows, is_brief=True), level_rows),
        "families": (_FAMILIES, families(found)),
    }
    for name, (columns, rows) in tables.items():
        if rows:
            print(table_of(columns, rows))
            save(options.save and f"{options.save}-{name}", columns, rows)
    faults = lost(split_rows, level_rows)
    for fault in faults:
        print(f"lost: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _by_id(run: Path | None) -> Mapping[str, Outcome]:
    return {} if run is None else {one.question_id: one for one in read_results(run)}


if __name__ == "__main__":
    sys.exit(main())
