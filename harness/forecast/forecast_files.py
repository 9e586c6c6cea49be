"""What a forecast leaves in the pilot's folder: ``forecast.json``, and ``eval.yaml`` for the run to come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.errors import RunFolderError
from harness.forecast.forecast import Forecast
from harness.run.config import EvalConfig
from solver.base.config import values_of
from solver.base.files import write_atomically, write_json
from solver.base.foreign_files import object_of

FILE, SETTINGS = "forecast.json", "eval.yaml"
_OWN = ("pilot", "run", "preset_values", "from_forecast", "json", "is_json", "display")
"""Settings of the pilot that are not the run's."""


def write(asked: EvalConfig, pilot: EvalConfig, found: Forecast) -> Path:
    """Write a forecast and the settings of the run that it is of.

    Args:
        asked: the run's, as the user set it.
        pilot: the pilot's.

    Returns:
        Where the forecast is.
    """
    usual = values_of(EvalConfig())
    settings = {
        name: value
        for name, value in json.loads(json.dumps(values_of(asked), default=str)).items()
        if name not in _OWN
        and (name in asked.preset_values or value != json.loads(json.dumps(usual[name], default=str)))
    }
    settings |= {"rule": found.chosen.rule, "max_samples": found.chosen.cap}
    # JSON is YAML, too.
    write_atomically(pilot.folder / SETTINGS, json.dumps(settings, ensure_ascii=False, indent=1) + "\n", follows=False)
    path = pilot.folder / FILE
    write_json(path, to_json(found), follows=False)
    return path


def to_json(found: Forecast) -> Mapping[str, object]:
    """Return a forecast as JSON: bands are value, low, high."""
    rows = []
    for line in found.lines:
        seconds = [found.seconds(value) for value in line.tokens]
        rows.append({**asdict(line), "seconds": seconds, "price": [found.price(line, value) for value in line.tokens]})
    return {**asdict(found), "lines": rows}


def settings_beside(path: Path) -> Path:
    """Return the settings that belong to a forecast.

    Raises:
        RunFolderError: they are not there.
    """
    found = path.with_name(SETTINGS)
    if not path.is_file() or not found.is_file():
        raise RunFolderError(f"{path}: no forecast, or no {SETTINGS} beside it; harness forecast writes both")
    return found


def read(path: Path) -> dict[str, Any]:
    """Read a forecast.

    Raises:
        RunFolderError: it is missing or damaged.
    """
    return object_of(path, error=RunFolderError)
