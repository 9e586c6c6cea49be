"""Folders made under a umask, read in the container by the Dockerfile's user."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.support.checkout import ROOT
from tests.support.container.folders import SERVED, Reader
from tests.support.container.image import Image
from tests.support.documented.workplace import scripted


class Came(NamedTuple):
    """What came of a command in the container."""

    reads: str
    command: str
    code: int
    seconds: float
    said: str
    """Everything, both streams."""


def read(image: Image, folder: Path, readers: Sequence[Reader]) -> Iterator[Came]:
    """Have another user read what lies in a folder, with all four packages in place of the image's two."""
    with scripted() as server:
        for reader in readers:
            words = [str(word).replace("{url}", server.url) for word in reader.words]
            mounts = {"/app:ro": ROOT, "/mine:ro": folder, "/output": _output()}
            began = time.monotonic()
            done = image.run(
                *("/opt/venv/bin/python", "-m", *words),
                mounts=mounts,
                entrypoint=False,
                workdir="/mine",
                PYTHONPATH="/app",
            )
            took = time.monotonic() - began
            yield Came(reader.reads, " ".join(words), done.returncode, took, done.stdout + done.stderr)


def served(image: Image, folder: Path) -> Iterator[Came]:
    """Run the contest in the container, with its own engine, on every model folder; a minute each on quiet cores."""
    for name in SERVED:
        mounts = {"/model:ro": folder / name, "/data/test.jsonl:ro": folder / "data/test.jsonl", "/output": _output()}
        began = time.monotonic()
        done = image.run(mounts=mounts, RULE="fixed:1", MAX_SAMPLES="1", DEADLINE="8m")
        took = time.monotonic() - began
        yield Came(name, "/entrypoint.sh", done.returncode, took, done.stdout + done.stderr)


def _output() -> Path:
    """Make a folder that the container's user can write to."""
    folder = Path(tempfile.mkdtemp(prefix="logic-vote-output-"))
    folder.chmod(0o777)
    return folder
