"""Every command of every package through one table of bad usages: the right exit code, one clean line, no trace."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from logic_vote import PROGRAMS
from solver.base.cli import Program, console, main, parser_of
from tests.support.checkout import ROOT

EVIL = "evil\x1b]0;owned\x07\x1b[2J\u202e.jsonl"
"""A name that retitles the window, rings, clears the screen and turns the direction of writing."""
COMMANDS = [(program, name) for program in PROGRAMS for name in program.commands]

MISSING: dict[str, tuple[str, ...]] = {
    "solver terminal": ("--open", "{evil}"),
    "solver answer": ("{evil}",),
    "solver serve": ("--prompt", "{evil}"),
    "harness benchmarks": ("--fetch", "{evil}"),
    "harness fetch": ("{evil}",),
    "harness doctor": ("--endpoint", "{evil}"),
    "harness eval": ("{evil}", "--run", "{tmp}/run"),
    "harness tune": ("{evil}", "--out", "{tmp}/t.yaml", "--run", "{tmp}/run"),
    "harness replay": ("{evil}", "--rule", "fixed:1"),
    "harness board": ("{evil}",),
    "harness forecast": ("{evil}", "--run", "{tmp}/run"),
    "harness compare": ("{evil}", "{evil}"),
    "harness combine": ("{evil}", "{evil}"),
    "harness report": ("{evil}",),
    "harness export": ("{evil}", "--to", "inspect"),
    "harness import": ("{evil}",),
    "harness reproduce": ("{evil}",),
    "harness leaderboard": ("{evil}",),
    "harness submit": ("{evil}", "-o", "{tmp}/s.jsonl"),
    "harness audit": ("{evil}", "-o", "{tmp}/d.jsonl"),
    "harness reread": ("{evil}", "-o", "{tmp}/read"),
    "synth generate": ("--count", "1", "--out", "{tmp}/g.jsonl", "--family", "{evil}"),
    "synth export": ("--env", "verifiers", "--count", "1", "--out", "{tmp}/env", "--family", "{evil}"),
    "synth distill": ("{evil}", "--out", "{tmp}/distill"),
    "synth harvest": ("{evil}", "--data", "{evil}", "--out", "{tmp}/harvest"),
    "synth mix": ("{evil}", "--out", "{tmp}/mixed.jsonl"),
    "synth check": ("{evil}",),
    "synth giveaways": ("{evil}",),
    "synth augment": ("{evil}", "--out", "{tmp}/augment"),
    "synth perturb": ("{evil}", "--out", "{tmp}/perturb"),
    "train pretrain": ("--recipe", "{evil}", "--out", "{tmp}/pre"),
    "train sft": ("{evil}", "--out", "{tmp}/sft"),
    "train dpo": ("{evil}", "--out", "{tmp}/dpo"),
    "train grpo": ("{evil}", "--out", "{tmp}/grpo"),
    "train merge": ("{evil}", "--out", "{tmp}/merged"),
    "train quantize": ("{evil}", "--out", "{tmp}/gptq"),
    "train export": ("{evil}", "--to", "ms-swift", "--out", "{tmp}/export"),
    "train plan": ("{evil}",),
}
"""Command -> words that name something that is not there."""
WITHOUT_INPUT = {"solver extract", "synth families", "synth benchmark", "train tokenizer"}
"""Commands that are given no name of anything that must be there."""
BAD_VALUES: dict[str, tuple[str, ...]] = {
    "solver terminal": ("--prompt", "--rule", "--ensemble"),
    "solver answer": ("--prompt", "--rule", "--ensemble"),
    "solver serve": ("--prompt", "--rule", "--ensemble"),
    "harness eval": ("--prompt", "--rule", "--ensemble", "--deadline", "--config"),
    "harness replay": ("--rule",),
    "harness combine": ("--ensemble",),
    "train plan": ("--gpu",),
}
"""Command -> flags whose value ``no-such-thing`` is refused."""
OTHER_WORDS = {"harness replay": ("{empty}",), "harness combine": ("{empty}",), "train plan": ("embedded-lora",)}


def named(program: Program, name: str) -> str:
    return f"{program.package} {name}"


def clean(text: str) -> bool:
    """Tell whether nothing in a text steers a terminal, and no trace of an exception is in it."""
    return not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text) and "Traceback" not in text


def run(program: Program, words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run a command in this process; returns exit code, stdout and stderr."""
    try:
        code = main(program, words)
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(("program", "name"), COMMANDS, ids=lambda one: getattr(one, "package", one))
class TestEveryCommand:
    def test_help_shows_an_example(self, program: Program, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = run(program, [name, "--help"], capsys)
        assert (code, err) == (0, "")
        assert out.startswith(f"usage: python -m {program.package} {name}")
        assert re.search(r"^[Ee]xamples?:.*?python -m", out, re.MULTILINE | re.DOTALL)

    def test_every_argument_says_what_it_is_for(
        self, program: Program, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        actions = parser_of(program.load(name), name)._actions
        assert not [one.option_strings or one.dest for one in actions if not one.help]
        # argparse would say the same word twice: --vocab VOCAB.
        values = [one for one in actions if one.option_strings and one.nargs != 0 and not one.choices]
        assert not [one.dest for one in values if one.metavar is None]

    def test_an_unknown_flag_is_one_line_and_exit_code_2(
        self, program: Program, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, out, err = run(program, [name, f"--no-such-flag={EVIL}"], capsys)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert clean(err)

    def test_what_is_not_there_is_one_line_and_exit_code_2(
        self, program: Program, name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        command = named(program, name)
        assert (command in MISSING) != (command in WITHOUT_INPUT)
        words = [
            word.format(evil=tmp_path / EVIL if "/" not in word else EVIL, tmp=tmp_path)
            for word in MISSING.get(command, ())
        ]
        if not words:
            return
        code, out, err = run(program, [name, *words], capsys)
        assert (code, out, err.count("\n")) == (2, "", 1), err
        assert clean(err)
        assert err.startswith(f"{program.package}: ")


@pytest.mark.parametrize(("command", "flag"), [(one, flag) for one, flags in BAD_VALUES.items() for flag in flags])
def test_a_value_that_is_unknown_is_one_line_and_exit_code_2_wherever_it_is_given(
    command: str, flag: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    package, name = command.split()
    program = next(one for one in PROGRAMS if one.package == package)
    (tmp_path / "empty").touch()
    words = [word.format(empty=tmp_path / "empty") for word in OTHER_WORDS.get(command, ())]
    code, out, err = run(program, [name, *words, flag, f"no-such-thing{EVIL}"], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert clean(err)
    assert "no-such-thing" in err


CONFIGURED = {
    "harness eval": ("--config", "{file}"),
    "synth distill": ("{file}", "--out", "{tmp}/out"),
    "synth augment": ("{file}", "--out", "{tmp}/out"),
    "synth perturb": ("{data}", "--plan", "{file}", "--out", "{tmp}/out"),
    "train pretrain": ("--recipe", "{file}", "--out", "{tmp}/out"),
    "train sft": ("--recipe", "{file}", "--out", "{tmp}/out"),
    "train export": ("{file}", "--to", "ms-swift", "--out", "{tmp}/out"),
    "train plan": ("{file}",),
}


@pytest.mark.parametrize("command", CONFIGURED)
@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{", b"- a\n- b\n", b"nothing_like_it: 1\n", None])
def test_an_unusable_configuration_is_exit_code_2(
    command: str, content: bytes | None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    package, name = command.split()
    program = next(one for one in PROGRAMS if one.package == package)
    file, data = tmp_path / "x\x1b[2J.yaml", tmp_path / "data.jsonl"
    question = '{"question": "?", "options": ["a", "b"], "answer": "A"}'
    data.write_text(f'{{"id": "p", "problem": "x", "questions": [{question}]}}\n')
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    words = [word.format(file=file, data=data, tmp=tmp_path) for word in CONFIGURED[command]]
    code, _, err = run(program, [name, *words], capsys)
    assert code == 2, err
    assert clean(err)
    assert "a bug" not in err


PRINTING = (
    ("logic_vote", "--help"),
    ("synth", "families"),
    ("train", "plan", "embedded-lora", "--rows", "10", "--json"),
    ("harness", "eval", "--help"),
)


def started(words: Sequence[str], **changes: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, timeout=60, **changes)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_a_reader_that_has_left_is_no_failure_and_no_word(words: Sequence[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = started(words, stdout=write)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("words", PRINTING[:3], ids=" ".join)
def test_a_full_disk_under_stdout_is_one_line(words: Sequence[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = started(words, stdout=full)
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert b"No space left on device; make room" in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_a_stdout_that_cannot_say_a_character_shows_its_number(encoding: str) -> None:
    done = started(
        ["solver", "answer", "--help"], stdout=subprocess.PIPE, env={**os.environ, "PYTHONIOENCODING": encoding}
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"A. \\u2026" in done.stdout if encoding == "ascii" else b"A. \xa1\xad" in done.stdout


def test_streams_that_are_closed_from_the_start_do_no_harm() -> None:
    command = f"{sys.executable} -m synth families >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], cwd=ROOT, timeout=60).returncode == 0


# ---- one console for all ---------------------------------------------------------------------------------------------


def test_every_command_has_a_name_under_logic_vote(capsys: pytest.CaptureFixture[str]) -> None:
    assert console(PROGRAMS, ["--help"]) == 0
    overview = capsys.readouterr().out
    for program, name in COMMANDS:
        for words in ([program.package, name, "--help"], [name, "--help"]):
            with pytest.raises(SystemExit):
                console(PROGRAMS, words)
            assert capsys.readouterr().out.startswith(f"usage: logic-vote {' '.join(words[:-1])}")
        assert re.search(rf"^  ({program.package} )?{name} ", overview, re.MULTILINE)


def test_of_two_commands_of_one_name_the_package_tells_which(capsys: pytest.CaptureFixture[str]) -> None:
    names = [name for _, name in COMMANDS]
    assert {name for name in names if names.count(name) > 1} == {"export"}
    assert not set(names) & {program.package for program in PROGRAMS}
    with pytest.raises(SystemExit):
        console(PROGRAMS, ["export", "--help"])
    assert "Inspect" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        console(PROGRAMS, ["train", "export", "--help"])
    assert "ms-swift" in capsys.readouterr().out


def test_a_command_that_does_not_exist_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert console(PROGRAMS, [f"evl{EVIL}"[:3]]) == 2
    assert "did you mean eval?" in capsys.readouterr().err
    assert console(PROGRAMS, [EVIL]) == 2
    assert clean(capsys.readouterr().err)
    assert main(PROGRAMS[1], ["repaly"]) == 2
    assert "did you mean replay?" in capsys.readouterr().err
    assert console(PROGRAMS, []) == 2
