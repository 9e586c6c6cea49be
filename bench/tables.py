"""What benches found, a JSON file each in ``bench/results/``; the tables of documents and the card are made of them.

    python -m bench.client_overhead --save client-overhead     # a bench that keeps what it finds
    python -m bench.tables                                      # write all tables of README, docs/ anew
    python -m bench.tables --check                              # exit 1 where one is not what its file says

In a document ``<!-- table: NAME -->`` stands above the table of ``bench/results/NAME.json``. A test runs the check.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tests.support.checkout import ROOT

RESULTS = ROOT / "bench" / "results"
CARD = ROOT / "models" / "embedded" / "README.md"
DOCUMENTS = (ROOT / "README.md", ROOT / "README.zh.md", CARD, *sorted((ROOT / "docs").glob("*.md")))
MARKED = re.compile(r"^(?P<indent> *)<!-- table: (?P<name>[\w.-]+) -->\n(?P<table>(?: *\|.*\n)*)", re.MULTILINE)


class Column(NamedTuple):
    """A column of the table."""

    head: str
    cell: str
    """Of a row's fields, as ``str.format`` takes it: ``{speed:,.0f}``; empty where the row lacks one."""
    align: Literal["left", "right"] = "right"


class Result(NamedTuple):
    """One finding: what was run, when, where, and the rows."""

    command: str
    date: str
    where: str
    """The machine, or what is known of it."""
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]
    note: str = ""
    """Where the rows come from, if not from the command itself."""


def table_of(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a Markdown table, a line a row."""
    rule = ["---:" if column.align == "right" else "---" for column in columns]
    lines = [f"| {' | '.join(column.head for column in columns)} |", f"|{'|'.join(rule)}|"]
    lines += [f"| {' | '.join(_cell(column, row) for column in columns)} |" for row in rows]
    # An empty cell is written with one space.
    return "\n".join(line.replace("|  |", "| |").replace("|  |", "| |") for line in lines) + "\n"


def _cell(column: Column, row: Mapping[str, Any]) -> str:
    wanted = re.findall(r"\{(\w+)", column.cell)
    return "" if any(row.get(name) is None for name in wanted) else column.cell.format(**row)


def write(result: Result, path: Path) -> None:
    """Write a result, one line a column and a row, so that a change of one reads as such."""
    head = {name: value for name, value in result._asdict().items() if value and name not in ("columns", "rows")}
    lines = [f"  {json.dumps(name)}: {_json(value)}," for name, value in head.items()]
    columns = ",\n".join(f"    {_json(column._asdict())}" for column in result.columns)
    rows = ",\n".join(f"    {_json(dict(row))}" for row in result.rows)
    text = "\n".join(["{", *lines, f'  "columns": [\n{columns}\n  ],', f'  "rows": [\n{rows}\n  ]', "}", ""])
    path.write_text(text, encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def read(path: Path) -> Result:
    """Read a result."""
    found = json.loads(path.read_text(encoding="utf-8"))
    columns = tuple(Column(**column) for column in found.pop("columns"))
    return Result(columns=columns, rows=tuple(found.pop("rows")), **found)


# ---- for the benches


def can_be_saved(parser: argparse.ArgumentParser) -> None:
    """Give a bench the flag ``--save``."""
    parser.add_argument("--save", metavar="NAME", help="keep what was found as bench/results/NAME.json")


def save(name: str | None, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], *, where: str = "") -> None:
    """Keep what this process has found, where ``--save`` was given.

    Args:
        where: a better word for the machine than this one's own, a GPU for example.
    """
    if name is None:
        return
    words = [word for place, word in enumerate(sys.argv[1:], 1) if "--save" not in (word, sys.argv[place - 1])]
    module = Path(sys.argv[0]).relative_to(ROOT).with_suffix("").parts
    command = ["python", "-m", ".".join(part for part in module if part != "__main__"), *words]
    own = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    result = Result(
        command=" ".join(command),
        date=time.strftime("%Y-%m-%d"),
        where=where or own,
        columns=tuple(columns),
        rows=tuple(rows),
    )
    RESULTS.mkdir(exist_ok=True)
    write(result, RESULTS / f"{name}.json")
    print(f"kept as bench/results/{name}.json", file=sys.stderr)


# ---- the documents


def with_tables(text: str) -> str:
    """Return a document with every marked table made of its file.

    Raises:
        FileNotFoundError: a mark names no result.
    """

    def made(found: re.Match[str]) -> str:
        result = read(RESULTS / f"{found['name']}.json")
        table = table_of(result.columns, result.rows)
        indented = "".join(f"{found['indent']}{line}\n" for line in table.splitlines())
        return f"{found['indent']}<!-- table: {found['name']} -->\n{indented}"

    return MARKED.sub(made, text)


def main() -> int:
    """Write the tables, or look whether they are as they should be."""
    parser = argparse.ArgumentParser(prog="python -m bench.tables", description="the tables of the documents")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a table is not its file's")
    args = parser.parse_args()
    code = 0
    for path in DOCUMENTS:
        before = path.read_text(encoding="utf-8")
        after = with_tables(before)
        if before == after:
            continue
        print(f"{path.relative_to(ROOT)}: {'differs' if args.check else 'written'}")
        code = int(args.check)
        if not args.check:
            path.write_text(after, encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
