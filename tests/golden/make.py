"""Make the golden files again: ``python -m tests.golden.make [NAME …]``, all of them without a name.

Those that lie in ``recorded/`` were made by the version of the repository's commit 6adf813 (2026-11-29). Make one again
only where a change of what it holds is meant, and say so in the change log: a golden file that is made again along with
the code under test tests nothing.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tests.golden import helps, making, outputs, puzzles, runs, small
from tests.golden.command import ROOT

MAKERS: dict[str, Callable[[Path], None]] = {
    "runs": runs.make,
    "outputs": outputs.make,
    "making": making.make,
    "puzzles": puzzles.make,
    "helps": helps.make,
    "small": small.make,
}


def main() -> None:
    """Make what is named."""
    for name in sys.argv[1:] or MAKERS:
        work = Path("runs/golden")
        shutil.rmtree(ROOT / work, ignore_errors=True)
        MAKERS[name](work)
        shutil.rmtree(ROOT / work, ignore_errors=True)
        print(name)


if __name__ == "__main__":
    main()
