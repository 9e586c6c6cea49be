"""A job for a worker: written as JSON, run as a child process, followed layer by layer.

A worker writes ``DONE TOTAL`` for each layer to a pipe of its own, whose number stands in its environment; what it and
its library print goes to a log, whose end is shown when it fails. (Threads of a library print into each other's lines.)
"""

from __future__ import annotations

import io
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from solver.base.display.printing import command_line
from solver.base.errors import NotInstalled
from solver.base.extras import require
from train.errors import BackendError
from train.quantize.gptq_backends.registry import QUANTISERS

_SHOWN_LINES = 15
_LOOK_S = 0.5
"""How often it is looked whether a worker that says nothing is still there, seconds."""
PROGRESS = "LOGIC_VOTE_PROGRESS_FD"
"""Variable of the worker's environment that holds the number of its pipe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a worker does."""

    model: str
    """Folder of the bf16 model."""
    out: str
    """Folder for the raw checkpoint."""
    rows: tuple[tuple[int, ...], ...]
    """Calibration rows as token ids."""
    bits: int
    group_size: int
    damp: float
    """Share of the Hessian's mean diagonal that is added to it."""
    seed: int
    device: str
    """cpu or cuda."""


def interpreter_of(backend: str, environment: Path | None) -> str:
    """Return the Python that runs a backend.

    Raises:
        NotInstalled: its environment is missing; the message holds the command that makes it.
    """
    quantiser = QUANTISERS[backend]
    if quantiser.environment is None:
        require(quantiser.module)
        return sys.executable
    place = environment or quantiser.environment
    python = place / "bin" / "python"
    if not python.is_file():
        raise NotInstalled(
            f"{backend} needs an environment of its own, and {place} has none; make it with: "
            f"{command_line('train', 'quantize', '--backend', backend, '--make-env', place)}"
        )
    return str(python.absolute())


def run_worker(
    backend: str, job: Job, *, python: str, log: Path, tick: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Run a job to its end.

    Args:
        python: the interpreter of the backend's environment.
        log: file for the worker's talk; the job is written beside it.
        tick: called with layers done and layers in all.

    Raises:
        BackendError: the worker failed; the message holds the end of its log.
    """
    spec = log.with_suffix(".job.json")
    spec.write_text(json.dumps(asdict(job)), encoding="utf-8")
    environment = dict(os.environ) | {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    # gptqmodel 7.6 asks for more workers than a machine of two cores has, and then refuses to start.
    environment.setdefault("GPTQMODEL_CPU_WORKERS", str(max(2, min(8, os.cpu_count() or 2))))
    # Without -P the worker's folder would be searched for modules first.
    command = [python, "-P", str(QUANTISERS[backend].worker), str(spec.absolute())]
    ours, theirs = os.pipe()
    with log.open("wb") as talk, os.fdopen(ours, "rb", buffering=0) as layers, os.fdopen(theirs, "w") as channel:
        environment[PROGRESS] = str(theirs)
        # gptqmodel leaves a folder of logs where it runs.
        with subprocess.Popen(
            command, stdout=talk, stderr=talk, env=environment, cwd=spec.parent, pass_fds=(theirs,)
        ) as process:
            channel.close()
            try:
                for done, total in _counts(layers, process):
                    tick(done, total)
            except BaseException:
                # Ctrl-C included: on leaving, Popen waits for the end.
                process.kill()
                raise
        code = process.returncode
    if code != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        end = "\n  ".join([line for line in lines if line.strip()][-_SHOWN_LINES:])
        raise BackendError(f"{backend} ended with exit code {code}; its last words:\n  {end}")


def _counts(layers: io.FileIO, process: subprocess.Popen[bytes]) -> Iterator[tuple[int, int]]:
    """Yield layers done and layers in all until the worker has ended.

    The pipe's end alone does not tell: processes that the worker forked hold it open, and may outlive a worker that
    is killed.
    """
    kept = b""
    while True:
        if select.select([layers], [], [], _LOOK_S)[0]:
            piece = os.read(layers.fileno(), 4096)
            if not piece:
                return
            *lines, kept = (kept + piece).split(b"\n")
            for line in lines:
                done, total = line.split()
                yield int(done), int(total)
        elif process.poll() is not None:
            return
