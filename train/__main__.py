"""``python -m train``."""

from __future__ import annotations

import sys

from train.cli import main

# Guarded: generator workers are spawned and import this module again.
if __name__ == "__main__":
    sys.exit(main())
