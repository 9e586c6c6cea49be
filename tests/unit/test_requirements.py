"""The locks hold what the project asks for."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support.checkout import ROOT


def names_of(lines: list[str]) -> set[str]:
    """Return the package names of requirement lines, normalised as package indexes do."""
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line.strip() and not line.startswith("#"))
    return {re.sub(r"[-_.]+", "-", match.group()).lower() for match in found if match}


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("serve", ["serve-cpu", "gateway"]),
        ("all", ["serve-cpu", "synth", "train", "quantize", "gateway", "report", "data", "test"]),
    ],
)
def test_a_lock_holds_every_dependency(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(name for extra in extras for name in project["optional-dependencies"][extra])]
    held = (ROOT / "requirements" / f"{lock}.txt").read_text().splitlines()
    assert names_of(wanted) <= names_of(held)
    assert all("==" in line for line in held if line.strip() and not line.startswith("#"))


def pins_of(lines: list[str]) -> set[tuple[str, str]]:
    """Return (name, version) of every pinned line."""
    found = (re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", line) for line in lines)
    return {(re.sub(r"[-_.]+", "-", match[1]).lower(), match[2]) for match in found if match}


@pytest.mark.parametrize("lock", ["serve", "all"])
def test_what_is_installed_is_the_list_with_a_hash_for_every_file(lock: str) -> None:
    """After a change of the list: ``python requirements/lock.py``."""
    folder = ROOT / "requirements"
    hashed = (folder / "hashed" / f"{lock}.txt").read_text() + (folder / "hashed" / "torch-cpu.txt").read_text()
    assert pins_of(hashed.splitlines()) == pins_of((folder / f"{lock}.txt").read_text().splitlines())
    entries = re.split(r"^(?=[A-Za-z0-9])", hashed, flags=re.MULTILINE)[1:]
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry) for entry in entries)
