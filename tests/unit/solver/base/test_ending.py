"""The last words of a command: what it wrote and what comes next, on stderr, fit to be pasted."""

from __future__ import annotations

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
