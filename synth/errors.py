"""Errors of the synth package.

::

    SynthError (LogicVoteError)       exit code 1
    ├── FamilyError (ValueError)      2  an unknown family, language or difficulty was asked for
    ├── ProofError (AssertionError)   1  the prover contradicts the world: a bug in a family, never written to data
    ├── OutputError (OSError)         1  the output cannot be written
    ├── CheckError (ValueError)       2  files to check, or what to check them against, cannot be used
    ├── JournalMismatch (ValueError)  2  a journal was made with another configuration; names every field that differs
    └── Stopped (RuntimeError)        1  no further request is sent: the user said so
        └── BudgetSpent               1  … or --max-cost or --max-requests is reached

The root and its other branches: ``solver.base.errors``.
"""

from __future__ import annotations

from solver.base.errors import LogicVoteError


class SynthError(LogicVoteError):
    """Root of all errors that synth raises on purpose."""


class FamilyError(SynthError, ValueError):
    """An unknown family, language or difficulty was asked for."""

    exit_code = 2


class ProofError(SynthError, AssertionError):
    """The independent prover disagrees with the family that made the item."""


class OutputError(SynthError, OSError):
    """The output cannot be written."""


class CheckError(SynthError, ValueError):
    """Files to check, or what to check them against, cannot be used."""

    exit_code = 2


class JournalMismatch(SynthError, ValueError):
    """The journal holds the replies of another configuration."""

    exit_code = 2


class Stopped(SynthError, RuntimeError):
    """No further request is sent; what is in flight is finished and kept."""


class BudgetSpent(Stopped):
    """The next request could pass ``--max-cost``, or would pass ``--max-requests``."""
