"""Canaries in the environment and in hostile data: none is ever written anywhere, and nothing steers or escapes."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.invariants import WORDS, accounted, evaluate, no_trace
from tests.support.checkout import ROOT
from tests.support.command import problems_file, serving
from tests.support.scripted_server import Call, Reply

CANARIES = {
    "OPENAI_API_KEY": "canary-key-5be1",
    "HF_TOKEN": "canary-hf-77ac",
    "AWS_SECRET_ACCESS_KEY": "canary-aws-1f09",
    "DATABASE_PASSWORD": "canary-pw-c0de",
}
RULE = ("--rule", "fixed:2")


def echoing(call: Call) -> Reply | None:
    """A server that repeats the key in every second reply, as words of its own or as a model's answer."""
    header = call.headers.get("authorization", "")
    if call.number % 4 == 0:
        return Reply(status=500, body={"error": {"message": f"failed for {header}"}})
    if call.number % 4 == 2:
        return Reply(status=400, body={"error": {"message": f"not for {header} {header.removeprefix('Bearer ')}"}})
    return None


def test_no_secret_of_the_environment_is_written_anywhere(tmp_path: Path) -> None:
    data, run, scratch = problems_file(tmp_path, 6), tmp_path / "run", tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, **CANARIES, "TMPDIR": str(scratch)}
    with serving(echoing) as server:
        words = ["eval", data, "--endpoint", server.url, "--run", run, *RULE, *WORDS[:-3], "--display", "log"]
        command = [sys.executable, "-m", "harness", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
        assert server.calls[0].headers["authorization"] == f"Bearer {CANARIES['OPENAI_API_KEY']}"
    no_trace(done.stderr)
    assert done.returncode == 1
    accounted(run, data)
    written = [path.read_bytes() for folder in (run, scratch) for path in folder.rglob("*") if path.is_file()]
    everything = b"\n".join([*written, done.stdout.encode(), done.stderr.encode()])
    assert [name for name, canary in CANARIES.items() if canary.encode() in everything] == []


def test_a_crash_file_holds_no_secret(tmp_path: Path) -> None:
    """A bug of ours in the middle of a run: the trace goes to a file, which users are asked to send."""
    code = (
        "import sys, solver.sampling.http as e\n"
        "def broken(*_): raise ZeroDivisionError('a bug')\n"
        "e.read = broken\n"
        "from harness.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    data = problems_file(tmp_path, 1)
    environment = {**os.environ, **CANARIES, "TMPDIR": str(tmp_path)}
    with serving() as server:
        words = ["eval", data, "--endpoint", server.url, "--run", tmp_path / "run", *RULE, *WORDS]
        command = [sys.executable, "-c", code, *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (crash,) = tmp_path.glob("harness-crash-*.txt")
    assert str(crash) in done.stderr
    text = crash.read_text()
    assert "ZeroDivisionError" in text
    assert not any(canary in text for canary in CANARIES.values())
    assert crash.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("url", ["http://user:canary-9@127.0.0.1:9/v1", "http://127.0.0.1:9/v1?key=canary-9"])
def test_a_password_in_an_address_is_refused_before_anything_is_written(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = evaluate(capsys, problems_file(tmp_path, 1), "--endpoint", url, "--run", tmp_path / "run")
    assert ran.code == 2
    assert "canary-9" not in ran.out + ran.err
    assert not (tmp_path / "run").exists()


def test_data_that_steers_terminals_is_shown_harmless(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "evil\x1b[2J.jsonl"
    rows = [
        {
            "id": f"p{number}",
            "problem": "x\x1b]0;owned\x07",
            "family": f"[red]evil[/red]\x1b[31m\x9b2J{number}",
            "split": "\x1b[2J",
            "questions": [{"question": "\x1b[2J?", "options": ["a\x1b[2J", "b\x07"], "answer": "A"}],
        }
        for number in range(3)
    ]
    bad = {"id": "z\x1b[2J", "problem": "x", "questions": []}
    data.write_text("".join(json.dumps(row) + "\n" for row in [*rows, bad]), encoding="utf-8")
    with serving() as server:
        words = [data, "--endpoint", server.url, "--run", tmp_path / "run", *RULE]
        refused = evaluate(capsys, *words)
        assert refused.code == 2
        ran = evaluate(capsys, *words, "--skip-bad")
    assert ran.code == 0, ran.err
    from harness.cli import main

    assert main(["leaderboard", str(tmp_path)]) == 0
    board = capsys.readouterr()
    for text in (refused.err, ran.out, ran.err, board.out, board.err):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), repr(text)


def test_names_in_data_files_never_become_paths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    data, run = outside.parent / "in" / "d.jsonl", tmp_path / "deep" / "run"
    data.parent.mkdir()
    names = ["../../escaped", "/tmp/escaped-absolute", "..", "a/b", "a\\b", "con:", "~root", "$HOME"]
    rows = [
        {"id": name, "problem": "x", "family": name, "questions": [{"question": "?", "options": ["a", "b"]}]}
        for name in names
    ]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    before = {path for path in tmp_path.rglob("*") if run not in path.parents and path != run}
    with serving() as server:
        assert evaluate(capsys, data, "--endpoint", server.url, "--run", run, *RULE).code == 0
    after = {path for path in tmp_path.rglob("*") if run not in path.parents and path != run}
    assert after - before <= {run.parent}
    assert {path.parent for path in run.rglob("*") if path.is_file()} == {run}
    assert not Path("/tmp/escaped-absolute").exists()
    accounted(run, data)


def test_a_wall_clock_that_leaps_costs_nothing(tmp_path: Path) -> None:
    data, run = problems_file(tmp_path, 4), tmp_path / "run"
    with serving(latency_s=0.01) as server:
        words = ["eval", data, "--endpoint", server.url, "--run", run, *RULE, *WORDS, "--deadline", "60s"]
        command = [sys.executable, "-m", "tests.support.jumping_clock", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    no_trace(done.stderr)
    assert done.returncode == 0, done.stderr
    accounted(run, data)
    summary = json.loads((run / "summary.json").read_text())
    assert 0 <= summary["wall_s"] < 60


# ---- what the source may not say ------------------------------------------------------------------------------------

SOURCES = [path for package in ("solver", "harness", "synth", "train") for path in (ROOT / package).rglob("*.py")]


def calls_in(path: Path) -> list[tuple[str, ast.Call]]:
    """Return every call of a file with the dotted name of what it calls."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [(ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_loads_code_from_data(path: Path) -> None:
    """YAML is loaded safely, nothing is unpickled or evaluated, no model brings code of its own."""
    for name, call in calls_in(path):
        where = f"{path}:{call.lineno}"
        # Ray passes everything between its processes as pickles; ours there never touch a disk.
        is_ours = name == "pickle.loads" and path.name == "ray_data.py"
        forbidden = ("eval", "exec", "os.system", "pickle.load", "pickle.loads", "marshal.loads")
        assert is_ours or name not in forbidden, where
        assert not re.search(r"\byaml\.(load|full_load|unsafe_load|load_all)$", name), where
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert given.get("shell", "False") == "False", where
        assert given.get("trust_remote_code", "False") == "False", where
        if name == "torch.load":
            assert given.get("weights_only") == "True", where
        if name.endswith(".save_pretrained"):
            assert given.get("safe_serialization", "True") == "True", where


def test_the_engine_is_never_told_to_trust_a_models_code() -> None:
    for path in SOURCES:
        assert "--trust-remote-code" not in path.read_text(encoding="utf-8"), path
