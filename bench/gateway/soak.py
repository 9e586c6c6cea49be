"""A gateway for a long time under idle, slow and dead clients: are good ones still served, and does anything grow?

    python -m bench.gateway.soak --seconds 1800

``python -m solver serve`` runs before a scripted server. A few good clients ask one question after another; beside
them stand connections that say nothing, heads and bodies that come byte by byte, clients that ask and leave, and
clients that ask for streams and pages, thousands in a row, and never read. In the last fifth of every hundred seconds
only the good ones are there: what they wait then is the machine's part. Every five seconds memory, handles and threads
of the gateway are read from ``/proc``. ``own_lag_s`` is by how much this process itself came late to its timers: on
busy cores that is a part of every wait, told and not taken off. One JSON line on stdout; exit code 1 where a good
client waited for more than two seconds, was refused, or something grew.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.soak import free_port, memory_kib, quarters
from tests.support.scripted_server import MadeUp, ScriptedServer

GOOD_KEY, BAD_KEY = "a-good-key-of-enough-letters", "a-bad-key-of-enough-letters"
QUESTION = "三人排队，甲在乙前，乙在丙前。\n\n谁在最前？\nA. 甲\nB. 乙\nC. 丙"
PERIOD_S = 5.0
WITHIN_S = 2.0
CYCLE_S, ATTACKED_S = 100.0, 80.0
SLACK_KIB = 8 * 1024
"""Between the second quarter of the time and the last."""
CLIENTS = {"good": 4, "silent": 80, "slow_head": 20, "slow_body": 10, "leaving": 6, "deaf": 10}


def request(key: str, *, is_stream: bool = False, length: int | None = None, name: str = "q") -> bytes:
    """Return a whole request, or its head for a body of another length."""
    vote = {"rule": "fixed:2", "id": name}
    body = {"model": "vote", "messages": [{"role": "user", "content": QUESTION}], "stream": is_stream, "vote": vote}
    raw = json.dumps(body).encode()
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(raw) if length is None else length}\r\n\r\n"
    )
    return head.encode() + (raw if length is None else b"")


def cpu_seconds(pid: int) -> float:
    """Return the processor's time of a process, seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spread(waits: Sequence[float]) -> dict[str, float]:
    """Return number, median, 99th part and greatest of some waits."""
    cuts = quantiles(waits, n=100) if len(waits) > 1 else [0.0] * 99
    most = max(waits, default=0.0)
    return {"n": len(waits), "median": round(cuts[49], 3), "p99": round(cuts[98], 3), "most": round(most, 3)}


