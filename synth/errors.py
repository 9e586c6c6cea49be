"""Errors of the synth package.

::

    SynthError (Exception)
    ├── FamilyError (ValueError)      an unknown family, language or difficulty was asked for
    ├── ProofError (AssertionError)   the prover contradicts the world: a bug in a family, never written to data
    └── OutputError (OSError)         the output cannot be written
"""

from __future__ import annotations


class SynthError(Exception):
    """Root of all errors that synth raises on purpose; its text is fit for the user."""


class FamilyError(SynthError, ValueError):
    """An unknown family, language or difficulty was asked for."""


class ProofError(SynthError, AssertionError):
    """The independent prover disagrees with the family that made the item."""


class OutputError(SynthError, OSError):
    """The output cannot be written."""
