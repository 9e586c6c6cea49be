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
    ├── RequestRefused (ValueError)     the gateway cannot serve a request; carries the HTTP status
    │   └── UpstreamFailed              … because the model server failed; the detail is for the log
    └── EndpointError (ConnectionError) an endpoint cannot be used at all

A failed *sample* is not an error here: it is a ``Sample`` with status ``failed`` (see ``solver.sampling.sample``).
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


class RequestRefused(SolverError, ValueError):
    """The gateway cannot serve a request; becomes an error in OpenAI's form, so its text must hold no secret."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        """Make a refusal.

        Args:
            status: HTTP status.
            code: OpenAI's machine-readable code, for example ``model_not_found``.
            param: the field of the request that is at fault.
            retry_after_s: when to try again (seconds), for 429 and 503.
        """
        super().__init__(message)
        self.status, self.code, self.param, self.retry_after_s = status, code, param, retry_after_s


class UpstreamFailed(RequestRefused):
    """The model server behind the gateway failed."""

    def __init__(self, detail: str | None = None) -> None:
        """Make a refusal.

        Args:
            detail: what happened; for the log only, since it may name the endpoint and quote its words.
        """
        super().__init__(
            "the model server did not answer; ask again later", status=502, code="upstream_failed", retry_after_s=5
        )
        self.detail = detail or "no reason given"
