"""A second solver for every family, written from the text that the reader sees and apart from the families' own.

A solver takes the world's record and an ask and returns a predicate: whether a value answers the ask. It never looks
at ``asks`` or ``holds``, and where the record also has a hidden solution it uses the clues alone. Assertions inside
are claims of the text (nobody's stock falls below nought, only one assignment fits, the tie-break decides): a world
that breaks one is a bug of the family.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synth.puzzles.family import Ask
from tests.property.second_solver import (
    constraint_puzzles,
    holdings,
    knowledge,
    logic,
    machines,
    number_rules,
    paths,
    rulebooks,
    tables,
    texts,
)

Solver = Callable[[Any, Ask[Any]], Callable[[Any], bool]]

_MODULES = (
    constraint_puzzles, holdings, knowledge, logic, machines, number_rules, paths, rulebooks, tables, texts,
)  # fmt: skip
# A solver is a public function of a world and an ask; it has the name of its family.
SOLVERS: dict[str, Solver] = {
    name: solver
    for module in _MODULES
    for name, solver in vars(module).items()
    if getattr(solver, "__annotations__", {}).keys() == {"world", "ask", "return"}
}
"""The solver of each family, by the family's name."""

__all__ = ["SOLVERS", "Solver"]
