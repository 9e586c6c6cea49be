"""A scripted server with the speed of a GPU: chains in flight share a fixed number of tokens a second.

Reading a prompt and writing an answer both take their share; requests beyond ``max_seqs`` wait; a request whose client
goes away frees its place at once, as vLLM does. It can die (every connection cut, nothing listens) and come back at
another speed, at set times or when told. Speaks what ``tests.support.scripted_server`` speaks, of which it takes the
answers.

::

    async with SlowServer(tokens_per_s=2000) as server: ...

As a process of its own (prints its URL; dies after 3 s and comes back one second later at half speed)::

    python -m tests.support.slow_server --tokens-per-s 2000 --dies-after 3 --down 1 --then 0.5
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from tests.support.scripted_server import Call, MadeUp, Reply

TICK_S = 0.005
PROMPT_COST = 0.6
"""Generated tokens that reading a prompt's token costs (a 32 B model on an H200; see
``solver.scheduling.direct_fallback``)."""
TOKENS_A_CHARACTER = 0.8


@dataclass(slots=True, eq=False)
class _Job:
    """One request being computed."""

    left: float
    """Tokens still to be computed, over all its chains."""
    chains: int
    done: asyncio.Event = field(default_factory=asyncio.Event)


class SlowServer:
    """The server; an async context manager.

    Args:
        tokens_per_s: of all chains together.
        chain_tokens_per_s: of one chain at most.
        max_seqs: chains computed at once.
        tokens: mean length of an answer; single ones are between half and twice of it.
        accuracy: share of chains that answer the first option.
    """

    def __init__(
        self,
        *,
        tokens_per_s: float,
        chain_tokens_per_s: float = 1e9,
        max_seqs: int = 64,
        tokens: int = 316,
        accuracy: float = 0.8,
        port: int = 0,
    ) -> None:
        self.tokens_per_s, self.chain_tokens_per_s = tokens_per_s, chain_tokens_per_s
        self.max_seqs, self.tokens, self.port = max_seqs, tokens, port
        self.made_up = MadeUp(tokens=tokens, accuracy=accuracy)
        self.short = MadeUp(tokens=8, accuracy=accuracy)
        self.calls = 0
        self.directs = 0
        """Requests for a short answer."""
        self._jobs: list[_Job] = []
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._ticker: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The base URL, with ``/v1``."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._ticker = asyncio.create_task(self._tick())
        return self

    async def die(self) -> None:
        """Stop listening and cut every connection; ``start`` may follow, on the same port."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        self._jobs.clear()
        assert self._ticker is not None
        self._ticker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._ticker
        self._server = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.die()

    async def _tick(self) -> None:
        """Give every running job its share of the time that has passed."""
        loop = asyncio.get_running_loop()
        before = loop.time()
        while True:
            await asyncio.sleep(TICK_S)
            now = loop.time()
            running, chains = [], 0
            for job in self._jobs:
                if chains and chains + job.chains > self.max_seqs:
                    break
                running.append(job)
                chains += job.chains
            share = min(self.tokens_per_s / max(1, chains), self.chain_tokens_per_s) * (now - before)
            for job in running:
                job.left -= share * job.chains
                if job.left <= 0:
                    job.done.set()
                    self._jobs.remove(job)
            before = now

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                status, reply = await self._answered(first.split(" ")[1], body, headers, reader)
                raw = json.dumps(reply).encode()
                writer.write(f"HTTP/1.1 {status} S\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answered(
        self, path: str, raw: bytes, headers: dict[str, str], reader: asyncio.StreamReader
    ) -> tuple[int, object]:
        if path.endswith("/models"):
            return 200, {"object": "list", "data": [{"id": "slow", "object": "model", "max_model_len": 4096}]}
        if not path.endswith("/chat/completions"):
            return 404, {"error": {"message": "no such page"}}
        call = Call(body=json.loads(raw), number=self.calls, headers=headers)
        self.calls += 1
        asked = min(int(call.body.get("max_tokens") or 10**6), self._length(call.prompt))
        is_short = asked < self.tokens // 4
        self.directs += is_short
        job = _Job(left=asked * call.n + PROMPT_COST * TOKENS_A_CHARACTER * len(call.prompt), chains=call.n)
        await self._computed(job, reader)
        reply = (self.short if is_short else self.made_up)(call)
        assert isinstance(reply, Reply)
        assert isinstance(reply.body, dict)
        usage = {**reply.body["usage"], "completion_tokens": asked * call.n}
        return 200, {**reply.body, "usage": usage}

    def _length(self, prompt: str) -> int:
        return int(self.tokens * random.Random(zlib.crc32(prompt.encode())).uniform(0.5, 1.5))

    async def _computed(self, job: _Job, reader: asyncio.StreamReader) -> None:
        """Wait until a job is done.

        Raises:
            OSError: the client has gone; its job is dropped.
        """
        self._jobs.append(job)
        # A client sends nothing while it waits: whatever can be read is the end of the connection.
        gone, done = asyncio.ensure_future(reader.read(1)), asyncio.ensure_future(job.done.wait())
        try:
            await asyncio.wait((gone, done), return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                raise ConnectionResetError("client went away")
        finally:
            gone.cancel()
            done.cancel()
            # The reader takes the next request only once this reading has ended.
            await asyncio.gather(gone, done, return_exceptions=True)
            if job in self._jobs:
                self._jobs.remove(job)


async def live(
    server: SlowServer, *, dies_after_s: float | None, down_s: float, then: float, say: Callable[[str], None]
) -> None:
    """Serve until cancelled; on the way, die once and come back at another speed where told to."""
    async with server:
        say(server.url)
        if dies_after_s is not None:
            await asyncio.sleep(dies_after_s)
            await server.die()
            await asyncio.sleep(down_s)
            server.tokens_per_s *= then
            await server.start()
        await asyncio.Event().wait()


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description="a server with the speed of a GPU")
    parser.add_argument("--tokens-per-s", type=float, required=True)
    parser.add_argument("--chain-tokens-per-s", type=float, default=1e9, help="of one chain at most")
    parser.add_argument("--accuracy", type=float, default=0.8)
    parser.add_argument("--tokens", type=int, default=316)
    parser.add_argument("--max-seqs", type=int, default=64)
    parser.add_argument("--dies-after", type=float, metavar="S")
    parser.add_argument("--down", type=float, default=1.0, metavar="S")
    parser.add_argument("--then", type=float, default=0.5, metavar="FACTOR")
    args = parser.parse_args()
    server = SlowServer(
        tokens_per_s=args.tokens_per_s,
        chain_tokens_per_s=args.chain_tokens_per_s,
        max_seqs=args.max_seqs,
        tokens=args.tokens,
        accuracy=args.accuracy,
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            live(
                server,
                dies_after_s=args.dies_after,
                down_s=args.down,
                then=args.then,
                say=lambda text: print(text, flush=True),
            )
        )


if __name__ == "__main__":
    main()
