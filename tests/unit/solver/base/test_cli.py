"""The edge of all commands: what each kind of end comes to. (All commands through it: ``tests.unit.test_commands``.)"""

from __future__ import annotations

import argparse
import ast
import asyncio
import errno
import inspect
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import harness.errors
import solver.base.errors
import synth.errors
import train.errors
from solver.base.cli import Parser, guarded
from solver.base.errors import Interrupted, LogicVoteError, StoreError, UsageError
from tests.support.checkout import ROOT

SOURCES = [path for name in ("solver", "harness", "synth", "train") for path in sorted((ROOT / name).rglob("*.py"))]


def raising(error: BaseException) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UsageError("--n 0: give at least 1"), 2, "x: --n 0: give at least 1\n"),
        (StoreError("the disk is full"), 1, "x: the disk is full\n"),
        (UsageError("a\x1b[2J"), 2, "x: a␛[2J\n"),
        (Interrupted("the same command continues"), 130, "x: interrupted; the same command continues\n"),
        (Interrupted(), 130, "x: interrupted\n"),
        (KeyboardInterrupt(), 130, "x: interrupted\n"),
        (asyncio.CancelledError(), 130, "x: interrupted\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "runs/a"),
            1,
            "x: runs/a: No space left on device; make room, then run the same command again\n",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "o\x1b[2J"),
            1,
            "x: o␛[2J: Permission denied; set its permissions right, or name another place\n",
        ),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, "x: Broken pipe\n"),
        (ExceptionGroup("", [ExceptionGroup("", [UsageError("bad")]), StoreError("worse")]), 2, "x: bad\n"),
    ],
)
def test_an_end_is_one_clean_line_and_the_exit_code_of_its_class(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded("x", raising(error)) == code
    assert capsys.readouterr() == ("", words)


class OutOfMemoryError(RuntimeError):
    """Has the name of torch's."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "the system gives no more"),
        (OutOfMemoryError("CUDA out of memory. Tried 2 GiB.\nmore"), "CUDA out of memory. Tried 2 GiB."),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED"), "CUDA error: CUBLAS_STATUS_ALLOC_FAILED"),
    ],
)
def test_full_memory_is_no_bug(error: Exception, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded("x", raising(error)) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"x: memory is full: {said}; end other processes")
    assert err.count("\n") == 1


@pytest.mark.parametrize("error", [ZeroDivisionError("of sk-canary-1"), ExceptionGroup("", [UsageError(), KeyError()])])
def test_a_bug_is_one_line_and_a_file_without_secrets(
    error: Exception, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-1")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert guarded("x", raising(error)) == 1
    err = capsys.readouterr().err
    (file,) = tmp_path.glob("x-crash-*.txt")
    assert err.count("\n") == 1
    assert err.startswith(f"x: a bug: {type(error).__name__}: ")
    assert err.endswith(f"please report {file}\n")
    trace = file.read_text()
    assert "Traceback" in trace
    assert type(error).__name__ in trace
    assert "canary" not in err + trace


def test_a_bug_is_told_where_no_file_can_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert guarded("x", raising(KeyError("k"))) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("module", [solver.base.errors, harness.errors, synth.errors, train.errors])
def test_the_tree_is_drawn_as_it_is(module: object) -> None:
    """Every class hangs on the one root, is a class of the standard library too, and is drawn with its exit code."""
    drawn = inspect.getdoc(module) or ""
    classes = [one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__]  # type: ignore[attr-defined]
    assert classes
    for one in classes:
        assert issubclass(one, LogicVoteError)
        line = next(line for line in drawn.splitlines() if re.search(rf"\b{one.__name__}\b", line))
        standard = [
            base
            for base in one.__mro__
            if base.__module__ == "builtins" and base not in (Exception, BaseException, object)
        ]
        roots = {"LogicVoteError", "SolverError", "HarnessError", "SynthError", "TrainError"}
        assert standard or one.__name__ in roots
        told = re.search(r"exit code (\d+)|\s(\d+)\s|\s(\d+)$", line)
        assert told is not None, line
        assert int(next(filter(None, told.groups()))) == one.exit_code, line


SLEEPING = """
import sys, time
from solver.base.cli import guarded
def work():
    print("ready", flush=True)
    time.sleep(30)
    return 0
sys.exit(guarded("x", work))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_without_handlers_of_its_own_ends_with_130(number: signal.Signals) -> None:
    child = subprocess.Popen([sys.executable, "-c", SLEEPING], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    child.send_signal(number)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (130, b"x: interrupted\n")


CIRCLE = """
import sys
from harness.cli import main

class Circle:
    def __init__(self):
        self.me = self
    def __del__(self):
        print("looked at")

main(["--help"])
Circle()
"""


def test_at_its_end_a_command_does_not_look_for_what_could_be_freed() -> None:
    done = subprocess.run([sys.executable, "-c", CIRCLE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout
    assert "looked at" not in done.stdout + done.stderr


def test_words_may_stand_anywhere_between_flags_and_after_a_double_dash() -> None:
    parser = Parser(prog="x")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--flag")
    assert parser.parsed(["a", "--flag", "1", "b"]) == argparse.Namespace(words=["a", "b"], flag="1")
    assert parser.parsed(["--flag", "1", "--", "-b"]) == argparse.Namespace(words=["-b"], flag="1")


def test_a_folder_that_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert guarded("x", lambda: len(os.getcwd())) == 1
    assert capsys.readouterr().err.startswith("x: the folder that this was started in is gone; go to one that is there")


def test_a_flag_that_does_not_exist_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Parser(prog="x")
    parser.add_argument("--rule")
    with pytest.raises(SystemExit) as end:
        parser.parsed(["--ruel", "lead:3"])
    assert end.value.code == 2
    assert capsys.readouterr().err == (
        "x: unrecognized arguments: --ruel lead:3; did you mean --rule? (see x --help)\n"
    )


def test_a_choice_that_does_not_exist_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Parser(prog="x")
    parser.add_argument("--to", choices=("inspect", "lm-eval"))
    for told, hint in [("inspct", "; did you mean inspect?"), ("q", "")]:
        with pytest.raises(SystemExit):
            parser.parsed(["--to", told])
        said = f"argument --to: invalid choice: '{told}' (choose from 'inspect', 'lm-eval'){hint}"
        assert capsys.readouterr().err == f"x: {said} (see x --help)\n"


def test_a_word_too_many_is_answered_with_what_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """``compare runs/*`` of three runs."""
    parser = Parser(prog="x")
    parser.add_argument("run_a", metavar="RUN_A")
    parser.add_argument("run_b", metavar="RUN_B")
    with pytest.raises(SystemExit):
        parser.parsed(["a", "b", "c"])
    assert capsys.readouterr().err == "x: unrecognized arguments: c; it takes RUN_A RUN_B (see x --help)\n"
    with pytest.raises(SystemExit):
        Parser(prog="y").parsed(["c"])
    assert capsys.readouterr().err == "y: unrecognized arguments: c; it takes no words but flags (see y --help)\n"


_LOADED = """
import contextlib, io, json, runpy, sys
sys.argv = [sys.argv[1], "--help"]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
print(json.dumps(list(sys.modules)))
"""
_MAY_LOAD = {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}


@pytest.mark.parametrize("package", ["solver", "harness", "synth", "train", "logic_vote"])
def test_help_comes_at_once(package: str) -> None:
    """What it loads is its time, a third of a second on an idle core: of other packages pydantic, and few modules."""
    words = [sys.executable, "-c", _LOADED, package]
    modules = json.loads(subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True).stdout)
    own = {"solver", "harness", "synth", "train", "logic_vote", "__main__"}
    tops = {name.partition(".")[0] for name in modules}
    site = {name for name in tops if name.startswith("_") or "editable" in name}
    assert tops - set(sys.stdlib_module_names) - own - site <= _MAY_LOAD
    assert len(modules) < 400


# ---- what the source may not do by itself ----------------------------------------------------------------------------

MAY_PRINT = {
    "solver/base/display/printing.py": "prints",
    "solver/backends/process/vllm_guard.py": "a process of its own, read by a parser",
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_prints_but_the_module_that_makes_it_harmless(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    prints = any(isinstance(call, ast.Name) and call.id == "print" for call in calls)
    assert prints == (str(path.relative_to(ROOT)) in MAY_PRINT)
    if path.name != "printing.py":
        assert '"NO_COLOR"' not in text
        # rich's consoles are made in one place; the terminal's painter draws into memory.
        assert "Console(stderr" not in text
        assert "Console()" not in text


def test_signals_mean_afterwards_what_they_meant_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert guarded("x", lambda: 0) == 0
    assert signal.getsignal(signal.SIGTERM) == before
