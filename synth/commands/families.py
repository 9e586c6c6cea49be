"""``python -m synth families``: the puzzle families."""

from __future__ import annotations

import argparse

HELP = "list the puzzle families"


def declare(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_: argparse.Namespace) -> int:
    from synth.puzzles.families import FAMILIES, TRAINED

    trained = {family.name for family in TRAINED}
    for name, family in sorted(FAMILIES.items()):
        print(f"{name:20} {'' if name in trained else '(never trained on) '}{family.title}")
    return 0
