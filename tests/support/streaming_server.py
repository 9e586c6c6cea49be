"""A scripted server that streams: chains grow token by token, at a pace of the test's choosing.

It speaks just enough HTTP/1.1 for ``GET /v1/models`` and ``POST /v1/chat/completions`` with ``n``; a request that is
not streamed gets the same chains at once, and a closing the letter A. It counts the streams that are open and those
whose client went away, which is how a test sees that a cancelled sample's connection was closed.

::

    with streaming(lambda number, index: "先想一想。答案是：B") as server:
        ... server.url ... server.open_streams ... server.abandoned ...
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Chains = Callable[[int, int], str]
"""(number of the completion request, index of the choice) -> what that chain says."""


@dataclass(slots=True)
class StreamingServer:
    """The server's script and what it saw."""

    chains: Chains
    delay_s: float = 0.0
    """Between two tokens."""
    cut_after: int | None = None
    """Close the first stream after so many chunks, without an end."""
    pauses_at: int | None = None
    """Tokens after which each stream waits until it is among the ``resumed``."""
    resumed: int = 0
    """Requests, from the first on, whose streams go on to their ends."""
    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    open_streams: int = 0
    abandoned: int = 0
    """Streams whose client left before the end."""

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while (head := await reader.readuntil(b"\r\n\r\n")) != b"":
                    await self._answer(head.decode("latin-1").split("\r\n"), reader, writer)
        except asyncio.CancelledError:
            # The test is over: nothing is flushed any more.
            writer.transport.abort()
            raise
        finally:
            writer.close()

    async def _answer(self, lines: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
        body = json.loads(await reader.readexactly(length)) if length else {}
        if lines[0].startswith("GET"):
            card = {"id": "scripted", "object": "model", "max_model_len": 4096}
            await _reply(writer, {"object": "list", "data": [card]})
        elif not body.get("stream"):
            await _reply(writer, self._whole(body))
        else:
            self.requests.append(body)
            await self._stream(reader, writer, body)

    def _whole(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return a reply in one piece; the letter A to a closing."""
        if body.get("continue_final_message"):
            texts = ["A"]
        else:
            self.requests.append(body)
            texts = [self.chains(len(self.requests) - 1, index) for index in range(int(body.get("n") or 1))]
        choices = [
            {"index": index, "message": {"content": text}, "finish_reason": "stop"} for index, text in enumerate(texts)
        ]
        return {"choices": choices, "usage": {"prompt_tokens": 9, "completion_tokens": sum(map(len, texts))}}

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
        number = len(self.requests) - 1
        self.open_streams += 1
        is_done = False
        gone = asyncio.get_running_loop().create_task(reader.read(1))
        try:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            texts = [self.chains(number, index) for index in range(int(body.get("n") or 1))]
            sent = 0
            for place in range(max(len(text) for text in texts)):
                while place == self.pauses_at and number >= self.resumed and not gone.done():
                    await asyncio.wait([gone], timeout=0.01)
                for index, text in enumerate(texts):
                    if place >= len(text):
                        continue
                    if self.cut_after is not None and number == 0 and sent >= self.cut_after:
                        return
                    sent += 1
                    await _chunk(writer, _choice(index, text, place))
                if self.delay_s:
                    await asyncio.wait([gone], timeout=self.delay_s)
                if gone.done():
                    return
            tokens = sum(len(text) for text in texts)
            await _chunk(writer, {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": tokens}})
            writer.write(b"data: [DONE]\n\n")
            await writer.drain()
            is_done = True
        finally:
            gone.cancel()
            self.open_streams -= 1
            self.abandoned += not is_done
            writer.close()


def _choice(index: int, text: str, place: int) -> dict[str, Any]:
    logprob = {"token": text[place], "logprob": -0.5, "bytes": list(text[place].encode())}
    choice = {
        "index": index,
        "delta": {"content": text[place]},
        "logprobs": {"content": [logprob]},
        "finish_reason": "stop" if place + 1 == len(text) else None,
    }
    return {"choices": [choice]}


async def _chunk(writer: asyncio.StreamWriter, value: dict[str, Any]) -> None:
    writer.write(f"data: {json.dumps(value)}\n\n".encode())
    await writer.drain()


async def _reply(writer: asyncio.StreamWriter, value: dict[str, Any]) -> None:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


@contextmanager
def streaming(
    chains: Chains, *, delay_s: float = 0.0, cut_after: int | None = None, pauses_at: int | None = None
) -> Iterator[StreamingServer]:
    """Run a server in a loop and thread of its own."""
    script = StreamingServer(chains, delay_s, cut_after, pauses_at)
    started, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        server = await asyncio.start_server(script.handle, "127.0.0.1", 0)
        script.port = server.sockets[0].getsockname()[1]
        started.set()
        async with server:
            await stop.wait()
            server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # Connections that were closed tell their protocols in the next turn of the loop.
        await asyncio.sleep(0.01)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    started.wait(60)
    try:
        yield script
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        loop.close()
