"""``logic-vote COMMAND`` and ``python -m logic_vote COMMAND``: the commands of all four packages under one name."""

from __future__ import annotations

import sys

from solver.base.display.early_signals import leave_on_interrupt

if __name__ == "__main__" or sys.argv[0].endswith("logic-vote"):
    leave_on_interrupt()

import harness.cli
import solver.cli
import synth.cli
import train.cli
from solver.base import cli

PROGRAMS = (solver.cli.PROGRAM, harness.cli.PROGRAM, synth.cli.PROGRAM, train.cli.PROGRAM)
"""Where two packages have a command of one name (``export``), the first of them has it."""


def main() -> int:
    """Run one command and return its exit code."""
    return cli.console(PROGRAMS)


# Guarded: generator workers are spawned and import this module again.
if __name__ == "__main__":
    sys.exit(main())
