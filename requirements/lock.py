#!/usr/bin/env python3
"""Write ``requirements/hashed/*.txt``: the same versions as the lists beside it, with the hashes of their files.

    pip install uv && python requirements/lock.py

To be run after every change of one of them; a test holds the two against each other. Refuses a version
that was withdrawn since. torch stands in a
file of its own, which ``bootstrap.py`` explains and this script does not touch: its CPU build is on no package index.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PROFILES = ("serve", "all", "gpu")


def locked(profile: str) -> str:
    """Return the hashed list of a profile, torch left out; asks the package index.

    A version that its makers have withdrawn ends the program.
    """
    command = ["uv", "pip", "compile", "--no-deps", "--generate-hashes", "--no-annotate", "--no-header"]
    command += ["--python-version", "3.11", "--python-platform", "x86_64-unknown-linux-gnu"]
    command.append(str(FOLDER / f"{profile}.txt"))
    made = subprocess.run(command, capture_output=True, text=True)
    withdrawn = [line for line in made.stderr.splitlines() if "is yanked" in line]
    if made.returncode or withdrawn:
        sys.exit("\n".join(withdrawn) if withdrawn else made.stderr)
    return re.sub(r"^torch==(?:.*\\\n)*.*\n", "", made.stdout, flags=re.MULTILINE)


def main() -> int:
    """Write both files."""
    for profile in PROFILES:
        head = f"# Made by requirements/lock.py from {profile}.txt; hashes of every file of each version.\n"
        path = FOLDER / "hashed" / f"{profile}.txt"
        path.write_text(head + locked(profile), encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
