"""The embedded model: where it lies, and how it is best sampled."""

from __future__ import annotations

from pathlib import Path

EMBEDDED = Path(__file__).resolve().parents[2] / "models" / "embedded"
"""The model that is served where neither an endpoint nor a model is named."""
EMBEDDED_MAX_TOKENS = 400
"""The longest chain that the generators derive for the built-in benchmark has 334 tokens; what runs on is lost."""
EMBEDDED_TEMPERATURE = 1.0
"""The embedded model's own distribution: as accurate by vote as 0.7, with samples that differ more (docs/log.md)."""
