"""One documented command, tried: run in a folder of its own, smaller where it would take long, and what it left behind.

Commands run word for word but for ``tests.support.documented.line.SMALLER``; an engine is stood in for by a scripted
server (``tests.support.documented.ways``). ``WORDS`` are only read: their parser takes them.
"""

from __future__ import annotations

import re
import shlex
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.documented.line import SHELL, Line, smaller
from tests.support.documented.ways import InThisProcess, Way

WORDS: Mapping[str, str] = {
    "train pretrain --recipe embedded": "minutes on a GPU",
    "train merge": "two minutes",
    "train quantize": "minutes",
}
"""How commands begin of which only the words are read; tests/integration/train and ``bench/line.py`` run such."""
_LONG = 160
"""Characters of the last words that are kept."""


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
    emptied: tuple[str, ...] = ()
    """Files among them that held something before, and hold nothing now."""
    err: str

    @property
    def is_good(self) -> bool:
        """It ended well."""
        return self.code == 0

    @property
    def says(self) -> str:
        """Why it failed, in a line; empty where it did not."""
        if self.is_good:
            return ""
        # A message names the Python that runs by its place, where the shell's is another one.
        err = self.err.replace(shlex.quote(sys.executable), "python")
        said = [line.strip() for line in err.splitlines() if line.strip()]
        if not said:
            return "no word"
        if re.search(r"argument COMMAND: invalid choice|no command '", self.err):
            return "no such command"
        return said[-1] if len(said[-1]) <= _LONG else f"{said[-1][:_LONG]}…"


def tried(command: str, folder: Path, url: str, way: Way | None = None) -> Trial:
    """Try a command.

    Args:
        folder: where it runs.
        url: a scripted server that serves every model.
        way: how it is run; None runs it in this process.

    Raises:
        ValueError: it is no command that can be tried; mark it, or teach ``tests.support.documented.line``.
    """
    if command in SHELL:
        return Trial(how=f"shell: {SHELL[command]}", ran_as="", code=0, seconds=0.0, wrote=(), err="")
    way = way or InThisProcess(url)
    text = smaller(command, url)
    line = Line.of(text)
    shown = "" if text == command and not line.further else shlex.join(line.words).replace(url, "URL")
    why = next((why for begin, why in WORDS.items() if shlex.join(line.words).startswith(begin)), None)
    if why is not None:
        read = way.read(line)
        return Trial(how=f"words read: {why}", ran_as="", code=read.code, seconds=0.0, wrote=(), err=read.err)
    before = _state(folder)
    began = time.perf_counter()
    ending, was_engine_asked = way.run(line, folder)
    seconds = time.perf_counter() - began
    if line.out is not None:
        (folder / line.out).write_text(ending.out, encoding="utf-8")
    after = _state(folder)
    wrote = _names({name for name, state in after.items() if before.get(name) != state})
    emptied = (name for name, (_, size) in after.items() if size == 0 and before.get(name, (0, 0))[1])
    how = "run, engine stood in for" if was_engine_asked else "run"
    return Trial(
        how=how,
        ran_as=shown,
        code=ending.code,
        seconds=seconds,
        wrote=wrote,
        emptied=tuple(sorted(emptied)),
        err=ending.err,
    )


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
