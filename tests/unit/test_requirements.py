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
        ("serve", ["serve-cpu", "gateway", "report"]),
        ("all", ["serve-cpu", "synth", "train", "quantize", "gateway", "report", "data", "hub", "modelscope", "test"]),
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


@pytest.mark.parametrize("lock", ["serve", "all", "gpu"])
def test_what_is_installed_is_the_list_with_a_hash_for_every_file(lock: str) -> None:
    """After a change of the list: ``python requirements/lock.py``."""
    folder = ROOT / "requirements"
    torch = "" if lock == "gpu" else (folder / "hashed" / "torch-cpu.txt").read_text()
    hashed = (folder / "hashed" / f"{lock}.txt").read_text() + torch
    assert pins_of(hashed.splitlines()) == pins_of((folder / f"{lock}.txt").read_text().splitlines())
    entries = re.split(r"^(?=[A-Za-z0-9])", hashed, flags=re.MULTILINE)[1:]
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry) for entry in entries)


def test_the_container_for_gpus_adds_versions_that_were_tested_and_all_that_the_sdk_needs_beyond_its_image() -> None:
    folder = ROOT / "requirements"
    added = pins_of((folder / "gpu.txt").read_text().splitlines())
    assert added <= pins_of((folder / "serve.txt").read_text().splitlines())
    assert {"openai", "aiolimiter", "rich", "pyyaml", "httpx2", "httpcore2"} <= {name for name, _ in added}


def test_nothing_is_installed_into_a_container_without_its_hash() -> None:
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    installs = [line for line in lines if "pip install" in line and line.startswith("RUN")]
    assert len(installs) == 2
    assert all("--require-hashes" in line and "--no-deps" in line for line in installs)
