"""The run folder: one module knows what its files are called."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from harness.errors import RunFolderError
from harness.run.folder import RunFolder, runs_below
from tests.support.checkout import ROOT

NAMES = {
    path.name
    for name in ("config", "attempts", "results", "submission", "summary", "rejects", "engine_log", "serving", "report")
    if isinstance(path := getattr(RunFolder(Path()), name), Path)
}


def test_no_other_module_names_a_file_of_the_run_folder() -> None:
    assert "summary.json" in NAMES
    guilty = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "harness").rglob("*.py")
        if path.name != "folder.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in NAMES
    ]
    assert guilty == []


def test_the_question_id_is_made_and_taken_apart_in_one_module() -> None:
    packages = ("solver", "harness", "synth", "train")
    sources = [path for package in packages for path in (ROOT / package).rglob("*.py") if path.name != "question.py"]
    words = ("}#{", 'rsplit("#"', "rpartition('#'", 'rpartition("#"', 'split("#"')
    guilty = [path for path in sources if any(word in path.read_text(encoding="utf-8") for word in words)]
    assert guilty == []


@pytest.mark.parametrize("text", [None, "", "[]", "{", "\xff", "[" * 100_000])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    run = RunFolder(tmp_path)
    if text is not None:
        run.summary.write_text(text, encoding="latin-1")
    with pytest.raises(RunFolderError, match=r"summary\.json"):
        run.read_summary()
    assert run.read_binding() == {}


@pytest.mark.parametrize(
    "row", [[], {}, {"id": "p"}, {"id": "p", "questions": [{}]}, {"id": "p", "questions": [{"answer": "A"}]}]
)
def test_a_submission_that_is_none_is_named(tmp_path: Path, row: object) -> None:
    run = RunFolder(tmp_path)
    run.submission.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"submission\.jsonl:1: cannot be read .*harness eval"):
        run.read_submission()


def test_runs_that_came_to_something_are_found_wherever_they_lie(tmp_path: Path) -> None:
    for name, files in {"b/c": ("config", "results"), "a": ("config", "summary"), "only-begun": ("config",)}.items():
        run = RunFolder(tmp_path / name)
        run.path.mkdir(parents=True)
        for file in files:
            getattr(run, file).write_text("{}")
    assert [run.path.relative_to(tmp_path).as_posix() for run in runs_below(tmp_path)] == ["a", "b/c"]
