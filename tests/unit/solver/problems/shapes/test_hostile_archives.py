"""Archives and tables that somebody made to hang or to fill the memory are refused by name."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from solver.base.errors import InputError
from solver.problems.shapes import opening, xlsx
from solver.problems.shapes.load import load_inputs


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        load_inputs([str(path)])
    assert str(path.with_suffix("")) in str(caught.value)
    return str(caught.value)


@pytest.fixture(autouse=True)
def little_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(xlsx, "_MOST_ROWS", 1000)


def test_what_unpacks_to_more_than_is_read_is_refused(tmp_path: Path) -> None:
    bomb = b"\n" * (2 << 20)
    assert "more than 1,048,576 bytes" in refused(tmp_path / "a.jsonl.gz", gzip.compress(bomb))
    assert "more than 1,048,576 bytes" in refused(tmp_path / "a.zip", zipped({"x.jsonl": bomb}))
    many = {f"{number}.jsonl": b"\n" * (1 << 18) for number in range(8)}
    assert "unpacks to more than" in refused(tmp_path / "b.zip", zipped(many))


def test_what_is_packed_again_and_again_is_refused(tmp_path: Path) -> None:
    data = b"{}"
    for _ in range(12):
        data = gzip.compress(data)
    assert "packed more than" in refused(tmp_path / "a.gz", data)
    for _ in range(6):
        data = gzip.compress(zipped({"a": data}))
    assert "packed more than" in refused(tmp_path / "a.zip", zipped({"a": data}))


def test_a_device_without_end_is_not_read_for_ever() -> None:
    with pytest.raises(InputError, match="/dev/zero: more than"):
        load_inputs(["/dev/zero"])


def test_a_damaged_archive_or_sheet_is_refused_whatever_its_reader_raises(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["question", "A", "B"])
    book.active.append(["?", "x", "y"])
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    for odd in (b"<no xml", parts[sheet].replace(b't="inlineStr"', b't="s"').replace(b"<sheetData>", b"<sheetData><")):
        assert "no readable XLSX file" in refused(tmp_path / "a.xlsx", zipped({**parts, sheet: odd}))
    far = parts[sheet].replace(b'r="1"', b'r="9000"').replace(b'"A1"', b'"A9000"').replace(b"A1:C2", b"A1:C9000")
    assert "rows" in refused(tmp_path / "b.xlsx", zipped({**parts, sheet: far}))
    # The place of its list of members lies before the beginning of the file.
    whole = bytearray(zipped({"a.jsonl": b"{}\n"}))
    whole[-6:-2] = (len(whole) + 9).to_bytes(4, "little")
    assert "cannot be read" in refused(tmp_path / "c.zip", bytes(whole))
