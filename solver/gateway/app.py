"""The gateway's pages, put together. Start it with ``python -m solver serve``.

::

    gateway = Gateway(config, backend, served, defaults, log=print)
    app = app_of(gateway, keys)          # any ASGI server will do; solver.gateway.server runs uvicorn
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from solver.base.errors import RequestRefused
from solver.gateway.access.front import Front
from solver.gateway.chat import Chat
from solver.gateway.gateway import Gateway
from solver.gateway.metrics import CONTENT_TYPE
from solver.gateway.model_name import VOTE, unknown
from solver.gateway.settings import Keys
from solver.gateway.wire import encoded, model_card, model_list


def app_of(gateway: Gateway, keys: Keys) -> ASGIApp:
    """Return the application."""
    pages = _Pages(gateway)
    # The bare router: what Starlette's application adds are answers to errors, which are the front's here.
    router = Router(
        routes=[
            Route("/v1/chat/completions", Chat(gateway), methods=["POST"]),
            Route("/v1/models", pages.models, methods=["GET"]),
            Route("/v1/models/{name:path}", pages.model, methods=["GET"]),
            Route("/health", pages.health, methods=["GET"]),
            Route("/metrics", pages.metrics, methods=["GET"]),
        ],
        redirect_slashes=False,
    )
    return Front(
        router, config=gateway.config, keys=keys, metrics=gateway.metrics, turns=gateway.turns, log=gateway.log
    )


class _Pages:
    """The pages that ask no model."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def models(self, _: Request) -> Response:
        await self._gateway.refresh()
        cards = [self._card(VOTE), *(self._card(name) for name in self._gateway.served)]
        return _json(model_list(cards))

    async def model(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name != VOTE and name not in self._gateway.served:
            await self._gateway.refresh()
        if name != VOTE and name not in self._gateway.served:
            raise RequestRefused(unknown(name, self._gateway.served), status=404, code="model_not_found", param="model")
        return _json(self._card(name))

    def _card(self, name: str) -> Mapping[str, object]:
        gateway = self._gateway
        settings = gateway.defaults.sampling
        models = settings.models if name == VOTE else (name,)
        windows = [
            endpoint.capabilities_of(model).max_context
            for endpoint in self._gateway.backend.endpoints
            for model in models
        ]
        vote = {"models": list(models), "rule": settings.stopping_rule.spec, "max_samples": settings.max_samples}
        return model_card(name, created=gateway.created, context=min(filter(None, windows), default=None), vote=vote)

    async def health(self, _: Request) -> Response:
        """Tell whether the gateway takes requests; an endpoint that failed is asked again, so that this heals."""
        if all(endpoint.health.needs_probe for endpoint in self._gateway.backend.endpoints):
            await self._gateway.refresh()
        else:
            self._gateway.is_upstream_up = True
        state = "draining" if self._gateway.is_draining else "ok" if self._gateway.is_upstream_up else "no upstream"
        return _json({"status": state}, 200 if state == "ok" else 503)

    async def metrics(self, request: Request) -> Response:
        async with self._gateway.turns.of(request.scope["state"]["client"]):
            return Response(self._gateway.metrics.page(), headers={"content-type": CONTENT_TYPE})


def _json(body: Mapping[str, object], status: int = 200) -> Response:
    return Response(encoded(body), status, media_type="application/json")
