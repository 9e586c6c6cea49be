"""The registry of programs that quantise: one worker script each, one line here.

A worker runs in the environment of its program, where this project is not at hand; so it says what it is in constants:
``NAME``, ``HELP``, ``MODULE`` (what it imports), and ``ENVIRONMENT``, the folder of an environment of its own (None: it
runs in this one). Exact versions for that stand in ``NAME.txt`` beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from solver.base.registry import Registry

_WORKERS = (
    "gptqmodel_worker",
    "auto_gptq_worker",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiser:
    """A program that quantises."""

    name: str
    help: str
    module: str
    """What it imports, and what must be installed for it."""
    environment: Path | None
    """Where its own environment lies unless the user says otherwise; None where it runs in this one."""
    worker: Path
    """The script."""

    @property
    def requirements(self) -> Path:
        """Exact versions of its own environment."""
        return self.worker.with_name(f"{self.name}.txt")


def _quantiser_of(module: str) -> Quantiser:
    worker = import_module(f"train.quantize.gptq_backends.{module}")
    return Quantiser(
        name=worker.NAME,
        help=worker.HELP,
        module=worker.MODULE,
        environment=None if worker.ENVIRONMENT is None else Path(worker.ENVIRONMENT),
        worker=Path(str(worker.__file__)),
    )


QUANTISERS = Registry("backend", map(_quantiser_of, _WORKERS))
DEFAULT_QUANTISER = "gptqmodel"
