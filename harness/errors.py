"""Errors of the harness package.

::

    HarnessError (Exception)
    ├── RecordError (ValueError)            a line of a recorded file cannot be used; names file, line and field
    ├── RunFolderError (FileNotFoundError)  a run folder, or a file that belongs in it, is missing or unreadable
    ├── ExportError (ValueError)            a run cannot be written in another tool's form
    └── NothingToCompare (ValueError)       two runs share no labelled question

Bad flags are ``solver.base.errors.UsageError``, bad problem files ``solver.base.errors.InputError``.
"""

from __future__ import annotations


class HarnessError(Exception):
    """Root of all errors that the harness raises on purpose; its text is fit for the user."""


class RecordError(HarnessError, ValueError):
    """A line of a recorded file cannot be used."""


class RunFolderError(HarnessError, FileNotFoundError):
    """A run folder or a file of it cannot be read."""


class NothingToCompare(HarnessError, ValueError):
    """Two runs share no labelled question."""


class ExportError(HarnessError, ValueError):
    """A run cannot be written in another tool's form."""
