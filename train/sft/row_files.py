"""Files of fine-tuning data: read strictly, every bad row reported with its line.

The rows, their three forms and what makes one bad are ``solver.training_rows``'s; this module reads whole files and
counts what is wrong in them.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from solver.base.display.printing import command_line
from solver.base.inputs import reason_of
from solver.problems.prompt import load_template, render
from solver.training_rows import RowError, TrainingRow, read_object, read_rows
from train.errors import RowsError

T = TypeVar("T")
SHOWN = 10
"""Bad rows that an error names; the others are counted."""


def load_rows(
    paths: Iterable[str | Path], *, prompt: str = "cot", tick: Callable[[int], None] = lambda read: None
) -> list[TrainingRow]:
    """Read and check files of rows.

    Args:
        paths: JSON lines files.
        prompt: template for rows in the contest's form.
        tick: told how many bytes are read.

    Raises:
        RowsError: a file is missing or empty, a line is no row, or an answer contradicts its options. All files are
            read first; the error names the first ten bad rows as ``file:line: field: what is wrong``.
    """
    show = partial(render, load_template(prompt))
    return read_files(
        paths,
        lambda row, where: read_rows(row, where=where, show=show),
        kind="rows",
        source=made_by(),
        tick=tick,
    )


def made_by() -> str:
    """Return a command that makes such files."""
    return command_line("synth", "generate", "--count", 1000, "--format", "messages", "--out", "data/rows.jsonl")


def read_files(
    paths: Iterable[str | Path],
    read: Callable[[Mapping[str, object], str], Iterable[T]],
    *,
    kind: str,
    source: str,
    tick: Callable[[int], None],
) -> list[T]:
    """Read whole files of JSON lines, and refuse them with all that is wrong in them.

    Args:
        read: makes of one line's object, and ``file:line``, what it holds.
        kind: of what is read, for messages.
        source: the command that makes such files.
        tick: told how many bytes are read.

    Raises:
        RowsError: a file holds none, or a line is bad; names the first ten.
    """
    found: list[T] = []
    problems: list[str] = []
    done = 0
    for path in paths:
        before = len(found) + len(problems)
        for number, line in lines_of(Path(path)):
            done += len(line)
            tick(done)
            where = f"{path}:{number}"
            try:
                found += read(read_object(line), where)
            except RowError as error:
                problems.append(f"{where}: {error}")
        if len(found) + len(problems) == before:
            raise RowsError(f"{path} holds no {kind}; make some with: {source}")
    if problems:
        more = f"\n… and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise RowsError(
            f"{len(problems)} bad {kind} beside {len(found)} good ones; fix or remove them:\n"
            + "\n".join(problems[:SHOWN])
            + more
        )
    return found


def size_of(paths: Iterable[str | Path]) -> int:
    """Return how many bytes the files have; those that are missing are for ``load_rows`` to speak of."""
    return sum(Path(path).stat().st_size for path in paths if Path(path).is_file())


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of a file's lines, blank ones left out.

    Raises:
        RowsError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if number == 1:
                    line = line.removeprefix(codecs.BOM_UTF8)
                if line.strip():
                    yield number, line
    except OSError as error:
        raise RowsError(
            f"rows {str(path)!r} cannot be read ({reason_of(error, path)}); give UTF-8 files of JSON lines"
        ) from error
