"""How a documented command is run: in this process, or as people type it, by this version or by an earlier one.

A server that is scripted stands in for every engine. In this process the tests run commands, since that is quick; as a
process of its own the table of commands has them timed, and an earlier version can only be run so.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol
from unittest import mock

from logic_vote import PROGRAMS
from solver.base.cli import parser_of
from tests.golden.command import ENVIRONMENT, Ended, ran
from tests.support.documented.line import Line
from tests.support.stand_in_engine import standing_in

_AS_TYPED = Path(__file__).with_name("as_typed.py")
_PATIENCE_S = 180.0
"""After which a command hangs; the longest takes a tenth of it."""


class Ran(NamedTuple):
    """A command that has ended, and whether it served a model."""

    ended: Ended
    was_engine_asked: bool


class Way(Protocol):
    """A way to run commands."""

    def run(self, line: Line, folder: Path) -> Ran:
        """Run a command in a folder."""

    def read(self, line: Line) -> Ended:
        """Have a command's parser read its words, and no more."""


@dataclass(frozen=True, slots=True)
class InThisProcess:
    """The present version, here."""

    url: str
    """The server that stands in."""

    def run(self, line: Line, folder: Path) -> Ran:
        """See ``Way``."""
        asked: list[str] = []
        with (
            standing_in(self.url),
            mock.patch.dict(os.environ, line.variables),
            _stopped(line.command),
            _counted(asked),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            return Ran(ran(*line.words, stdin=_prepared(line, folder), folder=folder), bool(asked))

    def read(self, line: Line) -> Ended:
        """See ``Way``."""
        package, name, *rest = line.words
        program = next(program for program in PROGRAMS if program.package == package)
        try:
            parser_of(program.load(name), f"python -m {package} {name}").parsed(rest)
        except SystemExit as refused:
            raise ValueError(f"{shlex.join(line.words)}: its parser refuses these words") from refused
        return Ended(0, "", "")


@dataclass(frozen=True, slots=True)
class AsTyped:
    """A version in a folder, each command a process of its own."""

    url: str
    """The server that stands in."""
    checkout: Path
    """The folder with the packages."""

    def run(self, line: Line, folder: Path) -> Ran:
        """See ``Way``."""
        with tempfile.TemporaryDirectory() as place:
            note = Path(place) / "asked"
            ended = self._process(line, folder, _prepared(line, folder), str(note))
            return Ran(ended, note.exists())

    def read(self, line: Line) -> Ended:
        """See ``Way``."""
        return self._process(line, self.checkout, b"", "")

    def _process(self, line: Line, folder: Path, given: bytes, note: str) -> Ended:
        environment = {**os.environ, **ENVIRONMENT, **line.variables, "PYTHONPATH": str(self.checkout)}
        command = [sys.executable, "-W", "ignore", str(_AS_TYPED), self.url, note, *line.words]
        try:
            ended = subprocess.run(
                command, cwd=folder, env=environment, input=given, capture_output=True, timeout=_PATIENCE_S, check=False
            )
        except subprocess.TimeoutExpired:
            return Ended(124, "", f"did not end in {_PATIENCE_S:.0f} s")
        return Ended(ended.returncode, ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace"))


def _prepared(line: Line, folder: Path) -> bytes:
    """Make room for a run of its own, and return what the command reads on stdin."""
    if "--run" in line.words and line.command == "harness eval":
        # The folder that the page means does not hold another run.
        shutil.rmtree(folder / line.words[line.words.index("--run") + 1], ignore_errors=True)
    if line.stdin is not None:
        is_echo = line.stdin.startswith("=")
        return line.stdin[1:].encode() if is_echo else (folder / line.stdin).read_bytes()
    # At a terminal it would wait for a problem to be typed.
    is_asked = line.command == "solver terminal" and "--open" not in line.words
    return (folder / "puzzle.txt").read_bytes() if is_asked else b""


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
