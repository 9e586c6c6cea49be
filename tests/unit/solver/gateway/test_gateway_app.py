"""The gateway on a real socket over the scripted server, called by the official client and by raw bytes."""

# A server and a gateway in one ``with`` line would often be too long.
# ruff: noqa: SIM117

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any, TypeVar

import openai
import pytest

from solver.problems.jsonl import load_text
from solver.sampling.endpoint import ClientConfig
from solver.scheduling.settings import SamplingSettings
from solver.scheduling.solve import Solving
from tests.support.command import until
from tests.support.loops import in_loop
from tests.support.running_gateway import QUESTION, Running, ask_of, gateway_over
from tests.support.sampling_client import client_of
from tests.support.scripted_server import Call, Reply, ScriptedServer, choice_of, completion_of
from tests.unit.solver.sampling.test_client import says

T = TypeVar("T")
CANARY = "sk-canary-upstream-0123456789"
KEY = "gw-canary-key-0123456789"
POST = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"


def error_of(status: int, body: dict[str, Any]) -> tuple[int, str | None]:
    """Return status and code of a refusal, after a look at its form."""
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    return status, body["error"]["code"]


@in_loop
async def test_the_official_client_gets_the_voted_answer_with_its_votes() -> None:
    async with ScriptedServer(says("甲在最前。\n答案是：A")) as server, gateway_over(server.url) as running:
        async with running.client() as client:
            found = await client.chat.completions.create(**ask_of(), temperature=0)
    assert found.choices[0].message.content == "甲在最前。\n答案是：A"
    assert found.model == "vote"
    assert found.choices[0].finish_reason == "stop"
    assert found.model_extra is not None
    vote = found.model_extra["vote"]
    assert (vote["answer"], vote["samples"], vote["rule"], vote["ignored"]) == ("A", 3, "lead:3", ["temperature"])
    (question,) = vote["questions"]
    assert (question["votes"], question["counts"], question["stop_reason"]) == (["A"] * 3, {"A": 3}, "lead 3")
    assert (question["answer_text"], question["vote_share"]) == ("甲", 1.0)
    assert found.usage is not None
    assert found.usage.total_tokens == vote["prompt_tokens"] + vote["completion_tokens"] > 0
    # Nothing that the client sent for one greedy answer reached the chains.
    assert {call.body["temperature"] for call in server.calls} == {0.7}


@in_loop
async def test_the_official_client_streams_progress_then_the_answer_then_usage() -> None:
    async with ScriptedServer(says("一\n二\n答案是：B")) as server, gateway_over(server.url) as running:
        async with running.client() as client:
            stream = await client.chat.completions.create(
                **ask_of(model="scripted@fixed:2"), stream=True, stream_options={"include_usage": True}
            )
            chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "一\n二\n答案是：B"
    votes = [chunk.model_extra["vote"] for chunk in chunks if chunk.model_extra]
    assert votes[0] == {"samples": 2, "counts": {"B": 2}}
    assert votes[-1]["answer"] == "B"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == votes[-1]["completion_tokens"]


@in_loop
async def test_the_synchronous_client_works_too() -> None:
    async with ScriptedServer() as server, gateway_over(server.url) as running:

        def call() -> str | None:
            with openai.OpenAI(base_url=running.url, api_key="none") as client:
                assert [card.id for card in client.models.list()] == ["vote", "scripted"]
                assert client.models.retrieve("scripted").id == "scripted"
                told: str | None = client.chat.completions.create(**ask_of()).choices[0].message.content
                return told

        assert (await asyncio.to_thread(call) or "")[-6:-1] == "\n答案是："[-5:]


@in_loop
async def test_equal_questions_ask_for_the_samples_that_answer_asks_for() -> None:
    line = json.dumps(
        {
            "id": "p1",
            "problem": "三人排队，甲在乙前，乙在丙前。",
            "questions": [{"question": "谁在最前？", "options": ["甲", "乙", "丙"]}],
        }
    )
    async with ScriptedServer() as server, gateway_over(server.url) as running:
        _, first = await running.post(ask_of(line, vote={"seed": 0}))
        _, other = await running.post(ask_of(QUESTION, vote={"id": "p1", "seed": 0}))
        asked = [call.body for call in server.calls]
        server.calls.clear()
        async with client_of(ClientConfig(endpoints=(server.url,))) as sampler:
            questions = load_text(line, "x").problems[0].questions
            (solved,) = await Solving(questions, SamplingSettings(models=("scripted",), is_seeded=True), sampler).run()
        assert [call.body for call in server.calls] == asked[: len(server.calls)] == asked[len(server.calls) :]
    (one,), (two,) = first["vote"]["questions"], other["vote"]["questions"]
    assert one | {"seconds": None} == two | {"seconds": None}
    assert first["vote"]["questions"][0]["votes"] == ["ABC"[vote] for vote in solved.verdict.votes if vote is not None]
    shown = solved.chain(solved.verdict.answer)
    assert shown is not None
    assert first["choices"][0]["message"]["content"] == shown.text


