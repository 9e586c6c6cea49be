"""Errors of the synth package.

::

    SynthError (Exception)
    ├── FamilyError (ValueError)      an unknown family, language or difficulty was asked for
    ├── ProofError (AssertionError)   the prover contradicts the world: a bug in a family, never written to data
    ├── OutputError (OSError)         the output cannot be written
    ├── CheckError (ValueError)       files to check, or what to check them against, cannot be used
    ├── SettingsError (ValueError)    a configuration file cannot be used; names file, line and field
    ├── JournalMismatch (ValueError)  a journal was made with another configuration; names every field that differs
    ├── JournalLocked (RuntimeError)  another process holds the journal
    ├── JournalError (OSError)        the journal cannot be read or written
    └── Stopped (RuntimeError)        no further request is sent: the user said so
        └── BudgetSpent               … or --max-cost or --max-requests is reached
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


class CheckError(SynthError, ValueError):
    """Files to check, or what to check them against, cannot be used."""


class SettingsError(SynthError, ValueError):
    """A configuration file, or a flag that overrides it, cannot be used."""


class JournalMismatch(SynthError, ValueError):
    """The journal holds the replies of another configuration."""


class JournalLocked(SynthError, RuntimeError):
    """Another live process works with the journal."""


class JournalError(SynthError, OSError):
    """The journal cannot be read or written."""


class Stopped(SynthError, RuntimeError):
    """No further request is sent; what is in flight is finished and kept."""


class BudgetSpent(Stopped):
    """The next request could pass ``--max-cost``, or would pass ``--max-requests``."""
