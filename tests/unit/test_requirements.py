"""The locks hold what the project asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def names_of(lines: list[str]) -> set[str]:
    """Return the package names of requirement lines, normalised as package indexes do."""
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line.strip() and not line.startswith("#"))
    return {re.sub(r"[-_.]+", "-", match.group()).lower() for match in found if match}


@pytest.mark.parametrize(
    ("lock", "extras"), [("serve", ["serve-cpu"]), ("all", ["serve-cpu", "synth", "train", "quantize", "test"])]
)
def test_a_lock_holds_every_dependency(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(name for extra in extras for name in project["optional-dependencies"][extra])]
    held = (ROOT / "requirements" / f"{lock}.txt").read_text().splitlines()
    assert names_of(wanted) <= names_of(held)
    assert all("==" in line for line in held if line.strip() and not line.startswith("#"))