@in_loop
async def test_several_questions_are_answered_one_by_one() -> None:
    question = {"question": "谁？", "options": ["甲", "乙"]}
    line = json.dumps({"id": "p1", "problem": "题", "questions": [question, {**question, "question": "又是谁？"}]})
    async with ScriptedServer(says("答案是：B")) as server, gateway_over(server.url) as running:
        _, found = await running.post(ask_of(line, vote={"reply": "short"}))
    assert found["choices"][0]["message"]["content"] == "1. 谁？\n答案是：B\n\n2. 又是谁？\n答案是：B"
    assert (found["vote"]["answer"], found["vote"]["answers"], found["vote"]["samples"]) == (None, ["B", "B"], 6)


@in_loop
async def test_moved_options_are_answered_in_the_client_s_letters() -> None:
    def script(call: Call) -> Reply:
        # Always the option 丙, under whatever letter it is shown.
        letter = next(line[0] for line in call.prompt.split("\n") if line.endswith(". 丙"))
        return Reply(body=completion_of(*(choice_of(f"答案是：{letter}", index=index) for index in range(call.n))))

    async with ScriptedServer(script) as server, gateway_over(server.url) as running:
        vote = {"shuffle_options": True, "rule": "fixed:8", "chains": True}
        _, found = await running.post(ask_of(vote=vote))
    assert found["vote"]["answer"] == "C"
    assert found["choices"][0]["message"]["content"].endswith("答案是：C")
    chains = found["vote"]["questions"][0]["chains"]
    assert {chain["letter"] for chain in chains} == {"C"}
    assert len({tuple(chain["order"]) for chain in chains}) > 1
    assert all("ABC"[chain["order"].index(2)] == chain["shown_letter"] for chain in chains)


@pytest.mark.parametrize(
    ("text", "settings", "content"),
    [
        (f"Format: 'ANSWER: $LETTER'.\n\n{QUESTION}", {"reply": "short"}, "ANSWER: A"),
        ("Ann is first.\n\nWho is first?\nA. Ann\nB. Bob", {"reply": "short"}, "The answer is: A"),
        (QUESTION, {"reply": "short", "answer_line": "{letter}"}, "A"),
        (QUESTION, {}, "<b>想\n答案是：A"),
    ],
)
def test_the_answer_line_has_the_form_that_is_asked_for(text: str, settings: dict[str, Any], content: str) -> None:
    @in_loop
    async def check() -> None:
        async with (
            ScriptedServer(says("<think>嗯</think>\n<b>想\n答案是：A")) as server,
            gateway_over(server.url) as running,
        ):
            _, found = await running.post(ask_of(text, vote=settings))
        message = found["choices"][0]["message"]
        assert message["content"] == content
        assert message.get("reasoning") == (None if "reply" in settings else "嗯")

    check()


@in_loop
async def test_no_answer_is_said_and_is_no_letter() -> None:
    async with ScriptedServer(says("不知道")) as server, gateway_over(server.url) as running:
        _, found = await running.post(ask_of(vote={"close": False, "rule": "fixed:2"}))
    assert (found["vote"]["answer"], found["vote"]["questions"][0]["votes"]) == (None, [None, None])
    assert found["choices"][0]["message"]["content"] == "没有得出答案：2 个样本都没有给出选项。"


# ---- refusals --------------------------------------------------------------------------------------------------


