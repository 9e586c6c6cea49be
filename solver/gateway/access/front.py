"""What every request passes before it reaches a page: host, key, request id, errors in OpenAI's form, metrics, log.

Nothing of a request's text, no key and no header is logged or repeated; an internal error is logged by type and place.

Host
    A gateway without keys that listens on this machine only answers calls to this machine's names only. Otherwise a
    page in somebody's browser could reach it under a name of its own that resolves to 127.0.0.1 (DNS rebinding).
"""

from __future__ import annotations

import contextlib
import re
import secrets
import time
import traceback
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from solver.base.errors import RequestRefused, UpstreamFailed
from solver.gateway.access.limits import client_name
from solver.gateway.access.turns import Turns
from solver.gateway.metrics import Metrics
from solver.gateway.settings import GatewayConfig, Keys
from solver.gateway.wire import encoded, error_body

OPEN_PAGES = frozenset({"/health"})
"""Pages that need no key."""
_PAGES = {"/v1/chat/completions": "chat", "/v1/models": "models", "/health": "health", "/metrics": "metrics"}
_OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_PORT = re.compile(r":\d+$")
TWO_LENGTHS = "two_lengths"
GONE = 499
"""Status noted for a client that left (nginx's convention); it is never sent."""

Log = Callable[[str], None]


class Front:
    """The outermost layer.

    Args:
        app: the pages.
        turns: one request of a client enters at a time.
        log: writes a line for the operator.
    """

    def __init__(
        self, app: ASGIApp, *, config: GatewayConfig, keys: Keys, metrics: Metrics, turns: Turns, log: Log
    ) -> None:
        self._app, self._config, self._keys, self._metrics, self._log = app, config, keys, metrics, log
        self._turns = turns
        self._hosts = (*_OWN_HOSTS, config.host, f"[{config.host}]", *config.hosts)
        self._checks_host = config.is_loopback and not len(keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, request_id = time.monotonic(), f"req-{secrets.token_hex(8)}"
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", request_id.encode())]}
            try:
                await send(message)
            except Exception as error:
                # Behind a good head came bytes that are no HTTP: uvicorn has said so and closed, and takes no more.
                raise ClientGone from error

        async def refuse(refused: RequestRefused) -> None:
            with contextlib.suppress(ClientGone):
                await response_of(refused)(scope, receive, sending)

        note = ""
        try:
            scope["state"] = {"client": await self._entered(scope)}
            # With an ``app`` in the scope, the router raises its errors instead of answering in plain text.
            scope["app"] = self
            await self._app(scope, receive, sending)
        except HTTPException as error:
            text = "no such page; there are /v1/chat/completions, /v1/models, /health and /metrics"
            refused = RequestRefused(
                text if error.status_code == 404 else error.detail, status=error.status_code, code="wrong_page"
            )
            await refuse(refused)
        except RequestRefused as refused:
            note = _told(refused)
            if not status:
                await refuse(refused)
        except ClientGone:
            status = GONE
            self._metrics.disconnect()
        except Exception as error:  # noqa: BLE001 (whatever it is, the client gets a 500 and the operator its place)
            note = f" {place_of(error)}"
            if not status:
                internal = RequestRefused("internal error; the gateway's log names its place", status=500)
                await refuse(internal)
        page = _PAGES.get(scope["path"], "other")
        self._metrics.request(page, status)
        if not self._config.is_quiet or note:
            seconds = time.monotonic() - started
            self._log(f"{request_id} {scope['method'][:8]} {page} {status} {seconds:.2f} s{note}")

    async def _entered(self, scope: Scope) -> str:
        """Return who asks, once it is its turn; also whoever is refused waits for one.

        Raises:
            RequestRefused: it may not.
        """
        refusal = None
        try:
            _refuse_two_lengths(scope)
            client = self._client(scope)
        except RequestRefused as refused:
            peer = scope.get("client")
            client, refusal = client_name(peer[0] if peer else None, None), refused
        async with self._turns.of(client):
            pass
        if refusal is not None:
            raise refusal
        return client

    def _client(self, scope: Scope) -> str:
        """Check host and key, and return who asks.

        Raises:
            RequestRefused: this host name is not ours (403), or the key is wrong or missing (401).
        """
        headers = {name: value for name, value in scope["headers"] if name in (b"host", b"authorization")}
        host = _PORT.sub("", headers.get(b"host", b"").decode("latin-1").lower())
        if self._checks_host and host not in self._hosts:
            raise RequestRefused(
                "this gateway answers calls to this machine's own names only; add yours with --host-name",
                status=403,
                code="wrong_host",
            )
        place = None
        if len(self._keys) and scope["path"] not in OPEN_PAGES:
            scheme, _, key = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
            place = self._keys.place(key.strip()) if scheme.lower() == "bearer" else None
            if place is None:
                raise RequestRefused(
                    "wrong or missing API key; send it as 'Authorization: Bearer KEY'",
                    status=401,
                    code="invalid_api_key",
                )
        peer = scope.get("client")
        return client_name(peer[0] if peer else None, place)


def _refuse_two_lengths(scope: Scope) -> None:
    """Refuse a request that tells its length twice: a proxy before us may believe the other one (RFC 9112, 6.3).

    h11 0.16 refuses two different Content-Length by itself, but lets Transfer-Encoding override one.
    """
    if {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}:
        raise RequestRefused("Content-Length and Transfer-Encoding in one request; send one of them", code=TWO_LENGTHS)


class ClientGone(Exception):
    """The client closed the connection; nobody waits for an answer."""


def _told(refused: RequestRefused) -> str:
    """Return what the log says of a refusal: its code, and of an upstream's failure the detail on one line."""
    if isinstance(refused, UpstreamFailed):
        return f" upstream: {' '.join(_printable(refused.detail).split())[:300]}"
    # A parameter's name may be the client's own word.
    return f" {_printable(refused.code or refused.param or '')}".rstrip()


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def place_of(error: BaseException) -> str:
    """Return type and place of an unexpected error, without its message: that may hold anything."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return f"internal error: {type(error).__name__} at {where}; please report it"


def response_of(refused: RequestRefused) -> Response:
    """Return a refusal as a response in OpenAI's form."""
    headers = {}
    if refused.retry_after_s is not None:
        headers["retry-after"] = str(refused.retry_after_s)
    if refused.status == 401:
        headers["www-authenticate"] = "Bearer"
    if refused.status in (408, 413) or refused.code == TWO_LENGTHS:
        # Part of the body is still to come, and nobody will read it.
        headers["connection"] = "close"
    return Response(encoded(error_body(refused)), refused.status, headers, media_type="application/json")
