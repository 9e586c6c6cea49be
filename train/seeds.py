"""Seeds that torch, NumPy and transformers all take; told before anything is loaded.

>>> SEED("7")
7
"""

from __future__ import annotations

from solver.base.typed_numbers import Whole

SEEDS = 2**32
"""How many there are: NumPy takes no others, and ``transformers.set_seed`` hands it the one that it is given."""
SEED = Whole(0, SEEDS - 1)
"""Reads a ``--seed``."""
