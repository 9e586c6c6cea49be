"""``python -m tests.support.jumping_clock ARGUMENTS``: ``python -m harness`` on a machine whose wall clock leaps about.

Only ``time.time`` leaps (back to 1970, a century ahead, by hours either way); the monotonic clock is what it is, as on
a machine whose clock is set.
"""

from __future__ import annotations

import sys
import time
from random import Random

_LEAPS = (0.0, -1.7e9, 3.2e9, -7200.0, 7200.0)


def main() -> int:
    """Make the clock leap and run the command."""
    rng, real = Random(1), time.time
    time.time = lambda: real() + rng.choice(_LEAPS)
    from harness.cli import main as command

    return command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
