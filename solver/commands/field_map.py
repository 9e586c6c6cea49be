"""The flag that says what the fields of rows are, for commands that hold their settings in no record."""

from __future__ import annotations

import argparse

from solver.problems.shapes.fields import FIELDS, FIELDS_HELP


def declare_map(parser: argparse.ArgumentParser) -> None:
    """Add ``--map``, as ``harness eval`` has it."""
    parser.add_argument("--map", metavar=FIELDS, help=f"{FIELDS_HELP} (default: found by looking at the rows)")
