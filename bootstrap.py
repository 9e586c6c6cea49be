#!/usr/bin/env python3
"""Set up and run, with nothing installed but Python: the commands of the README.

::

    python3 bootstrap.py eval [ARGUMENTS]    install what serving needs, then ``python -m harness eval ARGUMENTS``
    python3 bootstrap.py test [ARGUMENTS]    install everything, then format, lint, types and tests
    python3 bootstrap.py check               the same without the tests
    python3 bootstrap.py setup [serve|all]   install only

Everything goes into ``.venv`` beside this file, at the exact versions in ``requirements/``; a second call finds it
there. pip takes no file whose SHA-256 is not in ``requirements/hashed``; torch's CPU build has a list of its own, since
it comes from another place, and its hash is known for Python 3.11 only. Only the standard library is used here.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
PROFILES = {"serve": "requirements/hashed/serve.txt", "all": "requirements/hashed/all.txt"}
TORCH, TORCH_PIN = "requirements/hashed/torch-cpu.txt", "torch==2.13.0"
CHECKS = (
    ("format", ("-m", "ruff", "format", "--check", ".")),
    ("lint", ("-m", "ruff", "check", ".")),
    ("types", ("-m", "mypy")),
)
TORCH_HELP = """
The CPU build of PyTorch (torch 2.13.0+cpu), which vLLM's CPU build needs, was not found by pip.
Open https://pytorch.org/get-started/locally and choose Linux, Pip, Python, CPU: the command shown there ends in
--index-url URL. Then run this command again with that URL in the environment:

    PIP_EXTRA_INDEX_URL=URL python3 bootstrap.py ...
"""


def say(text: str) -> None:
    """Talk on stderr; stdout belongs to the result."""
    print(text, file=sys.stderr, flush=True)


def setup(profile: str) -> None:
    """Bring ``.venv`` to a profile's exact versions, unless it is there already."""
    if sys.version_info[:2] not in ((3, 11), (3, 12)):
        sys.exit(
            f"bootstrap: Python 3.11 or 3.12 is needed, this is {sys.version.split()[0]}; name another interpreter"
        )
    lock = ROOT / PROFILES[profile]
    digest = _digest(profile)
    marker = ENVIRONMENT / f".installed-{profile}"
    richer = ENVIRONMENT / ".installed-all"
    if any(found.exists() and found.read_text() == _digest_for(found, digest) for found in (marker, richer)):
        return
    began = time.monotonic()
    if not PYTHON.exists():
        say("bootstrap: making .venv")
        venv.create(ENVIRONMENT, with_pip=True)
    say(f"bootstrap: installing {PROFILES[profile]} into .venv (about a minute, 2.5 to 3 GB)")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--no-input", "--quiet"]
    hashed = ["--no-deps", "--require-hashes", "--requirement"]
    if sys.version_info[:2] == (3, 11) and not os.environ.get("BOOTSTRAP_TORCH_UNCHECKED"):
        torch = [*hashed, str(ROOT / TORCH)]
    else:
        say(f"bootstrap: {TORCH_PIN} is installed without a look at its hash")
        torch = ["--no-deps", TORCH_PIN]
    # torch first: it is what most often cannot be had, and the rest takes a minute.
    _install([*pip, *torch], TORCH_HELP)
    _install([*pip, *hashed, str(lock)], "bootstrap: pip failed; its words are above")
    done = subprocess.run([str(PYTHON), "-c", "import torch, sys; sys.exit(torch.version.cuda is not None)"])
    if done.returncode != 0:
        sys.exit(TORCH_HELP)
    marker.write_text(digest)
    say(f"bootstrap: installed in {time.monotonic() - began:.0f} s")


def _install(command: list[str], help_text: str) -> None:
    """Run pip; leave with its words and what to do where it fails."""
    done = subprocess.run(command, stdout=sys.stderr, stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return
    say("\n".join(line for line in done.stderr.splitlines() if not line.startswith("WARNING")))
    if "DO NOT MATCH THE HASHES" in done.stderr:
        say(
            "bootstrap: a downloaded file is not the one that was tested; nothing of it was installed. If it is torch, "
            "and you trust where it came from, run again with BOOTSTRAP_TORCH_UNCHECKED=1"
        )
    sys.exit(help_text)


def _digest(profile: str) -> str:
    """What a finished installation is known by: its lists and the Python it is for."""
    lists = (ROOT / PROFILES[profile]).read_bytes() + (ROOT / TORCH).read_bytes()
    return hashlib.sha256(lists + sys.version.encode()).hexdigest()


def _digest_for(marker: Path, digest: str) -> str:
    """The digest a marker must hold: the asked profile's own, or that of the richer profile."""
    return digest if marker.name != ".installed-all" else _digest("all")


def check() -> int:
    """Run format, lint and types; stop at the first that fails."""
    for name, command in CHECKS:
        began = time.monotonic()
        code = subprocess.run([str(PYTHON), *command], cwd=ROOT, stdout=sys.stderr).returncode
        say(f"bootstrap: {name} {'good' if code == 0 else 'FAILED'} ({time.monotonic() - began:.0f} s)")
        if code != 0:
            return 1
    return 0


def main(arguments: list[str]) -> int:
    """Run a command; return the exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "setup":
        profile = rest[0] if rest else "serve"
        if profile not in PROFILES:
            say(f"bootstrap: no profile {profile!r}; use {' or '.join(PROFILES)}")
            return 2
        setup(profile)
        return 0
    if command in ("check", "test"):
        setup("all")
        code = check()
        if code != 0 or command == "check":
            return code
        return subprocess.run([str(PYTHON), "-m", "pytest", *rest], cwd=ROOT).returncode
    if command == "eval":
        setup("serve")
        os.chdir(ROOT)
        # Replaces this process, so that Ctrl-C and exit codes are the command's own.
        os.execv(PYTHON, [str(PYTHON), "-m", "harness", "eval", *rest])
    say((__doc__ or "").strip())
    return 0 if command in ("-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
