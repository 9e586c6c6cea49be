"""The commands at the top of the plans that come along: each is one that the command line takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from solver.base.cli import parser_of
from solver.base.places import SYNTH_PLANS
from synth.cli import PROGRAM

_COMMAND = re.compile(r"^#\s+python -m synth (.*)$", re.MULTILINE)
COMMANDS = [
    pytest.param(shlex.split(command, comments=True), id=f"{path.stem}-{place}")
    for path in sorted(SYNTH_PLANS.glob("*.yaml"))
    for place, command in enumerate(_COMMAND.findall(path.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_at_the_top_of_a_plan_is_taken(words: list[str]) -> None:
    name, *rest = words
    assert parser_of(PROGRAM.load(name), "synth").parsed(rest)


@pytest.mark.parametrize("path", sorted(SYNTH_PLANS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_plan_shows_a_command(path: Path) -> None:
    assert _COMMAND.search(path.read_text(encoding="utf-8"))
