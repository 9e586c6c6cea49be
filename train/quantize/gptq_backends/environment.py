"""The environment of a program that quantises: a virtual environment at exact versions, beside the project's own.

::

    python -m train quantize --backend auto-gptq --make-env .venv-auto-gptq

The versions are those of ``NAME.txt`` beside this file. The program itself comes last and without build isolation:
auto-gptq's set-up imports torch; ``BUILD_CUDA_EXT=0`` keeps it from looking for a CUDA compiler.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from solver.base.errors import words_of
from train.errors import BackendError
from train.quantize.gptq_backends.registry import Quantiser


def make_environment(folder: Path, quantiser: Quantiser, *, tick: Callable[[int], None] = lambda step: None) -> str:
    """Build the environment of a program, and try its imports.

    Args:
        tick: told the steps done, of 4.

    Returns:
        The versions of torch and of the program in it.

    Raises:
        BackendError: pip failed, or the imports do; the message holds what they said and what to do.
    """
    requirements, module = quantiser.requirements, quantiser.module
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BackendError(
            f"{requirements} cannot be read ({words_of(error)}); run from a checkout of the project"
        ) from error
    first = [line for line in lines if line.strip() and not line.startswith(("#", module))]
    last = [line for line in lines if line.startswith(module)]
    was_there = folder.exists()
    try:
        return _built(folder, quantiser, first, last, tick)
    except BaseException:
        # Half an environment has a Python, by which it would be taken for a whole one.
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _built(
    folder: Path, quantiser: Quantiser, first: Sequence[str], last: Sequence[str], tick: Callable[[int], None]
) -> str:
    venv.create(folder, with_pip=True)
    tick(1)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--no-input", "--quiet", "--no-deps"]
    _ran([*pip, *first], f"installing what {quantiser.name} needs")
    tick(2)
    _ran([*pip, "--no-build-isolation", *last], f"installing {quantiser.name}")
    tick(3)
    attempt = f"import torch, {quantiser.module}; print(torch.__version__, {quantiser.module}.__version__)"
    versions = _ran([python, "-c", attempt], f"importing {quantiser.name}").strip().splitlines()[-1]
    tick(4)
    return versions


def _ran(command: list[str], what: str) -> str:
    environment = dict(os.environ) | {"BUILD_CUDA_EXT": "0"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        # pip warns about every index that lacks a package; those lines say nothing.
        said = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("WARNING")]
        hint = (
            "PyTorch's CPU build may not be in the configured index: see https://pytorch.org/get-started/locally and "
            "set PIP_EXTRA_INDEX_URL to the URL of its CPU command"
            if "torch" in done.stderr or "libcu" in done.stderr
            else f"look at the network and at the interpreter ({sys.version.split()[0]}; 3.11 is known to work)"
        )
        end = "\n  ".join(said[-12:])
        raise BackendError(f"{what} failed:\n  {end}\n{hint}; then run the same command again")
    return done.stdout
