"""A run's figures for TensorBoard, where that is installed, as they come."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self


class Figures:
    """Writes them below ``tensorboard/`` of a run.

    Args:
        step: from which the run goes on; what an earlier call wrote after it is not shown.
    """

    def __init__(self, out: Path, step: int) -> None:
        self._writer: Any = None
        if find_spec("tensorboard") is not None:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(out / "tensorboard"), purge_step=step + 1 if step else None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, line: Mapping[str, Any]) -> None:
        """Write a line of figures."""
        if self._writer is None:
            return
        for name, value in line.items():
            if name != "step" and isinstance(value, int | float):
                place = f"eval/{name.removeprefix('eval_')}" if name.startswith("eval_") else f"train/{name}"
                self._writer.add_scalar(place, value, line["step"])
