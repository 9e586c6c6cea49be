"""The last words of a command: what it wrote and what comes next, on stderr, fit to be pasted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from solver.base.display.printing import tell_end


def test_the_last_words_name_files_and_a_command_that_can_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    tell_end("synth", Path("a b.jsonl"), "c.md", then=("synth", "check", Path("a b.jsonl")))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "synth: wrote a b.jsonl, c.md\nsynth: next: python -m synth check 'a b.jsonl'\n"


def test_a_command_that_wrote_nothing_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tell_end("synth", then="")
    assert capsys.readouterr().err == ""
    tell_end("synth", then="pip install -e envs")
    assert capsys.readouterr().err == "synth: next: pip install -e envs\n"


def test_a_command_is_printed_with_the_python_that_ran_where_the_shell_would_take_another(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    used, other = tmp_path / "my venv/bin/python", tmp_path / "other/python"
    for file in (used, other):
        file.parent.mkdir(parents=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(used))

    def told(path: Path) -> str:
        monkeypatch.setenv("PATH", str(path))
        tell_end("harness", then=("harness", "report", "a"))
        return capsys.readouterr().err

    assert told(used.parent) == "harness: next: python -m harness report a\n"
    for path in (other.parent, tmp_path):  # another one, none
        assert told(path) == f"harness: next: '{used}' -m harness report a\n"
    monkeypatch.chdir(tmp_path / "my venv")
    assert told(other.parent) == "harness: next: bin/python -m harness report a\n"
