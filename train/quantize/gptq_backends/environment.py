"""The environment of auto-gptq: a virtual environment at exact, older versions, beside the project's own.

::

    python -m train quantize --backend auto-gptq --make-env .venv-auto-gptq

The versions are those of ``auto-gptq.txt`` beside this file. auto-gptq itself comes last and without build isolation,
because its set-up imports torch; ``BUILD_CUDA_EXT=0`` keeps it from looking for a CUDA compiler.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from solver.base.places import AUTO_GPTQ_LIST
from train.errors import BackendError

_LAST = "auto_gptq"
_TRY = "import torch, auto_gptq; print(torch.__version__, auto_gptq.__version__)"


def make_environment(
    folder: Path, *, requirements: Path = AUTO_GPTQ_LIST, tick: Callable[[int], None] = lambda step: None
) -> str:
    """Build the environment, and try its imports.

    Args:
        tick: told the steps done, of 4.

    Returns:
        The versions of torch and auto-gptq in it.

    Raises:
        BackendError: pip failed, or the imports do; the message holds what they said and what to do.
    """
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BackendError(f"{requirements} cannot be read ({error}); run from a checkout of the project") from error
    first = [line for line in lines if line.strip() and not line.startswith(("#", _LAST))]
    last = [line for line in lines if line.startswith(_LAST)]
    venv.create(folder, with_pip=True)
    tick(1)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--no-input", "--quiet", "--no-deps"]
    _ran([*pip, *first], "installing what auto-gptq needs")
    tick(2)
    _ran([*pip, "--no-build-isolation", *last], "installing auto-gptq")
    tick(3)
    versions = _ran([python, "-c", _TRY], "importing auto-gptq").strip().splitlines()[-1]
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
