"""Where the checkout under test lies."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The root of the checkout."""
SHARED_DATA = ROOT.parent / "shared" / "data"
"""Recorded outputs and votes that some tests and benchmarks read; not part of the repository."""
