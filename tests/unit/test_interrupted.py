"""Ctrl-C: every command says what is kept and which command goes on, and what it says is so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from logic_vote import PROGRAMS
from solver.base.cli import BEGINS_ANEW, CONTINUES, PRINTED, told_of_interrupt
from synth.commands import generate
from tests.golden.command import INPUTS, ROOT, good, ran
from tests.support.command import serving

RESUMING = {
    "harness": ("eval", "tune", "forecast", "reproduce", "benchmarks", "fetch"),
    "synth": ("distill", "augment", "perturb"),
    "train": ("pretrain", "sft", "dpo", "grpo"),
}
"""Commands that keep what they have done; the others begin anew."""
PRINTING = ("answer", "extract")
WRITING: dict[str, tuple[str, ...]] = {
    "synth generate": ("--count", "3", "--processes", "1", "--no-gate", "--out", "made/rows.jsonl"),
    "synth benchmark": ("--out", "made.jsonl"),
    "synth check": ("p.jsonl", "--processes", "1", "-o", "card.md"),
    "synth mix": ("p.jsonl", "q.jsonl", "--out", "mixed.jsonl"),
    "harness reread": ("run", "-o", "anew"),
    "harness import": ("logs", "-o", "theirs"),
    "harness export": ("run", "--to", "votes", "-o", "votes"),
    "harness report": ("run", "-o", "page.html"),
    "harness submit": ("run", "-o", "submission.jsonl"),
    "harness combine": ("run", "run-2", "-o", "together.jsonl"),
    "harness audit": ("run", "-o", "disputed.jsonl"),
}
"""Words of commands that write something."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("interrupted")
    (folder / "p.jsonl").write_bytes((ROOT / INPUTS / "generated.jsonl").read_bytes())
    with serving() as server:
        for seed, name in enumerate(("run", "run-2")):
            words = ("p.jsonl", "--limit", 6, "--seed", seed, "--endpoint", server.url, "--run", name)
            good("harness", "eval", *words, folder=folder)
    good("harness", "export", "run", "--to", "inspect", "-o", "logs", folder=folder)
    good("synth", "generate", "--count", 2, "--seed", 9, "--out", "q.jsonl", folder=folder)
    return folder


def test_every_command_says_on_an_interrupt_what_is_kept_and_which_command_goes_on() -> None:
    for program in PROGRAMS:
        for name in program.commands:
            told = told_of_interrupt(program.load(name))
            if name == "import":
                assert "the same command begins anew" in told
                continue
            resumes = name in RESUMING.get(program.package, ())
            assert told == (CONTINUES if resumes else PRINTED if name in PRINTING else BEGINS_ANEW), name


def test_a_signal_ends_a_command_with_these_words(tmp_path: Path) -> None:
    def signalled(_: object) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    with mock.patch.object(generate, "run", signalled):
        ended = ran("synth", "generate", "--count", "2", "--out", "made.jsonl", folder=tmp_path)
    assert (ended.code, ended.err) == (130, f"synth: interrupted; {BEGINS_ANEW}\n")


@pytest.mark.parametrize("case", WRITING)
def test_what_begins_anew_leaves_nothing_half_done(case: str, folder: Path) -> None:
    """The signal comes when all is written and nothing has its name yet."""
    package, name = case.split()
    before = sorted(folder.rglob("*"))
    with (
        mock.patch.object(os, "replace", side_effect=KeyboardInterrupt),
        mock.patch.object(os, "rename", side_effect=KeyboardInterrupt),
    ):
        ended = ran(package, name, *WRITING[case], folder=folder)
    assert ended.code == 130, ended.err
    assert ended.err.splitlines()[-1].startswith(f"{package}: interrupted; ")
    made = [path for path in sorted(folder.rglob("*")) if path not in before]
    assert all(path.is_dir() and not any(path.iterdir()) for path in made), made
    again = ran(package, name, *WRITING[case], folder=folder)
    assert again.code == 0, again.err


@pytest.mark.parametrize("module", ["solver", "harness", "synth", "train", "logic_vote"])
def test_ctrl_c_amid_imports_leaves_no_trace(module: str) -> None:
    code = (
        "import os, runpy, signal, sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name.endswith('.cli'):\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Pressed())\n"
        f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    # A job of a script in the background is deaf to Ctrl-C, and stays so.
    deaf = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{code}"
    done = subprocess.run([sys.executable, "-c", deaf, "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
