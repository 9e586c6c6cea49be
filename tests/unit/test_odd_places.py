"""Files that cannot be read, folders that cannot be written, a folder for a file and a file for a folder.

Every command, with each of its inputs and each of its outputs in turn: it ends with a line that names the place and
says why in words, and never goes on as if nothing were wrong.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.golden.answers import Answers
from tests.golden.command import ran
from tests.support.checkout import ROOT
from tests.support.command import problems_file, serving
from tests.support.options_tried import WORDS
from tests.support.permissions import heeded
from tests.support.tried_folder import furnished

ASKED = ("problems.jsonl", "--endpoint", "{url}")
MODEL = str(ROOT / "models" / "embedded")
FURTHER: dict[str, Sequence[tuple[str, ...]]] = {
    "harness eval": [
        (*ASKED, "--run", "out", *more)
        for more in (("--config", "x.yaml"), ("--prompt", "prompt.txt"), ("--preset", "x.yaml"))
    ],
    "harness tune": [
        ("many-problems.jsonl", *ASKED[1:], "--run", "out", "--out", "a.yaml", "--prompts", "prompt.txt"),
    ],
    "solver answer": [ASKED],
    "harness audit": [
        ("runs/a", "votes.jsonl", "-o", "out.jsonl", "--decisions", "fixes.jsonl"),
        ("runs/a", "votes.jsonl", "-o", "out.jsonl", "--data", "runs/a/problems.jsonl"),
        ("problems.jsonl", "--apply", "fixes.jsonl", "-o", "out.jsonl"),
    ],
    "harness report": [("runs/a", "-o", "out.html", "--data", "problems.jsonl")],
    "harness export": [("runs/a", "--to", "inspect", "-o", "out")],
    "harness board": [
        ("many.jsonl", "--min-samples", "3", "--cap", "3", "-o", "out.md"),
        ("many.jsonl", "--own", "x.py"),
    ],
    "harness reproduce": [("runs/r", *ASKED[1:], "--run", "again", "--data", "keyed.jsonl")],
    "synth check": [("rows.jsonl", "-o", "card.md"), ("rows.jsonl", "--findings", "found.jsonl")],
    "synth distill": [("ladder.yaml", *ASKED, "--out", "out", "--preset", "x.yaml")],
    "synth families": [("--of", "generated.jsonl")],
    "synth harvest": [("runs/r", "--data", "keyed.jsonl", "--out", "out", "--prompt", "prompt.txt")],
    "synth perturb": [("problems.jsonl", "--limit", "3", "--out", "out", "--plan", "augment.yaml")],
    "train plan": [("x.yaml",)],
    "train quantize": [(MODEL, "--out", "out", "--calibration", "x=rows.jsonl:1")],
}
"""Words that name places which those of ``WORDS`` do not: settings, prompts, data that moved."""
OUTPUTS = ("--out", "-o", "--output", "--run", "--findings")
UNTRIED = {
    "harness benchmarks": "reads and writes no place that is named",
    "harness doctor": "reads and writes no place that is named",
    "harness fetch": "reads and writes no place that is named",
    "solver extract": "reads stdin alone",
    "solver serve": "runs until it is stopped; its settings are those of eval",
    "solver terminal": "needs a terminal; its settings are those of eval",
}
"""Command -> why none of its places is tried."""


class Case(NamedTuple):
    """A command with something odd in the place of one of its words."""

    command: str
    words: tuple[str, ...]
    place: str
    is_output: bool
    how: str


def _cases() -> Iterator[Case]:
    seen = set()
    for command in WORDS.keys() | FURTHER.keys():
        for words in (*([WORDS[command][0]] if command in WORDS else []), *FURTHER.get(command, ())):
            for before, word in zip(("", *words), words, strict=False):
                is_output = before in OUTPUTS
                hows = ("locked", "below a file", "other kind") if is_output else ("unreadable", "other kind")
                for place in [word] if is_output else _places(word):
                    key = (command, before if is_output else "", place)
                    if key not in seen:
                        seen.add(key)
                        yield from (Case(command, words, place, is_output, how) for how in hows)


def _places(word: str) -> list[str]:
    """Return what of a word is a path: all of it, or a part of ``data.train=rows.jsonl``, ``rows.jsonl=0.5``."""
    is_named = re.fullmatch(r"runs|runs/.+|[a-z-]+\.(jsonl|yaml|txt|py)", word)
    return [word] if is_named else [part for part in re.split(r"[=:]", word)[:2] if part != word and _places(part)]


CASES = sorted(_cases())


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = furnished(tmp_path_factory.mktemp("odd"))
    (folder / "x.yaml").write_text("temperature: 0.5\n", encoding="utf-8")
    (folder / "x.py").write_text("", encoding="utf-8")
    problems_file(folder, 40, name="many-problems.jsonl")
    return folder


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(Answers(sure=0.9), models=("base", "strong", "scripted")) as server:
        yield server.url


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.command} {one.place} {one.how}")
def test_an_odd_place_ends_the_command_in_a_line_that_names_it(
    template: Path, tmp_path: Path, url: str, case: Case
) -> None:
    folder = tmp_path / "there"
    shutil.copytree(template, folder, symlinks=True)
    named = _spoilt(folder, case)
    words = [
        named if case.is_output and word == case.place and before in OUTPUTS else word.format(url=url)
        for before, word in zip(("", *case.words), case.words, strict=False)
    ]
    package, name = case.command.split()
    with heeded():
        ended = ran(package, name, *words, folder=folder)
    (*_, last) = ended.err.splitlines()
    assert ended.code in (1, 2), ended.err
    assert "Errno" not in ended.err
    assert ".tmp" not in ended.err
    # Of a place that cannot be made, the folder that is in its way may be named alone.
    place = named.partition("/")[0] if case.is_output else named
    assert re.search(rf"(?<![\w-]){re.escape(place)}(?![\w-])", last), last


def _spoilt(folder: Path, case: Case) -> str:
    """Make a place odd; returns how the command names it."""
    place = folder / case.place
    if not case.is_output:
        assert place.exists(), case
        if case.how == "unreadable":
            place.chmod(0)
        elif place.is_dir():
            shutil.rmtree(place)
            place.write_text("no folder\n", encoding="utf-8")
        else:
            place.unlink()
            place.mkdir()
        return case.place
    if case.how == "locked":
        (folder / "locked").mkdir(mode=0o555)
        return f"locked/{case.place}"
    if case.how == "below a file":
        (folder / "barred").write_text("no folder\n", encoding="utf-8")
        return f"barred/{case.place}"
    if place.suffix:
        place.mkdir()
    else:
        place.write_text("no folder\n", encoding="utf-8")
    return case.place


def test_every_command_is_tried() -> None:
    from logic_vote import PROGRAMS

    tried = {case.command for case in CASES}
    assert tried.isdisjoint(UNTRIED)
    assert tried | UNTRIED.keys() == {f"{one.package} {name}" for one in PROGRAMS for name in one.commands}


@pytest.mark.parametrize("package", ["solver", "harness", "synth", "train"])
def test_no_message_holds_an_error_of_the_system_as_python_spells_it(package: str) -> None:
    """``{error}`` of an OSError is ``[Errno 13] Permission denied: 'x'``; ``reason_of`` has the words."""
    raw = []
    for path in sorted((ROOT / package).rglob("*.py")):
        for handler in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(handler, ast.ExceptHandler) and handler.name and handler.type is not None):
                continue
            names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
            if not names & SYSTEM:
                continue
            raw += [
                f"{path.relative_to(ROOT)}:{node.lineno}"
                for node in ast.walk(handler)
                if isinstance(node, ast.FormattedValue)
                and isinstance(node.value, ast.Name)
                and node.value.id == handler.name
            ]
    assert raw == []


SYSTEM = {
    name for name, kind in vars(__import__("builtins")).items() if isinstance(kind, type) and issubclass(kind, OSError)
}
"""Names of the errors of the system."""
