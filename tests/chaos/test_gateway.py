"""The gateway before a server with every fault: a right answer or an error in OpenAI's form, and nothing is left."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.support.command import until
from tests.support.fault_server import HEALED, Flaky, Trouble
from tests.support.loops import in_loop
from tests.support.running_gateway import QUESTION, Running, ask_of, gateway_over
from tests.support.scripted_server import ScriptedServer

MODEL = "scripted@fixed:3"
CHAT = "你好，今天天气怎么样？"
"""Without options: handed on to the model."""
HURRIED = {"time_limit_s": 0.5}
ERRORS = {(502, "upstream_failed"), (504, "timeout")}
IDLE = ("gateway_requests_in_flight", "gateway_upstream_in_flight", "gateway_upstream_waiting")


def over(server: ScriptedServer, timeout_s: float = 1.0) -> Any:
    """Run a gateway over it that gives up on a silent server after a second."""
    client = {"request_timeout_s": timeout_s, "patience_s": 20.0}
    return gateway_over(server.url, is_seeded=True, passes_through=True, request_limit_s=30.0, client=client)


async def answered(running: Running, **fields: Any) -> Any:
    """Ask the question and return its votes, or the error's status and code; every reply is looked at."""
    status, headers, raw = await running.exchange(ask_of(model=MODEL, **fields))
    events = [raw]
    if headers["content-type"].startswith("text/event-stream"):
        lines = raw.split(b"\n")
        events = [
            line.removeprefix(b"data: ") for line in lines if line.startswith(b"data: ") and b"[DONE]" not in line
        ]
    found = [json.loads(event) for event in events]
    told = raw.decode() + json.dumps(found, ensure_ascii=False)
    # Neither the server's words nor ours for what went wrong, nor where the server is.
    for word in ("POISON", "Traceback", "Error", "Fault", "scripted server", "127.0.0.1", "connection", "JSON", "json"):
        assert word not in told, told
    errors = [one["error"] for one in found if "error" in one]
    if errors:
        assert len(errors) == 1
        assert set(errors[0]) == {"message", "type", "param", "code"}
        code = errors[0]["code"]
        if len(found) == 1:
            assert (status, code) in ERRORS
            assert ("retry-after" in headers) == (status == 502)
        return status, code
    assert status == 200
    votes = next(one["vote"] for one in reversed(found) if "questions" in one.get("vote", {}))
    return votes["questions"][0]["votes"]


async def chatted(running: Running) -> bool:
    """Ask for what the model itself answers; True where it did."""
    status, _, raw = await running.exchange(ask_of(CHAT, model="scripted"))
    found = json.loads(raw)
    assert "POISON" not in raw.decode() + json.dumps(found, ensure_ascii=False)
    if status == 200:
        assert "答案是" in found["choices"][0]["message"]["content"]
        return True
    assert (status, found["error"]["code"]) in ERRORS
    return False


async def at_rest(running: Running) -> None:
    """Wait until the gateway holds nothing, by its own page and by its pools."""

    async def gauges() -> dict[str, float]:
        _, _, raw = await running.exchange(path="/metrics")
        lines = [line.split() for line in raw.decode().splitlines() if line.startswith(IDLE)]
        return {name: float(value) for name, value in lines}

    endpoints = running.gateway.backend.endpoints
    await until(lambda: not any(one.outstanding for one in endpoints) and not running.gateway._running)
    assert await gauges() == dict.fromkeys(IDLE, 0.0)


async def undisturbed() -> Any:
    async with ScriptedServer() as server, over(server) as running:
        return await answered(running)


@pytest.mark.parametrize("fault", HEALED)
@in_loop
async def test_a_faulty_server_gives_right_answers_or_proper_errors_and_leaves_nothing_behind(fault: str) -> None:
    expected = await undisturbed()
    assert len(expected) == 3
    async with ScriptedServer(Trouble(fault)) as server, over(server) as running:
        assert await answered(running) == expected
        await at_rest(running)
        server.script = trouble = Trouble(fault, first=None)
        found = await asyncio.gather(
            answered(running, vote=HURRIED), answered(running, vote=HURRIED, stream=True), chatted(running)
        )
        assert trouble.struck
        assert all(one == expected or one[1] in ("upstream_failed", "timeout") for one in found[:2])
        await at_rest(running)
        server.script = None
        assert await answered(running) == expected
        assert await answered(running, stream=True) == expected
        assert await chatted(running)
        assert (await running.exchange(path="/health"))[0] == 200
        await at_rest(running)


@pytest.mark.parametrize("seed", range(2))
@in_loop
async def test_many_clients_over_a_flaky_server_get_what_one_gets_over_a_sound_one(seed: int) -> None:
    texts = [f"第{number}题。{QUESTION}" for number in range(8)]
    expected, found = [], []

    async def one(running: Running, text: str) -> Any:
        while True:
            status, body = await running.post(ask_of(text, model=MODEL))
            if status == 200:
                return body["vote"]["questions"][0]["votes"]
            assert (status, body["error"]["code"]) in ERRORS

    async with ScriptedServer() as server, over(server) as running:
        expected = [await one(running, text) for text in texts]
        server.script = flaky = Flaky(seed, 0.4, in_a_row=1)
        found = await asyncio.gather(*(one(running, text) for text in texts))
        await at_rest(running)
    assert flaky.struck
    assert list(found) == expected


@in_loop
async def test_clients_that_leave_a_hanging_server_free_its_slots() -> None:
    async with ScriptedServer(Trouble("hang", first=None)) as server, over(server, timeout_s=300.0) as running:
        writers = []
        for number in range(4):
            body = json.dumps(ask_of(f"第{number}题。{QUESTION}", model=MODEL)).encode()
            head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n"
            _, writer = await running.send(head.encode() + b"content-type: application/json\r\n\r\n" + body)
            writers.append(writer)
        await until(lambda: server.in_flight == 4)
        for writer in writers:
            writer.close()
            await writer.wait_closed()
        await until(lambda: server.in_flight == 0)
        await at_rest(running)
        server.script = None
        assert len(await answered(running)) == 3


@in_loop
async def test_a_server_that_dies_and_comes_back_is_told_as_an_error_and_then_forgotten() -> None:
    expected = await undisturbed()
    async with ScriptedServer() as server, over(server) as running:
        await server.stop()
        assert await answered(running, vote=HURRIED) in ERRORS
        status, _, raw = await running.exchange(path="/health")
        assert (status, json.loads(raw)) == (503, {"status": "no upstream"})
        await server.start()
        assert await answered(running) == expected
        assert (await running.exchange(path="/health"))[0] == 200
        await at_rest(running)
