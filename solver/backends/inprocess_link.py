"""Our end of the socket to vLLM in a child process: requests go out, completions are put together from its frames.

The other end is ``solver.backends.inprocess_worker``, where the frames are described.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from solver.backends.inprocess_worker import Frame, Frames, Message, logprobs_in, pack
from solver.base.text_safety import one_line
from solver.sampling.completion import BROKEN_ENDS, Choice, Completion
from solver.sampling.logprobs import FlatLogprobs
from solver.sampling.transport import Cause, Fault, Growth, Refusal


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


class Link(asyncio.Protocol):
    """Our end of the socket.

    Args:
        name: of the engine, for messages.
    """

    def __init__(self, name: str) -> None:
        self.served: dict[str, int] | None = None
        """What is served, with the context window; None before the engine is ready."""
        self.is_ready = asyncio.Event()
        self.running = 0
        """Completions that the engine works on, as it told last."""
        self._name = name
        self._frames = Frames()
        self._calls: dict[int, _Call] = {}
        self._count = 0
        self._transport: asyncio.Transport | None = None
        self.is_lost = False

    @property
    def in_flight(self) -> int:
        """Completions that were asked for and have not come, whether or not the engine has read of them yet."""
        return sum(call.chains - call.ended for call in self._calls.values())

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
