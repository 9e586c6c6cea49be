"""Servers that somebody else runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from solver.backends.protocol import Backend, Wanted
from solver.base.errors import EngineFailed
from solver.sampling.capabilities import UNKNOWN
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_transports, import_sdk
from solver.sampling.transport import Transport


class Endpoints:
    """A ``solver.backends.protocol.Backend`` of running servers.

    Args:
        urls: base URLs.
    """

    capabilities = UNKNOWN

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = tuple(urls)

    async def open(self) -> None:
        """Get ready to connect: whether they answer shows at the first request, and they may come back."""
        await import_sdk()

    def transports(self, config: ClientConfig) -> Sequence[Transport]:
        """Return a connection to each."""
        return http_transports(replace(config, endpoints=self._urls))

    def failure(self) -> EngineFailed | None:
        """Return None: they are not ours to give up."""
        return None

    async def close(self) -> None:
        """Do nothing."""


def make(wanted: Wanted) -> Backend:
    """Return the servers of some settings; see ``solver.backends.registry``."""
    return Endpoints(wanted.settings.endpoints)
