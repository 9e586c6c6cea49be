"""``python -m train``."""

import sys

from solver.base.display.early_signals import leave_on_interrupt

# Guarded: workers that are spawned import this module again.
if __name__ == "__main__":
    leave_on_interrupt()
    from train.cli import main

    sys.exit(main())