@in_loop
async def test_what_cannot_be_served_is_refused_in_openai_s_form() -> None:
    async with ScriptedServer() as server, gateway_over(server.url, body_limit=4096) as running:
        refusals = [
            error_of(*await running.post(b'{"model":')),
            error_of(*await running.post(ask_of("x" * 5000))),
            error_of(*await running.post(b"{}", content_type="text/plain")),
            error_of(*await running.post(ask_of("你好"))),
            error_of(*await running.post(ask_of(model="no"))),
            error_of(*await running.post(None, path="/v1/completions")),
            error_of(*await running.post(None)),
            error_of(*await running.post(None, path="/v1/models/no")),
            error_of(*await running.post(None, path="/metrics", host="evil.example")),
        ]
        assert refusals == [
            (400, "invalid_json"),
            (413, "body_too_large"),
            (415, "unsupported_media_type"),
            (400, "no_options"),
            (404, "model_not_found"),
            (404, "wrong_page"),
            (405, "wrong_page"),
            (404, "model_not_found"),
            (403, "wrong_host"),
        ]
        assert server.calls == []
        assert (await running.exchange(path="/health"))[0] == 200


@in_loop
async def test_a_body_without_a_length_is_cut_off_at_the_limit() -> None:
    async with ScriptedServer() as server, gateway_over(server.url, body_limit=4096) as running:
        reader, writer = await running.send(
            POST + b"transfer-encoding: chunked\r\n\r\n" + b"800\r\n" + b"x" * 2048 + b"\r\n"
        )
        writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        assert (await reader.readline()).split()[1] == b"413"
        # The connection is closed: nobody reads the rest.
        assert (await reader.read())[-1:] == b"}"
        writer.close()


@in_loop
async def test_two_lengths_in_one_request_are_no_request() -> None:
    async with ScriptedServer() as server, gateway_over(server.url) as running:
        for second in (b"transfer-encoding: chunked\r\n", b"content-length: 5\r\n"):
            head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\n" + second
            reader, writer = await running.send(
                head + b"\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n"
            )
            reply = await reader.read()
            assert reply.count(b"HTTP/1.1") == 1
            assert reply.split()[1] == b"400"
            writer.close()
        assert server.calls == []


@in_loop
async def test_silent_and_slow_clients_are_dropped() -> None:
    async with ScriptedServer() as server, gateway_over(server.url, receive_timeout_s=0.2) as running:
        silent, one = await running.send(b"")
        slow, two = await running.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n")
        unfinished, three = await running.send(POST + b"content-length: 9\r\n\r\n{")
        async with asyncio.timeout(60):
            assert await silent.read() == b""
            assert await slow.read() == b""
            assert b"slow_body" in await unfinished.read()
        for writer in (one, two, three):
            writer.close()
        assert running.gateway.limits.in_flight == 0


@in_loop
async def test_keys_let_in_and_nothing_else_does() -> None:
    async with ScriptedServer() as server, gateway_over(server.url, KEY) as running:
        for header in ("", "Bearer wrong-key-0123", f"Basic {KEY}", f"Bearer {KEY}x", "Bearer"):
            assert error_of(*await running.post(ask_of(), authorization=header)) == (401, "invalid_api_key")
        assert (await running.exchange(path="/metrics"))[0] == 401
        assert (await running.exchange(path="/health"))[0] == 200
        # With keys, any name will do: no page in a browser knows one.
        assert (await running.post(ask_of(), authorization=f"Bearer {KEY}", host="solver.example"))[0] == 200
        async with running.client("wrong-key-0123") as client:
            with pytest.raises(openai.AuthenticationError):
                await client.chat.completions.create(**ask_of())


async def turned_away_first(server: ScriptedServer, asked: list[asyncio.Task[T]], count: int) -> list[T]:
    """Let no completion come before so many requests are answered, and return all answers."""

    def script(call: Call) -> Reply:
        return replace(server.made_up(call), may_go=lambda: sum(task.done() for task in asked) >= count)

    server.script = script
    return list(await asyncio.gather(*asked))


@in_loop
async def test_clients_are_held_to_their_limits() -> None:
    limits = {"client_in_flight": 2, "client_per_minute": 4.0}
    async with ScriptedServer() as server, gateway_over(server.url, KEY, KEY + "2", **limits) as running:
        first = {"authorization": f"Bearer {KEY}"}
        asked = [asyncio.create_task(running.exchange(ask_of(), **first)) for _ in range(3)]
        replies = await turned_away_first(server, asked, 1)
        assert sorted(status for status, _, _ in replies) == [200, 200, 429]
        (turned_away,) = [headers for status, headers, _ in replies if status == 429]
        assert int(turned_away["retry-after"]) == 1
        assert [(await running.post(ask_of(), **first))[0] for _ in range(3)] == [200, 200, 429]
        assert (await running.post(ask_of(), authorization=f"Bearer {KEY}2"))[0] == 200


