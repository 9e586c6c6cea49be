"""Errors of the harness package.

::

    HarnessError (LogicVoteError)           exit code 1
    ├── RecordError (ValueError)            2  a line of a recorded file cannot be used; names file, line and field
    ├── RunFolderError (FileNotFoundError)  2  a run folder, or a file that belongs in it, is missing or unreadable
    ├── ExportError (ValueError)            1  a run cannot be written in another tool's form
    ├── DownloadError (OSError)             1  a public benchmark cannot be fetched, or is not the one that was pinned
    ├── TuneError (RuntimeError)            1  a search for settings came to nothing
    └── NothingToCompare (ValueError)       2  two runs share no labelled question

The root and its other branches, bad flags (``UsageError``) and bad problem files (``InputError``) among them, stand in
``solver.base.errors``.
"""

from __future__ import annotations

from solver.base.errors import LogicVoteError


class HarnessError(LogicVoteError):
    """Root of all errors that the harness raises on purpose."""


class RecordError(HarnessError, ValueError):
    """A line of a recorded file cannot be used."""

    exit_code = 2


class RunFolderError(HarnessError, FileNotFoundError):
    """A run folder or a file of it cannot be read."""

    exit_code = 2


class NothingToCompare(HarnessError, ValueError):
    """Two runs share no labelled question, or one of them has no sample of any."""

    exit_code = 2


NOTHING_SAMPLED = "nothing is sampled yet; continue the run first"
"""What is said of a run without a sample: figures of it would be nobody's."""


class ExportError(HarnessError, ValueError):
    """A run cannot be written in another tool's form."""


class DownloadError(HarnessError, OSError):
    """A public benchmark cannot be fetched, or is not the one that was pinned."""


class TuneError(HarnessError, RuntimeError):
    """A search for settings came to nothing."""
