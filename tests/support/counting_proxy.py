"""A proxy before a real server that writes down every completion it forwarded: who paid for what, seen from outside.

One JSON line a request: a hash of everything that decides the chains (prompt, sampling, seed), ``n``, the status, and
whether the server finished it. A client that goes away takes its request with it, as it would without the proxy::

    python tests/support/counting_proxy.py --upstream 127.0.0.1:8100 --port 8200 --log paid.jsonl

``python tests/support/counting_proxy.py --count paid.jsonl`` prints how many finished, and how many of them twice.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
from collections import Counter
from pathlib import Path


def chains_of(body: dict[str, object]) -> list[str]:
    """Return one hash for every chain that a request asks for: choice i has the request's seed plus i."""
    count = int(str(body.get("n") or 1))
    shared = {key: value for key, value in body.items() if key not in ("n", "seed")}
    seed = body.get("seed")
    return [
        hashlib.sha256(
            json.dumps([shared, None if seed is None else int(str(seed)) + place], sort_keys=True).encode()
        ).hexdigest()
        for place in range(count)
    ]


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes] | None:
    """Read one HTTP message with a length: head and body; None at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head, await reader.readexactly(length)


class Proxy:
    """Forwards to one upstream."""

    def __init__(self, host: str, port: int, log: Path) -> None:
        self.host, self.port, self.log = host, port, log

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while (message := await _message(reader)) is not None:
                reply = await self._forward(*message, reader)
                if reply is None:
                    break
                writer.write(reply)
                await writer.drain()
        writer.close()

    async def _forward(self, head: bytes, body: bytes, client: asyncio.StreamReader) -> bytes | None:
        upstream_reader, upstream = await asyncio.open_connection(self.host, self.port)
        upstream.write(head + body)
        answered = asyncio.create_task(_message(upstream_reader))
        while not answered.done():
            await asyncio.wait([answered], timeout=0.05)
            # A killed client's connection ends in order, or with a reset.
            if client.at_eof() or client.exception() is not None:
                break
        reply = answered.result() if answered.done() else None
        answered.cancel()
        upstream.close()
        if head.startswith(b"POST") and b"/chat/completions" in head.split(b"\r\n")[0]:
            status = 0 if reply is None else int(reply[0].split()[1])
            line = {"chains": chains_of(json.loads(body)), "status": status}
            with self.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        return None if reply is None else reply[0] + reply[1]


def counts(log: Path) -> dict[str, int]:
    """Return requests, those that the server finished, chains finished, and chains finished more than once."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    done = [line for line in lines if line["status"] == 200]
    finished = Counter(chain for line in done for chain in line["chains"])
    return {
        "requests": len(lines),
        "finished_requests": len(done),
        "abandoned_requests": sum(line["status"] == 0 for line in lines),
        "finished_chains": sum(finished.values()),
        "chains_finished_twice": sum(count - 1 for count in finished.values()),
    }


async def _main(arguments: argparse.Namespace) -> None:
    host, _, port = arguments.upstream.partition(":")
    proxy = Proxy(host, int(port), arguments.log)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", arguments.port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description="counting proxy")
    parser.add_argument("--upstream", default="127.0.0.1:8100")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, default=Path("paid.jsonl"))
    parser.add_argument("--count", type=Path, help="print the counts of a log")
    arguments = parser.parse_args()
    if arguments.count:
        print(json.dumps(counts(arguments.count)))
        return
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(arguments))


if __name__ == "__main__":
    main()
