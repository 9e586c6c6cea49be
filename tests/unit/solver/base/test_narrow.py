"""Tables at every width: no word is broken, and nothing that a column says is left out."""

from __future__ import annotations

import io

import pytest
from rich import box
from rich.console import Console, Group
from rich.table import Table

from harness.scoring.tables import table
from solver.base.display.narrow import fitting

HEADINGS = ("rank", "run", "model", "rule", "otherwise", "accuracy", "samples", "tokens", "n")
ROWS = (
    ("1", "runs/one", "scripted", "lead:3", "", "100.0 % (20.7 to 100.0)", "6.00", "240", "1"),
    ("2", "runs/其他", "embedded", "fixed:16", "", "72.5 % (70.2 to 78.3)", "16.00", "1,600", "681"),
)


def printed(what: object, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(fitting(what, width))  # type: ignore[arg-type]
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("width", range(32, 121, 4))
def test_every_word_is_whole_at_every_width(width: int) -> None:
    shown = printed(Group(table("Runs", HEADINGS, ROWS, n_text=4, caption="What it means.")), width)
    words = shown.split()
    for row in (HEADINGS[:4] + HEADINGS[5:], *ROWS):
        for cell in row:
            assert set(cell.split()) <= set(words), (cell, shown)
    assert {"Runs", "What", "means."} <= set(words)
    assert all(len(line) <= width for line in shown.splitlines())


def test_a_table_that_fits_is_left_as_it_is() -> None:
    whole = table("Runs", HEADINGS, ROWS, n_text=4)
    assert fitting(whole, 120) is whole
    assert "otherwise" in printed(whole, 120)


def test_a_column_without_words_goes_before_rows_become_lines() -> None:
    shown = printed(table("Runs", HEADINGS, ROWS, n_text=4), 80)
    assert "otherwise" not in shown
    assert [line.split()[:2] for line in shown.splitlines() if "rank" in line] == [["rank", "run"]]


def test_a_column_that_takes_what_room_there_is_may_be_cut_and_never_vanishes() -> None:
    """The answer in the table of ``solver answer``, which was not there at 50 columns."""
    shape = Table(box=box.SIMPLE_HEAD, expand=True)
    shape.add_column("question", no_wrap=True)
    shape.add_column("answer", no_wrap=True, overflow="ellipsis", ratio=2)
    shape.add_column("votes", no_wrap=True)
    shape.add_row("p1#0", "B a rather long option", "B5 A3")
    for width in (24, 32, 40):
        shown = printed(shape, width)
        assert "answer" in shown
        assert " B a" in shown, shown


def test_a_path_is_folded_and_its_table_stays_one() -> None:
    shown = printed(table("", ("run", "n"), [("a/" * 60, "3")]), 80)
    assert "run" in shown.splitlines()[1] or "run" in shown.splitlines()[0]
    assert "".join(shown.split()).count("a/") == 60
