"""Every container gives the same problems, names the rows it cannot use, and says what it found."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from solver.base.errors import InputError
from solver.base.extras import missing
from solver.problems.jsonl import digest_of, load_problems, questions_of, require_good
from solver.problems.load import read_problems
from solver.problems.shapes.container import Input
from solver.problems.shapes.load import container_of, load_inputs, load_opened
from solver.problems.shapes.option_reading import inside, options_in
from tests.support.linear_time import is_linear

ROWS = [
    {"id": "q1", "question": "1 + 1?", "A": "1", "B": "2", "answer": "B"},
    {"id": "q2", "question": "2，3?", "A": 'a, "b"', "B": "c\nd", "answer": "A"},
]


def csv_of(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = [delimiter.join(rows[0]), *(delimiter.join(map(cell, row.values())) for row in rows)]
    return "\r\n".join(lines) + "\r\n"


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def parquet() -> bytes:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), out)
    return out.getvalue()


def xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(list(ROWS[0]))
    for row in ROWS:
        book.active.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


COLUMNS = {name: [row[name] for row in ROWS] for name in ROWS[0]}


def book_of(**sheets: list[list[str]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TABLE = [list(ROWS[0]), *(list(row.values()) for row in ROWS)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
FILES: dict[str, Callable[[], bytes]] = {
    "t.jsonl": lambda: LINES,
    "t.json": lambda: json.dumps(ROWS, indent=1).encode(),
    "data.json": lambda: json.dumps({"version": 1, "data": ROWS}).encode(),
    "columns.json": lambda: json.dumps(COLUMNS, indent=1).encode(),
    "columns.jsonl": lambda: json.dumps(COLUMNS).encode(),
    "objects.json": lambda: json.dumps({n: dict(zip("01", c, strict=True)) for n, c in COLUMNS.items()}).encode(),
    "split.json": lambda: json.dumps({"columns": [*ROWS[0]], "data": [[*row.values()] for row in ROWS]}).encode(),
    "viewer.json": lambda: json.dumps({"features": [{"a": 1}], "rows": [{"row": row} for row in ROWS]}).encode(),
    "viewer.jsonl": lambda: "".join(
        json.dumps({"row_idx": n, "row": row, "truncated_cells": ["why"]}) + "\n" for n, row in enumerate(ROWS)
    ).encode(),
    "lists.json": lambda: json.dumps(TABLE).encode(),
    "range.json": lambda: json.dumps({"range": "A1:E3", "majorDimension": "ROWS", "values": TABLE}).encode(),
    "wide.json": lambda: json.dumps(ROWS).encode("utf-16"),
    "columns-beside.json": lambda: json.dumps({**COLUMNS, "source": [{"page": 1}, {"page": 2}]}).encode(),
    "by-id.json": lambda: json.dumps({row["id"]: {**row} for row in ROWS}).encode(),
    "t.csv": lambda: csv_of(ROWS).encode(),
    "told.csv": lambda: b"sep=;\r\n" + csv_of(ROWS, ";").encode(),
    "semicolons.csv": lambda: csv_of(ROWS, ";").encode("utf-8-sig"),
    "gb.csv": lambda: csv_of(ROWS).encode("gb18030"),
    "wide.csv": lambda: csv_of(ROWS, "\t").encode("utf-16"),
    "t.tsv": lambda: csv_of(ROWS, "\t").encode(),
    "pipes.csv": lambda: csv_of(ROWS, "|").encode(),
    "titled.csv": lambda: b"Logic,2024\r\n\r\n" + csv_of(ROWS).encode(),
    "joined.csv": lambda: (csv_of(ROWS[:1]) + csv_of(ROWS[1:])).encode(),
    "by-excel.txt": lambda: csv_of(ROWS, "\t").encode("utf-16"),
    "by-a-site.xls": lambda: csv_of(ROWS, "\t").encode("gb18030"),
    "t.csv.gz": lambda: gzip.compress(csv_of(ROWS).encode()),
    "no-ending": lambda: csv_of(ROWS).encode(),
    "t.zip": lambda: zipped({"__MACOSX/t.csv": b"\0", "in/t.csv": csv_of(ROWS).encode()}),
    "t.parquet": parquet,
    "t.xlsx": xlsx,
    "titled.xlsx": lambda: book_of(a=[["Questions of 2024"], [], *TABLE]),
    "described.xlsx": lambda: book_of(a=[["Subject", "logic"], *[[f"{n}. read"] for n in range(9)], *TABLE]),
    "joined.xlsx": lambda: book_of(a=[*TABLE[:2], TABLE[0], TABLE[2]]),
    "covered.xlsx": lambda: book_of(cover=[["Read me"], ["Not for sale"]], a=TABLE),
    "apart.xlsx": lambda: book_of(a=TABLE[:2], b=[TABLE[0], TABLE[2]]),
}
NEEDS = {"t.parquet": "pyarrow", **{name: "openpyxl" for name in FILES if name.endswith(".xlsx")}}


@pytest.mark.parametrize("name", FILES)
def test_every_container_gives_the_same_questions(name: str, tmp_path: Path) -> None:
    if name in NEEDS and missing([NEEDS[name]]):
        pytest.skip(f"{NEEDS[name]} is not installed")
    path, said = tmp_path / name, list[str]()
    path.write_bytes(FILES[name]())
    loaded = load_inputs([str(path)], tell=said.append)
    require_good(loaded)
    assert [question.id for question in questions_of(loaded.problems)] == ["q1#0", "q2#0"]
    assert [question.options for question in questions_of(loaded.problems)] == [("1", "2"), ('a, "b"', "c\nd")]
    assert [question.gold for question in questions_of(loaded.problems)] == [1, 0]
    assert len(said) == 1
    assert said[0].endswith("2 rows read as question=question, options=A+B, answer=answer (a letter), id=id")
    assert [problem.id for problem in read_problems(str(path))] == ["q1", "q2"]


def test_a_file_in_the_projects_own_form_is_read_as_ever_and_nothing_is_said(tmp_path: Path) -> None:
    path, said = tmp_path / "own.jsonl", list[str]()
    question = {"question": "?", "options": ["x", "y"], "answer": "A"}
    path.write_text(json.dumps({"id": "p", "problem": "t", "questions": [question]}) + "\n")
    loaded = load_inputs([str(path)], tell=said.append)
    assert digest_of(questions_of(loaded.problems)) == digest_of(questions_of(load_problems([path]).problems))
    assert said == []


def test_rows_with_one_passage_are_one_problem_and_questions_of_a_passage_are_rows(tmp_path: Path) -> None:
    apart, together = tmp_path / "apart.csv", tmp_path / "together.json"
    apart.write_text("passage,question,A,B,label\np,q1,x,y,A\nr,q2,x,y,B\np,q3,x,y,B\n")
    row = {"question": "q", "options": ["x", "y"], "answer": "A"}
    together.write_text(json.dumps([{"passage": "p", "questions": [row, row | {"answer": "B"}]}]))
    assert [len(problem.questions) for problem in load_inputs([str(apart)]).problems] == [2, 1]
    assert [question.gold for question in load_inputs([str(together)]).problems[0].questions] == [0, 1]


def test_questions_of_a_passage_in_lists_of_their_own_are_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    row = {
        "article": "p",
        "questions": ["q1", "q2"],
        "options": [["x", "y"], ["v", "w"]],
        "answers": ["A", "B"],
        "id": 7,
    }
    path.write_text(json.dumps(row) + "\n")
    loaded = load_inputs([str(path)])
    assert [problem.text for problem in loaded.problems] == ["p"]
    questions = questions_of(loaded.problems)
    assert [(one.text, one.options, one.gold) for one in questions] == [("q1", ("x", "y"), 0), ("q2", ("v", "w"), 1)]


@pytest.mark.parametrize("hints", [[{"text": "h"}, {"text": "i"}], [{"question": "h"}]])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("question", ["q", {"stem": "q"}])
def test_an_object_that_is_a_question_is_one_row_whatever_lists_it_holds(
    hints: list[object], indent: int | None, question: object, tmp_path: Path
) -> None:
    choices = [{"label": "A", "text": "x"}, {"label": "B", "text": "y"}]
    row = {"question": question, "choices": choices, "answer": "B", "hints": hints}
    (tmp_path / "t.json").write_text(json.dumps(row, indent=indent))
    (found,) = questions_of(load_inputs([str(tmp_path / "t.json")]).problems)
    assert (found.text, found.options, found.gold) == ("q", ("x", "y"), 1)


@pytest.mark.parametrize("name", ["t.json", "t.jsonl"])
def test_lists_of_a_question_of_which_one_holds_objects_are_no_columns(name: str, tmp_path: Path) -> None:
    row = {"question": ["p", "q"], "options": [{"text": "x"}, {"text": "y"}], "answer": ["A", "B"]}
    (tmp_path / name).write_text(json.dumps(row))
    with pytest.raises(InputError, match="several answers to a question are not supported"):
        load_inputs([str(tmp_path / name)])


def found_in(path: Path, said: list[str] | None = None) -> list[tuple[str, str, tuple[str, ...], int | None]]:
    loaded = load_inputs([str(path)], tell=(said if said is not None else []).append)
    require_good(loaded)
    return [(one.problem, one.text, one.options, one.gold) for one in questions_of(loaded.problems)]


def test_a_merged_cell_is_that_of_each_of_its_rows(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book, path = openpyxl.Workbook(), tmp_path / "t.xlsx"
    blank = None
    for row in (
        ["Logic", blank, blank, blank, blank],
        ["材料", "问题", "A", "B", "答案"],
        ["p", "q1", "x", "y", "A"],
        [blank, "q2", "v", "w", "B"],
        [blank, "q3", blank, blank, "A"],
        ["r", "q4", "x", "y", "B"],
        [blank, "q5", "x", "y", "B"],
    ):
        book.active.append(row)
    for cells in ("A1:E1", "A3:A5", "C4:C5", "D4:D5"):
        book.active.merge_cells(cells)
    book.save(path)
    assert found_in(path) == [
        ("p", "q1", ("x", "y"), 0),
        ("p", "q2", ("v", "w"), 1),
        ("p", "q3", ("v", "w"), 0),
        ("r", "q4", ("x", "y"), 1),
        ("", "q5", ("x", "y"), 1),
    ]


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv"])
@pytest.mark.parametrize("parts", [("选项", "", ""), ("选项", "", "", "A", "B", "C")])
def test_one_name_above_several_options_is_that_of_each(name: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    second = [["", "", *parts[3:], ""]] if parts[3:] else []
    rows = [["序号", "题目", *parts[:3], "答案"], *second]
    rows += [["1", "q1", "x", "y", "z", "A"], ["2", "q2", "x", "y", "", "B"]]
    if name == "t.csv":
        (tmp_path / name).write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    else:
        pytest.importorskip("openpyxl")
        (tmp_path / name).write_bytes(book_of(a=rows))
    assert found_in(tmp_path / name) == [("", "q1", ("x", "y", "z"), 0), ("", "q2", ("x", "y"), 1)]


def test_a_sheet_without_names_goes_on_with_the_table_and_one_that_is_not_read_is_told(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path, said = tmp_path / "t.xlsx", list[str]()
    more = [["q2", "x", "y", "B"], ["q3", "x", "y", "A"]]
    sheets = {
        "a": [["题目", "A", "B", "答案"], ["q1", "x", "y", "A"]],
        "b": more,
        "统计": [["题数", "平均"], ["3", "2"]],
    }
    path.write_bytes(book_of(**sheets))
    assert [(text, gold) for _, text, _, gold in found_in(path, said)] == [("q1", 0), ("q2", 1), ("q3", 0)]
    assert said[0].endswith("t.xlsx: sheet b has no names and is read under those of a")
    assert said[1].endswith("t.xlsx: sheet 统计 is not read: no question among 题数, 平均")


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("kind", [list, dict])
def test_columns_of_labels_and_texts_are_options_of_each_row(indent: int | None, kind: type, tmp_path: Path) -> None:
    labels = ["A", "B"]
    choices = [{"text": ["x", "y"], "label": labels}, {"text": ["v", "w"], "label": labels}]
    columns: dict[str, list[Any]] = {"id": ["1", "2"], "question": ["q1", "q2"], "answerKey": ["B", "A"]}
    columns["choices"] = choices
    whole = columns if kind is list else {name: dict(zip("01", one, strict=True)) for name, one in columns.items()}
    (tmp_path / "t.json").write_text(json.dumps(whole, indent=indent))
    assert found_in(tmp_path / "t.json") == [("", "q1", ("x", "y"), 1), ("", "q2", ("v", "w"), 0)]


@pytest.mark.parametrize("wrap", ["viewer.json", "viewer.jsonl"])
def test_a_cell_that_the_viewer_cut_is_refused(wrap: str, tmp_path: Path) -> None:
    rows = [{"row_idx": n, "row": row, "truncated_cells": ["question"] * n} for n, row in enumerate(ROWS)]
    text = json.dumps({"rows": rows}) if wrap == "viewer.json" else "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / wrap).write_text(text)
    loaded = load_inputs([str(tmp_path / wrap)])
    assert [(fault.line, fault.field) for fault in loaded.bad] == [(2, "question")]
    assert len(loaded.problems) == 1


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            [
                {"question": f"q{n}", "options": [{"text": t, "right": n == 1 and t == "x"} for t in "xy"]}
                for n in range(4)
            ],
            "3 of 4 rows (the first: 1) are asked without a key",
        ),
        (
            [{"question": f"q{n}", "options": [{"text": t, "right": False} for t in "xy"]} for n in range(2)],
            "2 of 2 rows (the first: 1) are asked without a key",
        ),
        (
            [{"question": f"q{n}", "options": ["x", "y"], "answer": "B" if n else None} for n in range(3)],
            "1 of 3 rows (the first: 1) is asked without a key",
        ),
        (
            [
                {"passage": "" if n else "p", "question": f"q{n}", "options": ["x", "y"], "answer": "B"}
                for n in range(3)
            ],
            "2 of 3 rows (the first: 2) are asked without passage, which is empty there",
        ),
    ],
)
def test_what_some_rows_lack_is_told_once(rows: list[dict[str, object]], told: str, tmp_path: Path) -> None:
    path, said = tmp_path / "t.json", list[str]()
    path.write_text(json.dumps(rows))
    assert len(found_in(path, said)) == len(rows)
    assert [told in one for one in said] == [False, True]


def test_options_that_look_wrong_are_told_once_for_each_kind(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('question,A,B,C,answer\nq1,x,,z,C\nq2,x,,z,A\nq3,"x\nB. w",y,z,A\n')
    odd = load_inputs([str(path)]).odd
    assert [(fault.line, fault.field, fault.message[:21]) for fault in odd] == [
        (2, "options[1]", "is empty; used as it "),
        (4, "options[0]", "seems to hold further"),
    ]
    assert odd[0].message.endswith("; 1 more like it")


def test_a_table_in_the_code_of_a_western_system_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("question,A,B,answer\nIt\u2019s a caf\u00e9?,na\u00efve,y,B\n".encode("cp1252"))
    assert found_in(path) == [("", "It\u2019s a caf\u00e9?", ("na\u00efve", "y"), 1)]


@pytest.mark.parametrize("indent", [None, 1])
def test_an_object_around_questions_of_no_passage_is_their_rows(indent: int | None, tmp_path: Path) -> None:
    rows = [{"question": f"q{n}", "options": ["x", "y"], "answer": n} for n in (1, 0)]
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"title": "t", "questions": rows}, indent=indent))
    problems = read_problems(str(path), say=lambda text: None)
    assert [question.gold for question in questions_of(problems)] == [1, 0]


def test_rows_without_ids_are_read_in_linear_time() -> None:
    def make(size: int) -> Callable[[], object]:
        rows = "".join(f"q{n},x,y,A\n" for n in range(size))
        return lambda: load_opened([Input("t.csv", f"question,A,B,answer\n{rows}".encode())])

    good, times = is_linear(make, 8000)
    assert good, times


@pytest.mark.parametrize(
    "piece",
    [
        "<br",
        "①",
        "1. ",
        "A.",
        "(A)",
        "A、甲",
        "*",
        "()",
        "[",
        " ",
        "选项",
        "answer ",
        "$;$",
        "1、2",
        "B, ",
        "：*",
        "\\n答案：B",
        "\\nanswer",
        "- A. ",
        "a) ",
        "A、B；",
        "### B.",
        "【",
        "答",
    ],
)
def test_cells_and_names_of_any_length_are_read_in_linear_time(piece: str) -> None:
    def make(size: int) -> Callable[[], object]:
        long = piece * (size // len(piece))
        name = long.replace(",", "")
        table = f'question,options,answer,"{name}"\n"{long}","A.{long}","{long}","{long}"\nq,x|y,A,\nq,x|y,B,\n'

        def read() -> None:
            with contextlib.suppress(InputError):
                load_opened([Input("t.csv", table.encode())])

        return read

    good, times = is_linear(make, 60_000)
    assert good, times


def test_two_tables_in_one_book_are_a_question_to_the_user(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "t.xlsx"
    path.write_bytes(book_of(single=TABLE, other=[["question", "A", "B", "C", "answer"], ["q", "x", "y", "z", "A"]]))
    with pytest.raises(InputError, match="several tables of questions, on the sheets single, other"):
        load_inputs([str(path)])


def test_rows_that_cannot_be_used_are_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    good = "".join(f"q{n},x,y,A\n" for n in range(9))
    path.write_text(f'question,A,B,answer\n"two\nlines",x,y,B\nq,x,y,C\nq,x,x,A\nq,x,y,A,more\n{good}')
    loaded = load_inputs([str(path)])
    assert [(fault.line, fault.field) for fault in loaded.bad] == [(4, "answer"), (5, "options"), (6, "row")]
    assert len(loaded.problems) == 10


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("t.txt", b"a text", "no shape that is known"),
        ("t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", r"save it as \.xlsx"),
        ("t.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", r"with a password; without a password save it as \.xlsx"),
        ("t.xls", b"<html><table></table></html>", r"save it as \.xlsx"),
        ("t.ods", zipped({"mimetype": b"x", "content.xml": b"<x/>"}), r": an OpenDocument file; save it as \.xlsx"),
        ("t.xlsb", zipped({"xl/workbook.bin": b""}), r"save it as \.xlsx"),
        ("t.docx", zipped({"word/document.xml": b"<x/>"}), r"a text document.*save it as plain text"),
        ("t.csv", b"question,question\nx,y\n", "two columns are called 'question'"),
        ("t.csv", b'question,A\n"x', "quotes must be closed"),
        ("t.zip", b"PK\x03\x04rest", "cannot be read"),
        ("t.csv", b"foo,bar\n1,2\n", "no question found among the fields foo, bar"),
        ("t.csv", b"question,answer\nwhy?,because\n", "no options found among the fields question, answer"),
        ("t.json", b'[{"question": "a?", "options": ["x"]}]', "no row has two options or more in options"),
        (
            "t.json",
            b'{"train": [{"question": "a?"}], "test": [{"question": "b?"}, {"question": "c?"}]}',
            r"several lists of rows: train \(1\), test \(2\); write the one that is meant",
        ),
        ("t.json", b'[{"question": "a?"},]', "JSON has no comments, and no comma behind the last"),
        ("t.json", '[{"question": "谁？"}]'.encode("gbk"), "1: not UTF-8 [^\n]*iconv -f GB18030 -t UTF-8\\)$"),
        ("t.jsonl", '{"question": "谁？"}'.encode("gbk"), "1: not UTF-8 .*iconv -f GB18030 -t UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_file(name: str, data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=f"{name}.*{message}") as caught:
        load_inputs([str(tmp_path / name)])
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.jsonl", b""),
        ("t.jsonl", b"\n \n"),
        ("t.json", b"[]"),
        ("t.json", b""),
        ("t.csv", b"question,A,B,answer\n"),
        ("t.csv", b""),
        ("t.txt", b"\n"),
    ],
)
def test_a_file_that_holds_nothing_is_named(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError) as caught:
        require_good(load_inputs([str(tmp_path / name)]))
    assert str(caught.value) == f"{tmp_path / name}: holds no problem; name a file with one a line, or a row"


def test_a_field_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("frage,A,B\nx,y,z\n", encoding="utf-8")
    for told, said in [("frgae", r"'frgae'; did you mean 'frage'\? There"), ("xyz", r"'xyz'\. There")]:
        with pytest.raises(InputError, match=rf"no field {said} are: frage, A, B"):
            load_inputs([str(tmp_path / "t.csv")], mapping=f"question={told}")


def test_a_folder_is_its_files_of_questions(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"question": "b?", "options": ["x", "y"], "answer": "B"}\n', encoding="utf-8")
    (tmp_path / "a.csv").write_text("question,A,B,answer\na?,x,y,B\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("words", encoding="utf-8")
    loaded = load_inputs([str(tmp_path)])
    assert [one.questions[0].text for one in loaded.problems] == ["a?", "b?"]
    assert loaded.bad == ()


def test_a_tilde_in_quotes_is_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.csv").write_text("question,A,B,answer\na?,x,y,B\n", encoding="utf-8")
    assert len(load_inputs(["~/a.csv"]).problems) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("questoins.csv", r"questoins\.csv: cannot be read: no such file; did you mean .*/questions\.csv\?"),
        ("empty", r"a folder without a file of questions \(\.jsonl, .*name the file"),
        ("run", "the folder of a run, not of questions"),
    ],
)
def test_a_path_that_is_not_there_or_holds_no_questions_says_what_to_do(
    name: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "questions.csv").touch()
    for folder in ("empty", "run"):
        (tmp_path / folder).mkdir()
    for file in ("config.json", "results.jsonl"):
        (tmp_path / "run" / file).touch()
    with pytest.raises(InputError, match=message):
        load_inputs([str(tmp_path / name)])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("https://example.org/a b.csv", r"an address.*curl -fLO 'https://example\.org/a b\.csv'"),
        ("https://hub.example/datasets/org/set", "read the data set as hf:org/set"),
        ("org/no-such-set", "named with --serve org/no-such-set, a data set of the hub as hf:org/no-such-set"),
    ],
)
def test_what_is_on_the_net_is_told_from_a_file(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_inputs([name])


def test_several_answers_to_a_question_are_refused_with_the_first_of_them(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("question,A,B,C,answer\nq,x,y,z,AB\nr,x,y,z,BC\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"the first: 'AB'; several answers to a question are not supported"):
        load_inputs([str(path)])


def test_what_is_told_wins_over_what_is_found(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("question,other,A,B,answer\nq,o,x,y,B\n")
    (problem,) = load_inputs([str(path)], mapping="question=other,problem=question").problems
    assert (problem.text, problem.questions[0].text) == ("q", "o")


def test_questions_of_one_line_keep_its_id_where_their_keys_are_indices(tmp_path: Path) -> None:
    rows = [
        {
            "id": name,
            "problem": f"P{name}",
            "questions": [{"question": f"{n}?", "options": ["x", "y"], "answer": n} for n in (0, 1)],
        }
        for name in ("a", "b")
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(InputError, match="count from 0 or 1"):
        require_good(load_inputs([str(path)]))
    problems = load_inputs([str(path)], mapping="answer=answer:0").problems
    assert [(problem.id, [one.gold for one in problem.questions]) for problem in problems] == [
        ("a", [0, 1]),
        ("b", [0, 1]),
    ]


def test_a_data_set_of_the_hub_is_its_files_below_and_what_its_library_keeps_is_told(tmp_path: Path) -> None:
    (tmp_path / "set" / "data").mkdir(parents=True)
    (tmp_path / "set" / "data" / "test.csv").write_text("question,A,B,answer\na?,x,y,B\n", encoding="utf-8")
    (tmp_path / "set" / "dataset_infos.json").write_text("{}", encoding="utf-8")
    assert [one.questions[0].text for one in load_inputs([str(tmp_path / "set")]).problems] == ["a?"]
    (tmp_path / "saved").mkdir()
    for name in ("data-00000-of-00001.arrow", "state.json", "dataset_info.json"):
        (tmp_path / "saved" / name).write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"load_from_disk\(.*\)\.to_parquet"):
        load_inputs([str(tmp_path / "saved")])


def test_rows_without_options_are_bad_rows_however_many_they_are(tmp_path: Path) -> None:
    rows = [{"question": f"{n}?", **({"options": ["x", "y"], "answer": "B"} if n % 2 else {})} for n in range(6)]
    path = tmp_path / "q.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    loaded = load_inputs([str(path)])
    assert [(fault.line, fault.field) for fault in loaded.bad] == [(1, "options"), (3, "options"), (5, "options")]
    assert len(loaded.problems) == 3


def test_objects_over_several_lines_utf_16_and_numbered_problems_are_read(tmp_path: Path) -> None:
    row = {"id": 7, "problem": "p", "questions": [{"question": "q?", "options": ["x", "y"], "answer": "B"}]}
    path = tmp_path / "q.jsonl"
    path.write_text("".join(f"{json.dumps({**row, 'id': n}, indent=1)}\n" for n in range(3)), encoding="utf-16")
    loaded = load_inputs([str(path)])
    assert [one.id for one in loaded.problems] == ["0", "1", "2"]
    assert loaded.bad == ()


@pytest.mark.parametrize(
    ("names", "row"),
    [
        ("frage,A,B,loesung", "What is the text,A,B,B"),
        ("frage,w1,w2,loesung", "Which is the best question,the right answer,one more,the last answer"),
    ],
)
def test_a_row_as_wide_as_what_is_above_is_no_row_of_names(tmp_path: Path, names: str, row: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{names}\nq1,x,y,x\n{row}\nq3,x,y,y\n", encoding="utf-8")
    question, one, other, _ = names.split(",")
    loaded = load_inputs([str(path)], mapping=f"question={question},options={one}+{other},answer=")
    assert [asked.text for asked in questions_of(loaded.problems)] == ["q1", row.split(",")[0], "q3"]


def test_a_sentence_of_a_text_is_no_row_of_names() -> None:
    text = "Read the text, answer the question, and pick one of the options\nWho is taller?\nA. Tom\nB. Ann\n"
    table = "text,question,options\nt,Who is taller?,Tom|Ann\n"
    found = [container_of(Input("t.txt", told.encode())) for told in (text, table)]
    assert [container and container.name for container in found] == [None, "CSV"]


def test_a_log_of_changes_as_wide_as_the_table_does_not_go_on_with_it(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path, said = tmp_path / "t.xlsx", list[str]()
    log = [["version", "date", "author", "what", "why"], ["1", "today", "Tom", "a fix", "a typo"]]
    path.write_bytes(book_of(a=TABLE, log=log))
    assert [fault for fault in load_inputs([str(path)], tell=said.append).bad] == []
    assert said[0].endswith("sheet log is not read: no question among version, date, author, what, why")


def test_columns_of_a_frame_that_are_no_texts_are_names_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"columns": ["question", "A", "B", None, 7], "data": [["q1", "x", "y", 1, "z"]]}))
    assert found_in(path) == [("", "q1", ("x", "y"), None)]


def test_blank_lines_in_a_question_take_linear_time() -> None:
    def make(size: int) -> Callable[[], object]:
        return lambda: inside("Who?" + "\n" * size + "options:" + "\n" * size + "x")

    good, times = is_linear(make, 40_000)
    assert good, times


def test_a_remark_beside_a_cell_of_all_options_is_none(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("题目,选项,,答案\n谁？,A.甲 B.乙,难,B\n", encoding="utf-8")
    (question,) = questions_of(load_inputs([str(path)]).problems)
    assert (question.options, question.gold) == (("甲", "乙"), 1)


UNNAMED = [["Who is first, and why?", "Ann", "Tom", "B"], ["Who is last?", "Ann", "Tom", "A"]]


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_a_table_without_names_whose_rows_end_on_letters_is_read(name: str, tmp_path: Path) -> None:
    path, said = tmp_path / name, list[str]()
    if name == "t.csv":
        path.write_text("".join(f'"{q}",{a},{b},{key}\n' for q, a, b, key in UNNAMED))
    else:
        pytest.importorskip("openpyxl")
        path.write_bytes(book_of(a=UNNAMED))
    assert found_in(path, said) == [
        ("", "Who is first, and why?", ("Ann", "Tom"), 1),
        ("", "Who is last?", ("Ann", "Tom"), 0),
    ]
    assert said[0].endswith("columns are read as question, A, B, answer")


@pytest.mark.parametrize(
    "row", ["Who?,Ann,Tom,C", "Who?,Ann,Tom,b", "Who?,Ann,,B", "Who?,Ann,B", "Who?,Ann,one that is longer,B"]
)
def test_a_table_without_names_of_which_a_row_is_another_is_refused(row: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"Who is it?,Ann,Tom,B\n{row}\n")
    with pytest.raises(InputError, match="no question found among the fields"):
        load_inputs([str(tmp_path / "t.csv")])


def test_a_sheet_without_names_is_no_table_of_its_own_beside_one_with_names(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "t.xlsx"
    path.write_bytes(book_of(a=[["题目", "A", "B", "答案"], ["谁？", "Ann", "Tom", "B"]], b=UNNAMED))
    assert [gold for *_, gold in found_in(path)] == [1, 1, 0]


@pytest.mark.parametrize("encoding", ["big5", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_table_in_traditional_characters_is_read_in_the_code_that_it_is_in(
    encoding: str, delimiter: str, tmp_path: Path
) -> None:
    rows = [["題號", "題目", "選項A", "選項B", "答案"], ["1", "誰最高？", "甲", "乙", "B"]]
    (tmp_path / "t.csv").write_bytes("".join(delimiter.join(row) + "\n" for row in rows).encode(encoding))
    assert found_in(tmp_path / "t.csv") == [("", "誰最高？", ("甲", "乙"), 1)]


def test_lines_of_a_dialogue_with_their_questions_are_read(tmp_path: Path) -> None:
    asked = [{"question": "Who?", "choice": ["Ann", "Tom"], "answer": "Tom"}]
    (tmp_path / "t.json").write_text(json.dumps([[["W: Hi.", "M: Hello."], asked * 2, "4-1"]]))
    assert found_in(tmp_path / "t.json") == [("W: Hi.\nM: Hello.", "Who?", ("Ann", "Tom"), 1)] * 2


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_an_arrow_file_is_read(kind: str, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    ipc = pytest.importorskip("pyarrow.ipc")
    table, path = pyarrow.Table.from_pylist(ROWS), tmp_path / "t.arrow"
    opened = ipc.new_file(path, table.schema) if kind == "file" else ipc.new_stream(path, table.schema)
    with opened as writer:
        writer.write_table(table)
    assert [gold for *_, gold in found_in(path)] == [1, 0]
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match=r"t\.arrow: no readable Arrow file"):
        load_inputs([str(path)])


ASKED = [["id", "question", "A", "B"], ["q1", "Who is first?", "Ann", "Tom"], ["q2", "Who is last?", "Ann", "Tom"]]
KEYS = [["id", "answer"], ["q2", "A"], ["q1", "B"]]


def table_of(rows: list[list[str]]) -> bytes:
    return "".join(",".join(row) + "\n" for row in rows).encode()


def golds(said: list[str], folder: Path, asked: list[list[str]], keys: list[list[str]], kind: str) -> list[int | None]:
    if kind == "sheet":
        (folder / "t.xlsx").write_bytes(book_of(asked=asked, keys=keys))
        names = ["t.xlsx"]
    else:
        for name, rows in (("asked.csv", asked), ("keys.csv", keys)):
            (folder / name).write_bytes(table_of(rows))
        names = ["asked.csv", "keys.csv"] if kind == "after" else ["keys.csv", "asked.csv"]
    loaded = load_inputs([str(folder / name) for name in names], tell=said.append)
    require_good(loaded)
    return [one.gold for one in questions_of(loaded.problems)]


KINDS = pytest.mark.parametrize("kind", ["sheet", "before", "after"])


@KINDS
def test_answers_apart_are_joined_by_their_ids(kind: str, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    said: list[str] = []
    assert golds(said, tmp_path, ASKED, KEYS, kind) == [1, 0]
    assert said[0].endswith("by id")
    assert "joined to the questions" in said[0]
    beside = [[*row, key] for row, key in zip(ASKED, ("answer", "B", "A"), strict=True)]
    assert golds([], tmp_path, beside, KEYS, kind) == [1, 0]


@KINDS
@pytest.mark.parametrize(
    ("asked", "keys", "told"),
    [
        (ASKED, KEYS[:-1], r"not the same ones \(the first: 'q1'\); write the answers into a column"),
        (ASKED[:-1], KEYS, r"not the same ones \(the first: 'q2'\)"),
        (ASKED, [*KEYS, ["q1", "A"]], "two answers for id 'q1'"),
        ([*ASKED, ASKED[1]], KEYS, r"not the same ones \(the first: 'q1'\)"),
        ([[*row, "answer" if row is ASKED[0] else "A"] for row in ASKED], KEYS, "two readings of the answers"),
    ],
)
def test_answers_apart_that_do_not_fit_are_refused(
    kind: str, asked: list[list[str]], keys: list[list[str]], told: str, tmp_path: Path
) -> None:
    pytest.importorskip("openpyxl")
    with pytest.raises(InputError, match=rf"(t\.xlsx|keys\.csv): .*{told}"):
        golds([], tmp_path, asked, keys, kind)


@pytest.mark.parametrize("name", ["predictions.csv", "学生答案.csv", "qwen_answers.csv", "submission.csv"])
def test_a_file_that_is_called_after_who_answered_is_no_key(name: str) -> None:
    asked, keys = table_of(ASKED), table_of(KEYS)
    with pytest.raises(InputError, match=rf"{name}: no question found"):
        load_opened([Input("q.csv", asked), Input(name, keys)])


def test_answers_apart_whose_ids_are_those_of_two_files_are_refused_but_for_the_one_with_all_of_them() -> None:
    asked, more, keys = table_of(ASKED), table_of([*ASKED, ["q9", *ASKED[1][1:]]]), table_of(KEYS)
    with pytest.raises(
        InputError, match=r"keys\.csv: each id is that of a question in a\.csv and in b\.csv; read them"
    ):
        load_opened([Input("a.csv", asked), Input("b.csv", asked), Input("keys.csv", keys)])
    for names in (("a.csv", "b.csv"), ("b.csv", "a.csv")):
        files = {"a.csv": asked, "b.csv": more}
        loaded = load_opened([*(Input(name, files[name]) for name in names), Input("keys.csv", keys)])
        assert sorted(question.gold is None for question in questions_of(loaded.problems)) == [False] * 2 + [True] * 3


@pytest.mark.parametrize("names", [["id", "student", "answer"], ["id", "prediction"], ["id", "answer", "question"]])
def test_what_somebody_answered_is_not_joined(names: list[str], tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    rows = [[one, *["A"] * (len(names) - 1)] for one in ("q1", "q2")]
    (tmp_path / "t.xlsx").write_bytes(book_of(asked=ASKED, other=[names, *rows]))
    if "question" in names:
        with pytest.raises(InputError, match="several tables of questions"):
            found_in(tmp_path / "t.xlsx")
    else:
        assert [gold for *_, gold in found_in(tmp_path / "t.xlsx")] == [None, None]


def test_a_file_of_keys_to_no_question_is_named(tmp_path: Path) -> None:
    other = [[row[0].replace("q", "x"), row[1]] for row in KEYS]
    with pytest.raises(
        InputError, match=r"keys\.csv: ids and answers, but no id is that of a question in another input"
    ):
        golds([], tmp_path, ASKED, other, "after")


@pytest.mark.parametrize(("name", "is_told"), [("report", True), ("explanation", False), ("gpt_output", False)])
def test_a_text_that_is_longer_than_the_questions_and_not_read_is_told(
    name: str, is_told: bool, tmp_path: Path
) -> None:
    path, said = tmp_path / "t.csv", list[str]()
    path.write_text(f"{name},question,A,B,answer\n" + f"{'A long text. ' * 9},Who?,x,y,B\n" * 3)
    assert len(found_in(path, said)) == 3
    told = f"{path}: {name} is not read; if the questions are about it: --map problem={name}"
    assert (told in said) == is_told


def test_a_narrative_is_what_questions_are_about(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "narrative,question,choices,answer_index\nA story.,Who?,\"['x', 'y']\",1\nA tale.,Who?,\"['x', 'y']\",0\n"
    )
    assert found_in(path) == [("A story.", "Who?", ("x", "y"), 1), ("A tale.", "Who?", ("x", "y"), 0)]


@pytest.mark.parametrize(
    ("names", "row", "problem"),
    [
        ("paragraph,facts", "3,Tom is tall.", "Tom is tall."),
        ("document,story", "a1.pdf,Tom is tall.", "Tom is tall."),
        ("document,content", "Tom is tall.,x", "Tom is tall."),
    ],
)
def test_what_a_problem_is_called_goes_before_what_only_may_hold_it(names: str, row: str, problem: str) -> None:
    rows = [f"{names},question,A,B,answer", *(f"{row},{asked}?,Ann,Tom,B" for asked in ("Who", "Which"))]
    loaded = load_opened([Input("t.csv", "\n".join(rows).encode())])
    assert [one.problem for one in questions_of(loaded.problems)] == [problem, problem]


@pytest.mark.parametrize("name", ["答案（单选题型）", "answer (source: book)"])
def test_a_key_is_one_whatever_a_remark_says_it_is_of(name: str) -> None:
    data = f"question,A,B,{name}\nWho?,Ann,Tom,B\nWhich?,Ann,Tom,A\n".encode()
    loaded = load_opened([Input("t.csv", data)])
    assert [one.gold for one in questions_of(loaded.problems)] == [1, 0]


@pytest.mark.parametrize(("options", "golds"), [(("2,1", "5,1"), [0, 0]), (("4,2", "2,4"), [1, 1])])
def test_numbers_of_a_quiz_are_places_only_where_all_may_be(options: tuple[str, str], golds: list[int]) -> None:
    keys = ("2", "5") if golds == [0, 0] else ("2", "2")
    rows = ["Question,Answer 1,Answer 2,Time limit (sec),Correct answer(s)"]
    rows += [f"How many {place}?,{both},20,{key}" for place, (both, key) in enumerate(zip(options, keys, strict=True))]
    loaded = load_opened([Input("t.csv", "\n".join(rows).encode())])
    assert not loaded.bad
    assert [one.gold for one in questions_of(loaded.problems)] == golds


def test_a_null_byte_alone_makes_no_utf_16() -> None:
    data = csv_of(ROWS).replace("1 + 1?", "1 + 1?\0").encode()
    assert [one.gold for one in questions_of(load_opened([Input("t.csv", data)]).problems)] == [1, 0]


@pytest.mark.parametrize(
    ("text", "options", "right"),
    [
        ("问：谁高？\n答：A\n这说明什么？ A. 甲 B. 乙", ("甲", "乙"), ()),
        ("谁高？\nA. 甲\nB. 乙\n【答案】B\n【解析】A. 错 B. 对", ("甲", "乙"), (False, True)),
    ],
)
def test_an_answer_above_the_options_is_no_key(text: str, options: tuple[str, ...], right: tuple[bool, ...]) -> None:
    found = inside(text)
    assert found is not None
    assert (found[1].texts, found[1].flags) == (options, right)


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("A. C## B. C# C. C++", ("C##", "C#", "C++")),
        ("A.x##B.y##C.z", ("x", "y", "z")),
        ("A. x || B. y || C. z", ("x", "y", "z")),
    ],
)
def test_marks_part_options_only_where_they_stand_between_all(cell: str, texts: tuple[str, ...]) -> None:
    found = options_in(cell)
    assert found is not None
    assert found.texts == texts
