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
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from solver.backends import inprocess_worker
from solver.backends.child import Child
from solver.backends.engine_config import (
    EngineConfig,
    capabilities_of,
    check_folders,
    engine_arguments,
    environment_of,
    installed_device,
    is_for_server_only,
    start_phase,
)
from solver.backends.engine_plan import PlannedEngine
from solver.backends.inprocess_worker import Frame, Frames, Message, logprobs_in, pack
from solver.backends.protocol import Backend, Progress, Wanted
from solver.base.errors import EngineFailed, UsageError
from solver.base.text_safety import one_line
from solver.sampling.capabilities import VLLM, Capabilities
from solver.sampling.completion import BROKEN_ENDS, Choice, Completion
from solver.sampling.endpoint import ClientConfig
from solver.sampling.logprobs import FlatLogprobs
from solver.sampling.servers.load import Load
from solver.sampling.transport import Cause, Fault, Growth, Refusal, Transport

_WORKER = Path(inprocess_worker.__file__)
_POLL_S = 0.25
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


@dataclass(slots=True)
class _Call:
    """A request that the engine works on."""

    chains: int
    growth: Growth | None
    reply: asyncio.Future[Completion]
    choices: dict[int, Choice] = field(default_factory=dict)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    ended: int = 0


class _Link(asyncio.Protocol):
    """Our end of the socket."""

    def __init__(self, name: str) -> None:
        self.served: dict[str, int] | None = None
        """What is served, with the context window; None before the engine is ready."""
        self.is_ready = asyncio.Event()
        self.running = 0
        """Completions that the engine works on."""
        self._name = name
        self._frames = Frames()
        self._calls: dict[int, _Call] = {}
        self._count = 0
        self._transport: asyncio.Transport | None = None
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for frame in self._frames.feed(data):
            self._take(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self.is_ready.set()
        for call in self._calls.values():
            if not call.reply.done():
                call.reply.set_exception(self.gone("reset"))

    def gone(self, cause: Cause) -> Fault:
        """Return the fault of a request to an engine that is gone."""
        return Fault(cause, f"{self._name}: the engine is gone")

    async def call(self, body: Mapping[str, Any], growth: Growth | None) -> Completion:
        """Have a request completed; given up, the engine drops it.

        Raises:
            Fault, Refusal: it failed.
        """
        if self.is_lost or self._transport is None:
            raise self.gone("connect")
        number = self._count = self._count + 1
        call = _Call(int(body.get("n", 1)), growth, asyncio.get_running_loop().create_future())
        self._calls[number] = call
        self._send({"id": number, "body": dict(body), "stream": growth is not None})
        try:
            return await call.reply
        finally:
            del self._calls[number]
            if call.reply.cancelled():
                self._send({"abort": number})

    def close(self) -> None:
        """Close it; the worker ends then."""
        if self._transport is not None:
            self._transport.abort()

    def _send(self, message: Message) -> None:
        if self._transport is not None and not self.is_lost:
            self._transport.write(pack([message]))

    def _take(self, frame: Frame) -> None:
        start = 0
        for message in frame.messages:
            if "ready" in message:
                self.served = message["ready"]
                self.is_ready.set()
                continue
            if "running" in message:
                self.running = message["running"]
                continue
            values: Sequence[float] = ()
            sizes: Sequence[int] = ()
            if tokens := message.get("logprobs"):
                # Also where nobody waits any more: they lie before those of the others.
                values, sizes, start = logprobs_in(frame.numbers, start, tokens)
            call = self._calls.get(message["id"])
            if call is not None and not call.reply.done():
                self._tell(call, message, values, sizes)

    def _tell(self, call: _Call, message: Message, values: Sequence[float], sizes: Sequence[int]) -> None:
        """Take what is told of a request."""
        if "refused" in message:
            call.reply.set_exception(_failure(self._name, message["refused"], message["text"]))
            return
        index = message["index"]
        if call.growth is not None and "grew" in message:
            call.growth.grew(index, message["grew"])
        if "end" not in message:
            return
        if call.growth is not None:
            call.growth.ended(index)
        call.ended += 1
        call.prompt_tokens = message["prompt_tokens"]
        call.completion_tokens += message["tokens"]
        if message["end"] not in BROKEN_ENDS:
            call.choices[index] = Choice(
                text=message["text"],
                content_start=0,
                finish_reason=message["end"],
                tokens=message["tokens"],
                logprobs=FlatLogprobs(values, sizes) if values else None,
                mean_logprob=sum(values) / len(values) if values else None,
            )
        if call.ended == call.chains:
            call.reply.set_result(
                Completion(
                    choices=dict(sorted(call.choices.items())),
                    prompt_tokens=call.prompt_tokens,
                    completion_tokens=call.completion_tokens,
                )
            )


def _failure(name: str, status: int, text: str) -> Fault | Refusal:
    """Return what a server's status would have been taken for."""
    told = f"{name}: {one_line(text[:400])}"
    return Fault("5xx", told) if status >= 500 else Refusal(told, status)


class InProcessEngine:
    """The engine; a ``solver.backends.protocol.Backend``.

    Args:
        config: what to serve.
        progress: told what is going on during the start.
    """

    def __init__(self, config: EngineConfig, progress: Progress | None = None) -> None:
        self.config = config
        self.capabilities = capabilities_of(config, CAPABILITIES)
        self._progress = progress
        self._child = Child(log_path=config.log_path, grace_s=config.grace_s, name="vLLM engine")
        self._link: _Link | None = None

    @property
    def group(self) -> int | None:
        """The engine's process group."""
        return self._child.group

    @property
    def log(self) -> str:
        """What the engine has written so far."""
        return self._child.log

    @property
    def running(self) -> int:
        """Completions that it works on now."""
        return 0 if self._link is None else self._link.running

    def failure(self) -> EngineFailed | None:
        """Return why the engine is gone, None while it lives."""
        return None if self._child.is_running else self._child.failure("died")

    async def open(self) -> None:
        """Start it; returns once it is ready to answer.

        Raises:
            EngineMissing: no vLLM is installed.
            EngineFailed: it died or was too slow. The message holds the end of its log.
            UsageError: the model's folder holds no model, or an argument is for vLLM's server only.
        """
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise

    def transports(self, config: ClientConfig) -> Sequence[Transport]:
        """Return a way to it; all share one socket."""
        assert self._link is not None, "open it first"
        return (InProcessTransport(self._link, self.config.name, config.request_timeout_s, self.capabilities),)

    async def close(self) -> None:
        """Stop the engine and all its processes; safe to call twice."""
        if self._link is not None:
            self._link.close()
        await self._child.stop()

    async def _start(self) -> None:
        config = self.config
        check_arguments(config)
        device = installed_device(config.python)
        check_folders(config)
        ours, theirs = socket.socketpair()
        _, self._link = await asyncio.get_running_loop().create_connection(lambda: _Link(config.name), sock=ours)
        command = [config.python, "-I", str(_WORKER), "--model", config.model, "--disable-log-stats"]
        environment = environment_of(config, device, dict(os.environ))
        environment["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"
        await self._child.start(
            [*command, *engine_arguments(config, device)], environment, python=config.python, connection=theirs
        )
        await self._wait_until_ready(self._link)

    async def _wait_until_ready(self, link: _Link) -> None:
        began = time.monotonic()
        while link.served is None:
            elapsed_s = time.monotonic() - began
            if link.is_ready.is_set() or not self._child.is_running:
                # What it wrote last is still on its way.
                await asyncio.sleep(_POLL_S)
                raise self._child.failure(f"died after {elapsed_s:.0f} s")
            if elapsed_s > self.config.start_timeout_s:
                raise self._child.failure(f"was not ready after {elapsed_s:.0f} s")
            if self._progress is not None:
                self._progress(start_phase(self.log), elapsed_s)
            try:
                async with asyncio.timeout(_POLL_S):
                    await link.is_ready.wait()
            except TimeoutError:
                pass


class InProcessTransport:
    """A ``solver.sampling.transport.Transport`` over the engine's socket.

    Args:
        name: of the engine, for messages.
        timeout_s: bound on one request.
    """

    def __init__(self, link: _Link, name: str, timeout_s: float, capabilities: Capabilities = CAPABILITIES) -> None:
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
        """See ``Transport``; what waits in it counts as computed."""
        return Load(running=self._link.running, waiting=0)

    async def close(self) -> None:
        """Do nothing: the socket is the engine's."""


def check_arguments(config: EngineConfig) -> None:
    """Make sure that nothing is asked for that only vLLM's server has.

    Raises:
        UsageError: something is.
    """
    wrong = next((word for word in config.extra_args if is_for_server_only(word)), None)
    if wrong is not None:
        raise UsageError(f"--engine-arg {wrong}: only vLLM's server has this; use --engine server")


def make(wanted: Wanted) -> Backend:
    """Return the engine, not yet open; see ``solver.backends.registry``."""
    return PlannedEngine(wanted, InProcessEngine)
