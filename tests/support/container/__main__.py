"""Every command's folder, made by root under two umasks and read in the container by its user, as a table.

python -m tests.support.container                 without an engine; as root, some three minutes on quiet cores
python -m tests.support.container --engine        the model folders served there, too, by the container's own command
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.support.container.folders import OF_WEIGHTS, READERS, made
from tests.support.container.image import built, why_not
from tests.support.container.trial import Came, read, served

UMASKS = (0o022, 0o077)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.support.container", description=__doc__)
    parser.add_argument("--engine", action="store_true", help="serve every model folder, with vLLM")
    options = parser.parse_args()
    if why := why_not():
        parser.error(why)
    place = Path(tempfile.mkdtemp(prefix="logic-vote-container-"))
    # Whoever may read what lies in it.
    place.chmod(0o755)
    image = built(place)
    print("| umask | folder | command | exit code | seconds | last words |\n|---|---|---|---:|---:|---|")
    is_right = True
    for umask in UMASKS:
        folder = place / f"{umask:03o}"
        print(f"making folders under umask {umask:03o}", file=sys.stderr, flush=True)
        made(folder, umask, weights=True)
        found = [*read(image, folder, (*READERS, *OF_WEIGHTS)), *(served(image, folder) if options.engine else ())]
        for came in found:
            print(_row(umask, came), flush=True)
            is_right &= came.code == 0 if umask == UMASKS[0] else "Permission denied" in came.said
    return 0 if is_right else 1


def _row(umask: int, came: Came) -> str:
    last = came.said.strip().splitlines()[-1].replace("|", "/")
    return f"| {umask:03o} | {came.reads} | `{came.command}` | {came.code} | {came.seconds:.0f} | {last} |"


if __name__ == "__main__":
    raise SystemExit(main())
