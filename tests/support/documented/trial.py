"""One documented command, tried: run in a folder of its own, smaller where it would take long, and what it left behind.

Commands run in this process, word for word but for ``SMALLER``; redirections, pipes from ``cat`` and ``echo`` and
variables before a command are understood. An engine is stood in for by a scripted server
(``tests.support.stand_in_engine``). ``WORDS`` are only read: their parser takes them.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from logic_vote import PROGRAMS
from solver.base.cli import parser_of
from tests.golden.command import Ended, ran
from tests.support.stand_in_engine import standing_in

SMALLER: tuple[tuple[str, str], ...] = (
    (r"http://(127\.0\.0\.1:800\d|gpu1:8001)/v1", "{url}"),
    (r"http://gpu2:8001/v1", "{other}"),
    (r"--count \d+", "--count 8"),
    (r"--items \d+", "--items 40"),
    (r"--accept \d+", "--accept 1"),
    (r"--port \d+", "--port 0"),
    (r"\$\(python -c '.*?'\)|GATEWAY_API_KEY=\.\.\.", "GATEWAY_API_KEY=a-key-for-this"),
    (r"(GATEWAY_API_KEY=){2}", "GATEWAY_API_KEY="),
)
"""What is written, and what is run instead."""
FURTHER: Mapping[str, tuple[str, ...]] = {
    "harness eval": ("--limit", "12"),
    "solver serve": ("--port", "0"),
    "synth generate": ("--processes", "1"),
    "synth check": ("--processes", "1"),
    "train pretrain": ("--steps", "2", "judge.questions=0"),
    "train sft": ("--check",),
    "train dpo": ("--check",),
    "train grpo": ("--check",),
}
"""Words that are added where the command does not have the first of them."""
WORDS: Mapping[str, str] = {
    "train pretrain --recipe embedded": "minutes on a GPU",
    "train merge": "two minutes",
    "train quantize": "minutes",
}
"""How commands begin of which only the words are read; tests/integration/train and ``bench/line.py`` run such."""
SHELL = {". .venv/bin/activate": "the environment that these tests run in"}
"""Lines for the shell alone."""
_PIPES = ("less", "head", "cat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of a command."""

    how: str
    """``run``, ``run, engine stood in for``, ``words read: why``."""
    ran_as: str
    """What was run, where that differs from what is written; else empty."""
    code: int
    seconds: float
    wrote: tuple[str, ...]
    """Files and folders that are new or changed, folders once."""
    err: str

    @property
    def is_good(self) -> bool:
        """It ended well."""
        return self.code == 0


def tried(command: str, folder: Path, url: str) -> Trial:
    """Try a command.

    Args:
        folder: where it runs.
        url: a scripted server that serves every model.

    Raises:
        ValueError: it is no command that can be tried; mark it, or teach this module.
    """
    if command in SHELL:
        return Trial(how=f"shell: {SHELL[command]}", ran_as="", code=0, seconds=0.0, wrote=(), err="")
    text = _smaller(command, url)
    line = _Line.of(text)
    shown = "" if text == command and not line.further else shlex.join(line.words).replace(url, "URL")
    why = next((why for begin, why in WORDS.items() if shlex.join(line.words).startswith(begin)), None)
    if why is not None:
        _read(line.words)
        return Trial(how=f"words read: {why}", ran_as="", code=0, seconds=0.0, wrote=(), err="")
    before = _state(folder)
    began = time.perf_counter()
    asked: list[str] = []
    with standing_in(url), mock.patch.dict(os.environ, line.variables), _stopped(line.command), _counted(asked):
        ending = _ran(line, folder)
    seconds = time.perf_counter() - began
    if line.out is not None:
        (folder / line.out).write_text(ending.out, encoding="utf-8")
    after = _state(folder)
    wrote = _names({name for name, state in after.items() if before.get(name) != state})
    how = "run, engine stood in for" if asked else "run"
    return Trial(how=how, ran_as=shown, code=ending.code, seconds=seconds, wrote=wrote, err=ending.err)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A command line taken apart."""

    variables: Mapping[str, str]
    words: tuple[str, ...]
    """From the package's name on."""
    further: bool
    """Words were added."""
    stdin: str | None
    """A file's name, or ``echo``'s text behind a ``=``."""
    out: str | None

    @property
    def command(self) -> str:
        return command_of(self.words)

    @classmethod
    def of(cls, text: str) -> _Line:
        lexer = shlex.shlex(text, posix=True, punctuation_chars="|<>&;")
        lexer.whitespace_split = True
        words = list(lexer)
        stdin = out = None
        if "|" in words:
            place = words.index("|")
            first, rest = words[:place], words[place + 1 :]
            if first[0] in ("cat", "echo") and len(first) == 2:
                stdin, words = first[1] if first[0] == "cat" else f"={first[1]}\n", rest
            elif rest and rest[0] in _PIPES:
                words = first
            else:
                raise ValueError(f"a pipe that is not understood: {text}")
        for mark in ("<", ">"):
            if mark in words:
                place = words.index(mark)
                name = words[place + 1]
                stdin, out = (name, out) if mark == "<" else (stdin, name)
                del words[place : place + 2]
        variables = {}
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            name, _, value = words.pop(0).partition("=")
            variables[name] = value
        if words[:2] != ["python", "-m"] or words[2] not in {program.package for program in PROGRAMS}:
            raise ValueError(f"no command of ours: {text!r}; mark it <!-- not run: why -->, or call the block text")
        words = words[2:]
        added = FURTHER.get(command_of(words), ())
        further = bool(added) and added[0] not in words
        if further:
            words += added
        return cls(variables=variables, words=tuple(words), further=further, stdin=stdin, out=out)


