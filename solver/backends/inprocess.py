"""vLLM in a child process without HTTP: requests and completions go over a socket, in the frames of its worker.

On two cores a server, its client and the engine fight for the cores; here the engine's process does nothing but its
own work, and ours gets completions whole, without a token as JSON. What only vLLM's server has (several front ends,
parsers for reasoning and tools) is refused: ``--engine server`` has it.

::

    async with opened(InProcessEngine(EngineConfig(model="models/embedded"))) as engine:
        (transport,) = engine.transports(ClientConfig())
        completion = await transport.complete({"model": "embedded", "messages": […], "max_tokens": 9})
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from solver.backends import inprocess_worker
from solver.backends.engine_config import (
    Device,
    EngineConfig,
    engine_arguments,
    environment_of,
    is_for_server_only,
)
from solver.backends.engine_plan import PlannedEngine
from solver.backends.inprocess_link import Link
from solver.backends.process.child_engine import POLL_S, ChildEngine
from solver.backends.process.quiet import SPINS, is_quiet
from solver.backends.protocol import Backend, Wanted
from solver.base.errors import UsageError
from solver.sampling.capabilities import VLLM, Capabilities
from solver.sampling.completion import Completion
from solver.sampling.endpoint import ClientConfig
from solver.sampling.servers.load import Load
from solver.sampling.transport import Fault, Growth, Transport

_WORKER = Path(inprocess_worker.__file__)
CAPABILITIES = Capabilities(
    n=True,
    greedy_n=True,
    # A message over the socket; the prompt of siblings is rendered and read once.
    is_cheap_by_one=True,
    ends_circles=VLLM.ends_circles,
    seeds=VLLM.seeds,
    structured_choice=VLLM.structured_choice,
    logprobs=VLLM.logprobs,
    streaming=VLLM.streaming,
    thinking=False,
    prefix_cache=VLLM.prefix_cache,
)


class InProcessEngine(ChildEngine):
    """The engine; a ``solver.backends.protocol.Backend``."""

    what = "vLLM engine"
    can = CAPABILITIES
    _link: Link | None = None

    @property
    def running(self) -> int:
        """Completions that it works on now."""
        return 0 if self._link is None else self._link.running

    def transports(self, config: ClientConfig) -> Sequence[Transport]:
        """Return a way to it; all share one socket."""
        assert self._link is not None, "open it first"
        return (InProcessTransport(self._link, self.config.name, config.request_timeout_s, self.capabilities),)

    async def close(self) -> None:
        """Stop the engine and all its processes; safe to call twice."""
        if self._link is not None:
            self._link.close()
        await super().close()

    def check_arguments(self) -> None:
        """Refuse what only vLLM's server has; see ``ChildEngine``."""
        wrong = next((word for word in self.config.extra_args if is_for_server_only(word)), None)
        if wrong is not None:
            raise UsageError(f"--engine-arg {wrong}: only vLLM's server has this; use --engine server")

    async def _start(self, device: Device) -> None:
        config = self.config
        ours, theirs = socket.socketpair()
        _, self._link = await asyncio.get_running_loop().create_connection(lambda: Link(config.name), sock=ours)
        command = [config.python, "-I", str(_WORKER), "--model", config.model, "--disable-log-stats"]
        environment = environment_for(config, device, dict(os.environ), is_quiet=device == "cpu" and await is_quiet())
        await self._child.start(
            [*command, *engine_arguments(config, device)], environment, python=config.python, connection=theirs
        )
        await self._until_ready(self._is_ready)

    async def _is_ready(self) -> bool:
        assert self._link is not None
        try:
            async with asyncio.timeout(POLL_S):
                await self._link.is_ready.wait()
        except TimeoutError:
            return False
        if self._link.served is None:
            # The socket closed before a word: the worker is at its end, and so is its process.
            await asyncio.sleep(POLL_S)
            raise self._child.failure("died in its start")
        return True


class InProcessTransport:
    """A ``solver.sampling.transport.Transport`` over the engine's socket.

    Args:
        name: of the engine, for messages.
        timeout_s: bound on one request.
    """

    bills_prompts = False

    def __init__(self, link: Link, name: str, timeout_s: float, capabilities: Capabilities = CAPABILITIES) -> None:
        self.name, self.capabilities = name, capabilities
        self._link, self._timeout_s = link, timeout_s

    async def complete(self, body: Mapping[str, Any], growth: Growth | None = None) -> Completion:
        """See ``Transport``."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._link.call(body, growth)
        except TimeoutError as error:
            raise Fault("timeout", f"{self.name}: no reply within {self._timeout_s:g} s") from error

    async def models(self) -> Mapping[str, int | None] | None:
        """See ``Transport``."""
        if self._link.is_lost:
            raise self._link.gone("connect")
        return self._link.served

    async def load(self) -> Load | None:
        """See ``Transport``; what waits in it counts as computed.

        As we count it: the engine's own word is a step old, and what is on its way to it would seem ended.
        """
        return Load(running=self._link.in_flight, waiting=0)

    async def close(self) -> None:
        """Do nothing: the socket is the engine's."""


def environment_for(config: EngineConfig, device: Device, base: dict[str, str], *, is_quiet: bool) -> dict[str, str]:
    """Return the engine's environment.

    Args:
        base: ours.
        is_quiet: nothing else runs here; then its threads may wait awake, for there is no server to do so against.
    """
    environment = environment_of(config, device, base) | {"VLLM_ENABLE_V1_MULTIPROCESSING": "0"}
    if is_quiet and device == "cpu" and not {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"} & base.keys():
        del environment["OMP_WAIT_POLICY"]
        environment["GOMP_SPINCOUNT"] = SPINS
    return environment


def make(wanted: Wanted) -> Backend:
    """Return the engine, not yet open; see ``solver.backends.registry``."""
    return PlannedEngine(wanted, InProcessEngine)
