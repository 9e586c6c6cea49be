"""What ``--rule``, ``--ensemble``, ``--prompt``, ``--preset`` and ``--engine`` take, for the help of every command."""

from __future__ import annotations

from solver.backends.registry import BACKENDS
from solver.presets.preset import preset_titles
from solver.problems.prompt import prompts
from solver.voting.ensemble import ENSEMBLES
from solver.voting.rules import RULES


def choices() -> str:
    """Return the registered rules, ensembles, prompts, presets and engines, one a line."""
    return "\n".join(
        (
            "stopping rules (a question gets no further samples …):",
            RULES.listing("example"),
            "ensembles:",
            ENSEMBLES.listing("example"),
            "prompts:",
            prompts().listing(),
            "presets (settings that were measured for …):",
            preset_titles().listing(),
            "engines (endpoints are what --endpoint names):",
            BACKENDS.listing(),
        )
    )
