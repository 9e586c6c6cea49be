"""A server on a real socket whose script writes the bytes of its replies itself, heads and all.

::

    with raw_serving(lambda call: [whole({"choices": []}), None]) as server:    # None closes the connection
        ... server.url ... server.calls ...
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.scripted_server import Call

RawScript = Callable[[Call], Sequence[bytes | None]]
_MODELS = {"object": "list", "data": [{"id": "scripted", "max_model_len": 4096}]}


def whole(
    body: object, *lines: str, status: int = 200, kind: str | None = "application/json", length: bool = True
) -> bytes:
    """Write a reply in one piece.

    Args:
        body: JSON value; bytes go out as they are.
        lines: of the head, further ones.
    """
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} X", *lines]
    head += [f"Content-Type: {kind}"] if kind else []
    head += [f"Content-Length: {len(data)}"] if length else []
    return "\r\n".join(head).encode() + b"\r\n\r\n" + data


def chunked(
    parts: Sequence[bytes], *, kind: str = "application/json", extension: bytes = b"", end: bytes = b"0\r\n\r\n"
) -> bytes:
    """Write a reply in chunks."""
    head = f"HTTP/1.1 200 X\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return head + b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts) + end


@dataclass(slots=True)
class RawServer:
    """The server's script and what it saw."""

    script: RawScript
    port: int = 0
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            is_open = True
            while is_open:
                is_open = await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        parts: Sequence[bytes | None] = [whole(_MODELS)]
        if first.startswith("POST"):
            call = Call(body=json.loads(raw), number=len(self.calls), headers=headers)
            self.calls.append(call)
            parts = self.script(call)
        for part in parts:
            if part is None:
                return False
            writer.write(part)
            await writer.drain()
        return True


@contextmanager
def raw_serving(script: RawScript) -> Iterator[RawServer]:
    """Run a server in a loop and thread of its own."""
    loop, found = asyncio.new_event_loop(), RawServer(script)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(found.handle, "127.0.0.1", 0), loop).result(60)
    found.port = server.sockets[0].getsockname()[1]

    async def stop() -> None:
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)

    try:
        yield found
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