def command_of(words: tuple[str, ...] | list[str]) -> str:
    """Return ``PACKAGE COMMAND`` of words that begin with the package.

    >>> command_of(["solver", "--rule", "lead:3"])
    'solver terminal'
    """
    program = next(program for program in PROGRAMS if program.package == words[0])
    name = words[1] if len(words) > 1 and words[1] in program.commands else program.default
    return f"{program.package} {name}"


def _smaller(command: str, url: str) -> str:
    for pattern, instead in SMALLER:
        command = re.sub(pattern, instead.format(url=url, other=url.replace("127.0.0.1", "localhost")), command)
    return command


def _read(words: tuple[str, ...]) -> None:
    """Let a command's parser read its words; what it does not take ends in ``SystemExit``."""
    package, name, *rest = words
    program = next(program for program in PROGRAMS if program.package == package)
    try:
        parser_of(program.load(name), f"python -m {package} {name}").parsed(rest)
    except SystemExit as refused:
        raise ValueError(f"{shlex.join(words)}: its parser refuses these words") from refused


def _ran(line: _Line, folder: Path) -> Ended:
    text = b""
    if line.stdin is not None:
        is_echo = line.stdin.startswith("=")
        text = line.stdin[1:].encode() if is_echo else (folder / line.stdin).read_bytes()
    elif line.command == "solver terminal" and "--open" not in line.words:
        # At a terminal it would wait for a problem to be typed.
        text = (folder / "puzzle.txt").read_bytes()
    if "--run" in line.words and line.command == "harness eval":
        # The folder that the page means does not hold another run.
        shutil.rmtree(folder / line.words[line.words.index("--run") + 1], ignore_errors=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ran(*line.words, stdin=text, folder=folder)


@contextlib.contextmanager
def _stopped(command: str) -> Iterator[None]:
    """Send Ctrl-C to a server once it listens."""
    if command != "solver serve":
        yield
        return
    from solver.gateway.server import GatewayServer

    startup = GatewayServer.startup

    async def started(self: GatewayServer, *args: object, **more: object) -> None:
        await startup(self, *args, **more)  # type: ignore[arg-type]
        threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start()

    with mock.patch.object(GatewayServer, "startup", started):
        yield


@contextlib.contextmanager
def _counted(asked: list[str]) -> Iterator[None]:
    """Note when the engine that stands in is used."""
    from tests.support import stand_in_engine

    make: Callable[..., object] = stand_in_engine.make

    def noted(*args: object) -> object:
        asked.append("engine")
        return make(*args)

    with mock.patch.object(stand_in_engine, "make", noted):
        yield


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    }


def _names(files: set[str]) -> tuple[str, ...]:
    """Return files' names, with one for all in a folder of which more than two are new."""
    folders: dict[str, list[str]] = {}
    for name in sorted(files):
        folders.setdefault(str(Path(name).parent), []).append(name)
    found: list[str] = []
    for folder, names in folders.items():
        found += names if len(names) < 3 or folder == "." else [f"{folder}/ ({len(names)} files)"]
    return tuple(found)
