"""The sampling client over HTTP, as most tests want it."""

from __future__ import annotations

from solver.sampling.client import SamplingClient
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_pool
from solver.sampling.streaming import Watcher


def client_of(config: ClientConfig, watcher: Watcher | None = None) -> SamplingClient:
    """Return a client of the servers that a configuration names."""
    return SamplingClient(http_pool(config), watcher)
