"""The gateway: its state, its pages, and how they fit together. Start it with ``python -m solver serve``.

::

    gateway = Gateway(config, backend, served, defaults, log=print)
    app = gateway.app(keys)          # any ASGI server will do; solver.gateway.server runs uvicorn
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from solver.backends.backend import OpenBackend
from solver.base.errors import EndpointError, RequestRefused
from solver.gateway.ask import How
from solver.gateway.chat import Chat
from solver.gateway.front import Front, Log
from solver.gateway.limits import Limits
from solver.gateway.metrics import CONTENT_TYPE, Live, Metrics
from solver.gateway.model_name import VOTE, unknown
from solver.gateway.pass_through import PassThrough
from solver.gateway.settings import GatewayConfig, Keys
from solver.gateway.solve import Running
from solver.gateway.wire import encoded, model_card, model_list
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
        self._log = log
        self._served = served
        self._created = int(time.time())
        self._refreshed_at = float("-inf")
        self._is_upstream_up = True
        self._refreshing = asyncio.Lock()
        self._running: set[Running] = set()

    def app(self, keys: Keys) -> ASGIApp:
        """Return the application."""
        # The bare router: what Starlette's application adds are answers to errors, which are the front's here.
        pages = Router(
            routes=[
                Route("/v1/chat/completions", Chat(self), methods=["POST"]),
                Route("/v1/models", self._models, methods=["GET"]),
                Route("/v1/models/{name:path}", self._model, methods=["GET"]),
                Route("/health", self._health, methods=["GET"]),
                Route("/metrics", self._metrics_page, methods=["GET"]),
            ],
            redirect_slashes=False,
        )
        return Front(pages, config=self.config, keys=keys, metrics=self.metrics, log=self._log)

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
        if not is_known and not {name, str(name).rpartition("@")[0]} & set(self._served):
            await self._refresh()
        return self._served

    async def _refresh(self) -> None:
        """Ask the endpoints what they serve, but not too often; what was known stays where they do not answer."""
        async with self._refreshing:
            now = asyncio.get_running_loop().time()
            if now - self._refreshed_at < _REFRESH_S:
                return
            self._refreshed_at = now
            try:
                served = tuple(await self.backend.models())
            except EndpointError:
                self._is_upstream_up = False
                return
            self._is_upstream_up = True
            # Endpoints that do not tell what they serve are asked for what was named at the start.
            self._served = served or self._served

    # ---- pages -------------------------------------------------------------------------------------------------

    async def _models(self, _: Request) -> Response:
        await self._refresh()
        cards = [self._card(VOTE), *(self._card(name) for name in self._served)]
        return _json(model_list(cards))

    async def _model(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name != VOTE and name not in self._served:
            await self._refresh()
        if name != VOTE and name not in self._served:
            raise RequestRefused(unknown(name, self._served), status=404, code="model_not_found", param="model")
        return _json(self._card(name))

    def _card(self, name: str) -> Mapping[str, object]:
        settings = self.defaults.sampling
        models = settings.models if name == VOTE else (name,)
        windows = [
            endpoint.capabilities_of(model).max_context for endpoint in self.backend.endpoints for model in models
        ]
        vote = {"models": list(models), "rule": settings.stopping_rule.spec, "max_samples": settings.max_samples}
        return model_card(name, created=self._created, context=min(filter(None, windows), default=None), vote=vote)

    async def _health(self, _: Request) -> Response:
        """Tell whether the gateway takes requests; an endpoint that failed is asked again, so that this heals."""
        if all(endpoint.needs_probe for endpoint in self.backend.endpoints):
            await self._refresh()
        else:
            self._is_upstream_up = True
        state = "draining" if self.is_draining else "ok" if self._is_upstream_up else "no upstream"
        return _json({"status": state}, 200 if state == "ok" else 503)

    async def _metrics_page(self, _: Request) -> Response:
        return Response(self.metrics.page(), headers={"content-type": CONTENT_TYPE})


def _json(body: Mapping[str, object], status: int = 200) -> Response:
    return Response(encoded(body), status, media_type="application/json")