@in_loop
async def test_more_requests_than_the_gateway_works_on_are_turned_away() -> None:
    async with ScriptedServer() as server, gateway_over(server.url, in_flight_limit=3) as running:
        asked = [asyncio.create_task(running.post(ask_of())) for _ in range(8)]
        replies = await turned_away_first(server, asked, 5)
    assert sorted(status for status, _ in replies) == [200] * 3 + [429] * 5


# ---- failures behind the gateway -------------------------------------------------------------------------------


@in_loop
async def test_a_failing_model_server_is_an_error_and_no_answer() -> None:
    # Two good samples, then refusals: two votes are not the three that the rule wants.
    async with ScriptedServer() as server, gateway_over(server.url) as running:
        server.script = lambda call: Reply(status=400, body={"error": {"message": "no"}}) if call.number else None
        status, found = await running.post(ask_of(vote={"rule": "esc:2", "temperature": 0}))
        assert error_of(status, found) == (502, "upstream_failed")
        assert "127.0.0.1" not in found["error"]["message"]
        assert any("upstream:" in line for line in running.log)


@in_loop
async def test_a_stream_that_fails_early_has_its_own_status_and_late_an_error_event() -> None:
    async with ScriptedServer() as server, gateway_over(server.url) as running:
        server.script = lambda call: Reply(status=400, body={}) if call.number else None
        async with running.client() as client:
            vote = {"rule": "fixed:2", "temperature": 0}
            stream = await client.chat.completions.create(**ask_of(), stream=True, extra_body={"vote": vote})
            with pytest.raises(openai.APIError, match="did not answer"):
                _ = [chunk async for chunk in stream]
            with pytest.raises(openai.InternalServerError) as caught:
                await client.chat.completions.create(**ask_of(), stream=True)
    assert caught.value.status_code == 502


@in_loop
async def test_a_time_limit_ends_with_the_votes_at_hand_or_an_error() -> None:
    async with ScriptedServer() as server, gateway_over(server.url) as running:
        split = completion_of(choice_of("答案是：A"), choice_of("答案是：B", index=1))
        server.script = lambda call: Reply(fault="hang") if call.number else Reply(body=split)
        vote = {"rule": "lead:2", "time_limit_s": 0.5}
        _, found = await running.post(ask_of(vote=vote))
        assert (found["vote"]["is_complete"], found["vote"]["questions"][0]["stop_reason"]) == (False, "deadline")
        assert found["vote"]["questions"][0]["votes"] == ["A", "B"]
        assert error_of(*await running.post(ask_of(vote=vote))) == (504, "timeout")
    assert server.abandoned == 2


@in_loop
async def test_no_secret_leaks_into_errors_or_logs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    caplog.set_level(logging.DEBUG)
    async with ScriptedServer() as server:
        async with gateway_over(server.url, KEY) as running:
            # A server that repeats the headers it got, as some do.
            server.script = lambda call: Reply(status=401, body={"error": {"message": json.dumps(call.headers)}})
            seen = [await running.exchange(ask_of("canary-question\nA. 甲\nB. 乙"), authorization=f"Bearer {KEY}")]
            seen.append(await running.exchange(ask_of(), authorization="Bearer canary-wrong-key"))
            seen.append(await running.exchange(ask_of(vote={"x\r\nlog: forged": 1}), authorization=f"Bearer {KEY}"))
            seen.append(await running.exchange(path="/metrics", authorization=f"Bearer {KEY}"))
            assert [status for status, _, _ in seen] == [502, 401, 400, 200]
            assert server.calls[0].headers["authorization"].endswith(CANARY)
            said = "\n".join([*running.log, caplog.text, *(f"{headers} {body!r}" for _, headers, body in seen)])
    assert all("\n" not in line and "\r" not in line for line in running.log)
    for canary in (CANARY, KEY, "canary-wrong-key", "canary-question"):
        assert canary not in said, said


@in_loop
async def test_a_bug_is_an_error_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("canary-words")

    async with ScriptedServer() as server, gateway_over(server.url) as running:
        monkeypatch.setattr("solver.gateway.chat.reply_of", broken)
        status, found = await running.post(ask_of())
        assert status == 500
        assert "ZeroDivisionError" in running.log[-1]
        assert "canary" not in json.dumps(found) + running.log[-1]


