"""What all requests to the gateway share: its limits, what it serves, what is being solved. Its pages are ``app``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from solver.backends.backend import OpenBackend
from solver.base.errors import EndpointError
from solver.gateway.access.front import Log
from solver.gateway.access.limits import Limits
from solver.gateway.access.turns import Turns
from solver.gateway.ask import How
from solver.gateway.metrics import Live, Metrics
from solver.gateway.model_name import VOTE
from solver.gateway.pass_through import PassThrough
from solver.gateway.settings import GatewayConfig
from solver.gateway.solve import Running
from solver.problems.prompt import load_template
from solver.problems.question import Problem
from solver.scheduling.solve import SolveEvent

_REFRESH_S = 5.0
"""The endpoint is asked what it serves at most this often."""


class Gateway:
    """Everything that requests share.

    Args:
        backend: draws the samples of all requests; open.
        served: what it serves.
        defaults: what is done where a request says nothing.
        log: writes a line for the operator.
    """

    def __init__(
        self,
        config: GatewayConfig,
        backend: OpenBackend,
        served: tuple[str, ...],
        defaults: How,
        *,
        log: Log,
    ) -> None:
        self.config, self.backend, self.defaults = config, backend, defaults
        self.limits = Limits(
            in_flight=config.in_flight_limit,
            client_in_flight=config.client_in_flight,
            client_per_minute=config.client_per_minute,
        )
        self.turns = Turns()
        self.templates = tuple(load_template(name) for name in config.prompts)
        self.pass_through = PassThrough(backend.pool(), config) if config.passes_through else None
        self.is_draining = False
        self.metrics = Metrics(
            Live(
                requests_in_flight=lambda: self.limits.in_flight,
                clients=lambda: self.limits.clients,
                is_draining=lambda: self.is_draining,
                upstream=lambda: backend.stats,
            )
        )
        self.log = log
        self.served = served
        self.created = int(time.time())
        self._refreshed_at = float("-inf")
        self.is_upstream_up = True
        self._refreshing = asyncio.Lock()
        self._running: set[Running] = set()

    async def close(self) -> None:
        """Close what the gateway opened itself."""
        if self.pass_through is not None:
            await self.pass_through.close()

    @contextmanager
    def solving(
        self, problem: Problem, how: How, listener: Callable[[SolveEvent], None] = lambda event: None
    ) -> Iterator[Running]:
        """Have a request solved within the block; ``stop_all`` finds it there."""
        template = next(template for template in self.templates if template.name == how.sampling.prompt)
        running = Running(problem, how, self.backend, template, listener)
        self._running.add(running)
        try:
            yield running
        finally:
            self._running.discard(running)

    def stop_all(self) -> int:
        """End all requests now, with an error each; returns how many there were."""
        for running in tuple(self._running):
            running.stop()
        return len(self._running)

    async def served_for(self, body: Mapping[str, object]) -> tuple[str, ...]:
        """Return what the endpoints serve, asked anew where a request names something else (a new adapter, say)."""
        name = body.get("model")
        is_known = not isinstance(name, str) or name.startswith(VOTE)
        if not is_known and not {name, str(name).rpartition("@")[0]} & set(self.served):
            await self.refresh()
        return self.served

    async def refresh(self) -> None:
        """Ask the endpoints what they serve, but not too often; what was known stays where they do not answer."""
        async with self._refreshing:
            now = asyncio.get_running_loop().time()
            if now - self._refreshed_at < _REFRESH_S:
                return
            self._refreshed_at = now
            try:
                served = tuple(await self.backend.models())
            except EndpointError:
                self.is_upstream_up = False
                return
            self.is_upstream_up = True
            # Endpoints that do not tell what they serve are asked for what was named at the start.
            self.served = served or self.served
