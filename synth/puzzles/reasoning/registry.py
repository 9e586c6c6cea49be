"""The registry of reasoners: one line a module. A family without one has no chains in words."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import NamedTuple

from solver.base.registry import Registry
from synth.puzzles.reasoning.reasoner import Reasoner
from synth.puzzles.reasoning.wordings import Clauses, clauses

_MODULES = ("places", "witnesses", "holdings", "numbers", "machines", "tables", "ways", "rulebooks", "texts")


@cache
def reasoners() -> Registry[Reasoner]:
    """Return all reasoners by family; their modules are read when chains in words are asked for."""
    found = []
    for module in _MODULES:
        for one in vars(import_module(f"synth.puzzles.reasoning.families.{module}")).values():
            if isinstance(one, type) and issubclass(one, Reasoner) and "family" in vars(one):
                found.append(one())
    return Registry("reasoner", found)


class Told(NamedTuple):
    """What tells a family's chains."""

    reasoner: Reasoner
    clauses: Clauses


@cache
def reasoner_of(family: str) -> Told | None:
    """Return a family's reasoner with its wordings; None where it has no chains in words."""
    if family not in reasoners():
        return None
    reasoner = reasoners()[family]
    arithmetic = clauses("arithmetic", "arithmetic")
    return Told(reasoner, {**arithmetic, **clauses(type(reasoner).__module__.rpartition(".")[2], family)})
