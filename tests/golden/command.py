"""Any command of the four packages, run in this process as ``python -m PACKAGE …`` runs it, from the project's root."""

from __future__ import annotations

import contextlib
import io
import json
import os
import runpy
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
HERE = Path("tests/golden")
"""This folder, from the root: run folders keep the names of their input files as they were given."""
INPUTS, RECORDED = HERE / "inputs", HERE / "recorded"
PACKAGES = ("solver", "harness", "synth", "train")
ENVIRONMENT = {"COLUMNS": "100", "LINES": "40", "NO_COLOR": "1", "TERM": "dumb"}
"""What a command's process is told of the terminal."""


class Ended(NamedTuple):
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """The lines of JSON that it printed."""
        return [json.loads(line) for line in self.out.splitlines() if line]

    @property
    def summary(self) -> dict[str, Any]:
        """The object that ``--json`` printed."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@contextlib.contextmanager
def _as_process(words: list[str], stdin: bytes, folder: Path) -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    """Stand in for what a process of its own would have: arguments, folder, environment, three streams."""
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with (
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, ENVIRONMENT),
        mock.patch.object(sys, "argv", words),
        mock.patch.object(sys, "stdin", given),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(sys, "stderr", err),
    ):
        yield out, err


def ran(package: str, *words: object, stdin: bytes = b"", folder: Path = ROOT) -> Ended:
    """Run a command to its end in a folder; no trace of an exception may reach the user."""
    assert threading.current_thread() is threading.main_thread()
    code: object = 0
    with _as_process([package, *map(str, words)], stdin, folder) as (out, err):
        try:
            runpy.run_module(package, run_name="__main__")
        except SystemExit as ending:
            code = ending.code or 0
        texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    assert isinstance(code, int), code
    assert "Traceback" not in texts[1], texts[1]
    assert "a bug" not in texts[1], texts[1]
    return Ended(code, *texts)


def good(package: str, *words: object, stdin: bytes = b"", folder: Path = ROOT) -> Ended:
    """Run a command that must end well."""
    ending = ran(package, *words, stdin=stdin, folder=folder)
    assert ending.code == 0, f"python -m {package} {' '.join(map(str, words))}\n{ending.err}"
    return ending
