"""The parts that are installed on demand: which module belongs to which, and the command that installs it.

``pyproject.toml`` lists their packages; tests hold the two lists against each other. No message of the project names an
extra in words of its own.

    >>> lacks(ModuleNotFoundError("No module named 'ray'", name="ray"))[:26]
    'ray is not installed; inst'
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from typing import Literal

from solver.base.errors import NotInstalled
from solver.base.places import IS_CHECKOUT

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
    "ortools": "synth",
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


BASE = ("openai", "pydantic", "aiolimiter", "rich", "yaml")
"""Modules that every command may import; who has none of them runs another Python than the one that was set up."""


def how_to_install(*extras: Extra) -> str:
    """Return the command that installs parts of the project."""
    wanted = ",".join(extras)
    # From a checkout the name is not asked of a package index: only what is installed already is surely this project.
    return f"pip install '.[{wanted}]'" if IS_CHECKOUT else f"pip install 'logic-vote[{wanted}]'"


def lacks(error: ImportError) -> str | None:
    """Say what to install where an import failed; None where the module is none of ours to ask for: that is a fault."""
    module = (error.name or "").partition(".")[0]
    if module in BASE:
        start = ". .venv/bin/activate, after python3 bootstrap.py setup" if IS_CHECKOUT else "pip install logic-vote"
        return (
            f"{module} is not installed for {sys.executable}; take the Python that the project was set up for: {start}"
        )
    if module not in EXTRA_OF:
        return None
    return f"{module} is not installed; install what this command needs: {how_to_install(EXTRA_OF[module])}"


def require(*modules: str) -> None:
    """Check that modules are installed, without importing any.

    Raises:
        NotInstalled: some are not; the message holds the command that installs them.
    """
    if lacking := missing(modules):
        extras = dict.fromkeys(EXTRA_OF[module] for module in lacking)
        raise NotInstalled(f"{', '.join(lacking)} not installed; install with: {how_to_install(*extras)}")


def missing(modules: Sequence[str]) -> tuple[str, ...]:
    """Return those of the modules that are not installed, without importing any."""
    return tuple(module for module in modules if importlib.util.find_spec(module) is None)
