"""Connections: who gives way when there are too many, and a gateway that answers beside silent and deaf clients."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.gateway.access.connections import Connections, most_connections, told_now_and_then
from tests.support.command import until
from tests.support.loops import in_loop
from tests.support.running_gateway import ask_of, gateway_over
from tests.support.scripted_server import ScriptedServer
from tests.unit.solver.sampling.test_client import says


@given(st.lists(st.tuples(st.sampled_from("open began ended closed".split()), st.integers(0, 11)), max_size=80))
def test_bounds_hold_whatever_happens_unless_all_are_in_work(steps: list[tuple[str, int]]) -> None:
    found, clients, working = Connections(most=6, most_of_client=3), {}, set()
    for what, number in steps:
        if what == "open" and number not in clients:
            clients[number] = f"client {number % 3}"
            given_up = found.opened(number, clients[number])
            if given_up is not None:
                assert given_up not in working, "a request in work was cut for a new connection"
                del clients[given_up]  # type: ignore[arg-type]
        elif number in clients and what == "began":
            found.began(number)
            working.add(number)
        elif number in clients and what == "ended":
            found.ended(number)
            working.discard(number)
        elif what == "closed":
            found.closed(number)
            clients.pop(number, None)
            working.discard(number)
        assert len(found) == len(clients) <= 6
        assert max((list(clients.values()).count(one) for one in clients.values()), default=0) <= 3


def test_as_many_connections_are_taken_as_the_system_has_files_for(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 256))
    assert 8 <= most_connections(1024, upstream=64) < 64
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 1 << 20))
    assert most_connections(1024, upstream=512) == 1024
    assert raised[-1][0] > 1536
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert most_connections(1024, upstream=512) == 1024


def test_a_fault_of_the_loop_that_repeats_is_said_once_in_a_while() -> None:
    said: list[str] = []
    handle = told_now_and_then(said.append)
    loop = asyncio.new_event_loop()
    for _ in range(1000):
        handle(loop, {"message": "out of system resource", "exception": OSError("secret")})
    loop.close()
    assert said == ["out of system resource: OSError"]


@in_loop
async def test_a_good_request_is_answered_while_silent_connections_fill_the_gateway() -> None:
    async with (
        ScriptedServer(says("答案是：A")) as server,
        gateway_over(server.url, connections=16, client_connections=16) as running,
    ):
        silent = [await running.send(b"") for _ in range(60)]
        async with asyncio.timeout(60):
            status, reply = await running.post(ask_of())
        assert status == 200
        assert reply["choices"][0]["message"]["content"]
        for _, writer in silent:
            writer.close()


@in_loop
async def test_a_client_that_does_not_read_is_cut_off_and_holds_up_neither_others_nor_the_end() -> None:
    async with ScriptedServer(says("答案是：A")) as server, gateway_over(server.url, send_timeout_s=0.3) as running:
        body = b"GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", running.port))
            deaf.setblocking(False)
            # Far more replies than the buffers of both sides hold: the gateway's writes to this client stop.
            sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(deaf, body * 100_000))
            await until(lambda: len(running.server.server_state.connections) == 1)
            await until(lambda: not running.server.server_state.connections)
            await asyncio.gather(sending, return_exceptions=True)
        status, _ = await running.post(ask_of())
        assert status == 200


ODD: tuple[Any, ...] = ("\ud800", "\x00", "１", -1, 1e308, 10**400, True, None, [[]], {"a": []})


@in_loop
async def test_odd_values_in_any_field_are_refused_or_answered_and_never_an_internal_error() -> None:
    fields = (
        "model messages n temperature top_p max_tokens max_completion_tokens seed stream stop logprobs vote rule "
        "max_samples user response_format stream_options extra_body metadata tools"
    ).split()
    # A busy machine is slow to take three hundred connections at once: that is no error of the gateway's.
    patient = {"patience_s": 60.0, "connect_timeout_s": 60.0}
    async with (
        ScriptedServer(says("答案是：A")) as server,
        gateway_over(server.url, client_in_flight=256, client=patient) as running,
    ):
        bodies = [ask_of(**{field: value}) for field in fields for value in ODD]
        bodies += [ask_of(messages=[{"role": value, "content": value}]) for value in ODD]
        bodies += [ask_of(messages=[{"role": "user", "content": [{"type": "text", "text": value}]}]) for value in ODD]
        found = await asyncio.gather(*(running.exchange(json.dumps(body).encode()) for body in bodies))
        bad = {
            json.dumps(body)[:200]: status for body, (status, _, _) in zip(bodies, found, strict=True) if status >= 500
        }
        assert not bad
        for raw in (
            b"NaN",
            b"[1e999]",
            b'{"model": Infinity}',
            b"\xff\xfe",
            b'"\\ud800"',
            b"{" * 5000,
            b"[" * 100_000,
            b"1" * 5000,
        ):
            status, _, _ = await running.exchange(raw)
            assert status == 400, raw[:20]
