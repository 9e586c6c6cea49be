"""Files of others: what is no file is not waited for, and no JSON is read that nothing could hold or write again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from solver.base import foreign_files
from solver.base.errors import InputError, UsageError
from solver.base.foreign_files import bytes_of, json_lines_of, json_of, lines_of, object_of, parsed_json, text_of


@pytest.mark.parametrize("read", [bytes_of, text_of, json_of, object_of, lambda path: list(lines_of(path))])
def test_what_is_no_file_is_neither_waited_for_nor_read(read: object, tmp_path: Path) -> None:
    assert callable(read)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to("loop")
    for name, words in (("pipe", "a pipe"), ("endless", "a device"), ("loop", "symbolic links"), (".", "a folder")):
        with pytest.raises(InputError, match=words):
            read(tmp_path / name)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none")


def test_a_file_that_is_too_long_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "long").open("wb") as file:
        file.truncate(1 << 25)
    with pytest.raises(UsageError, match="at most"):
        object_of(tmp_path / "long", error=UsageError)


def test_a_line_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_files, "MOST_BYTES", 100)
    (tmp_path / "a").write_bytes(b"1\n" + b"x" * 1000)
    with pytest.raises(InputError, match="a:2: a line of more than"):
        list(lines_of(tmp_path / "a"))


@pytest.mark.parametrize(
    "text",
    [
        "1e999",
        "1" * 5000,
        str(1 << 65),
        "[" * 100_000,
        '{"a":' * 50_000,
        "[" * 500 + "]" * 500,
        '{"a": 1, "a": 2}',
        "",
        "\0",
    ],
)
def test_what_no_json_of_ours_holds_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed_json(text)


def test_halves_of_surrogate_pairs_become_one_mark_and_whole_pairs_stay() -> None:
    found = parsed_json('{"\\ud800": ["\\udfff", "\\ud83d\\ude00"]}')
    assert found == {"\ufffd": ["\ufffd", "😀"]}
    json.dumps(found, ensure_ascii=False).encode()


def test_what_is_no_number_is_none() -> None:
    assert parsed_json('{"a": NaN, "b": -Infinity}') == {"a": None, "b": None}


def test_a_fault_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "rows").write_text("1\n{\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"rows:2: not JSON"):
        list(json_lines_of(tmp_path / "rows"))
    (tmp_path / "one").write_text('{"a": 1,\n b}', encoding="utf-8")
    with pytest.raises(InputError, match=r"one:2: not JSON"):
        json_of(tmp_path / "one")
    (tmp_path / "latin").write_bytes(b"a\n\xe4")
    with pytest.raises(InputError, match=r"latin:2: not UTF-8"):
        text_of(tmp_path / "latin")
