"""What ``--rule``, ``--ensemble`` and ``--prompt`` take, for the help of every command that has them."""

from __future__ import annotations

from solver.problems.prompt import prompts
from solver.voting.ensemble import ENSEMBLES
from solver.voting.rules import RULES


def choices() -> str:
    """Return the registered rules, ensembles and prompts, one a line."""
    return "\n".join(
        (
            "stopping rules (a question gets no further samples …):",
            RULES.listing("example"),
            "ensembles:",
            ENSEMBLES.listing("example"),
            "prompts:",
            prompts().listing(),
        )
    )
