"""All documented commands of one version of this project, tried; those of an earlier one as processes of their own."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.golden.command import RECORDED, Ended
from tests.support.checkout import ROOT
from tests.support.documented.line import Line, smaller
from tests.support.documented.pieces import Piece, all_blocks, in_heads, listed
from tests.support.documented.trial import Trial, tried
from tests.support.documented.ways import AsTyped, InThisProcess, Way
from tests.support.documented.workplace import configure, furnish, scripted


@contextlib.contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """Lay an earlier version into a folder of its own for a while."""
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as place, tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(place, filter="data")
        yield Path(place)


def trials(asked: Iterable[Piece], checkout: Path = ROOT) -> Iterator[tuple[Piece, Trial | None]]:
    """Yield every command once, with what came of it; None where it says why it is not run."""
    seen: set[str] = set()
    with tempfile.TemporaryDirectory() as place, scripted() as server:
        way = InThisProcess(server.url) if checkout == ROOT else AsTyped(server.url, checkout)
        template = Path(place) / "template"
        template.mkdir()
        furnish(template, server.url, lambda *words, folder=ROOT: _done(way, words, folder))
        for _, group in groupby(asked, key=lambda piece: piece.block):
            folder = Path(place) / "work"
            shutil.copytree(template, folder, symlinks=True)
            for piece in group:
                if piece.command in seen:
                    continue
                seen.add(piece.command)
                if piece.not_run is None:
                    configure(folder, piece.command, checkout)
                yield piece, None if piece.not_run is not None else tried(piece.command, folder, server.url, way)
            shutil.rmtree(folder)


def _done(way: Way, words: tuple[object, ...], folder: Path) -> Ended:
    line = Line(variables={}, words=tuple(map(str, words)), further=False, stdin=None, out=None)
    ended = way.run(line, folder).ended
    assert ended.code == 0, f"{words}\n{ended.err}"
    return ended


def shown_by(checkout: Path) -> list[Piece]:
    """Return the commands of this project that an earlier version's pages, help texts and heads show.

    Its pages carry no marks yet: what begins with other words than ``python -m`` and a package is left out.
    """
    found = [piece for block in all_blocks(checkout) for piece in listed(block.where, block.text.split("\n"))]
    for name, text in json.loads((ROOT / RECORDED / "helps.json").read_text(encoding="utf-8")).items():
        found += listed(f"python -m {name} --help", text.split("\n"))
    return [piece for piece in [*found, *in_heads(checkout)] if _is_whole(piece.command)]


def _is_whole(command: str) -> bool:
    """Tell a command from a form of one, a line of usage, and what wants files that do not come along."""
    if any(word in command for word in ("…", "...", "COMMAND", "[-h]", "../")):
        return False
    try:
        Line.of(smaller(command, "http://127.0.0.1:9/v1"))
    except ValueError:
        return False
    return True


def as_record(piece: Piece, trial: Trial | None) -> dict[str, Any]:
    """Return a command and what came of it as a line of JSON has them."""
    if trial is None:
        return {"block": piece.block, "command": piece.command, "not_run": piece.not_run}
    return {"block": piece.block, "command": piece.command, **asdict(trial), "err": trial.says}
