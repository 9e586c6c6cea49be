#!/usr/bin/env python3
"""Set up and run, with nothing installed but Python: the commands of the README.

::

    python3 bootstrap.py eval [ARGUMENTS]    install what serving needs, then ``python -m harness eval ARGUMENTS``
    python3 bootstrap.py test                install everything, then format and lint, then types and all tests at once
    python3 bootstrap.py test ARGUMENTS      the same with pytest's ARGUMENTS; one after the other where they name tests
    python3 bootstrap.py check               the same without the tests
    python3 bootstrap.py setup [serve|all]   install only

Where at most three tests of a part fail, each of them is run once more, alone, when all parts are over. A test that
fails twice is a fault; one that passes then is named in the last lines as UNSTEADY, to be mended.

Everything goes into ``.venv`` beside this file, at the exact versions in ``requirements/``; a second call finds it
there. pip takes no file whose SHA-256 is not in ``requirements/hashed``; torch's CPU build has a list of its own, since
it comes from another place, and its hash is known for Python 3.11 only. Only the standard library is used here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
PROFILES = {"serve": "requirements/hashed/serve.txt", "all": "requirements/hashed/all.txt"}
TORCH, TORCH_PIN = "requirements/hashed/torch-cpu.txt", "torch==2.13.0"
Step = tuple[str, tuple[str, ...]]
"""A name, and what Python is given."""
QUICK: tuple[Step, ...] = (
    ("format", ("-m", "ruff", "format", "--check", ".")),
    ("lint", ("-m", "ruff", "check", ".")),
)
TYPES: Step = ("types", ("-m", "mypy"))
SHARES: tuple[tuple[str, ...], ...] = (
    ("tests/integration", "--ignore=tests/integration/train"),
    ("tests/integration/train",),
    ("tests/chaos",),
    ("tests/property", "tests/fuzz", "tests/golden"),
    ("tests/unit/solver",),
    ("tests/unit", "--ignore=tests/unit/solver"),
)
"""All tests, in parts that need nothing of each other; the longest first, so that cores end together."""
MOST_AGAIN = 3
"""Failures of a part that are tried once more; of more than these a busy machine is not the cause."""
SOME_FAILED = 1
"""pytest's exit code where all was collected and run, and tests failed."""
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
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--no-input", "--quiet", "--no-deps"]
    if not sys.dont_write_bytecode:
        # pip would compile 27,600 files, half of its CPU time; Python compiles the few that it imports.
        pip.append("--no-compile")
    if sys.version_info[:2] == (3, 11) and not os.environ.get("BOOTSTRAP_TORCH_UNCHECKED"):
        torch = ["--require-hashes", "--requirement", str(ROOT / TORCH)]
    else:
        say(f"bootstrap: {TORCH_PIN} is installed without a look at its hash")
        torch = [TORCH_PIN]
    with tempfile.TemporaryDirectory() as folder:
        installs = [(torch, TORCH_HELP)]
        for number, part in enumerate(parts(lock.read_text(encoding="utf-8"), 2)):
            path = Path(folder) / f"{number}.txt"
            path.write_text(part, encoding="utf-8")
            words = ["--require-hashes", "--requirement", str(path)]
            installs.append((words, "bootstrap: pip failed; its words are above"))
        _install([([*pip, *words], help_text) for words, help_text in installs])
    done = subprocess.run([str(PYTHON), "-c", "import torch, sys; sys.exit(torch.version.cuda is not None)"])
    if done.returncode != 0:
        sys.exit(TORCH_HELP)
    marker.write_text(digest)
    say(f"bootstrap: installed in {time.monotonic() - began:.0f} s")


def parts(lock: str, n: int) -> list[str]:
    """Deal the pins of a list out, each with its hashes: a pip uses one core, and one connection."""
    pins = re.findall(r"^[^\s#].*(?:\n\s+--hash.*)*$", lock, re.MULTILINE)
    return ["\n".join([*pins[start::n], ""]) for start in range(n)]


def _install(installs: Sequence[tuple[list[str], str]]) -> None:
    """Run pips beside each other; at the first that fails, leave with its words and what to do."""
    with ExitStack() as stack:
        running = []
        for command, help_text in installs:
            said = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
            running.append((subprocess.Popen(command, stdout=sys.stderr, stderr=said), said, help_text))
            stack.callback(_end, running[-1][0])
        # torch is first: it is what most often cannot be had.
        for process, said, help_text in running:
            if process.wait() != 0:
                said.seek(0)
                _leave(said.read(), help_text)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        process.wait()