# ---- clients that leave, and the end ---------------------------------------------------------------------------


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_client_that_leaves_cancels_its_samples(is_stream: bool) -> None:
    @in_loop
    async def check() -> None:
        async with ScriptedServer(latency_s=30) as server, gateway_over(server.url) as running:
            body = json.dumps(ask_of(stream=is_stream, vote={"temperature": 0})).encode()
            _, writer = await running.send(POST + f"content-length: {len(body)}\r\n\r\n".encode() + body)
            await until(lambda: server.in_flight == 3)
            writer.close()
            await until(lambda: server.in_flight == 0)
            assert server.abandoned == 3
            await until(lambda: running.gateway.limits.in_flight == 0)
            await until(lambda: "499" in (running.log or [""])[-1])
            assert b"gateway_disconnects_total 1.0" in (await running.exchange(path="/metrics"))[2]

    check()


@in_loop
async def test_a_shutdown_finishes_what_is_in_flight() -> None:
    async with ScriptedServer(latency_s=0.3) as server:
        async with gateway_over(server.url, grace_s=60) as running:
            asked = asyncio.create_task(running.post(ask_of()))
            await until(lambda: server.in_flight > 0)
        assert (await asked)[0] == 200


@in_loop
async def test_a_shutdown_ends_with_an_error_what_takes_longer_than_its_grace() -> None:
    async with ScriptedServer(latency_s=30) as server:
        async with gateway_over(server.url, grace_s=0.2) as running:
            asked = asyncio.create_task(running.post(ask_of()))
            await until(lambda: server.in_flight > 0)
        assert error_of(*await asked) == (503, "shutting_down")
        assert server.in_flight == 0


@in_loop
async def test_health_tells_of_a_dead_model_server_and_of_its_return() -> None:
    async with ScriptedServer() as server, gateway_over(server.url) as running:
        await server.stop()
        assert (await running.post(ask_of()))[0] == 502
        assert (await running.exchange(path="/health"))[0] == 503
        await server.start()
        running.gateway._refreshed_at = 0.0
        assert (await running.exchange(path="/health"))[0] == 200
        assert (await running.post(ask_of()))[0] == 200


@in_loop
async def test_messages_without_options_pass_through_only_where_that_is_switched_on() -> None:
    def script(call: Call) -> Reply:
        return Reply(body=completion_of(choice_of(f"回声：{call.prompt}"), completion_tokens=3))

    async with ScriptedServer(script) as server, gateway_over(server.url, passes_through=True) as running:
        _, found = await running.post(
            ask_of("你好", model="scripted", temperature=0.5, max_tokens=7, evil="x", base_url="http://evil")
        )
        assert found["choices"][0]["message"]["content"] == "回声：你好"
        assert "vote" not in found
        (call,) = server.calls
        assert call.body == {
            "model": "scripted",
            "messages": [{"role": "user", "content": "你好"}],
            "max_tokens": 7,
            "temperature": 0.5,
        }
        async with running.client() as client:
            stream = await client.chat.completions.create(**ask_of("你好"), stream=True)
            assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream]) == "回声：你好"
        assert error_of(*await running.post(ask_of("你好", temperature="hot")))[0] == 400


@in_loop
async def test_many_clients_at_once_are_all_answered() -> None:
    async def one(running: Running, number: int) -> str:
        _, found = await running.post(ask_of(f"第{number}题。\n\n谁？\nA. 甲\nB. 乙"))
        answer: str = found["vote"]["answer"]
        return answer

    at_once = peak = 0

    def script(call: Call) -> Reply:
        nonlocal at_once, peak
        at_once += call.n
        peak = max(peak, at_once)
        return replace(server.made_up(call), may_go=lambda: goes(call.n))

    def goes(chains: int) -> bool:
        """None goes before all slots were taken."""
        nonlocal at_once
        at_once -= chains if peak >= 32 else 0
        return peak >= 32

    async with ScriptedServer(script) as server, gateway_over(server.url, slots=32) as running:
        answers = await asyncio.gather(*(one(running, number) for number in range(40)))
        assert set(answers) <= set("AB")
        assert peak == 32
        assert running.gateway.backend.stats.waiting == 0
