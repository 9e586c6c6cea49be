"""The project as a stranger installs it: a wheel in an empty environment, with the base dependencies and nothing else.

Needs no network: the base dependencies are copied from the environment that runs the tests, as exactly as their own
records name their files.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from packaging.requirements import Requirement

from tests.support.checkout import ROOT

_PARTS = (
    "solver",
    "harness",
    "synth",
    "train",
    "models",
    "logic_vote.py",
    "pyproject.toml",
    "setup.py",
    "README.md",
    "LICENSE",
)


def built_wheel(folder: Path) -> Path:
    """Build the wheel from a copy of the sources: the build leaves folders behind where it runs."""
    source = folder / "source"
    source.mkdir()
    for part in _PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, source / part)
    _pip("wheel", str(source), "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder / "wheel"))
    (wheel,) = (folder / "wheel").glob("logic_vote-*.whl")
    return wheel


def installed(wheel: Path, folder: Path) -> Path:
    """Install a wheel into an empty environment; return the environment's Python."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    _pip("install", "--no-deps", "--no-index", str(wheel), python=python)
    (packages,) = folder.glob("lib/python3*/site-packages")
    for name in base_dependencies(packages):
        _copy(importlib.metadata.distribution(name), packages)
    # pip itself says whether anything is missing.
    _pip("check", python=python)
    return python


def base_dependencies(packages: Path) -> tuple[str, ...]:
    """Return what the installed project needs without any extra, and what that needs."""
    (project,) = importlib.metadata.distributions(name="logic-vote", path=[str(packages)])
    waiting, found = _needs(project), dict[str, None]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += _needs(importlib.metadata.distribution(name))
    return tuple(found)


def _needs(project: importlib.metadata.Distribution) -> list[str]:
    wanted = map(Requirement, project.requires or ())
    return [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]


def _copy(project: importlib.metadata.Distribution, packages: Path) -> None:
    for file in project.files or ():
        if ".." in file.parts or file.suffix == ".pyc":
            continue
        target = packages / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(str(project.locate_file(file))), target)


def _pip(*words: str, python: Path | None = None) -> None:
    where = [] if python is None else ["--python", str(python)]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *where, *words]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PIP_NO_INPUT": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
