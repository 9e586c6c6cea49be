"""A gateway on a real socket in the test's own loop, over a scripted server."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import openai

from solver.backends.backend import OpenBackend
from solver.backends.endpoints import Endpoints
from solver.gateway.app import app_of
from solver.gateway.ask import defaults_of
from solver.gateway.gateway import Gateway
from solver.gateway.server import GatewayServer
from solver.gateway.settings import GatewayConfig, Keys
from solver.sampling.endpoint import ClientConfig
from tests.support.command import until

QUESTION = "三人排队，甲在乙前，乙在丙前。\n\n谁在最前？\nA. 甲\nB. 乙\nC. 丙"


@dataclass(slots=True)
class Running:
    """A gateway that serves."""

    gateway: Gateway
    server: GatewayServer
    port: int
    log: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    def client(self, key: str = "none", **settings: Any) -> openai.AsyncOpenAI:
        """Return the official client for it."""
        return openai.AsyncOpenAI(base_url=self.url, api_key=key, **{"max_retries": 0, **settings})

    async def send(self, raw: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection and send bytes as they are."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(raw)
        await writer.drain()
        return reader, writer

    async def post(
        self, body: object, path: str = "/v1/chat/completions", **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Send one request; a body that is no bytes goes out as JSON."""
        status, _, data = await self.exchange(body, path, **headers)
        found: dict[str, Any] = json.loads(data)
        return status, found

    async def exchange(
        self, body: object = None, path: str = "/v1/chat/completions", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request; returns status, headers and body."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(data)), **headers}
        named = {name.replace("_", "-"): value for name, value in named.items() if value}
        lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        method = "GET" if body is None else "POST"
        reader, writer = await self.send(
            f"{method} {path} HTTP/1.1\r\n{lines}connection: close\r\n\r\n".encode() + data
        )
        raw = await reader.read()
        writer.close()
        await writer.wait_closed()
        head, _, rest = raw.partition(b"\r\n\r\n")
        first, *lines_back = head.decode().split("\r\n")
        back = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines_back)}
        return int(first.split()[1]), back, rest


@asynccontextmanager
async def gateway_over(url: str, *keys: str, **settings: Any) -> AsyncIterator[Running]:
    """Run a gateway over an endpoint.

    Args:
        keys: that let clients in; none wants no key.
        settings: of the gateway; ``client`` holds those of its own client.
    """
    client = {"patience_s": 1.0, **settings.pop("client", {})}
    config = GatewayConfig.of(endpoints=(url,), port=0, grace_s=settings.pop("grace_s", 1.0), **settings)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        limits = ClientConfig(slots_per_endpoint=config.sampling.max_concurrency, **client)
        async with OpenBackend([Endpoints((url,))], limits) as backend:
            served = await backend.models()
            log: list[str] = []
            gateway = Gateway(config, backend, served, defaults_of(config, served[:1]), log=log.append)
            server = GatewayServer(gateway, app_of(gateway, Keys(keys)), config)
            running = Running(gateway, server, listener.getsockname()[1], log)
            task = asyncio.create_task(server.serve(sockets=[listener]))
            await until(lambda: server.started)
            try:
                yield running
            finally:
                server.drain()
                await task
                await gateway.close()


def ask_of(text: str = QUESTION, model: str = "vote", **fields: Any) -> dict[str, Any]:
    """Return a request's body."""
    return {"model": model, "messages": [{"role": "user", "content": text}], **fields}
