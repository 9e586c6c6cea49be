"""Tables of the documents are made of the files in bench/results."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench import tables
from bench.tables import Column, Result, read, save, table_of, with_tables, write
from tests.support.checkout import ROOT

COLUMNS = (Column("side", "{side}", "left"), Column("speed", "{speed:,.1f}"), Column("", "{note}"))
ROWS = ({"side": "ours", "speed": 1234.56}, {"side": "“theirs”", "speed": 7, "note": "one run"})
TABLE = "| side | speed | |\n|---|---:|---:|\n| ours | 1,234.6 | |\n| “theirs” | 7.0 | one run |\n"


@pytest.mark.parametrize("path", tables.DOCUMENTS, ids=lambda path: path.name)
def test_every_marked_table_is_what_its_file_says(path: Path) -> None:
    """After a change of a result: ``python -m bench.tables``."""
    text = path.read_text(encoding="utf-8")
    assert with_tables(text) == text


@pytest.mark.parametrize("path", sorted(tables.RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_result_says_what_was_run_when_and_where_and_is_shown(path: Path) -> None:
    result = read(path)
    assert result.command.startswith("python -m bench.")
    assert result.where
    assert result.date[:2] == "20"
    shown = [
        found["name"] for document in tables.DOCUMENTS for found in tables.MARKED.finditer(document.read_text("utf-8"))
    ]
    assert path.stem in shown


def test_a_row_without_a_field_has_an_empty_cell() -> None:
    assert table_of(COLUMNS, ROWS) == TABLE


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    result = Result("python -m bench.x", "2026-11-29", "two cores", COLUMNS, ROWS)
    write(result, tmp_path / "x.json")
    assert read(tmp_path / "x.json") == result


def test_a_bench_that_was_told_to_save_leaves_a_table_for_any_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(sys, "argv", [str(ROOT / "bench" / "gpu" / "__main__.py"), "--only", "a", "--save", "speed"])
    save("speed", COLUMNS, ROWS, where="a card")
    assert "speed.json" in capsys.readouterr().err
    assert read(tmp_path / "results" / "speed.json").command == "python -m bench.gpu --only a"
    text = with_tables("Said.\n\n  <!-- table: speed -->\n  | old |\n  | - |\n\nMore.\n")
    indented = "".join(f"  {line}\n" for line in TABLE.splitlines())
    assert text == f"Said.\n\n  <!-- table: speed -->\n{indented}\nMore.\n"
    assert with_tables(text) == text
    save(None, COLUMNS, ROWS)
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["speed.json"]