def _leave(said: str, help_text: str) -> NoReturn:
    """Leave with pip's words and what to do."""
    say("\n".join(line for line in said.splitlines() if not line.startswith("WARNING")))
    if "DO NOT MATCH THE HASHES" in said:
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


def check(steps: Sequence[Step]) -> int:
    """Run steps one after the other; stop at the first that fails."""
    for name, words in steps:
        began = time.monotonic()
        code = subprocess.run([str(PYTHON), *words], cwd=ROOT, stdout=sys.stderr).returncode
        _say_end(name, code, began)
        if code != 0:
            return 1
    return 0


def side_by_side(steps: Sequence[Step]) -> list[int]:
    """Run steps beside each other, one a core, and show each one's words when it ends; returns the codes of all."""
    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
    try:
        return list(pool.map(_shown, steps))
    except KeyboardInterrupt:  # what runs has had the same signal
        pool.shutdown(cancel_futures=True)
        sys.exit(130)


def _shown(step: Step) -> int:
    """Run a step, and show its words when it ends; returns its code."""
    name, words = step
    began = time.monotonic()
    done = subprocess.run([str(PYTHON), *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # In one piece: others may end at the same moment.
    sys.stdout.buffer.write(b"\n" + done.stdout)
    sys.stdout.flush()
    _say_end(name, done.returncode, began)
    return done.returncode


def tested(shares: Sequence[Step]) -> int:
    """Run types and parts of the tests beside each other, and few failures once more, alone, when all are over."""
    with tempfile.TemporaryDirectory() as folder:
        notes = [Path(folder) / str(number) for number in range(len(shares))]
        tests = [(name, (*words, "-o", f"cache_dir={note}")) for (name, words), note in zip(shares, notes, strict=True)]
        # Types after the first two parts, which take longest.
        steps = [*tests[:2], TYPES, *tests[2:]]
        codes = dict(zip(steps, side_by_side(steps), strict=True))
        failed = [few_failed(codes[test], note) for test, note in zip(tests, notes, strict=True)]
        names = [name for few in failed if few is not None for name in few]
        if codes[TYPES] != 0 or None in failed:
            return 1
        passed = [name for number, name in enumerate(names) if _passes(name, Path(folder) / f"again-{number}.xml")]
    for name in names:
        if name in passed:
            say(f"UNSTEADY: {name} failed once and passed when run again alone")
        else:
            say(f"FAILED TWICE: {name}")
    return int(passed != names)


def few_failed(code: int, notes: Path) -> list[str] | None:
    """Return the tests of a part that failed, None where they are not to be tried again.

    Args:
        code: pytest's exit code.
        notes: its ``cache_dir``, empty before.
    """
    last = notes / "v" / "cache" / "lastfailed"
    if code == 0:
        return []
    if code != SOME_FAILED or not last.is_file():
        return None
    names = list(json.loads(last.read_text(encoding="utf-8")))
    return names if 0 < len(names) <= MOST_AGAIN and all("::" in name for name in names) else None


def _passes(name: str, report: Path) -> bool:
    """Run a test alone; one that is skipped has not passed."""
    code = _shown((f"once more, alone: {name}", ("-m", "pytest", name, f"--junit-xml={report}")))
    return code == 0 and 'tests="1"' in (told := report.read_text(encoding="utf-8")) and 'skipped="0"' in told


def _say_end(name: str, code: int, began: float) -> None:
    say(f"bootstrap: {name} {'good' if code == 0 else 'FAILED'} ({time.monotonic() - began:.0f} s)")


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
        if command == "check" or not all(word.startswith("--") for word in rest):
            code = check([*QUICK, TYPES])
            if code != 0 or command == "check":
                return code
            return subprocess.run([str(PYTHON), "-m", "pytest", *rest], cwd=ROOT).returncode
        tests: list[Step] = [(" ".join(share), ("-m", "pytest", *share, *rest)) for share in SHARES]
        if not os.environ.get("PYTEST_ADDOPTS") and all(word.startswith("--durations") for word in rest):
            return check(QUICK) or tested(tests)
        # Other words may end pytest before its last test, or choose among them: nothing is tried again.
        return check(QUICK) or int(any(side_by_side([*tests[:2], TYPES, *tests[2:]])))
    if command == "eval":
        setup("serve")
        os.chdir(ROOT)
        # Replaces this process, so that Ctrl-C and exit codes are the command's own.
        os.execv(PYTHON, [str(PYTHON), "-m", "harness", "eval", *rest])
    say((__doc__ or "").strip())
    return 0 if command in ("-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
