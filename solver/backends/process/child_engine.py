"""What the engines that run as a child process share: the start is watched, the end is told, they are always stopped.

An engine derives ``ChildEngine`` and says how its process is started and when it is ready (``_start``).
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from solver.backends.engine_config import (
    Device,
    EngineConfig,
    capabilities_of,
    check_folders,
    installed_device,
    start_phase,
)
from solver.backends.process.child import Child
from solver.backends.protocol import Progress
from solver.base.errors import EngineFailed, says_full_memory
from solver.sampling.capabilities import Capabilities
from solver.sampling.endpoint import ClientConfig
from solver.sampling.transport import Transport

POLL_S = 0.25
"""Between two looks at an engine that starts."""


class ChildEngine(ABC):
    """An engine in a process of its own; a ``solver.backends.protocol.Backend``.

    Args:
        config: what to serve.
        progress: told what is going on during the start.
    """

    what: ClassVar[str]
    """The kind of process, for messages."""
    can: ClassVar[Capabilities]
    """What it can do where nothing in its configuration says otherwise."""

    def __init__(self, config: EngineConfig, progress: Progress | None = None) -> None:
        self.config = config
        self.capabilities = capabilities_of(config, self.can)
        self._progress = progress
        self._child = Child(log_path=config.log_path, grace_s=config.grace_s, name=self.what)

    @property
    def group(self) -> int | None:
        """The engine's process group."""
        return self._child.group

    @property
    def log(self) -> str:
        """What the engine has written so far."""
        return self._child.log

    def failure(self) -> EngineFailed | None:
        """Return why the engine is gone, None while it lives."""
        return None if self._child.is_running else self._failure("died")

    async def open(self) -> None:
        """Start it; returns once it is ready to answer.

        Raises:
            EngineMissing: no vLLM is installed.
            EngineFailed: it died or was too slow. The message holds the end of its log.
            UsageError: the model's folder holds no model, or an argument is for another kind of engine.
        """
        try:
            self.check_arguments()
            device = installed_device(self.config.python)
            check_folders(self.config)
            await self._start(device)
        except BaseException:
            await self.close()
            raise

    @abstractmethod
    def transports(self, config: ClientConfig) -> Sequence[Transport]:
        """See ``Backend``."""

    async def close(self) -> None:
        """Stop the engine and all its processes; safe to call twice."""
        await self._child.stop()

    def check_arguments(self) -> None:
        """Make sure that nothing is asked for that this kind of engine does not have.

        Raises:
            UsageError: something is.
        """
        return

    @abstractmethod
    async def _start(self, device: Device) -> None:
        """Start the process, and wait until it is ready."""

    async def _until_ready(self, is_ready: Callable[[], Awaitable[bool]]) -> float:
        """Wait for the start's end.

        Args:
            is_ready: looks whether it is there; takes ``POLL_S`` where it is not.

        Returns:
            When the waiting began (``time.monotonic``).
        """
        began = time.monotonic()
        while True:
            elapsed_s = time.monotonic() - began
            if not self._child.is_running:
                raise await self._died(elapsed_s)
            if elapsed_s > self.config.start_timeout_s:
                raise self._failure(f"was not ready after {elapsed_s:.0f} s")
            if self._progress is not None:
                self._progress(start_phase(self.log), elapsed_s)
            if await is_ready():
                return began

    async def _died(self, elapsed_s: float) -> EngineFailed:
        # What it wrote last is still on its way.
        await asyncio.sleep(POLL_S)
        return self._failure(f"died after {elapsed_s:.0f} s")

    def _failure(self, what: str) -> EngineFailed:
        error = self._child.failure(what)
        if not says_full_memory(self.log):
            return error
        return EngineFailed(
            f"{error}\nIts memory was full: end other processes there, or let it take less (--vram-gb G, a smaller "
            "max_model_len; kv_cache_gib on a CPU)"
        )
