"""What an engine's file implements, and what it is told: the seam behind ``solver.backends.backend``.

A new engine is one file with a ``Backend`` and ``make``, and one line in ``solver.backends.registry``::

    class MyEngine:
        capabilities = Capabilities(n=True, …)
        async def open(self): …                    # start it; ready to answer on return
        def transports(self, config): …            # one ``solver.sampling.transport.Transport`` a place
        def failure(self): …                       # why it is gone, None while it lives
        async def close(self): …

    def make(wanted): return MyEngine(wanted.settings.serve)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from solver.backends.settings import BackendSettings
from solver.base.errors import EngineFailed
from solver.sampling.capabilities import Capabilities
from solver.sampling.endpoint import ClientConfig
from solver.sampling.transport import Transport

Progress = Callable[[str, float], None]
"""Called with what an engine is doing and the seconds since the start, some four times a second."""


class Backend(Protocol):
    """Something that completes chats, of our own or of others."""

    @property
    def capabilities(self) -> Capabilities:
        """What can be asked for, as far as it is known beforehand."""
        ...

    async def open(self) -> None:
        """Start it, where it is ours; on return it is ready to answer. It leaves nothing behind where it fails.

        Raises:
            SolverError: it cannot be used; the message says what to do.
        """
        ...

    def transports(self, config: ClientConfig) -> Sequence[Transport]:
        """Return new ways to ask it, one for each place that completes by itself; whoever asks closes them.

        Args:
            config: time-outs and limits; its endpoints are not looked at.
        """
        ...

    def failure(self) -> EngineFailed | None:
        """Return why it is gone for good, None while it lives or where that cannot be known."""
        ...

    async def close(self) -> None:
        """Stop it, where it is ours, and all its processes; safe to call twice."""
        ...


BackendT = TypeVar("BackendT", bound=Backend)


@asynccontextmanager
async def opened(backend: BackendT) -> AsyncIterator[BackendT]:
    """Open a backend for a block."""
    await backend.open()
    try:
        yield backend
    finally:
        await backend.close()


def _unheard(*_: object) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Who is told what an engine does; by default nobody."""

    say: Callable[[str], None] = _unheard
    """A line for the user."""
    progress: Progress = _unheard
    """What goes on in the start."""
    memory: Callable[[Mapping[str, object]], None] = _unheard
    """The plan of the engine's memory beside the engine's own report, where there is a limit; at the end once more,
    with what the card held."""


def each_once(say: Callable[[str], None]) -> Progress:
    """Return a listener that says each phase of a start once, with the seconds when it began."""
    last = ""

    def progress(phase: str, elapsed_s: float) -> None:
        nonlocal last
        if phase != last:
            last = phase
            say(f"engine: {phase} ({elapsed_s:.0f} s)")

    return progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of a kind of backend."""

    settings: BackendSettings
    slots: int
    """Samples in flight at most."""
    log_path: Path | None = None
    """Where an engine's output goes; None makes a file in the temporary folder."""
    is_watched: bool = False
    """Somebody looks at chains while they grow."""
    copy: int = 0
    """Which of ``settings.replicas`` engines it is, from 0."""
    listener: Listener = Listener()
