"""The wheel in an empty environment, outside the checkout: every command answers, and what comes with it is found."""

from __future__ import annotations

import filecmp
import json
import os
import re
import subprocess
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from logic_vote import PROGRAMS
from tests.golden.command import Ended
from tests.support.command import problems_file, rows_of, serving
from tests.support.run_folders import a_run
from tests.support.wheel import built_wheel, installed

pytestmark = pytest.mark.wheel
COMMANDS = [(program.package, command) for program in PROGRAMS for command in program.commands]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the wheel and its base dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    return installed(built_wheel(folder), folder / "environment")


def ran(python: Path, folder: Path, words: Sequence[object], text: str = "") -> Ended:
    """Run a module of the installed project, or its console script (``logic-vote``), in a folder of its own."""
    script = [str(python.with_name("logic-vote")), *words[1:]]
    command = script if words[0] == "logic-vote" else [str(python), "-m", *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


HELPS = """
import contextlib, io, json, sys
from logic_vote import PROGRAMS
from solver.base.cli import console
failed = []
for words in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            code = console(PROGRAMS, [*words, "--help"])
        except SystemExit as end:
            code = end.code
    if code or "usage: " not in out.getvalue():
        failed.append(words)
print(json.dumps(failed))
"""


def test_every_command_answers_help(python: Path, tmp_path: Path) -> None:
    """All in one process: what a command needs is in the wheel, or it is not."""
    (tmp_path / "helps.py").write_text(HELPS)
    assert json.loads(ran(python, tmp_path, ["helps"], text=json.dumps(COMMANDS)).out) == []


def test_the_files_that_come_with_the_project_are_there_and_are_the_checkouts(python: Path, tmp_path: Path) -> None:
    code = (
        "import json, solver.base.places as p, pathlib; "
        "print(json.dumps({k: str(v) for k, v in vars(p).items() if k[0].isupper() and isinstance(v, pathlib.Path)}))"
    )
    (tmp_path / "places.py").write_text(code)
    found = json.loads(ran(python, tmp_path, ["places"]).out)
    packages = Path(found.pop("PACKAGES"))
    assert packages.is_relative_to(python.parents[1])
    here = vars(import_module("solver.base.places"))
    for name, path in found.items():
        if here[name].is_dir():
            names = [file.name for file in here[name].iterdir() if file.is_file() and file.suffix != ".pyc"]
            assert names
            assert filecmp.cmpfiles(here[name], path, names, shallow=False) == (names, [], []), name
        else:
            assert filecmp.cmp(here[name], path, shallow=False), name


def test_a_run_against_an_endpoint_its_replay_and_the_extractor_work(python: Path, tmp_path: Path) -> None:
    with serving() as server:
        words = ["logic-vote", "eval", problems_file(tmp_path), "--endpoint", server.url, "--run", "run", "--json"]
        end = ran(python, tmp_path, words)
    assert end.code == 0, end.err
    assert len(rows_of(tmp_path / "run" / "submission.jsonl")) == 8
    replayed = ran(python, tmp_path, ["logic-vote", "replay", "run", "--rule", "fixed:1", "--json"])
    assert (replayed.code, json.loads(replayed.out)["rule"]) == (0, "fixed:1"), replayed.err
    extracted = ran(
        python,
        tmp_path,
        ["logic-vote", "extract"],
        text=json.dumps({"output": "所以答案是 C。", "n_options": 4}) + "\n",
    )
    assert (extracted.code, "C" in extracted.out) == (0, True), extracted.err


def test_a_model_is_served_only_with_an_engine_and_the_message_says_how_to_get_one(
    python: Path, tmp_path: Path
) -> None:
    end = ran(python, tmp_path, ["harness", "eval", problems_file(tmp_path), "--run", "run"])
    assert end.code == 1
    assert "pip install 'logic-vote[serve-cpu]'" in end.err


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (["solver", "serve"], "gateway"),
        (["synth", "check", "problems.jsonl"], "synth"),
        (["train", "sft", "embedded-lora", "data.train=problems.jsonl", "--out", "out"], "train"),
        (["train", "pretrain", "--recipe", "tiny", "--out", "out"], "train"),
        (["train", "tokenizer", "--out", "out"], "train"),
        (["harness", "report", "run"], "report"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:2]),
)
def test_a_command_that_lacks_its_part_names_the_extra(
    python: Path, tmp_path: Path, words: list[str], extra: str
) -> None:
    problems_file(tmp_path)
    a_run(tmp_path / "run", n=4, text="")
    end = ran(python, tmp_path, words)
    assert end.code in (1, 2)
    assert f"pip install 'logic-vote[{extra}]'" in end.err


def test_puzzles_and_plans_need_no_extra(python: Path, tmp_path: Path) -> None:
    made = ran(python, tmp_path, ["synth", "generate", "--count", "3", "--seed", "1", "--out", "made.jsonl"])
    assert (made.code, len(rows_of(tmp_path / "made.jsonl"))) == (0, 3), made.err
    planned = ran(python, tmp_path, ["train", "plan", "champion-qwen2.5-32b", "--gpu", "h200"])
    assert planned.code == 0, planned.err


def test_the_wheel_holds_nothing_beside_the_packages(python: Path) -> None:
    (record,) = python.parents[1].glob("lib/python3*/site-packages/logic_vote-*.dist-info")
    tops = {re.split("[/,]", line)[0] for line in (record / "RECORD").read_text().splitlines()}
    packages = {program.package for program in PROGRAMS}
    assert tops <= packages | {"logic_vote.py", "logic_vote_models", record.name, "__pycache__", ".."}
