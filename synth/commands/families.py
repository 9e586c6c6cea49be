"""``python -m synth families``: the puzzle families."""

from __future__ import annotations

import argparse

HELP = "list the puzzle families"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: python -m synth families"


def run(_: argparse.Namespace) -> int:
    from solver.base.display.printing import print_text
    from synth.puzzles.families import FAMILIES

    for family in sorted(FAMILIES, key=lambda one: one.name):
        print_text(f"{family.name:20} {'' if family.is_trained else '(never trained on) '}{family.title}")
    return 0
