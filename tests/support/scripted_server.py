"""A scripted OpenAI-compatible server for offline tests and benches: no model, any fault on demand.

It speaks just enough HTTP/1.1 (keep-alive, ``Content-Length`` bodies) for ``GET /health``, ``GET /v1/models`` and
``POST /v1/chat/completions`` with ``n``, ``logprobs``, ``structured_outputs`` and ``continue_final_message``. It does
not stream and it checks no key. A *script* (a function of the ``Call``) says what to reply; without one a seeded chain
of the asked kind is made up, ending in ``答案是：X`` with X from the options shown in the prompt.

In a test::

    async with ScriptedServer(script=lambda call: Reply(status=503)) as server:
        ... server.url ... server.calls ...

As a process of its own (prints its URL on stdout, serves until killed)::

    python tests/support/scripted_server.py --port 0 --tokens 300 --latency-ms 20
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Self

_OPTION = re.compile(r"^([A-Z])[.、．] ", re.MULTILINE)
_COMPLETIONS = "/chat/completions"
_WORDS = ("因为", "所以", "小明", "不是", "如果", "那么", "第一", "房间", "说谎", "真话", "，", "。", "假设", "矛盾")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One completion request as the server saw it."""

    body: dict[str, Any]
    number: int
    """How many completion requests came before it."""
    headers: dict[str, str]
    """Lower-case names."""

    @property
    def n(self) -> int:
        """How many choices were asked for."""
        return int(self.body.get("n") or 1)

    @property
    def prompt(self) -> str:
        """The first message's content."""
        return str(self.body["messages"][0]["content"])

    @property
    def is_closing(self) -> bool:
        """True for the continuation of an assistant message."""
        return bool(self.body.get("continue_final_message"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to send back, and how badly."""

    status: int = 200
    body: object = None
    """JSON value; bytes go out as they are."""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"
    delay_s: float = 0.0
    may_go: Callable[[], bool] = lambda: True
    """The reply is held back, after its delay, until this is true."""
    fault: Literal["none", "reset", "hang", "cut", "break", "trickle"] = "none"
    """``reset`` aborts the connection, ``hang`` never answers, ``cut`` closes in mid-body, ``break`` aborts in
    mid-body, ``trickle`` sends a byte every 50 ms."""


Script = Callable[[Call], Reply | None]
"""What to reply to a call; None for the made-up answer."""


def shown_letters(prompt: str) -> list[str]:
    """Return the option letters that a prompt shows; A to D where it shows none."""
    return list(dict.fromkeys(_OPTION.findall(prompt))) or ["A", "B", "C", "D"]


def choice_of(
    text: str, *, index: int = 0, finish_reason: str = "stop", logprobs: bool = True, tokens: int | None = None
) -> dict[str, Any]:
    """Return one choice of a completion; one token a character, or ``tokens`` pieces of equal length."""
    if tokens is None:
        pieces = list(text)
    else:
        size = max(1, -(-len(text) // max(1, tokens)))
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
    content = [
        {"token": piece, "logprob": -0.25, "bytes": list(piece.encode()), "top_logprobs": []} for piece in pieces
    ]
    return {
        "index": index,
        "message": {"role": "assistant", "content": text},
        "finish_reason": finish_reason,
        "logprobs": {"content": content} if logprobs else None,
    }


def completion_of(*choices: dict[str, Any], prompt_tokens: int = 50, completion_tokens: int = 0) -> dict[str, Any]:
    """Wrap choices into a completion with its usage."""
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": list(choices),
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }


@dataclass(slots=True)
class MadeUp:
    """The answers given where the script is silent: a chain of ``tokens`` tokens, right with ``accuracy``."""

    tokens: int = 40
    accuracy: float = 0.7
    """Share of chains that name the first shown letter; the others are spread over the rest."""
    seed: int = 0
    _count: int = 0
    _cache: dict[tuple[str, bool], dict[str, Any]] = field(default_factory=dict)

    def __call__(self, call: Call) -> Reply:
        body = call.body
        letters = shown_letters(call.prompt)
        if call.is_closing:
            allowed = (body.get("structured_outputs") or {}).get("choice") or letters
            choice = choice_of(allowed[0], logprobs=bool(body.get("logprobs")))
            return Reply(body=completion_of(choice, completion_tokens=2))
        choices = []
        for index in range(call.n):
            # A seeded request gets choice seeds seed, seed + 1, …, like vLLM's.
            given = body.get("seed")
            self._count += 1
            rng = random.Random(f"{self.seed}/{call.prompt}/{self._count if given is None else given + index}")
            letter = letters[0] if rng.random() < self.accuracy or len(letters) == 1 else rng.choice(letters[1:])
            choices.append({**self._choice(letter, bool(body.get("logprobs"))), "index": index})
        return Reply(body=completion_of(*choices, completion_tokens=call.n * self.tokens))

    def _choice(self, letter: str, logprobs: bool) -> dict[str, Any]:
        """Return the chain for a letter; made once, so that the server costs little beside the client."""
        key = (letter, logprobs)
        if key not in self._cache:
            rng = random.Random(letter)
            words = [rng.choice(_WORDS) for _ in range(max(0, self.tokens - 4))]
            pieces = [*words, "\n", "答案是", "：", letter]
            choice = choice_of("".join(pieces), logprobs=False)
            if logprobs:
                choice["logprobs"] = {
                    "content": [
                        {"token": piece, "logprob": -rng.random(), "bytes": list(piece.encode()), "top_logprobs": []}
                        for piece in pieces
                    ]
                }
            self._cache[key] = choice
        return self._cache[key]


class ScriptedServer:
    """The server; an async context manager.

    Args:
        script: what to reply to a completion; None, or a script that returns None, leaves it to ``made_up``.
        models: names on ``/v1/models``; None makes that page a 404.
        max_model_len: context length on ``/v1/models``, in tokens.
        root: what the models were loaded from; None names each by itself.
        made_up: the default answers.
        latency_s: wait before every completion, seconds.
        port: 0 takes a free one.
        owned_by: what ``/v1/models`` says of the maker.
        metrics: the page of metrics; None makes it a 404.
    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        models: tuple[str, ...] | None = ("scripted",),
        max_model_len: int | None = 4096,
        root: str | None = None,
        made_up: MadeUp | None = None,
        latency_s: float = 0.0,
        port: int = 0,
        owned_by: str | None = None,
        metrics: Callable[[], str] | None = None,
    ) -> None:
        self.script = script
        self.models = models
        self.max_model_len = max_model_len
        self.root = root
        self.made_up = made_up or MadeUp()
        self.latency_s = latency_s
        self.port = port
        self.owned_by, self.metrics = owned_by, metrics
        self.calls: list[Call] = []
        """Every completion request, in order of arrival; empty it freely."""
        self.keeps_calls = True
        """False where millions of calls are to come."""
        self.number = 0
        """Completion requests so far."""
        self.in_flight = 0
        """Completion requests being waited for; other pages are not among them."""
        self.peak_in_flight = 0
        """The most of them at once so far."""
        self.least_at_once = 0
        """None of them is answered before so many have been in flight at once."""
        self.abandoned = 0
        """Completions whose client went away before the answer."""
        self.connections = 0
        """Connections accepted so far."""
        self._transports: set[asyncio.Transport] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The base URL, with ``/v1``."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Where it runs, once it is started."""
        assert self._server is not None
        return self._server.get_loop()

    async def start(self) -> Self:
        """Listen on ``port``."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def stop(self) -> None:
        """Stop listening and cut every connection, as a crash would; ``start`` may follow, on the same port."""
        if self._server is not None:
            # A connection that is accepted, and has no transport yet, would be lost with the listener, and never closed
            # (asyncio of Python 3.11): so none is accepted any more, and those that were are made first.
            for listener in self._server.sockets:
                asyncio.get_running_loop().remove_reader(listener.fileno())
            await _accepted()
            self._server.close()
            for transport in list(self._transports):
                transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def clients_gone(self) -> None:
        """Wait until no client is connected, and all that those who were have sent is among the ``calls``."""
        await _accepted()
        while self._transports:  # noqa: ASYNC110 (no event tells of it)
            await asyncio.sleep(0.005)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _route(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        path = _page(path)
        if path == "/health":
            return Reply(body={})
        if path == "/models" and self.models is not None:
            cards = [
                {"id": name, "object": "model", "root": self.root or name, "max_model_len": self.max_model_len}
                for name in self.models
            ]
            if self.owned_by is not None:
                cards = [{**card, "owned_by": self.owned_by} for card in cards]
            return Reply(body={"object": "list", "data": cards})
        if path == "/metrics" and self.metrics is not None:
            return Reply(body=self.metrics().encode(), content_type="text/plain")
        if method != "POST" or path != _COMPLETIONS:
            return Reply(status=404, body={"error": {"message": f"no such page: {path}"}})
        call = Call(body=json.loads(body), number=self.number, headers=headers)
        self.number += 1
        if self.keeps_calls:
            self.calls.append(call)
        reply = self.script(call) if self.script is not None else None
        if reply is None:
            reply = self.made_up(call)
            if self.latency_s:
                reply = Reply(body=reply.body, delay_s=self.latency_s)
        return reply


async def _accepted() -> None:
    """Let the loop turn until whoever was accepted is connected."""
    for _ in range(10):
        await asyncio.sleep(0)


def _page(path: str) -> str:
    return path.partition("?")[0].removeprefix("/v1")


class _Connection(asyncio.Protocol):
    """One client connection: requests come one after the other."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.buffer = bytearray()
        self.waiting: asyncio.TimerHandle | None = None
        self.is_busy = self.completes = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.connections += 1
        self.server._transports.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.server._transports.discard(self.transport)
        if self.waiting is not None:
            self.waiting.cancel()
        if self.is_busy:
            self.server.in_flight -= self.completes
            self.server.abandoned += self.completes

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.is_busy:
            return
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        first, *lines = self.buffer[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        stop = end + 4 + int(headers.get("content-length", "0"))
        if len(self.buffer) < stop:
            return
        body = bytes(self.buffer[end + 4 : stop])
        del self.buffer[:stop]
        method, path, _ = first.split(" ", 2)
        server = self.server
        self.is_busy, self.completes = True, _page(path) == _COMPLETIONS
        server.in_flight += self.completes
        server.peak_in_flight = max(server.peak_in_flight, server.in_flight)
        reply = server._route(method, path, headers, body)
        if reply.fault == "hang":
            return
        if reply.delay_s:
            self.waiting = asyncio.get_running_loop().call_later(reply.delay_s, self._send, reply)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        if not reply.may_go() or (self.completes and self.server.peak_in_flight < self.server.least_at_once):
            self.waiting = asyncio.get_running_loop().call_later(0.01, self._send, reply)
            return
        if reply.fault == "reset":
            self._done()
            self.transport.abort()
            return
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        extra = "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
        head = (
            f"HTTP/1.1 {reply.status} Scripted\r\nContent-Type: {reply.content_type}\r\n"
            f"Content-Length: {len(body)}\r\n{extra}\r\n"
        ).encode()
        if reply.fault == "cut":
            self.transport.write(head + body[: len(body) // 2])
            self._done()
            self.transport.close()
        elif reply.fault == "break":
            self.transport.write(head + body[: len(body) // 2])
            self._done()
            self.transport.abort()
        elif reply.fault == "trickle":
            self.transport.write(head)
            self._trickle(body, 0)
        else:
            self.transport.write(head + body)
            self._done()

    def _trickle(self, body: bytes, start: int) -> None:
        self.transport.write(body[start : start + 1])
        if start + 1 < len(body):
            self.waiting = asyncio.get_running_loop().call_later(0.05, self._trickle, body, start + 1)
        else:
            self._done()

    def _done(self) -> None:
        self.is_busy = False
        self.server.in_flight -= self.completes


async def serve(server: ScriptedServer) -> None:
    """Serve until cancelled, having printed the URL."""
    async with server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description="scripted OpenAI-compatible server")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--models", default="scripted", help="comma-separated names")
    parser.add_argument("--tokens", type=int, default=300, help="tokens of a chain")
    parser.add_argument("--accuracy", type=float, default=0.7, help="share of chains that answer the first option")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="wait before each completion")
    args = parser.parse_args()
    server = ScriptedServer(
        models=tuple(args.models.split(",")),
        made_up=MadeUp(tokens=args.tokens, accuracy=args.accuracy),
        latency_s=args.latency_ms / 1e3,
        port=args.port,
    )
    server.keeps_calls = False
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(server))


if __name__ == "__main__":
    main()