class Soak:
    """The clients, and what they and the samples saw.

    Args:
        port: the gateway's.
        end: on the clock of the loop.
    """

    def __init__(self, port: int, end: float) -> None:
        self.port, self.end = port, end
        self.began = time.monotonic()
        self.waits: list[float] = []
        """Of good clients beside the others, seconds."""
        self.alone: list[float] = []
        """Of good clients without them."""
        self.lags: list[float] = []
        """By which this process came late to its own timers, seconds."""
        self.bad: list[str] = []
        """What good clients got instead of an answer."""
        self.opened: dict[str, int] = dict.fromkeys(CLIENTS, 0)

    def left_s(self, kind: str) -> float:
        """Return for how long a kind of client may be there from now on; 0 where it may not."""
        now = time.monotonic()
        place = (now - self.began) % CYCLE_S
        left = CYCLE_S if kind == "good" else ATTACKED_S - place
        return max(0.0, min(left, self.end - now))

    @contextlib.asynccontextmanager
    async def connected(self, kind: str) -> Any:
        """Open a connection, and cut it at the end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.opened[kind] += 1
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    async def good(self, number: int) -> None:
        """Ask, read, wait a little."""
        # Before the connection is made: one that the system's queue has no room for is a wait, too.
        began, is_alone = time.monotonic(), not self.left_s("silent")
        async with self.connected("good") as (reader, writer):
            writer.write(request(GOOD_KEY, name=f"good-{number}-{self.opened['good']}"))
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(length)
            (self.alone if is_alone else self.waits).append(time.monotonic() - began)
            if b" 200 " not in head.split(b"\r\n")[0] or b'"choices"' not in body:
                self.bad.append(body[:200].decode("utf-8", "replace"))
        await asyncio.sleep(0.5)

    async def silent(self, number: int) -> None:
        """Connect and say nothing until one is cut off."""
        async with self.connected("silent") as (reader, _):
            await reader.read()

    async def slow_head(self, number: int) -> None:
        """Send a head byte by byte."""
        async with self.connected("slow_head") as (_, writer):
            for byte in request(GOOD_KEY):
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)

    async def slow_body(self, number: int) -> None:
        """Send a body byte by byte."""
        async with self.connected("slow_body") as (_, writer):
            writer.write(request(BAD_KEY, length=100_000))
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(1)

    async def leaving(self, number: int) -> None:
        """Ask and leave at once, without a word of goodbye."""
        async with self.connected("leaving") as (_, writer):
            writer.write(request(BAD_KEY, is_stream=bool(self.opened["leaving"] % 2), name=f"leaving-{number}"))
            await asyncio.sleep(0.02)
        await asyncio.sleep(1)

    async def deaf(self, number: int) -> None:
        """Ask for streams and pages, many in a row, and read nothing."""
        async with self.connected("deaf") as (_, writer):
            writer.transport.pause_reading()
            page = f"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {BAD_KEY}\r\n\r\n".encode()
            writer.write(request(BAD_KEY, is_stream=True, name=f"deaf-{number}") + page * 2000)
            await asyncio.sleep(60)

    async def look_at_own_lag(self) -> None:
        """Note again and again how late a timer of this process is."""
        while time.monotonic() < self.end:
            due = time.monotonic() + 0.05
            await asyncio.sleep(0.05)
            self.lags.append(time.monotonic() - due)

    async def again(self, kind: str, number: int) -> None:
        """Be a client of a kind until the end."""
        client: Callable[[int], Awaitable[None]] = getattr(self, kind)
        while time.monotonic() < self.end:
            left_s = self.left_s(kind)
            if left_s:
                try:
                    async with asyncio.timeout(left_s):
                        await client(number)
                except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                    if kind == "good" and time.monotonic() < self.end - 1:
                        self.bad.append(type(error).__name__)
                else:
                    continue
            await asyncio.sleep(0.5)


async def soak(seconds: float, folder: Path) -> dict[str, object]:
    """Run for a time; returns what was seen."""
    memory: list[int] = []
    handles: list[int] = []
    threads: list[int] = []
    log = folder / "log.txt"
    async with ScriptedServer(MadeUp(tokens=60, accuracy=0.9), latency_s=0.05) as server:
        port = free_port()
        words = [
            "serve",
            "--endpoint",
            server.url,
            "--port",
            str(port),
            "--slots",
            "32",
            "--max-samples",
            "4",
            "--quiet",
        ]
        with log.open("wb") as out:
            environment = {**os.environ, "GATEWAY_API_KEY": f"{GOOD_KEY},{BAD_KEY}"}
            command = [sys.executable, "-m", "solver", *words]
            gateway = subprocess.Popen(command, stdout=out, stderr=out, env=environment)  # noqa: ASYNC220 (at the start)
        while b"Ctrl-C stops" not in log.read_bytes():  # noqa: ASYNC110 (a file is no event)
            await asyncio.sleep(0.2)
        found = Soak(port, time.monotonic() + seconds)
        async with asyncio.TaskGroup() as group:
            for kind, count in CLIENTS.items():
                for number in range(count):
                    group.create_task(found.again(kind, number))
            group.create_task(found.look_at_own_lag())
            while time.monotonic() < found.end and gateway.poll() is None:
                await asyncio.sleep(PERIOD_S)
                memory.append(memory_kib(gateway.pid))
                handles.append(len(os.listdir(f"/proc/{gateway.pid}/fd")))
                threads.append(len(os.listdir(f"/proc/{gateway.pid}/task")))
                # Calls are kept by the scripted server for tests; here they would be its own leak.
                server.calls.clear()
        is_alive = gateway.poll() is None
        cpu_s = cpu_seconds(gateway.pid)
        gateway.terminate()
        code = gateway.wait(120)
    said = log.read_text("utf-8", "replace")
    by_quarter = quarters(memory)
    checks = {
        "alive to the end": is_alive and code in (0, 130),
        "good ones within two seconds": max(found.waits, default=99.0) <= WITHIN_S and not found.bad,
        "memory flat": by_quarter[3] - by_quarter[1] <= SLACK_KIB,
        "handles flat": quarters(handles)[3] <= quarters(handles)[1] + 20,
        "log small": len(said) < 100_000 and "Traceback" not in said,
    }
    return {
        "seconds": round(seconds),
        "good_wait_s": spread(found.waits),
        "good_wait_alone_s": spread(found.alone),
        "own_lag_s": spread(found.lags),
        "bad": found.bad[:5],
        "connections": found.opened,
        "memory_mib_by_quarter": [round(value / 1024, 1) for value in by_quarter],
        "handles_by_quarter": quarters(handles),
        "cpu_s": round(cpu_s, 1),
        "load": round(os.getloadavg()[2], 1),
        "threads_most": max(threads, default=0),
        "log_bytes": len(said),
        "checks": checks,
    }


def main() -> int:
    """Soak and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.gateway.soak", description="a gateway under idle, slow and dead clients"
    )
    parser.add_argument("--seconds", type=float, default=1800.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gateway-soak-") as folder:
        seen = asyncio.run(soak(args.seconds, Path(folder)))
    print(json.dumps(seen))
    return int(not all(dict(seen["checks"]).values()))  # type: ignore[call-overload]


if __name__ == "__main__":
    sys.exit(main())
