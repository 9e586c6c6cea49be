"""How the embedded model (``solver.base.places.EMBEDDED_MODEL``) is best sampled."""

from __future__ import annotations

EMBEDDED_MAX_TOKENS = 400
"""The longest chain that the generators derive for the built-in benchmark has 334 tokens; what runs on is lost."""
EMBEDDED_TEMPERATURE = 1.0
"""The embedded model's own distribution: as accurate by vote as 0.7, with samples that differ more (docs/log.md)."""
