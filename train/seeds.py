"""Seeds that torch, NumPy and transformers all take; told before anything is loaded.

>>> seed_typed("7")
7
"""

from __future__ import annotations

import argparse

SEEDS = 2**32
"""How many there are: NumPy takes no others, and ``transformers.set_seed`` hands it the one that it is given."""


def seed_typed(text: str) -> int:
    """Read the value of a ``--seed`` that belongs to no recipe.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not (text.isdecimal() and text.isascii() and int(text) < SEEDS):
        raise argparse.ArgumentTypeError(f"{text!r} is no seed: give a whole number from 0 to {SEEDS - 1}")
    return int(text)
