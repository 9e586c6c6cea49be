"""A virtual environment for each peer, made once and used again while it holds the pinned versions."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from .contestant import Contestant

_VERSION = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"


def python_of(contestant: Contestant, envs: Path) -> Path:
    """Return the interpreter that runs a contestant."""
    if contestant.environment is None:
        return Path(sys.executable)
    return envs.absolute() / contestant.environment / "bin" / "python"


def installed(python: Path, package: str) -> str | None:
    """Return the version of a package in an environment, or None."""
    if not python.exists():
        return None
    done = subprocess.run([str(python), "-c", _VERSION, package], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def package_of(requirement: str) -> tuple[str, str]:
    """Split a pinned requirement.

    >>> package_of("lm_eval[api]==0.4.13")
    ('lm_eval', '0.4.13')
    """
    name, _, version = requirement.partition("==")
    return name.partition("[")[0], version


def install(contestant: Contestant, envs: Path) -> str:
    """Make a contestant's environment where it is not there yet; returns the harness's version.

    Raises:
        subprocess.CalledProcessError: pip failed; its words are on stderr.
    """
    if contestant.environment is None:
        return "this tree"
    python = python_of(contestant, envs)
    if any(installed(python, name) != version for name, version in map(package_of, contestant.requirements)):
        print(f"peers: installing {contestant.requirements[0]} into {python.parents[1]}", file=sys.stderr)
        venv.create(python.parents[1], with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *contestant.requirements], check=True, stdout=sys.stderr)
    return package_of(contestant.requirements[0])[1]
