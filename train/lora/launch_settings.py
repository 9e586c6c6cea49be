"""What a launch file of ``accelerate`` says of how processes are joined. The file may be somebody else's.

>>> read_launch(None)
LaunchSettings(kind='', processes=1, zero_stage=None)
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

from solver.base.foreign_files import MOST_OF_SETTINGS, text_of
from train.errors import RecipeError


class LaunchSettings(NamedTuple):
    """What is read of it; the rest is for accelerate."""

    kind: str = ""
    """``MULTI_GPU``, ``FSDP``, ``DEEPSPEED`` …; empty for one process."""
    processes: int = 1
    zero_stage: int | None = None


def read_launch(path: Path | None) -> LaunchSettings:
    """Read a launch file; None is for one process.

    Raises:
        RecipeError: it is no YAML mapping, or a value is of another kind.
    """
    if path is None:
        return LaunchSettings()
    text = text_of(path, error=RecipeError, most=MOST_OF_SETTINGS)
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RecipeError(f"{path}: not YAML that can be used ({' '.join(str(error).split())[:200]})") from error
    if not isinstance(found, dict):
        raise RecipeError(f"{path}: holds no settings of accelerate; write them with: accelerate config")
    deepspeed = found.get("deepspeed_config")
    stage = deepspeed.get("zero_stage") if isinstance(deepspeed, dict) else None
    kind, processes = found.get("distributed_type", ""), found.get("num_processes")
    if not isinstance(kind, str):
        raise RecipeError(f"{path}: distributed_type is no text; say MULTI_GPU, FSDP or DEEPSPEED")
    if not isinstance(processes, int | None):
        raise RecipeError(f"{path}: num_processes is no whole number")
    return LaunchSettings(kind, int(processes or 1), stage if isinstance(stage, int) else None)
