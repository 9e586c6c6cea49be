"""Ctrl-C and SIGTERM while models are asked: finish what is in flight, keep it, and leave."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self


class Stoppable(Protocol):
    """Whatever sends requests."""

    async def stop(self) -> None:
        """Send nothing more."""
        ...


class Signals:
    """Ctrl-C and SIGTERM: the first stops asking and lets what is in flight finish, the next leaves at once."""

    def __init__(self, announce: Callable[[], None]) -> None:
        self.asker: Stoppable | None = None
        self.asked = 0
        self._announce = announce
        self._stopping: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)

    def _on_signal(self) -> None:
        self.asked += 1
        if self.asker is None or self.asked > 1:
            # What is in flight is lost to us and noted as in doubt; an engine's guard sees us go and stops it.
            os._exit(130)
        self._announce()
        self._stopping.add(asyncio.get_running_loop().create_task(self.asker.stop()))
