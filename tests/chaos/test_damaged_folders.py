"""Run folders that somebody else made, or that were damaged: every command names the place, none is "a bug"."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from harness.cli import main
from solver.base.text_safety import cleaned
from tests.chaos.invariants import WORDS, no_trace
from tests.support.command import problems_file, serving

EVIL = "m\x1b]0;o\x07\u202eb\ud800"
RAW: dict[str, bytes] = {
    "empty": b"",
    "null": b"null\n",
    "list": b"[1]\n",
    "text": b'"x"\n',
    "object": b"{}\n",
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "as deep as Python reads": b'{"data": ' + b"[" * 900 + b"]" * 900 + b"}\n",
    "zeros": b"\0" * 100,
    "not UTF-8": b'{"a": "\xff\xfe"}\n',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "NaN": b"NaN\n",
    "a long number": b"1" * 100_000,
    "one name twice": b'{"all": {}, "all": {}}\n',
}
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e308,
    10**400,
    10**19,
    "x",
    EVIL,
    "",
    "../../x",
    [],
    {},
    [[]],
    [None],
    {EVIL: None},
    "NaN!",
    2.5,
)
READERS = {
    "config.json": ("votes", "audit", "leaderboard", "eval"),
    "summary.json": ("votes", "lm-eval", "leaderboard"),
    "results.jsonl": ("votes", "compare", "replay", "combine", "submit"),
    "submission.jsonl": ("submit", "combine"),
    "attempts.jsonl": ("votes", "inspect"),
    "card.json": ("reproduce",),
    "samples.sqlite": ("votes", "audit", "eval"),
}
"""What reads each file."""
NOBODY = "http://127.0.0.1:9/v1"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with problems, and two runs on them."""
    folder = tmp_path_factory.mktemp("runs")
    data = problems_file(folder, 3)
    with serving() as server:
        for name in ("run", "other"):
            words = ["eval", data, "--endpoint", server.url, "--run", folder / name, "--rule", "fixed:2", *WORDS]
            assert main([str(word) for word in words]) == 0
    return folder


def words_of(command: str, whole: Path, run: Path, out: Path) -> list[object]:
    """Return the words of a command over a run."""
    over: dict[str, list[object]] = {
        **{tool: ["export", run, "--to", tool, "-o", out / tool] for tool in ("votes", "lm-eval", "inspect")},
        "audit": ["audit", run, "-o", out / "disputed.jsonl"],
        "compare": ["compare", whole / "other", run],
        "leaderboard": ["leaderboard", run],
        "replay": ["replay", run, "--rule", "fixed:1", "--permutations", "2", "--at-k"],
        "combine": ["combine", whole / "other", run, "-o", out / "combined.jsonl"],
        "submit": ["submit", run, "-o", out / "submission.jsonl"],
        "report": ["report", run, "-o", out / "report.html"],
        "reproduce": ["reproduce", run, "--endpoint", NOBODY, "--run", out / "again", "--display", "none"],
        "eval": ["eval", whole / "problems.jsonl", "--endpoint", NOBODY, "--run", run, "--rule", "fixed:2", *WORDS],
    }
    return over[command]


