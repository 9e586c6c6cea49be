"""Replies without end, of gigabytes, or that unpack to such: a fault of that request that costs no memory."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from solver.base.errors import EndpointError
from solver.sampling.client import SamplingClient
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_pool
from solver.sampling.sample import Sample, Status
from solver.sampling.wire.reply_limit import BASE_BYTES, TOKEN_BYTES
from tests.support.sampling_client import client_of
from tests.support.scripted_server import choice_of, completion_of
from tests.unit.solver.sampling.test_streaming import Told, requests_of

_PIECE = 64 * 1024
MAX_TOKENS = 50
"""Of the requests here."""
LIMIT = BASE_BYTES + TOKEN_BYTES * MAX_TOKENS


def _head(*lines: str, status: int = 200) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Flood", *lines, "\r\n"]).encode()


def _chunked(piece: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(piece), piece)


CHUNKED = "Transfer-Encoding: chunked"
EVENTS = "Content-Type: text/event-stream"
JSON = "Content-Type: application/json"
# Not the same over and over within a few hundred characters: that would be a chain in circles, and left at once.
_UNLIKE = b" ".join(b"%d" % number for number in range(_PIECE))[:_PIECE]
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"' + _UNLIKE + b'"}}]}\n\n'
FLOODS: dict[str, tuple[bytes, bytes]] = {
    "chunks without end": (_head(JSON, CHUNKED), _chunked(b" " * _PIECE)),
    "no length and no end": (_head(JSON, "Connection: close"), b" " * _PIECE),
    "ten gigabytes as promised": (_head(JSON, f"Content-Length: {10 * 2**30}"), b" " * _PIECE),
    "a length beyond any number": (_head(JSON, f"Content-Length: {'9' * 19}"), b" " * _PIECE),
    "an error without end": (_head(JSON, CHUNKED, status=500), _chunked(b" " * _PIECE)),
    "a refusal without end": (_head(JSON, CHUNKED, status=401), _chunked(b" " * _PIECE)),
    "a redirect without end": (_head("Location: /v1/x", CHUNKED, status=307), _chunked(b" " * _PIECE)),
}
"""Head, and what is sent over and over until the client leaves."""
STREAMED = {
    **FLOODS,
    "events without end": (_head(EVENTS, CHUNKED), _chunked(EVENT)),
    "one event without end": (_head(EVENTS, CHUNKED), _chunked(b"data: " + b"x" * _PIECE)),
    "comments without end": (_head(EVENTS, CHUNKED), _chunked(b": still here\n" * 5000)),
}


@dataclass(slots=True)
class Flood:
    """A server that floods its first completions, then answers properly."""

    head: bytes
    piece: bytes
    """Sent until the client leaves; b"" ends after the head."""
    times: int
    """How many completions are flooded."""
    port: int = 0
    sent: list[int] = field(default_factory=list)
    """Bytes that each flooded client took."""
    asked: list[bytes] = field(default_factory=list)
    """Heads of the completion requests."""
    floods_models: bool = False
    """Treat the list of models like a completion."""
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.writers.append(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode().lower().split("\r\n")
                length = next((int(line[15:]) for line in lines if line.startswith("content-length:")), 0)
                body = json.loads(await reader.readexactly(length)) if length else {}
                if lines[0].startswith("get") and not self.floods_models:
                    self._send(writer, {"data": [{"id": "scripted", "max_model_len": 4096}]})
                    continue
                self.asked.append(head)
                if len(self.asked) > self.times:
                    self._send(writer, completion_of(choice_of("答案是：A")), is_stream=bool(body.get("stream")))
                    continue
                writer.write(self.head)
                self.sent.append(0)
                while True:
                    writer.write(self.piece)
                    await writer.drain()
                    self.sent[-1] += len(self.piece)
                    if not self.piece:
                        await reader.read(1)
                        return

    def _send(self, writer: asyncio.StreamWriter, value: dict[str, object], *, is_stream: bool = False) -> None:
        if is_stream:
            delta = {"index": 0, "delta": {"content": "答案是：A"}, "finish_reason": "stop"}
            body = b"data: " + json.dumps({"choices": [delta]}).encode() + b"\n\ndata: [DONE]\n\n"
        else:
            body = json.dumps(value).encode()
        kind = EVENTS if is_stream else JSON
        writer.write(_head(kind, f"Content-Length: {len(body)}") + body)


@asynccontextmanager
async def flooding(head: bytes, piece: bytes, *, times: int = 99) -> AsyncIterator[Flood]:
    """Run a flood."""
    flood = Flood(head, piece, times)
    server = await asyncio.start_server(flood.handle, "127.0.0.1", 0)
    flood.port = server.sockets[0].getsockname()[1]
    async with server:
        yield flood
        for writer in flood.writers:
            writer.transport.abort()
        # Handlers are told of it in the next turns of the loop.
        await asyncio.sleep(0.05)


Sampler = Callable[[ClientConfig], SamplingClient]


async def drawn(flood: Flood, sampler: Sampler) -> Sample:
    """Draw one sample."""
    async with asyncio.timeout(60), sampler(ClientConfig(endpoints=(flood.url,), patience_s=5.0)) as drawing:
        return (await drawing.sample(requests_of(1)))[0]


def watched(config: ClientConfig) -> SamplingClient:
    return client_of(config, Told())


CASES = [
    *((client_of, name, *flood) for name, flood in FLOODS.items()),
    *((watched, name, *flood) for name, flood in STREAMED.items()),
]


@pytest.mark.parametrize(("sampler", "name", "head", "piece"), CASES, ids=[f"{c[0].__name__}-{c[1]}" for c in CASES])
def test_a_flood_is_cut_off_and_told_and_passes(sampler: Sampler, name: str, head: bytes, piece: bytes) -> None:
    async def scenario() -> None:
        async with flooding(head, piece, times=1) as flood:
            sample = await drawn(flood, sampler)
        assert sample.status is Status.ANSWERED
        assert sample.retries == 1
        # What the sockets hold on both sides was sent as well.
        assert max(flood.sent) < LIMIT + 16 * 2**20

    asyncio.run(scenario())


@pytest.mark.parametrize("sampler", [client_of, watched])
def test_a_flood_that_goes_on_is_a_failed_sample_with_the_reason(sampler: Sampler) -> None:
    async def scenario() -> None:
        async with flooding(*FLOODS["chunks without end"]) as flood:
            sample = await drawn(flood, sampler)
        assert (sample.status, sample.text) == (Status.FAILED, "")
        assert sample.error is not None
        assert "a reply of more than 4 MiB, which what was asked for cannot fill (after 2 retries)" in sample.error
        assert len(flood.sent) == 3

    asyncio.run(scenario())


@pytest.mark.parametrize("sampler", [client_of, watched])
@pytest.mark.parametrize(
    ("coding", "why"),
    [
        ("gzip", "a reply of more than 4 MiB"),
        ("deflate", "a reply of more than 4 MiB"),
        ("gzip, gzip", "a compressed reply (gzip, gzip), though none was asked for"),
        ("br", "a compressed reply (br), though none was asked for"),
    ],
)
def test_nothing_compressed_is_asked_for_or_unpacked_beyond_the_limit(sampler: Sampler, coding: str, why: str) -> None:
    bomb = gzip.compress(b" " * 50 * 2**20)

    async def scenario() -> None:
        head = _head(JSON, f"Content-Encoding: {coding}", f"Content-Length: {len(bomb)}")
        async with flooding(head + bomb, b"") as flood:
            sample = await drawn(flood, sampler)
        assert all(b"accept-encoding: identity" in one.lower() for one in flood.asked)
        assert sample.status is Status.FAILED
        assert sample.error is not None
        assert why in sample.error

    asyncio.run(scenario())


def test_a_list_of_models_without_end_is_a_server_that_does_not_answer() -> None:
    async def scenario() -> None:
        async with flooding(*FLOODS["chunks without end"]) as flood:
            flood.floods_models = True
            pool = http_pool(ClientConfig(endpoints=(flood.url,)))
            with pytest.raises(EndpointError, match=r"no endpoint answers: .* a reply of more than 4 MiB"):
                await pool.refresh()
            await pool.close()

    asyncio.run(scenario())


def test_a_long_reply_is_read_where_so_much_was_asked_for() -> None:
    text = "答案是：A"
    whole = completion_of(choice_of(text), choice_of(text, index=1))
    body = json.dumps({**whole, "padding": "x" * (LIMIT - 100)}).encode()
    assert LIMIT < len(body) < LIMIT + TOKEN_BYTES * MAX_TOKENS

    async def scenario() -> None:
        reply = _head(JSON, CHUNKED) + _chunked(body) + b"0\r\n\r\n"
        async with flooding(reply, b"") as flood, client_of(ClientConfig(endpoints=(flood.url,))) as sampler:
            samples = await sampler.sample(requests_of(2))
        assert [(sample.status, sample.retries) for sample in samples] == [(Status.ANSWERED, 0)] * 2

    asyncio.run(scenario())
