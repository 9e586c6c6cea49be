"""Errors of the solver package.

::

    SolverError (Exception)
    ├── InputError (ValueError)         a file or a line of it cannot be used; names file, line and field
    ├── UsageError (ValueError)         a command-line value cannot be used
    ├── PromptError (ValueError)        a prompt template is missing or malformed
    ├── ConfigMismatch (ValueError)     a run folder was made with another configuration
    ├── RunLocked (RuntimeError)        another process holds the run folder
    ├── EngineMissing (ImportError)     no vLLM is installed here
    ├── EngineFailed (RuntimeError)     the vLLM server did not start, or died
    └── EndpointError (ConnectionError) an endpoint cannot be used at all

A failed *sample* is not an error here: it is a ``Sample`` with status ``failed`` (see ``solver.sample``).
"""

from __future__ import annotations


class SolverError(Exception):
    """Root of all errors that the solver raises on purpose; its text is fit for the user."""


class InputError(SolverError, ValueError):
    """An input file cannot be used."""


class UsageError(SolverError, ValueError):
    """A command-line value cannot be used."""


class PromptError(SolverError, ValueError):
    """A prompt template is missing or malformed."""


class ConfigMismatch(SolverError, ValueError):
    """The run folder holds a run with another configuration."""


class RunLocked(SolverError, RuntimeError):
    """Another live process works in the run folder."""


class EngineMissing(SolverError, ImportError):
    """vLLM is not installed in this environment."""


class EngineFailed(SolverError, RuntimeError):
    """The vLLM server did not come up, or died."""


class EndpointError(SolverError, ConnectionError):
    """An endpoint cannot be reached or refuses to serve the model."""