class Attacked:
    """Puts damage on copies of a run, and runs what reads it."""

    def __init__(self, whole: Path, scratch: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.whole, self.scratch, self.capsys = whole, scratch, capsys
        self.count = 0

    def hit(self, name: str, damage: Callable[[Path], object], what: str, commands: tuple[str, ...]) -> None:
        """Damage a file, and hold that every command ends as it should."""
        for command in commands:
            self.count += 1
            run, out = self.scratch / f"run{self.count}", self.scratch / f"out{self.count}"
            shutil.copytree(self.whole / "run", run)
            out.mkdir()
            damage(run / name)
            code = main([str(word) for word in words_of(command, self.whole, run, out)])
            told = self.capsys.readouterr()
            about = f"{name}: {what}: {command}: {code}: {told.err[-600:]}"
            no_trace(told.err)
            assert code in (0, 1, 2), about
            assert code == 0 or told.err.startswith("harness: "), about
            assert cleaned(told.out + told.err) == told.out + told.err, about
            written = [path for path in out.rglob("*") if path.is_file()]
            assert all(path.resolve().is_relative_to(out.resolve()) for path in written), about
            shutil.rmtree(run)
            shutil.rmtree(out)


@pytest.fixture
def attacked(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Attacked:
    return Attacked(whole, tmp_path, capsys)


def ways(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every part of a JSON value; of a list only to its first item."""
    parts = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*so_far, name)
        yield from ways(part, (*so_far, name))


def changed(value: Any, way: tuple[Any, ...], new: Any) -> str:
    """Return a JSON value with another part in one place, as text."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for name in way[:-1]:
        inner = inner[name]
    inner[way[-1]] = new
    return json.dumps(copy).replace('"NaN!"', "NaN")


def _written(path: Path, *, content: bytes) -> None:
    path.write_bytes(content)


@pytest.mark.parametrize("name", READERS)
def test_what_stands_in_place_of_a_file_is_named(attacked: Attacked, name: str) -> None:
    before = (attacked.whole / "run" / name).read_bytes()
    raw = {**RAW, "half": before[: len(before) // 2], "twice": before * 2, "a mark first": b"\xef\xbb\xbf" + before}
    for place, (what, content) in enumerate(raw.items()):
        commands = READERS[name]
        attacked.hit(name, partial(_written, content=content), what, (commands[place % len(commands)],))


def _nothing(path: Path) -> None:
    pass


PLACES: dict[str, Callable[[Path], object]] = {
    "missing": _nothing,
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to itself": lambda path: path.symlink_to(path),
    "a device without end": lambda path: path.symlink_to("/dev/zero"),
    "a link to nothing": lambda path: path.symlink_to("/nonexistent/x"),
}


@pytest.mark.parametrize("name", READERS)
def test_what_is_no_file_is_neither_waited_for_nor_read(attacked: Attacked, name: str) -> None:
    for what, put in PLACES.items():

        def damage(path: Path, put: Callable[[Path], object] = put) -> None:
            path.unlink()
            put(path)

        attacked.hit(name, damage, what, READERS[name])


@pytest.mark.parametrize("name", [name for name in READERS if name != "samples.sqlite"])
def test_a_field_of_another_kind_is_named_or_left_out(attacked: Attacked, name: str) -> None:
    first, *rest = (attacked.whole / "run" / name).read_text(encoding="utf-8").split("\n" if "jsonl" in name else "\0")
    value, rng = json.loads(first), Random(name)
    found = list(ways(value))
    for way in rng.sample(found, min(len(found), 40)):
        text = "\n".join([changed(value, way, rng.choice(VALUES)), *rest])
        attacked.hit(
            name, partial(_written, content=text.encode("utf-8", "replace")), f"{way}: {text[:300]}",
            (rng.choice(READERS[name]),),
        )  # fmt: skip


def test_a_figure_of_another_kind_is_no_bug_of_the_report(attacked: Attacked) -> None:
    summary = json.loads((attacked.whole / "run" / "summary.json").read_text(encoding="utf-8"))
    point = {"k": EVIL, "n": [None], "majority": "x", "any_correct_high": 1e308}
    odd = {**summary, "at_k": [point, point], "models": EVIL, "data": {EVIL: 1}, "tokens_per_question": [1], "cost": {}}
    attacked.hit("summary.json", lambda path: path.write_text(json.dumps(odd)), "odd figures", ("report",))


ROWS = {
    "no table": "drop table samples",
    "no column": "alter table samples drop column body",
    "bytes": "update samples set body = x'ff00'",
    "a list": "update samples set body = '[]'",
    "deep": f"update samples set body = '{'[' * 100_000}'",
    "other fields": "update samples set body = '{\"a\": 1}'",
    "null": "drop table samples; create view samples as select 'k' key, 'q' question_id, 'm' model, 0 sample_index, "
    "'failed' status, null body",
    "a trigger": "create trigger t after insert on samples begin delete from samples; end",
}


@pytest.mark.parametrize("what", ROWS)
def test_a_store_of_another_make_is_named(attacked: Attacked, what: str) -> None:
    def damage(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.executescript(ROWS[what])
        connection.close()

    attacked.hit("samples.sqlite", damage, what, READERS["samples.sqlite"])


def test_a_field_of_a_sample_is_held_to_its_kind(attacked: Attacked) -> None:
    connection = sqlite3.connect(attacked.whole / "run" / "samples.sqlite")
    key, body = connection.execute("select key, body from samples").fetchone()
    connection.close()
    sample, rng = json.loads(body), Random(1)
    for field in sample:
        text = changed(sample, (field,), rng.choice(VALUES))

        def damage(path: Path, text: str = text) -> None:
            connection = sqlite3.connect(path)
            connection.execute("update samples set body = ? where key = ?", (text, key))
            connection.commit()
            connection.close()

        attacked.hit("samples.sqlite", damage, f"{field}: {text[:300]}", (rng.choice(READERS["samples.sqlite"]),))


@pytest.mark.parametrize("name", [*READERS, "lock", "samples.sqlite-wal"])
def test_a_link_in_a_run_folder_is_not_written_through(
    name: str, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that was passed on holds a link to a file of whoever goes on with it."""
    run, precious = tmp_path / "run", tmp_path / "precious"
    run.mkdir()
    precious.write_bytes(b"mine\n")
    (run / name).symlink_to(precious)
    with serving() as server:
        words = ["eval", whole / "problems.jsonl", "--endpoint", server.url, "--run", run, "--rule", "fixed:2", *WORDS]
        code = main([str(word) for word in words])
    no_trace(capsys.readouterr().err)
    assert precious.read_bytes() == b"mine\n"
    assert code in (0, 1, 2)
    # What is replaced is the link itself.
    assert code or not (run / name).is_symlink()
