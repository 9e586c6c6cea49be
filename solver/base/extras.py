"""The parts that are installed on demand: which module belongs to which, and the command that installs it.

``pyproject.toml`` lists their packages, ``requirements/`` those of an environment that ``bootstrap.py`` made; tests
hold the lists against each other. No message of the project says in words of its own how something is installed.

    >>> lacks(ModuleNotFoundError("No module named 'ray'", name="ray"))[:26]
    'ray is not installed; inst'
"""

from __future__ import annotations

import importlib.util
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from solver.base.display.printing import python
from solver.base.errors import NotInstalled
from solver.base.places import IS_CHECKOUT, PACKAGES

Extra = Literal[
    "synth",
    "serve-cpu",
    "serve-gpu",
    "train",
    "gateway",
    "report",
    "ray",
    "quantize",
    "data",
    "hub",
    "modelscope",
    "wandb",
    "mlflow",
    "swanlab",
    "tensorboard",
]
EXTRA_OF: dict[str, Extra] = {
    "accelerate": "train",
    "datasets": "data",
    "datasketch": "synth",
    "gptqmodel": "quantize",
    "huggingface_hub": "hub",
    "jinja2": "report",
    "markupsafe": "report",
    "matplotlib": "report",
    "mlflow": "mlflow",
    "modelscope": "modelscope",
    "numpy": "synth",
    "openpyxl": "data",
    "optimum": "quantize",
    "peft": "train",
    "prometheus_client": "gateway",
    "pyarrow": "data",
    "ray": "ray",
    "safetensors": "train",
    "starlette": "gateway",
    "swanlab": "swanlab",
    "tensorboard": "tensorboard",
    "tokenizers": "train",
    "torch": "train",
    "transformers": "train",
    "trl": "train",
    "uvicorn": "gateway",
    "vllm": "serve-cpu",
    "wandb": "wandb",
}
"""Module that a command may import -> the extra that brings it."""


SERVING: frozenset[Extra] = frozenset({"serve-cpu", "gateway", "report", "hub"})
"""What ``bootstrap.py setup`` installs."""
LOCKED: frozenset[Extra] = SERVING | {"synth", "train", "quantize", "data", "modelscope", "tensorboard"}
"""What ``bootstrap.py setup all`` installs."""
BASE = ("openai", "pydantic", "aiolimiter", "rich", "yaml")
"""Modules that every command may import; who has none of them runs another Python than the one that was set up."""


def how_to_install(*extras: Extra) -> str:
    """Return the command that installs parts of the project for the Python that runs, from the present folder."""
    if _is_bootstrapped() and {*extras} <= LOCKED:
        return _bootstrap("setup" if {*extras} <= SERVING else "setup all")
    # From a checkout the name is not asked of a package index: only what is installed already is surely this project.
    project = _from_here(PACKAGES) if IS_CHECKOUT else "logic-vote"
    return how_to_install_package(f"{project}[{','.join(extras)}]")


def how_to_install_package(name: str) -> str:
    """Return the command that installs a package, which is no part of ours, for the Python that runs."""
    return f"{python()} -m pip install {shlex.quote(name)}"


def _is_bootstrapped() -> bool:
    """Tell whether this environment was made by ``bootstrap.py``, at exact versions: pip would bring others into it."""
    return IS_CHECKOUT and any(Path(sys.prefix).glob(".installed-*"))


def _bootstrap(words: str) -> str:
    return f"python3 {shlex.quote(_from_here(PACKAGES / 'bootstrap.py'))} {words}"


def _from_here(path: Path) -> str:
    """Return a place of the project as a shell in the present folder takes it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def lacks(error: ImportError) -> str | None:
    """Say what to install where an import failed; None where the module is none of ours to ask for: that is a fault."""
    module = (error.name or "").partition(".")[0]
    if module in BASE:
        activate = shlex.quote(_from_here(PACKAGES / ".venv/bin/activate"))
        start = f". {activate}, after {_bootstrap('setup')}" if IS_CHECKOUT else how_to_install_package("logic-vote")
        return (
            f"{module} is not installed for {sys.executable}; take the Python that the project was set up for: {start}"
        )
    return None if module not in EXTRA_OF else lacking(module)


def lacking(module: str) -> str:
    """Say that a module is not installed, and how it comes here."""
    return f"{module} is not installed; install what this command needs: {how_to_install(EXTRA_OF[module])}"


def require(*modules: str) -> None:
    """Check that modules are installed, without importing any.

    Raises:
        NotInstalled: some are not; the message holds the command that installs them.
    """
    if absent := missing(modules):
        extras = dict.fromkeys(EXTRA_OF[module] for module in absent)
        raise NotInstalled(f"{', '.join(absent)} not installed; install with: {how_to_install(*extras)}")


def missing(modules: Sequence[str]) -> tuple[str, ...]:
    """Return those of the modules that are not installed, without importing any."""
    return tuple(module for module in modules if importlib.util.find_spec(module) is None)
