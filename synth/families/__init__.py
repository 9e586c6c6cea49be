"""The registry of puzzle families: one file a family, one line here."""

from __future__ import annotations

from synth.compose import AnyFamily
from synth.families.reachability import Reachability

TRAINED: tuple[AnyFamily, ...] = (Reachability(),)
"""Families that training data is made from."""
UNSEEN: tuple[AnyFamily, ...] = ()
"""Families that only the benchmark has; training never sees them."""
FAMILIES: dict[str, AnyFamily] = {family.name: family for family in (*TRAINED, *UNSEEN)}

__all__ = ["FAMILIES", "TRAINED", "UNSEEN"]
