"""The one error tree. Each class is also a class of the standard library, and each knows its exit code.

::

    LogicVoteError (Exception)            1 (2: bad usage or bad input)
    ├── NotInstalled (ImportError)        1  an optional package is missing; names the extra that brings it
    ├── Interrupted (RuntimeError)      130  a signal ended the command; the text says how it goes on
    ├── SolverError                       1
    │   ├── InputError (ValueError)       2  a file or a line of it cannot be used; names file, line and field
    │   ├── UsageError (ValueError)       2  a command-line value cannot be used
    │   ├── PromptError (ValueError)      2  a prompt template is missing or malformed
    │   ├── ConfigMismatch (ValueError)   2  a run folder was made with another configuration
    │   ├── RunLocked (RuntimeError)      1  another process holds the run folder
    │   ├── StoreError (OSError)          1  a file of samples cannot be written or read
    │   ├── ModelUnavailable (OSError)    1  a model of a hub cannot be fetched
    │   ├── EngineMissing (ImportError)   1  no vLLM is installed here
    │   ├── EngineFailed (RuntimeError)   1  the vLLM server did not start, or died
    │   ├── EndpointError (ConnectionError)  1  an endpoint cannot be used at all
    │   │   └── EndpointRefused           1  … because it refuses every request (key, account, model, a field)
    │   └── RequestRefused (ValueError)   1  the gateway cannot serve a request; carries the HTTP status
    │       └── UpstreamFailed            1  … because the model server failed; the detail is for the log
    ├── harness.errors.HarnessError       1
    ├── synth.errors.SynthError           1
    └── train.errors.TrainError           1

``solver.base.cli`` is the one place that turns them into a line and an exit code. A failed *sample* is not an error
here: it is a ``Sample`` with status ``failed`` (see ``solver.sampling.sample``).
"""

from __future__ import annotations

import errno
import re
from typing import ClassVar

_NUMBER = re.compile(r"\[Errno -?[0-9]+\] ?")
_FULL = re.compile(r"out of memory|alloc_failed|can't allocate memory", re.IGNORECASE)
"""What torch's errors of full memory say where they have no class of their own: CUDA's, cuBLAS's, the CPU's."""
_FULL_AT_THE_END = re.compile(
    rf"{_FULL.pattern}|OutOfMemoryError|MemoryError|no available memory for the cache|less than desired GPU memory",
    re.IGNORECASE,
)
"""The same in a process's own words: names of errors, and what vLLM says before it begins."""
_HINTS = {
    errno.ENOSPC: "make room, then run the same command again",
    errno.EDQUOT: "make room, then run the same command again",
    errno.EACCES: "set its permissions right, or name another place",
    errno.EPERM: "set its permissions right, or name another place",
    errno.EROFS: "it cannot be written there; name another place",
    errno.EISDIR: "name a file",
    errno.EMFILE: "raise the limit: ulimit -n 4096",
    errno.ENFILE: "close other programs, then run the same command again",
}
"""What to do about an error of the system."""


class LogicVoteError(Exception):
    """Root of all errors that are raised on purpose; its text is fit for the user."""

    exit_code: ClassVar[int] = 1
    """Of the command that it ends."""


class NotInstalled(LogicVoteError, ImportError):
    """An optional package is not installed."""


class Interrupted(LogicVoteError, RuntimeError):
    """A signal ended the command; the text says how it goes on."""

    exit_code = 130


class SolverError(LogicVoteError):
    """Root of all errors that the solver raises on purpose."""


class InputError(SolverError, ValueError):
    """An input file cannot be used."""

    exit_code = 2


class UsageError(SolverError, ValueError):
    """A command-line value cannot be used."""

    exit_code = 2


class PromptError(SolverError, ValueError):
    """A prompt template is missing or malformed."""

    exit_code = 2


class ConfigMismatch(SolverError, ValueError):
    """The run folder holds a run with another configuration."""

    exit_code = 2


class RunLocked(SolverError, RuntimeError):
    """Another live process works in the run folder."""


class StoreError(SolverError, OSError):
    """A file of samples cannot be written or read."""


class ModelUnavailable(SolverError, OSError):
    """A model of a hub cannot be fetched: no network, no room, or a file that came out wrong."""


class EngineMissing(SolverError, ImportError):
    """vLLM is not installed in this environment."""


class EngineFailed(SolverError, RuntimeError):
    """The vLLM server did not come up, or died."""


class EndpointError(SolverError, ConnectionError):
    """An endpoint cannot be reached or refuses to serve the model."""


class EndpointRefused(EndpointError):
    """Every request is refused, for a reason that holds for all of them; the text says what to do."""


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


def words_of(error: BaseException) -> str:
    """Return why something went wrong, for a message that says what, where, and what to do: no number, no path.

    >>> words_of(PermissionError(13, "Permission denied", "a.jsonl")), words_of(ValueError("no number"))
    ('Permission denied', 'no number')
    >>> words_of(ValueError("[Errno -2] Name or service not known"))
    'Name or service not known'
    """
    words = error.strerror if isinstance(error, OSError) else None
    # Clients of the network hand the system's words on as text.
    return words or _NUMBER.sub("", str(error)) or type(error).__name__


def advice_on(error: BaseException) -> str:
    """Return why something went wrong, and what to do about it.

    >>> advice_on(PermissionError(13, "Permission denied", "a.jsonl"))
    'Permission denied; set its permissions right, or name another place'
    """
    hint = _HINTS.get(error.errno or 0) if isinstance(error, OSError) else None
    return words_of(error) + (f"; {hint}" if hint else "")


def is_full_memory(error: BaseException) -> bool:
    """Tell whether an error says that the memory of a device or of the machine is full; torch's are known by name.

    >>> is_full_memory(MemoryError()), is_full_memory(RuntimeError("CUDA out of memory.")), is_full_memory(ValueError())
    (True, True, False)
    """
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and _FULL.search(str(error)) is not None


def says_full_memory(log: str) -> bool:
    """Tell whether a process's own words say that its memory was full."""
    return _FULL_AT_THE_END.search(log) is not None


def one_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what a group of errors comes to: the first of ours, which says what to do, where all are; else a bug."""
    ours, others = group.split((LogicVoteError, OSError))
    error: BaseException = ours if ours is not None and others is None else group
    while error is not group and isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
