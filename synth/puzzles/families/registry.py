"""The registry of puzzle families: one module a family, one line here."""

from __future__ import annotations

from importlib import import_module

from solver.base.registry import Registry
from synth.puzzles.compose import AnyFamily
from synth.puzzles.kinds.kind import Family

_MODULES = (
    "accounts",
    "binary_tree",
    "block_world",
    "calendar_days",
    "card_rules",
    "circuits",
    "closed_world",
    "counting",
    "digits",
    "eligibility",
    "entailment",
    "fact_rules",
    "flights",
    "grid_walk",
    "intervals",
    "kinship",
    "league_table",
    "list_operations",
    "matching",
    "modular",
    "moving_objects",
    "one_culprit",
    "ordering",
    "pricing",
    "reachability",
    "reading",
    "recursion",
    "rotation",
    "scheduling",
    "seating",
    "sequences",
    "set_operations",
    "shortest_path",
    "sorting_rules",
    "stack_queue",
    "state_machine",
    "string_rewriting",
    "syllogism",
    "table_lookup",
    "taxonomy",
    "translation",
    "truth_tellers",
    "circular_seating",
    "ciphers",
    "cups",
)


def _family_of(module: str) -> AnyFamily:
    """Make the one family that a module defines."""
    path = f"synth.puzzles.families.{module}"
    defined = (one for one in vars(import_module(path)).values() if getattr(one, "__module__", "") == path)
    (family,) = (one for one in defined if isinstance(one, type) and issubclass(one, Family))
    return family()


FAMILIES: Registry[AnyFamily] = Registry("family", map(_family_of, _MODULES))


def trained() -> tuple[AnyFamily, ...]:
    """Return the families that training data is made from; their order is that of ``synth generate``."""
    return tuple(family for family in FAMILIES if family.is_trained)


def unseen() -> tuple[AnyFamily, ...]:
    """Return the families that only the benchmark has."""
    return tuple(family for family in FAMILIES if not family.is_trained)
