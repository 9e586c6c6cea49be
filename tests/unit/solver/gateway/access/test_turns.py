"""Turns: a client that sends much has a part of the loop only, and nobody is forgotten."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from solver.gateway.access.connections import PIECE, BoundedProtocol, Bounds, Connections
from solver.gateway.access.turns import TURN_S, Relay, Turns
from solver.gateway.server import _quiet_uvicorn
from tests.property.test_deadline_property import virtually
from tests.support.command import until
from tests.support.loops import in_loop
from tests.support.running_gateway import Running, ask_of, gateway_over
from tests.support.scripted_server import ScriptedServer
from tests.unit.solver.sampling.test_client import says

GREEDY, MODEST = "a-greedy-key-of-enough-letters", "a-modest-key-of-enough-letters"
KEY = "a-key-of-enough-letters"


@in_loop
async def test_requests_of_one_client_have_one_turn_after_another_in_their_order() -> None:
    turns, order, held = Turns(), [], 0

    async def want(client: str, number: int) -> None:
        nonlocal held
        async with turns.of(client):
            held += client == "a"
            assert held <= 1
            order.append((client, number))
            await asyncio.sleep(0)
            held -= client == "a"

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(want("a", number))
        group.create_task(want("b", 0))
    assert [number for client, number in order if client == "a"] == list(range(20))
    assert order.index(("b", 0)) <= 2, "another client waited for all of them"
    await asyncio.sleep(0.01)
    assert len(turns) == 0


def test_after_a_long_turn_its_client_rests_and_others_do_not() -> None:
    async def check() -> None:
        seconds, now = 0.0, asyncio.get_running_loop().time
        turns = Turns(clock=lambda: seconds)
        async with turns.of("a"):
            seconds += 0.02
        began = now()
        async with turns.of("b"):
            assert now() == began
        async with turns.of("a"):
            assert now() - began == pytest.approx(0.04)

    virtually(check)


@in_loop
async def test_who_gives_up_waiting_takes_no_turn_away() -> None:
    turns, done = Turns(), []

    async def want(number: int) -> None:
        async with turns.of("a"):
            done.append(number)

    async with turns.of("a"):
        waiting = [asyncio.create_task(want(number)) for number in range(4)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        waiting[2].cancel()
        await asyncio.sleep(0)
    # Called and then cancelled, before it runs: the turn goes on to the next.
    turns._call_next("a")
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert done == [3]
    with pytest.raises(ZeroDivisionError):
        async with turns.of("b"):
            raise ZeroDivisionError
    async with asyncio.timeout(60):
        async with turns.of("b"):
            pass
    await until(lambda: not len(turns))


@in_loop
async def test_pieces_of_several_connections_alternate_with_rests_between() -> None:
    relay, done = Relay(), []
    left = {"a": 3, "b": 2}

    def piece(name: str) -> bool:
        done.append(name)
        left[name] -= 1
        return left[name] > 0

    began = time.monotonic()
    relay.add(lambda: piece("a"))
    relay.add(lambda: piece("b"))
    await until(lambda: not any(left.values()))
    assert done == ["a", "b", "a", "b", "a"]
    assert time.monotonic() - began >= TURN_S
    # One that had run dry starts again.
    relay.add(lambda: piece("a"))
    await until(lambda: len(done) == 6)


@in_loop
async def test_what_a_client_sends_is_read_a_piece_at_a_time_and_in_a_turn_as_many_as_it_has_time_for() -> None:
    """In bytes: how long a piece takes hangs on the machine. Uncut, one read of the socket took 0.1 s and more."""
    turns: list[int] = []

    class Counting(BoundedProtocol):
        bounds = Bounds(
            connections=Connections(most=9, most_of_client=9),
            relay=Relay(),
            head_timeout_s=60,
            send_timeout_s=60,
            turn_s=0,
        )

        def _read_on(self) -> bool:
            before = len(self._unread)
            has_more = super()._read_on()
            turns.append(before - len(self._unread))
            return has_more

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass

    config = uvicorn.Config(app, log_config=None, lifespan="off")
    config.load()
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = head + b"1\r\n \r\n" * 20_000
    loop, state = asyncio.get_running_loop(), ServerState()
    listener = await loop.create_server(
        lambda: Counting(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    async with listener:
        _, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
        writer.write(body)
        await until(lambda: sum(turns) == len(body))
        writer.close()
        await until(lambda: not state.connections)
    assert max(turns) == PIECE


@in_loop
async def test_a_body_in_chunks_of_a_byte_does_not_hold_the_loop() -> None:
    async with ScriptedServer(says("答案是：A")) as server, gateway_over(server.url) as running:
        head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        sent = await running.send(head + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 20_000)
        status, _ = await running.post(ask_of())
        assert status == 200
        sent[1].close()
        await until(lambda: not running.gateway.limits.in_flight)


@in_loop
async def test_a_long_body_in_pieces_arrives_whole() -> None:
    async with ScriptedServer(says("答案是：A")) as server, gateway_over(server.url) as running:
        body = json.dumps({**ask_of(), "user": "长" * 120_000}, ensure_ascii=False).encode()
        status, reply = await running.post(body)
        assert status == 200
        assert reply["vote"]["answer"] == "A"
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:99], body[99:5000], body[5000:]))
        reader, writer = await running.send(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
        )
        assert b" 200 " in (await reader.read()).split(b"\r\n")[0]
        writer.close()


def pages(running: Running) -> int:
    """Return how many pages of figures were served."""
    found = re.search(rb'gateway_requests_total{page="metrics",status="200"} (\d+)', running.gateway.metrics.page())
    return int(found[1]) if found else 0


@in_loop
async def test_hundreds_of_pipelined_pages_do_not_keep_another_clients_request_waiting() -> None:
    async with ScriptedServer(says("答案是：A")) as server, gateway_over(server.url, GREEDY, MODEST) as running:
        page = f"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {GREEDY}\r\n\r\n".encode()
        flood = [await running.send(page * 300) for _ in range(12)]
        await until(lambda: pages(running) > 0)
        before = pages(running)
        status, _ = await running.post(ask_of(), authorization=f"Bearer {MODEST}")
        assert status == 200
        # Without turns all twelve connections have a page made in every round of the loop: 400 and more.
        assert pages(running) - before < 60
        for _, writer in flood:
            writer.close()


@in_loop
async def test_what_uvicorn_says_of_bad_requests_is_said_now_and_then() -> None:
    said: list[str] = []
    _quiet_uvicorn(said.append)
    try:
        async with ScriptedServer(says("答案是：A")) as server, gateway_over(server.url) as running:
            for _ in range(30):
                reader, writer = await running.send(b"\x16\x03\x01 no HTTP\r\n\r\n")
                assert b" 400 " in await reader.read()
                writer.close()
        assert said == ["uvicorn: Invalid HTTP request received."]
    finally:
        logging.getLogger("uvicorn").handlers = []


@in_loop
async def test_bytes_that_are_no_http_behind_a_good_head_end_the_request_without_an_exception() -> None:
    said: list[str] = []
    _quiet_uvicorn(said.append)
    try:
        async with ScriptedServer(says("答案是：A")) as server, gateway_over(server.url, KEY) as running:
            for head in (f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\n", ""):
                reader, writer = await running.send(
                    f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}"
                    "Transfer-Encoding: chunked\r\n\r\nno chunk\r\n".encode()
                )
                assert b" 400 " in await reader.read()
                writer.close()
            await until(lambda: len(running.log) == 2)
            assert not any("internal error" in line for line in running.log), running.log
        assert not any("Exception" in line for line in said), said
    finally:
        logging.getLogger("uvicorn").handlers = []
