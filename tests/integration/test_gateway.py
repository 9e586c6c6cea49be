"""The ``serve`` command as a process: keys, addresses, signals, exit codes; and a real vLLM behind the gateway."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from solver.backends.vllm import VllmServer
from solver.gateway.server import run_gateway
from solver.gateway.settings import GatewayConfig
from tests.support.checkout import ROOT
from tests.support.command import serving, until, wait_until
from tests.support.engine_counts import finished_on, in_work
from tests.support.loops import in_loop
from tests.support.running_gateway import ask_of, gateway_over
from tests.support.scripted_server import Reply

KEY = "integration-canary-key"


class Served:
    """A running ``serve``; its words are read as they come."""

    def __init__(self, *words: object, **environment: str) -> None:
        command = [sys.executable, "-m", "solver", "serve", "--port", "0", *map(str, words)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
        )
        self.said = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        wait_until(lambda: "/v1 serves" in self.said or self.process.poll() is not None, 120)
        found = re.search(r"http://[\w.]+:\d+", self.said)
        self.url = found.group() if found else ""

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line

    def end(self, *, timeout_s: float = 60) -> int:
        """Wait for the process; no trace of an exception may reach the user."""
        code = self.process.wait(timeout_s)
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()
        assert "Traceback" not in self.said, self.said
        assert "internal error" not in self.said, self.said
        return code

    def post(self, body: object, key: str = "none") -> tuple[int, dict[str, Any]]:
        """Send one chat request."""
        headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
        request = urllib.request.Request(f"{self.url}/v1/chat/completions", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


@contextlib.contextmanager
def served(*words: object, **environment: str) -> Iterator[Served]:
    """Run ``serve`` and make sure that it ends."""
    gateway = Served(*words, **environment)
    try:
        yield gateway
    finally:
        if gateway.process.poll() is None:
            gateway.process.kill()
        gateway.process.wait(60)


def test_a_stop_finishes_what_is_in_flight_and_says_nothing_of_keys() -> None:
    with serving(latency_s=1.0) as server, served("--endpoint", server.url, GATEWAY_API_KEY=KEY) as gateway:
        assert gateway.post(ask_of(), "wrong-canary-key")[0] == 401
        replies: list[tuple[int, dict[str, Any]]] = []
        asking = threading.Thread(target=lambda: replies.append(gateway.post(ask_of(), KEY)))
        asking.start()
        wait_until(lambda: server.in_flight > 0)
        gateway.process.send_signal(signal.SIGTERM)
        asking.join()
        assert gateway.end() == 0
    assert replies[0][0] == 200
    assert replies[0][1]["vote"]["samples"] >= 3
    assert "canary" not in gateway.said


def test_whoever_reads_the_address_may_connect_at_once() -> None:
    tried: list[OSError | None] = []

    def talk(line: str) -> None:
        # Called in the gateway's own loop: connected by the kernel, if the socket listens by now.
        found = re.search(r"http://([\w.]+):(\d+)/v1 serves", line)
        if not found:
            return
        try:
            socket.create_connection((found[1], int(found[2])), timeout=10).close()
            tried.append(None)
        except OSError as error:
            tried.append(error)
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)

    with serving() as server:
        code = asyncio.run(run_gateway(GatewayConfig.of(endpoints=(server.url,), port=0), talk, {}))
    assert (tried, code) == ([None], 0)


def test_a_second_signal_cuts_off_what_is_in_flight() -> None:
    hang = Reply(fault="hang")
    with serving(lambda call: hang) as server, served("--endpoint", server.url) as gateway:
        replies: list[tuple[int, dict[str, Any]]] = []
        asking = threading.Thread(target=lambda: replies.append(gateway.post(ask_of())))
        asking.start()
        wait_until(lambda: server.in_flight > 0)
        gateway.process.send_signal(signal.SIGINT)
        wait_until(lambda: "stopping" in gateway.said)
        gateway.process.send_signal(signal.SIGINT)
        asking.join()
        assert gateway.end() == 130
        wait_until(lambda: server.in_flight == 0)
    assert replies[0][0] == 503
    assert replies[0][1]["error"]["code"] == "shutting_down"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--host", "0.0.0.0"), 2, "GATEWAY_API_KEY"),
        (("--rule", "leed:3"), 2, "did you mean 'lead:3'"),
        (("--host", "no.such.host.invalid"), 2, "--host no.such.host.invalid"),
        (("--max-samples", "100"), 2, "max_samples cannot be 100"),
        ((), 1, "nothing listens"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(words: tuple[str, ...], code: int, says: str) -> None:
    with served("--endpoint", "http://127.0.0.1:9/v1", *words) as gateway:
        assert gateway.end() == code
    assert says in gateway.said
    assert gateway.said.count("\n") == 1


def test_a_taken_port_is_said_in_one_line() -> None:
    with serving() as server:
        port = re.sub(r"\D", "", server.url.rpartition(":")[2].partition("/")[0])
        with served("--endpoint", server.url, "--port", port) as gateway:
            assert gateway.end() == 2
    assert "choose another --port" in gateway.said


@pytest.mark.engine
def test_the_official_client_is_answered_by_a_real_model(engine: VllmServer) -> None:
    @in_loop
    async def check() -> None:
        async with gateway_over(engine.url) as running, running.client() as client:
            found = await client.chat.completions.create(**ask_of(model="tiny@fixed:4"))
            vote = found.model_extra["vote"] if found.model_extra else {}
            # Chains of an untrained model say nothing; each is closed with a letter.
            assert vote["samples"] == len(vote["questions"][0]["votes"]) == 4
            assert vote["answer"] in set("ABC")
            assert (found.choices[0].message.content or "").endswith(f"答案是：{vote['answer']}")

    check()


@pytest.mark.engine
def test_a_client_that_leaves_frees_the_slots_of_a_real_engine(engine: VllmServer) -> None:
    async def until_on_vllm(holds: Callable[[], bool]) -> None:
        # In a thread: the gateway needs this loop, and on a busy machine vLLM takes seconds for its page.
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 (what is waited for is no event)
            await asyncio.sleep(0.005)

    async def check() -> None:
        async with gateway_over(engine.url, samples_limit=2048, max_samples=2048) as running:
            finished = finished_on(engine)
            # 128 times as many as vLLM computes at once, so warm that they ramble on: more than a minute of work.
            body = json.dumps(ask_of(vote={"rule": "fixed:2048", "temperature": 2, "close": False})).encode()
            head = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            _, writer = await running.send(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            await until_on_vllm(lambda: in_work(engine) > 0)
            writer.close()
            await until(lambda: running.gateway.backend.stats.in_flight == 0)
            await until_on_vllm(lambda: in_work(engine) == 0)
            # Nothing runs any more, and not all of it has been computed: the rest was given up.
            assert finished_on(engine) - finished < 2048
            await until(lambda: "499" in (running.log or [""])[-1])
            # The slots are free for others.
            status, found = await running.post(ask_of(vote={"rule": "fixed:2"}))
            assert (status, found["vote"]["samples"]) == (200, 2)

    asyncio.run(asyncio.wait_for(check(), 180))
